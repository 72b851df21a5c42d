"""Who is here: told where one sits together, and never across."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Stream
from cloudnego.live import presence
from tests.live.conftest import BOTH
from tests.live.table import Place, Seat
from tests.web.played import rehearsed


async def here(seat: Seat, stream: str, **wanted: Any) -> dict[str, Any]:
    """The last word on who is in a stream, as soon as it says this."""
    while True:
        told = [one for one in seat.heard if one["frame"] == "presence" and one["stream"] == stream]
        if told and all(told[-1][name] == value for name, value in wanted.items()):
            return told[-1]
        await seat.next()


@BOTH
async def test_each_stream_shows_its_own_and_nobody_across(place: Place, case: str) -> None:
    names = ("w0", "w1", "e0", "auditor", "w9", "authority")
    seats = {who: await place.enter(case, who) for who in names}
    for who in ("w0", "w1", "e0", "auditor"):
        await here(seats[who], "table", here=["e0", "w0", "w1"])
    await here(seats["w0"], "worker", here=["w0", "w1"])
    await here(seats["e0"], "employer", here=["e0"])
    await seats["w0"].say(frame="signal", stream="worker", kind="typing")
    await here(seats["w1"], "worker", typing=["w0"])
    await seats["w1"].say(frame="signal", stream="table", kind="hand")
    await seats["e0"].say(frame="signal", stream="table", kind="hand")
    await here(seats["auditor"], "table", hands=["w1", "e0"])
    await here(seats["e0"], "table", hands=["w1", "e0"])
    await seats["w1"].say(frame="signal", stream="table", kind="hand", on=False)
    await here(seats["e0"], "table", hands=["e0"])
    for who, stream in (
        ("w0", "employer"),
        ("w0", "nowhere"),
        ("w9", "notice"),
        ("auditor", "table"),
        ("e0", "worker"),
    ):
        await seats[who].say(frame="signal", stream=stream, kind="hand")
        assert (await seats[who].hear("answer"))["body"]["code"] == "not_found"
    for who, streams in (("e0", {"table", "employer"}), ("w9", set()), ("authority", set()), ("auditor", {"table"})):
        told = {one["stream"] for one in seats[who].heard if one["frame"] == "presence"}
        assert told == streams, who
    for one in seats.values():
        await one.socket.close()


async def test_what_is_confided_in_one_caucus_changes_nothing_the_other_side_is_told(place: Place, case: str) -> None:
    async with await place.enter(case, "e0") as employer, await place.enter(case, "w0") as chief:
        await here(employer, "table", here=["e0", "w0"])
        await here(employer, "employer", here=["e0"])
        await here(chief, "worker", here=["w0"])
        count = len(employer.heard)
        for kind in ("typing", "hand"):
            await chief.say(frame="signal", stream="worker", kind=kind)
        await here(chief, "worker", hands=["w0"], typing=["w0"])
        opinions = next(act for act in rehearsed() if isinstance(act.command, c.RecordOpinions))
        command = opinions.command.model_copy(update={"returned": 77})
        await place.write(opinions._replace(command=command), case, "aside")
        await chief.up_to("worker", place.house.site.log.versions(case)[Stream.WORKER][1])
        await chief.say(frame="signal", stream="table", kind="hand")
        await here(employer, "table", hands=["w0"])
        assert len(employer.heard) == count + 1, employer.heard[count:]


async def test_who_goes_is_shown_a_while_and_then_no_more(
    place: Place, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "GRACE_S", 0.4)
    monkeypatch.setitem(presence.LASTS_S, "typing", 0.3)
    async with await place.enter(case, "e0") as seat:
        away = await place.enter(case, "w0")
        await here(seat, "table", here=["e0", "w0"])
        await away.say(frame="signal", stream="table", kind="typing")
        await here(seat, "table", typing=["w0"])
        await here(seat, "table", typing=[], here=["e0", "w0"])
        await away.socket.close()
        again = await place.enter(case, "w0")
        await asyncio.sleep(0.6)
        await again.socket.close()
        count = len(seat.heard)
        await here(seat, "table", here=["e0"])
        assert len(seat.heard) == count + 1, "he was back before he was missed"
