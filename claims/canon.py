"""Random values are written by our one way of writing JSON as two programs write them that implement RFC 8785 and share
no line, with ours or with each other. Numbers are whole and keys of the basic plane: no leaf has others."""

from __future__ import annotations

import sys
import time
from random import Random
from typing import Any, Final

import jcs
import rfc8785
from rich.progress import track

from claims.record import record, recorded_up_to
from cloudnego.eventlog.leaf import canonical

PLANES: Final = ((0, 0x20), (0x20, 0x7F), (0x7F, 0x800), (0x4E00, 0x9FFF), (0xE000, 0x10000), (0x10000, 0x110000))
"""Where signs are drawn from: controls, ASCII, two bytes, Chinese, the end of the basic plane, and beyond it."""
WHOLE: Final = 2**53 - 1
EDGES: Final = (None, True, False, 0, 1, -1, WHOLE, -WHOLE, "")
DEEP: Final = 5
INNER: Final = 0.4


def text(dice: Random, planes: tuple[tuple[int, int], ...] = PLANES) -> str:
    """Up to twelve signs."""
    return "".join(chr(dice.randrange(*dice.choice(planes))) for _ in range(dice.randrange(13)))


def value(dice: Random, depth: int = 0) -> Any:
    """Any JSON value that a leaf, a body or a manifest may hold, up to five deep."""
    if depth == DEEP or dice.random() > INNER:
        return dice.choice((text(dice), text(dice), dice.randint(-WHOLE, WHOLE), dice.choice(EDGES)))
    many = range(dice.randrange(6))
    if dice.random() < 1 / 3:
        return [value(dice, depth + 1) for _ in many]
    return {text(dice, PLANES[:-1]): value(dice, depth + 1) for _ in many}


def differs(one: Any) -> bool:
    """Whether either of the two writes it otherwise than we do."""
    return not canonical(one) == rfc8785.dumps(one) == jcs.canonicalize(one)


def run(count: int, seed: int | None) -> int:
    """So many values, each from a seed of its own; one line of the record. 1 if one is written otherwise."""
    seed, started = recorded_up_to("canonical") if seed is None else seed, time.monotonic()
    seeds = range(seed, seed + count)
    wrong = [one for one in track(seeds, "values", disable=not sys.stderr.isatty()) if differs([value(Random(one))])]
    verdict, seconds = "broken" if wrong else "kept", round(time.monotonic() - started)
    record("canonical", seed=seed, count=count, verdict=verdict, seconds=seconds)
    print(f"{verdict.upper()}: {count} values from seed {seed}; written otherwise: {wrong[:10] or 'none'}")
    return 1 if wrong else 0
