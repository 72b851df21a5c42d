"""What claims share that kill: a process of its own that ends by itself or by kill -9, and how that is recorded."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec
import structlog

from claims.record import record

LIVED: Final = "ended by itself"
_FAILED: Final = 9


class Broken(AssertionError):
    """The claim does not hold."""


def quiet() -> None:
    """No line of a log: thousands die here, as they should."""
    structlog.configure(processors=[_drop])


def _drop(*_: object) -> NoReturn:
    raise structlog.DropEvent


def forked(work: Callable[..., Any], *given: Any, after_s: float | None = None, fault: Path | None = None) -> int:
    """Run something in a process of its own, and kill it after so many seconds if they are said; its status as
    `os.waitpid` says it. `fault`: where what it raised is written."""
    child = os.fork()
    if child == 0:
        code = _FAILED
        try:
            work(*given)
            code = 0
        except BaseException as wrong:
            if fault is not None:
                fault.write_text(f"{type(wrong).__name__}: {wrong}")
            raise
        finally:
            os._exit(code)
    if after_s is not None:
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def was_killed(status: int) -> bool:
    """Whether that was the end."""
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def recorded(claim: str, count: int, seed: int, work: Callable[[int, int], msgspec.Struct], said: str) -> int:
    """Run a claim of so many from a seed and record it; 1 if it broke. `said`: the verdict, with what came out."""
    started = time.monotonic()
    try:
        found: dict[str, Any] = msgspec.to_builtins(work(count, seed))
    except Broken as wrong:
        record(claim, seed=seed, count=count, verdict="broken", fault=str(wrong))
        print(f"BROKEN: {wrong}")
        return 1
    record(claim, seed=seed, count=count, verdict="kept", seconds=round(time.monotonic() - started), **found)
    killed = count - found["ended"].get(LIVED, 0)
    print(f"KEPT: {said.format(count=count, killed=killed, **found)}")
    return 0
