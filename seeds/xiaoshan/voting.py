"""The enterprise whose delegates vote today: its roll by persons, so that a visitor can vote."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from cloudnego.core.pack import Pack
from cloudnego.identity.delegate_rolls import hash_of, leaf_of
from cloudnego.seedling.seed import Delegated, Roll
from seeds.xiaoshan.firms import SEED, Firm, opaque

PLOT: Final = "convened"
"""What its case goes through: the congress is called, and today is its day."""

_MANAGERS, _WOMEN = 10, 3  # one in so many


def roll_of(firm: Firm, pack: Pack) -> Roll:
    """The first workers of the roster, as many as the law wants delegates (ZJDM 8)."""
    dice, n = Random(f"{SEED}/roll/{firm.key}"), pack.delegates.minimum(firm.workers)
    lines = tuple(
        Delegated(
            person=opaque("p", firm.key, "w", i), number=f"{i + 1:04d}", manager=i % _MANAGERS == _MANAGERS - 1,
            woman=i % _WOMEN == 1, salt=f"{dice.getrandbits(128):032x}",
        )
        for i in range(n)
    )  # fmt: skip
    workers = tuple((opaque("p", firm.key, "w", i), f"{i + 1:04d}") for i in range(firm.workers))
    keeper = opaque("p", firm.key, "w", 0)
    leaves = [leaf_of(one.salt, one) for one in lines]
    return Roll(firm.entry.id, keeper, workers, lines, tuple(leaves), hash_of(leaves))


def as_recorded(roll: Roll) -> dict[str, Any]:
    """What the union enters of its roll in the case."""
    return {
        "delegates": len(roll.lines), "managers": sum(one.manager for one in roll.lines),
        "women": sum(one.woman for one in roll.lines), "workers": len(roll.workers), "roll_hash": roll.roll_hash,
    }  # fmt: skip
