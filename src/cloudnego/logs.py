"""The operator's log: one JSON object a line on standard error, our own words and those of the libraries.

It never says what an exception says: a database quotes the row it refuses, a validator the value. The log has the kinds
of error, a database's own code for it, and where it happened.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import structlog

_FRAMES: Final = 8


def configure(level: str = "info") -> None:
    """Say everything that is logged in this process in one way. `level` bounds our own words; of the libraries
    warnings are heard."""
    last = structlog.processors.JSONRenderer(ensure_ascii=False)
    first: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_words,
    ]
    structlog.configure(
        processors=[*first, last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    libraries = _Stderr()
    foreign = [_first_line, *first]
    libraries.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=foreign))
    logging.basicConfig(level=logging.WARNING, handlers=[libraries], force=True)


def kinds_of(wrong: BaseException) -> str:
    """The kinds of an error and of what led to it, the last first, with the code a database gave."""
    return " from ".join(" ".join(filter(None, (type(one).__name__, code_of(one)))) for one in _chain(wrong))


def code_of(wrong: BaseException) -> str | None:
    """A database's own code for an error of its driver: an SQLSTATE, or SQLite's name."""
    return getattr(wrong, "sqlstate", None) or getattr(wrong, "sqlite_errorname", None)


def where(wrong: BaseException) -> list[str]:
    """The last places of ours it came through, and the one where it happened, wherever that is."""
    frames = traceback.extract_tb(wrong.__traceback__)
    ours = [frame for frame in frames[:-1] if "/cloudnego/" in frame.filename][-_FRAMES:]
    return [f"{'/'.join(Path(one.filename).parts[-3:])}:{one.lineno} {one.name}" for one in [*ours, *frames[-1:]]]


def _chain(wrong: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = wrong
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _without_words(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The error of an entry as its kinds and its place."""
    told = event.pop("exc_info", None)
    wrong = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(wrong, BaseException):
        event["error"], event["where"] = kinds_of(wrong), where(wrong)
    return event


def _first_line(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A library's message without what it appends to it: asyncio, for instance, the exception of a lost task."""
    event["event"] = str(event["event"]).partition("\n")[0]
    return event


class _Stderr(logging.Handler):
    """To what standard error is at the time, which is not for ever what it was when we began."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(self.format(record) + "\n")
