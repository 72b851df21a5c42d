"""Minutes are named by the root of the table, which anybody who sees the table can work out from its leaves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cloudnego.core import commands as c
from cloudnego.core.events import MinutesWritten
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.log import SqlLog
from tests.eventlog.given import Log, asked, play, rehearsed

LAYING = next(n for n, one in enumerate(rehearsed().played) if isinstance(one.command, c.WriteMinutes))


def as_documented() -> Callable[[list[bytes]], bytes]:
    """The function that docs/LIVE.md gives whoever wants to check: `hashlib` and nothing of ours."""
    page = (Path(__file__).parents[2] / "docs" / "LIVE.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)\nassert ", page, re.DOTALL)
    found: dict[str, Any] = {}
    exec(code, found)
    root: Callable[[list[bytes]], bytes] = found["root"]
    return root


def in_session(log: Log) -> str:
    """A case whose minutes may be laid; of a database the writer has to read it first, as after a start."""
    rehearsal = rehearsed()
    if not isinstance(log, SqlLog):
        return asyncio.run(play(log, rehearsal, only=slice(LAYING)))[-1].case
    case = None
    with log.bulk() as pen:
        for number, one in enumerate(rehearsal.played[:LAYING]):
            case = pen.ask(asked(one, case, f"k{number}", register=rehearsal.register)).case
    assert case is not None
    return case


def test_the_hash_of_grown_minutes_is_the_root_of_all_leaves_before_them(log: Log) -> None:
    """Also where they are laid in one batch with what they cover; what comes after them changes nothing."""
    case = in_session(log)
    by = rehearsed().played[LAYING]
    notes = [asked(by, case, f"note{n}", command=c.AddMinutesNote(text=f"第 {n} 次休息")) for n in range(5)]
    lay = asked(by, case, "lay", command=c.WriteMinutes(result="partial"))

    async def together() -> None:
        await asyncio.gather(*[log.ask(one) for one in (*notes[:4], lay)])
        await log.ask(notes[4])

    asyncio.run(together())
    table = log.read(case, frozenset({Stream.TABLE}), limit=10_000)
    (laid,) = [one for one in table if isinstance(one.event, MinutesWritten)]
    assert isinstance(laid.event, MinutesWritten)
    assert (laid.event.upto, laid.seq) == (len(table) - 2, len(table) - 1)
    root_of, leaves = as_documented(), [one.leaf for one in table]
    assert laid.event.minutes_hash == root_of(leaves[: laid.event.upto]).hex()
    assert laid.event.minutes_hash != root_of([*leaves[:3], leaves[3] + b" ", *leaves[4 : laid.event.upto]]).hex()
    state = log.state(case)
    assert state is not None
    assert (state.meeting.minutes_hash, state.meeting.minutes_upto) == (laid.event.minutes_hash, laid.event.upto)
