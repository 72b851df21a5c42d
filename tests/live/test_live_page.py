"""docs/LIVE.md: what it shows clients may be sent, and what it shows the server says has the shape of what it says."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from cloudnego.core.commands import COMMANDS
from cloudnego.core.vocabulary import Stream
from cloudnego.live import frames, readers
from cloudnego.web import live, watch
from tests.house.tree import page
from tests.live.conftest import acts_so_far
from tests.live.table import Place
from tests.web.played import rehearsed

_SHOWN = re.compile(r"^```json (client|server)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def shown(by: str) -> list[dict[str, Any]]:
    return [json.loads(text) for who, text in _SHOWN.findall(page("docs/LIVE.md")) if who == by]


def _answers() -> list[dict[str, Any]]:
    return [one for one in shown("server") if one["frame"] == "answer"]


def test_what_a_client_is_shown_is_read() -> None:
    read = [frames.read(json.dumps(one).encode()) for one in shown("client")]
    assert {type(one) for one in read} == {frames.Auth, frames.Ask, frames.Signal, frames.Look}
    for one in read:
        if isinstance(one, frames.Ask):
            assert one.command in COMMANDS


def test_what_the_server_is_shown_to_say_is_what_it_says() -> None:
    kinds = frames.EventFrame | frames.AnswerFrame | frames.ResyncFrame | frames.PresenceFrame
    for one in shown("server"):
        again = json.loads(msgspec.json.encode(msgspec.json.decode(json.dumps(one).encode(), type=kinds)))
        assert again == one


async def test_every_kind_of_frame_is_shown_with_its_fields(place: Place, case: str) -> None:
    said = {one["frame"]: one for one in shown("server")}
    act = rehearsed()[acts_so_far()]
    words = json.loads(act.command.model_dump_json(exclude_none=True))
    words.pop("type", None)
    async with await place.enter(case, act.by.person) as seat:
        await seat.up_to("table", place.house.site.log.versions(case)[Stream.TABLE][1])
        await seat.say(frame="ask", id="x", command=act.command.type, words=words)
        assert (await seat.hear("answer", id="x"))["body"].keys() == _answers()[2]["body"].keys()
        assert seat.welcome["body"].keys() == _answers()[0]["body"].keys()
        await seat.say(frame="look", id="l")
        assert (await seat.hear("answer", id="l"))["body"].keys() == _answers()[3]["body"].keys()
        for one in seat.heard:
            assert one.keys() == said[one["frame"]].keys()
            if one["frame"] == "event":
                assert one["event"].keys() == said["event"]["event"].keys()


def test_every_code_it_is_closed_with_is_explained() -> None:
    text = page("docs/LIVE.md")
    codes = {live.MALFORMED, live.NOT_THERE, live.TOO_LATE, live.TOO_MANY, watch.OVER}
    for code in codes | {readers.LOST, readers.SLOW, readers.DEFECT}:
        assert re.search(rf"^\|.*\b{code}\b", text, re.MULTILINE), code


def test_the_bounds_it_names_are_those_of_the_code() -> None:
    text = page("docs/LIVE.md")
    assert (frames.FRAME_MAX, live.AUTH_S, live.SOCKETS_MAX, live.STRIKES_MAX, live.ASKED_MAX) == (
        65_536,
        5,
        16,
        32,
        16,
    )
    for said in ("64 KiB", "five seconds", "16 sockets", "32 refused", "sixteen at once", "30 seconds", "256 KiB"):
        assert said in text
