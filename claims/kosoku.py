"""Autobahn's cases, as PyPI's `kosoku` plays them, against an echo by our protocol and by uvicorn's own.

Left out are 9.* (megabytes in a message: ours ends at 64 KiB, on purpose) and 12.*, 13.* (compression: ours has none).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence

from kosoku import FailureError, run_fuzzingclient
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from claims.record import record
from tests.live.echo import echoing

LEFT_OUT = ("9.*", "12.*", "13.*")
QUICK = ("6.*", "5.19", "5.20")
"""What CI leaves out beside them: a hundred and forty of UTF-8, and those that wait a second or two."""

NOT_OURS = {"7.1.5": "after a close in the middle of a message in pieces uvicorn says 1002 where 1000 is expected"}
"""What uvicorn's own protocol does not pass either."""

_AT_ONCE = 8


async def played(without: Sequence[str] = (), *, stock: bool = False) -> dict[str, str]:
    """What became of each case; `stock`: of uvicorn's protocol."""
    async with echoing(WebSocketsSansIOProtocol if stock else None) as address:
        try:
            results = await run_fuzzingclient(f"ws://{address}", None, (*LEFT_OUT, *without), _AT_ONCE)
        except FailureError as some:
            results = some.results
    return {one.case_id: one.behavior.value if one.passed else "FAILED" for one in results}


def failed(found: dict[str, str]) -> set[str]:
    """The cases that were not passed."""
    return {case for case, became in found.items() if became == "FAILED"}


def run() -> int:
    """All of them against both, recorded; 1 if ours fails where uvicorn's own does not, or where it is not listed."""
    started = time.monotonic()
    logging.getLogger("uvicorn.error").disabled = True  # it says of each wrong frame that it was wrong
    ours, stock = asyncio.run(played()), asyncio.run(played(stock=True))
    wrong = sorted(failed(ours) - failed(stock) | failed(ours) - set(NOT_OURS))
    verdict = "broken" if wrong or len(ours) < 200 else "kept"
    seconds = round(time.monotonic() - started)
    became = dict(sorted(Counter(ours.values()).items()))
    record(
        "kosoku", seed=1, count=len(ours), verdict=verdict, seconds=seconds, became=became,
        failed=sorted(failed(ours)), uvicorns_own=sorted(failed(stock)),
    )  # fmt: skip
    print(f"{verdict.upper()}: {len(ours)} cases, {became}; of ours alone: {wrong or 'none'}")
    return 0 if verdict == "kept" else 1
