"""Two nodes on one PostgreSQL: who sits at either hears the same; a bus that is silent makes it slower, never wrong."""

from __future__ import annotations

import asyncio
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr

from cloudnego import serving as houses
from cloudnego.core.vocabulary import Stream
from cloudnego.live.elsewhere import CHANNEL
from tests.live.conftest import acts_so_far
from tests.live.table import Place, Seat
from tests.live.test_giving import proposal
from tests.live.test_presence import here
from tests.web.conftest import settings_for
from tests.web.played import at, rehearsed, settle, write
from tests.web.served import Served, serving

pytestmark = pytest.mark.postgres

_CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def nodes(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Served, Served]]:
    monkeypatch.setattr(houses, "LOOK_S", 0.6)
    settings = settings_for(tmp_path / "data", database_url=SecretStr(postgres_url), timers_every_s=3600.0)
    with ExitStack() as stack:
        yield stack.enter_context(serving(settings)), stack.enter_context(serving(settings))


async def both_up_to(seats: list[Seat], place: Place, case: str) -> None:
    size = (await asyncio.to_thread(place.house.site.log.versions, case))[Stream.TABLE][1]
    for seat in seats:
        assert await seat.up_to("table", size) == [*range(1, size + 1)]


async def test_members_on_both_hear_the_same_whatever_becomes_of_the_bus(
    nodes: tuple[Served, Served], postgres_url: str
) -> None:
    settle(nodes[0].house)
    case = await asyncio.wrap_future(nodes[0].later(write(nodes[0].house, rehearsed()[: acts_so_far()])))
    for node in nodes:
        at(node.house, rehearsed()[acts_so_far() - 1].at)
    one, two = (Place(node.house, node.url) for node in nodes)
    two.tokens = one.tokens
    dsn = postgres_url.replace("postgresql+psycopg", "postgresql")
    heard: dict[str, list[str]] = {"cloudnego": [], CHANNEL: []}
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as bus:
        for channel in heard:
            await bus.execute(f"LISTEN {channel}")
        here_one, here_two = await one.enter(case, "w0"), await two.enter(case, "e0")
        await here(here_one, "table", here=["e0", "w0"])
        await here(here_two, "table", here=["e0", "w0"])
        await here_one.say(frame="signal", stream="table", kind="hand")
        await here(here_two, "table", hands=["w0"])
        used = one.ticket("w1", case)
        leaving = Seat(await two.dial(case, "w1"))
        await leaving.say(frame="auth", ticket=used)
        assert (await leaving.hear("answer"))["status"] == 200, "a ticket of one node is good at the other"
        again = Seat(await one.dial(case, "w1"))
        await again.say(frame="auth", ticket=used)
        assert await again.closed() == 4404, "and once in all"

        await _told(nodes[0], one, case, 1)
        await both_up_to([here_one, here_two, leaving], one, case)
        for number in (2, 3):
            await bus.execute(_CUT)
            await _told(nodes[0], one, case, number)
            await both_up_to([here_one, here_two], one, case)
        nodes[1].house.site.log.bell._listeners.clear()  # rings are lost for ever
        await _told(nodes[0], one, case, 4)
        await both_up_to([here_one, here_two], one, case)

        before = (await asyncio.to_thread(one.house.site.log.versions, case))[Stream.TABLE][1]
        gone = await one.enter(case, "w1")
        await gone.say(frame="ask", id="x", command="leave_bench", words={"person": "w1"})
        assert (await gone.closed(), await leaving.closed()) == (4403, 4403)
        assert leaving.seqs("table") == [*range(1, before + 1)], "at the other node, too, nothing after it"
        async for notice in bus.notifies(timeout=0.3):
            heard[notice.channel].append(notice.payload)
    assert heard["cloudnego"]
    assert heard[CHANNEL]
    assert all(re.fullmatch(r"(n\w+/\w+:\d+,?)*", said) for said in heard["cloudnego"])
    overheard = b"".join(said.encode() + urlsafe_b64decode(said) for said in heard[CHANNEL])
    assert b'"w0"' not in overheard, "the bus does not say who is there"
    assert b"table" not in overheard
    for seat in (here_one, here_two):
        await seat.socket.close()


async def _told(node: Served, place: Place, case: str, number: int) -> Any:
    return await asyncio.wrap_future(node.later(place.write(proposal(number), case, f"p{number}")))
