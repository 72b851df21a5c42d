"""Hearing what other processes on the same PostgreSQL wrote: their NOTIFY rings the bell of this one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import psycopg
import structlog

from cloudnego.logs import kinds_of

_RETRY_S: Final = (0.5, 1.0, 2.0, 5.0)

Moved = Mapping[str, Any]

_log = structlog.get_logger(__name__)


async def listen(dsn: str, channel: str, heard: Callable[[str], Moved | None], ring: Callable[[Moved], None]) -> None:
    """Ring for every notice until cancelled; ring with nothing, "look yourself", where one may have been missed.

    `heard` reads a payload ({stream: last seq}, or None where it names nothing). Our own notices are heard as well:
    a ring says only how far a stream has grown, so hearing it twice changes nothing.
    """
    failures = 0
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                await connection.execute(f"LISTEN {channel}")
                ring({})  # what was said before we listened, the first time and after each loss
                failures = 0
                async for notice in connection.notifies():
                    ring(heard(notice.payload) or {})
        except (psycopg.Error, OSError) as broken:
            _log.warning("bell_lost_the_database", error=kinds_of(broken), failures=failures)
        await asyncio.sleep(_RETRY_S[min(failures, len(_RETRY_S) - 1)])
        failures += 1
