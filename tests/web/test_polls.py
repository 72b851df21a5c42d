"""A vote on the platform over HTTP: opened, issued, cast without a name, struck off, counted, and counted again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from sqlmodel import SQLModel

from cloudnego.audit import verify
from cloudnego.audit.logkey import LogKey
from cloudnego.core.events import PollVoided
from cloudnego.core.vocabulary import Step, Stream
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.leaf import canonical
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import Order, export_case, house_on
from cloudnego.main import House, build, install
from cloudnego.polls import recount
from cloudnego.polls.tidying import restored
from tests.polls.test_blind import KEY
from tests.web.conftest import API, client_of, settings_for
from tests.web.played import DISTRICT, at, looking
from tests.web.polled import VOTERS, Phone, case_before_the_vote, cast_ballot, padded, unpadded, up_to_the_vote

_, OPENED_AT = up_to_the_vote()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An installation in which a meeting is about to vote: a data directory to be copied, and its case."""
    place = tmp_path_factory.mktemp("vote") / "data"
    install(settings_for(place))
    house = build(settings_for(place))
    case = asyncio.run(case_before_the_vote(house))
    house.close()
    return place, case


@pytest.fixture
def house(tmp_path: Path, played: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr("cloudnego.polls.blind.fresh_key", lambda: KEY)  # to find one takes a second
    shutil.copytree(played[0], tmp_path / "data")
    made = build(settings_for(tmp_path / "data"))
    yield made
    made.close()


class Ground:
    """The case and its people; `union` opens the vote."""

    def __init__(self, house: House, case: str, client: Callable[[str], httpx2.AsyncClient]) -> None:
        self.house = house
        self.case = case
        self.client = client
        self.door = client_of(house)

    async def ask(self, who: str, act: str, **body: Any) -> httpx2.Response:
        async with self.client(who) as asking:
            return await asking.post(f"{API}/negotiations/{self.case}/{act}", json=body)

    async def open(self, **more: Any) -> str:
        day, draft = OPENED_AT.date().isoformat(), await self.draft()
        answer = await self.ask("w0", "open-ballot", draft_hash=draft, closes_on=day, closes_at="18:00", **more)
        assert answer.status_code == 201, answer.text
        return await self.running()

    async def draft(self) -> str:
        return str((await self._state())["meeting"]["draft_hash"])

    async def running(self) -> str:
        return str(next(iter((await self._state())["polls"])))

    async def _state(self) -> Any:
        async with self.client("w1") as looks:
            return (await looks.get(f"{API}/negotiations/{self.case}")).json()["state"]

    async def get(self, who: str, path: str) -> httpx2.Response:
        async with self.client(who) as asking:
            return await asking.get(f"{API}/polls/{path}")

    async def post(self, who: str, path: str, **body: Any) -> httpx2.Response:
        async with self.client(who) as asking:
            return await asking.post(f"{API}/polls/{path}", json=body)

    async def vote(self, who: str, poll: str, choice: str) -> httpx2.Response:
        async with self.client(who) as asking:
            ballot = await Phone(asking, f"secret of {who}").ballot(poll, choice)
        return await cast_ballot(self.door, ballot)

    def closes(self, more: timedelta = timedelta()) -> None:
        at(self.house, OPENED_AT.replace(hour=18, minute=0) + more)

    async def counted(self) -> int:
        self.closes(timedelta(seconds=125))
        return await self.house.site.run_timers(DISTRICT)


@pytest.fixture
async def ground(house: House, played: tuple[Path, str]) -> AsyncIterator[Ground]:
    async with AsyncExitStack() as stack:
        made = Ground(house, played[1], looking(house))
        await stack.enter_async_context(made.door)
        yield made


def _lies_in_the_audit_file(ground: Ground, poll: str, ballots: bytes, place: Path) -> None:
    """With its list and the record of its close, of which whoever has the file counts it again."""
    site, settings = ground.house.site, ground.house.settings
    key = LogKey.open(settings.log_key)
    order = Order(ground.case, Audience.AUDITOR, "operator", "", "2026-11-29T16:00:00+08:00", "")
    export_case(house_on(site.engine, site.log.ring, key, site.now_s), order, place / "a.zip", lambda _: None)
    assert [found for found in verify.verify(place / "a.zip", []) if found[0] < 9] == []
    with zipfile.ZipFile(place / "a.zip") as bundle:
        assert bundle.read(f"ballots/{poll}.txt") == ballots
        assert recount.recount(json.loads(bundle.read(f"ballots/{poll}.json")), ballots)[1] == []
        assert bundle.read("recount.py") == Path(recount.__file__).read_bytes()


async def test_from_the_opening_to_the_signed_result(ground: Ground, tmp_path: Path) -> None:
    poll = await ground.open()
    seen = (await ground.get("v0", poll)).json()
    assert (seen["mine"], seen["state"], seen["issued"], seen["result"]) == ("open", "open", None, None)
    assert seen["hash"] == hashlib.sha256(canonical(seen["opening"])).hexdigest(), "the body itself names the vote"

    said = dict.fromkeys(VOTERS[:7], "yes") | dict.fromkeys(VOTERS[7:9], "no")
    receipts = {who: (await ground.vote(who, poll, choice)).json() for who, choice in said.items()}
    key = ed25519.Ed25519PublicKey.from_public_bytes(unpadded(seen["receipt_key"]))
    for told in receipts.values():
        word = b"cloudnego-receipt-v1\0" + bytes.fromhex(seen["hash"]) + bytes.fromhex(told["place"])
        key.verify(unpadded(told["receipt"]), word)
    assert (await ground.get("v0", poll)).json()["mine"] == "issued"
    assert (await ground.post("w0", f"{poll}/papers", person="w2")).status_code == 204
    roll = (await ground.get("s1", f"{poll}/roll")).json()
    assert (roll["roll"], roll["issued"], roll["on_paper"]) == (12, 9, 1)
    assert roll["in_the_way"] == ["runs", "tellers_missing"]
    assert {row["state"] for row in roll["rows"] if row["person"] == "w2"} == {"paper"}

    ground.closes()
    for teller in ("s1", "s2"):
        answer = await ground.post(teller, f"{poll}/paper-counts", counts={"yes": 1}, spoiled=0)
        assert answer.status_code == 204, answer.text
    assert await ground.house.site.run_timers(DISTRICT) == 0, "two minutes for phones that hold a ballot"
    assert await ground.counted() > 0
    after = (await ground.get("v0", poll)).json()
    assert after["state"] == "closed"
    assert after["result"] == {
        "counts": {"yes": 8, "no": 2, "abstain": 0}, "issued": 9, "on_paper": 1, "cast": 9, "spoiled": 0,
        "outcome": "passed", "elected": [], "valid": False,
    }  # fmt: skip
    content, closing = await ground.get("w9", f"{poll}/list"), await ground.get("e0", f"{poll}/closing")
    counts, wrong = recount.recount(closing.json(), content.content)
    assert (counts, wrong) == ({"yes": 7, "no": 2, "abstain": 0}, [])
    places = [hashlib.sha256(_said(seen["hash"], line)).hexdigest() for line in content.text.splitlines()]
    assert set(places) == {told["place"] for told in receipts.values()}, "each finds his own line"

    _lies_in_the_audit_file(ground, poll, content.content, tmp_path)

    for scrutineer in ("s1", "s2"):
        assert (await ground.ask(scrutineer, "attest-ballot", correct=True)).status_code == 201
    assert (await ground.get("v0", poll)).json()["result"]["valid"] is True
    case = ground.house.site.log.state(ground.case)
    assert case is not None
    assert case.step is Step.FILING


def _said(poll: str, line: str) -> bytes:
    nonce, choice, _ = line.split(" ")
    return recount.LABEL + bytes.fromhex(poll) + bytes.fromhex(nonce) + choice.encode()


async def test_a_voter_is_shown_his_votes_and_nobody_those_of_others(ground: Ground) -> None:
    poll = await ground.open()

    async def mine(who: str) -> list[tuple[str, str]]:
        async with ground.client(who) as looks:
            return [(one["poll"], one["mine"]) for one in (await looks.get(f"{API}/me/polls")).json()["rows"]]

    assert [await mine(who) for who in ("v0", "w9", "e0", "stranger")] == [[(poll, "open")], [], [], []]
    await ground.vote("v0", poll, "yes")
    assert await mine("v0") == [(poll, "issued")]
    await ground.counted()
    assert await mine("v0") == []


async def test_who_sees_a_vote_and_who_does_not(ground: Ground) -> None:
    poll = await ground.open()
    for who, mine in (("v0", "open"), ("w9", "none"), ("e0", "none"), ("hr", "none"), ("w0", "none"), ("town", "none")):
        answer = await ground.get(who, poll)
        assert (answer.status_code, answer.json()["mine"]) == (200, mine), who
        assert (answer.json()["issued"] is None) == (who != "w0"), "how many have a ballot only officers are told"
    nothing = await ground.get("stranger", "no-such-poll")
    for who in ("stranger", "elsewhere"):
        assert (await ground.get(who, poll)).content == nothing.content
    for who in ("v0", "e0", "hr", "w9", "town"):
        for rest in ("roll", "list", "closing"):
            wanted = 404 if rest == "roll" else 409
            assert (await ground.get(who, f"{poll}/{rest}")).status_code == wanted, (who, rest)
        assert (await ground.post(who, f"{poll}/papers", person="v1")).status_code == 404
        assert (await ground.post(who, f"{poll}/paper-counts", counts={})).status_code == 404
    blinded = {"blinded": "A" * 512}
    for who in ("w9", "e0", "hr", "w0"):
        assert (await ground.post(who, f"{poll}/issue", **blinded)).json()["code"] == "not_on_the_roll"


async def test_one_ballot_each_whichever_way_and_none_after_the_close(ground: Ground) -> None:
    poll = await ground.open()
    await ground.vote("v0", poll, "yes")
    assert (await ground.post("v0", f"{poll}/issue", blinded="B" * 512)).json()["code"] == "ballot_issued"
    assert (await ground.post("w0", f"{poll}/papers", person="v0")).json()["code"] == "ballot_issued"
    assert (await ground.post("w0", f"{poll}/papers", person="v1")).status_code == 204
    assert (await ground.post("v1", f"{poll}/issue", blinded="B" * 512)).json()["code"] == "ballot_on_paper"
    async with ground.client("v2") as phone:
        late = await Phone(phone, "secret of v2").ballot(poll, "no")
    ground.closes()
    assert (await ground.post("v3", f"{poll}/issue", blinded="B" * 512)).json()["code"] == "poll_closed"
    assert (await cast_ballot(ground.door, late)).status_code == 200, "it was signed in time"
    ground.closes(timedelta(seconds=121))
    assert (await cast_ballot(ground.door, late)).json()["code"] == "poll_closed"


async def test_what_is_no_ballot_of_this_vote_is_not_taken(ground: Ground) -> None:
    poll = await ground.open()
    async with ground.client("v0") as phone:
        good = await Phone(phone, "secret of v0").ballot(poll, "yes")
    for wrong, code in (
        ({**good, "choice": "no"}, "ballot_forged"), ({**good, "nonce": "0" * 64}, "ballot_forged"),
        ({**good, "choice": "maybe"}, "ballot_invalid"), ({**good, "poll": "b0"}, "ballot_invalid"),
        ({**good, "signature": "0" * 768}, "ballot_forged"), ({**good, "nonce": "x" * 64}, "malformed"),
    ):  # fmt: skip
        answer = await cast_ballot(ground.door, wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, code), wrong["choice"]
    json_type = {"Content-Type": "application/json"}
    short = await ground.door.post(f"{API}/ballots", content=json.dumps(good).encode(), headers=json_type)
    assert short.json()["code"] == "ballot_invalid", "every body is of one size"
    first, again = await cast_ballot(ground.door, good), await cast_ballot(ground.door, good)
    assert first.json() == again.json()
    assert "set-cookie" not in first.headers
    assert len(padded(good)) == 2048
    await ground.counted()
    assert (await ground.get("v0", poll)).json()["result"]["cast"] == 1, "the same ballot twice is one"


async def test_a_refused_opening_leaves_no_roll_and_one_key_opens_one_vote(ground: Ground) -> None:
    site, day, draft = ground.house.site, OPENED_AT.date().isoformat(), await ground.draft()
    words = {"draft_hash": draft, "closes_on": day, "closes_at": "00:01"}
    assert (await ground.ask("w0", "open-ballot", **words)).json()["code"] == "refused"
    assert (await ground.ask("w1", "open-ballot", **words)).json()["obstacles"][0]["reason"] == "not_your_seat"
    assert site.polls.unsettled(DISTRICT) == []
    words["closes_at"] = "18:00"
    async with ground.client("w0") as union:
        path, key = f"{API}/negotiations/{ground.case}/open-ballot", {"Idempotency-Key": "once"}
        first = await union.post(path, json=words, headers=key)
        again = await union.post(path, json=words, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert [one.state for one in site.polls.unsettled(DISTRICT)] == ["open"]


async def test_a_voided_vote_destroys_what_was_cast_and_another_may_be_opened(ground: Ground) -> None:
    poll = await ground.open()
    await ground.vote("v0", poll, "yes")
    assert (await ground.ask("w0", "void-poll", reason="截止时间有误")).status_code == 201
    assert (await ground.get("v0", poll)).json()["state"] == "void"
    assert (await ground.get("v0", f"{poll}/list")).status_code == 409
    assert (await ground.vote("v0", await ground.open(), "no")).status_code == 200


async def test_what_a_crash_left_between_log_and_roll_is_done_at_the_next_round(ground: Ground) -> None:
    site = ground.house.site
    opened: list[str] = []
    real, site.polls.open = site.polls.open, lambda poll, *_: opened.append(poll)  # type: ignore[method-assign]
    poll = await ground.open()
    site.polls.open = real  # type: ignore[method-assign]
    assert opened == [poll]
    assert (await ground.get("v0", poll)).status_code == 404
    await site.run_timers(DISTRICT)
    assert (await ground.vote("v0", poll, "yes")).status_code == 200


async def test_a_vote_that_was_open_in_a_backup_is_void_and_its_case_says_why(ground: Ground) -> None:
    poll, site = await ground.open(), ground.house.site
    await ground.vote("v0", poll, "yes")
    with writing(site.engine).begin() as connection:  # as `cloudnego restore` leaves it
        restored(connection, SQLModel.metadata.tables)
    assert (await ground.get("v1", poll)).json()["state"] == "void"
    issue = await ground.post("v1", f"{poll}/issue", blinded="A" * 512)
    assert issue.json()["code"] == "poll_closed", "nobody is issued a second ballot meanwhile"
    await site.rounds.of_district(DISTRICT)
    state = site.log.state(ground.case)
    assert state is not None
    assert state.polls == {}
    last = site.log.read(ground.case, frozenset({Stream.NOTICE}), {}, 256)[-1].event
    assert isinstance(last, PollVoided)
    assert "备份" in (last.words or {})["reason"], "it is said to all who saw it opened"
    assert site.polls.home(poll).state == "voided"
    assert (await ground.vote("v0", await ground.open(), "no")).status_code == 200, "all vote anew"


async def test_those_without_a_ballot_are_reminded_once_a_day_and_by_the_union_alone(ground: Ground) -> None:
    poll = await ground.open()
    await ground.vote("v0", poll, "yes")
    await ground.post("w0", f"{poll}/papers", person="w2")
    for other in ("s1", "v1", "e0"):
        assert (await ground.post(other, f"{poll}/reminders")).status_code == 404, (
            "a scrutineer watches and asks nobody"
        )
    told = await ground.post("w0", f"{poll}/reminders")
    assert (told.status_code, told.json()["told"]) == (201, len(VOTERS) - 2)
    assert (await ground.post("w0", f"{poll}/reminders")).json()["code"] == "reminded_lately"

    for officer in ("w0", "s1"):
        noted = (await ground.get(officer, f"{poll}/roll")).json()["reminders"]
        assert noted == [told.json()]

    async def reminders(who: str) -> list[str]:
        async with ground.client(who) as looks:
            rows = (await looks.get(f"{API}/me/inbox")).json()["rows"]
        return [one["text"]["zh"] for one in rows if one["kind"] == "poll_reminder"]

    assert [len(await reminders(who)) for who in ("v0", "w2", "v1")] == [0, 0, 1]
    assert "18:00" in (await reminders("v1"))[0]
    ground.closes()
    assert (await ground.post("w0", f"{poll}/reminders")).json()["code"] == "poll_closed"
