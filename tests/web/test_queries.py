"""What each reader is shown of a case: by streams, not by filters; tags that tell nothing; pages that lose nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cloudnego.core.commands import (
    Answer,
    Command,
    DraftTopicSheet,
    InviteToTable,
    LeaveBench,
    RecordOpinions,
    SubmitDraft,
    Topic,
)
from cloudnego.core.vocabulary import Held, Member, Office, Side, Stream
from cloudnego.main import House
from cloudnego.ports import Asked
from cloudnego.rehearsal import CHINA
from tests.web.conftest import API
from tests.web.granted import Looking, Standing, clock, look, people, still
from tests.web.played import DISTRICT, rehearsed, write

__all__ = ["clock", "look", "people", "still"]

CASES = f"{API}/negotiations"
UP_TO_CLAUSES = 37
UP_TO_CHECK_IN = 41
UP_TO_MEETING = 59  # a few clauses are agreed, nothing is signed
_SAME_FOR_BOTH = ("/deadlines", "/draft", "/clauses", "/clauses/redline")
LOOKS = ("", "/timeline", "/draft", "/clauses", "/clauses/redline", "/deadlines", "/next")


@pytest.fixture
async def case(still: House, clock: Standing) -> str:
    """In the middle of the meeting."""
    acts = rehearsed(until=UP_TO_MEETING)
    clock.at = acts[-1].at
    return await write(still, acts)


@pytest.fixture
async def preparing(still: House, clock: Standing) -> str:
    """In step 5, with draft clauses on the table: each side may still write in its own stream."""
    acts = rehearsed(until=UP_TO_CLAUSES)
    clock.at = acts[-1].at
    return await write(still, acts)


async def seen(client: httpx2.AsyncClient, case: str, look: str = "") -> dict[str, Any]:
    answer = await client.get(f"{CASES}/{case}{look}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# --- streams ------------------------------------------------------------------------------------------------------

STREAMS = {
    "w1": {"table", "filing", "notice", "worker"},
    "e1": {"table", "filing", "notice", "employer"},
    "recorder": {"table", "filing", "notice"},
    "auditor": {"table", "filing", "notice"},
    "hr": {"filing", "notice"},
    "authority": {"filing", "notice"},
    "town": {"notice"},
    "district": {"notice"},
    "w9": {"notice"},
    "stranger": None,
    "elsewhere": None,
}
"""Written from domain §6, apart from the code."""


@pytest.mark.parametrize(("who", "streams"), STREAMS.items())
async def test_each_reader_sees_his_streams_whole_and_no_other(
    look: Looking, case: str, who: str, streams: set[str] | None
) -> None:
    client = look(who)
    if streams is None:
        assert {(await client.get(f"{CASES}/{case}{one}")).status_code for one in LOOKS} == {404}
        return
    found = await seen(client, case)
    assert set(found["me"]["streams"]) == set(found["versions"]) == streams
    timeline = await seen(client, case, "/timeline?limit=200")
    assert {one["stream"] for one in timeline["rows"]} <= streams
    for stream, (_, size) in found["versions"].items():
        assert [one["seq"] for one in timeline["rows"] if one["stream"] == stream] == list(range(1, size + 1))
    assert {one.partition(".")[0] for one in found["words"]} <= streams
    assert (found["state"] is not None) is (streams >= {"table", "filing", "notice"})
    assert (found["caucus"] is not None) is bool(streams & {"worker", "employer"})
    assert {one["stream"] for one in (await seen(client, case, "/deadlines"))["rows"]} <= streams


async def test_the_draft_is_for_the_two_sides_until_it_lies_before_the_workers(
    still: House, clock: Standing, look: Looking
) -> None:
    """What a portal reads there it can hand in as it is, and what was handed in every worker reads."""
    acts = rehearsed()
    place = next(place for place, act in enumerate(acts) if isinstance(act.command, SubmitDraft))
    submit = acts[place].command
    assert isinstance(submit, SubmitDraft)
    clock.at = acts[place].at
    case = await write(still, acts[:place])
    lying = await seen(look("e1"), case, "/draft")
    assert (lying["submitted_on"], lying["draft_hash"]) == (None, submit.draft_hash)
    assert all(one.pop("agreed") for one in lying["clauses"])
    assert lying["clauses"] == submit.model_dump(mode="json")["clauses"]
    told = (await seen(look("w1"), case, "/clauses"))["rows"]
    assert {one["clause"]: one["versions"][-1]["prose"] for one in told if one["standing"] == "agreed"} == {
        one["clause"]: one["prose"] for one in lying["clauses"]
    }
    first = told[0]["versions"][0]
    for since, how in ((first["seq"] - 1, "added"), (first["seq"], "same")):
        between = f"/clauses/redline?from={since}&to={first['seq']}&clause={told[0]['clause']}"
        (row,) = (await seen(look("w1"), case, between))["rows"]
        assert (row["how"], "".join(one["text"] for one in row["words"])) == (how, first["prose"])
    assert {one["how"] for one in (await seen(look("e1"), case, "/clauses/redline"))["rows"]} == {"added"}
    for who in ("hr", "w9", "authority"):
        assert (await seen(look(who), case, "/draft"))["clauses"] == []
        assert (await seen(look(who), case, "/clauses")) == {"rows": [], "names": {}}
        assert (await seen(look(who), case, "/clauses/redline"))["rows"] == []

    await write(still, acts[place : place + 1], "submit", case)
    for who in ("e1", "hr", "w9", "authority"):
        found = await seen(look(who), case, "/draft")
        assert (found["submitted_on"], found["draft_hash"]) == (clock.at.date().isoformat(), submit.draft_hash)
        assert [{**one, "agreed": True} for one in lying["clauses"]] == found["clauses"]


PROGRESS = ("w1", "e1", "recorder", "auditor", "hr", "authority", "town", "district")


async def test_where_each_step_stands_is_shown_to_those_who_see_the_progress(look: Looking, case: str) -> None:
    """Domain §6: progress is the step, dates, due, late and light; both organs and the offices above see it."""
    for who in PROGRESS:
        shown = (await seen(look(who), case))["substates"]
        assert (shown["offer"], shown["meeting"], shown["congress"]) == ("served", "in_session", None), who
        assert shown["representatives"] == {"worker": "ready", "employer": "ready"}, who
    assert (await seen(look("w9"), case))["substates"] is None


async def test_that_a_side_drafts_its_topics_is_known_in_its_own_caucus_alone(
    still: House, look: Looking, clock: Standing
) -> None:
    acts = rehearsed()
    until = next(n for n, act in enumerate(acts) if isinstance(act.command, RecordOpinions)) + 1
    clock.at = acts[until - 1].at
    case = await write(still, acts[:until])
    shown = {who: (await seen(look(who), case))["substates"]["topics"]["worker"] for who in ("w1", "hr", "town")}
    assert shown == {"w1": "drafting", "hr": "collecting", "town": "collecting"}


async def test_what_is_said_in_a_caucus_reaches_its_bench_alone(
    still: House, look: Looking, preparing: str, clock: Standing
) -> None:
    canary = "底线是百分之五"
    sheet = DraftTopicSheet(topics=(Topic(head="T1", answer=Answer.NEGOTIATE, demand=canary),))
    asked = Asked(district=DISTRICT, case=preparing, command=sheet, by=Member(person="w1"), at=clock.at, key="canary")
    entries = (await still.site.log.ask(asked)).entries
    assert {one.stream for one in entries} == {Stream.WORKER}
    for who in STREAMS:
        told = [(await look(who).get(f"{CASES}/{preparing}{one}")).text for one in (*LOOKS, "/timeline?limit=200")]
        told.append((await look(who).get(CASES)).text)
        assert any(canary in one for one in told) is (who == "w1"), who


async def test_a_caucus_act_changes_nothing_that_the_other_side_can_observe(
    still: House, look: Looking, preparing: str, clock: Standing
) -> None:
    """Bodies, headers, ETags, lists, refusals: byte for byte."""
    observers = {who: look(who) for who in ("e1", "hr", "w9", "town", "authority", "auditor", "recorder")}

    async def observed() -> list[object]:
        found: list[object] = []
        for client in observers.values():
            for path in (*(f"{CASES}/{preparing}{one}" for one in LOOKS), CASES, f"{API}/cockpit"):
                answer = await client.get(path)
                found.append((path, answer.status_code, answer.headers.raw, answer.content))
            answer = await client.post(
                f"{CASES}/{preparing}/confirm-clause", json={"clause": "x", "text_hash": "0" * 64}
            )
            found.append((answer.status_code, answer.headers.raw, answer.content))
        return found

    before = await observed()
    for number in range(3):
        words = RecordOpinions(held=Held.DISPERSED, issued=180, returned=150 + number, digest=f"第{number}稿")
        by = Member(person="w1")
        await still.site.log.ask(
            Asked(district=DISTRICT, case=preparing, command=words, by=by, at=clock.at, key=f"o{number}")
        )
    assert await observed() == before
    assert (await seen(look("w1"), preparing))["versions"]["worker"][1] >= 3


async def test_progress_is_for_those_who_answer_for_it_and_content_for_the_table(look: Looking, case: str) -> None:
    rows = {who: (await seen(look(who), case))["overview"] for who in ("e1", "town", "hr", "w9")}
    assert {row["step"] for row in rows.values()} == {"meeting"}
    assert rows["e1"]["light"] == rows["town"]["light"] == rows["hr"]["light"] != ""
    assert rows["w9"]["light"] == ""
    assert rows["w9"]["offered_on"] is None
    assert rows["e1"]["offered_on"] == "2026-03-02"
    assert rows["e1"]["raise_rate"] is not None
    assert {rows[who]["raise_rate"] for who in ("town", "hr", "w9")} == {None}, "agreed at the table, not in force"


async def test_a_list_shows_no_more_than_the_case_itself(look: Looking, case: str) -> None:
    for who in ("w1", "recorder", "hr", "town", "authority", "w9"):
        (row,) = (await look(who).get(CASES)).json()["rows"]
        alone = (await seen(look(who), case))["overview"]
        if who in ("town", "authority"):  # by their office, without looking into the case
            alone |= {"raise_rate": None}
        assert (row["id"], row["overview"]) == (case, alone), who
        assert row["names"] == {"E1": "E1厂"}
    for who in ("stranger", "elsewhere"):
        assert (await look(who).get(CASES)).json()["rows"] == []


# Who is in the case by a seat alone: a bench that no membership leads to, a recorder and guests from elsewhere.


async def listed(client: httpx2.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get(CASES, params=query)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["rows"]]


async def test_who_is_in_a_case_by_a_seat_alone_finds_it(look: Looking, case: str) -> None:
    assert await listed(look("e1")) == [case]
    (row,) = (await look("e1").get(CASES)).json()["rows"]
    assert row["overview"] == (await seen(look("e1"), case))["overview"]
    assert await listed(look("e1"), by_due="true") == [case]
    assert await listed(look("e1"), light=row["overview"]["light"]) == [case]
    assert await listed(look("elsewhere")) == [], "nobody without one does"


async def ask(house: House, case: str, by: Member, command: Command) -> None:
    at, key = house.site.world.clock(DISTRICT), house.site.new_id("k")
    await house.site.log.ask(Asked(district=DISTRICT, case=case, command=command, by=by, at=at, key=key))


async def test_an_office_in_one_place_and_a_seat_in_another_show_both_without_choosing(
    still: House, look: Looking, preparing: str
) -> None:
    """`elsewhere` is of the town union next door, `stranger` of another enterprise; both are invited to the table."""
    other = await write(still, rehearsed(until=1), key="second")
    chief = Member(person="w0", offices=frozenset({Office.UNION}))
    assert await listed(look("elsewhere")) == await listed(look("stranger")) == []
    for guest in ("elsewhere", "stranger"):
        await ask(still, preparing, chief, InviteToTable(person=guest))
        assert await listed(look(guest)) == [preparing]
        assert (await seen(look(guest), preparing))["me"]["seats"]
        (row,) = (await look(guest).get(CASES)).json()["rows"]
        assert row["overview"] == (await seen(look(guest), preparing))["overview"]
    assert await listed(look("town")) == sorted([other, preparing]), "who has the area sees it as before"
    assert await listed(look("elsewhere"), region="330109103") == []
    assert await listed(look("elsewhere"), region="330109102") == [preparing]
    membership = (await look("stranger").get(f"{API}/me")).json()["memberships"][0]["id"]
    named = look("stranger")
    named.headers["X-Acting-As"] = membership
    assert await listed(named) == [preparing], "a capacity that is none in this case takes no seat away"
    named.headers["X-Acting-As"] = "no-such-membership"
    assert await listed(named) == []


async def test_a_guest_from_the_office_next_door_is_shown_the_table_he_sits_at(
    still: House, look: Looking, case: str
) -> None:
    assert (await seen(look("e1"), case))["overview"]["raise_rate"] is not None
    await ask(still, case, Member(person="w0", offices=frozenset({Office.UNION})), InviteToTable(person="elsewhere"))
    (row,) = (await look("elsewhere").get(CASES)).json()["rows"]
    assert row["overview"] == (await seen(look("e1"), case))["overview"]


async def test_a_mandate_that_died_is_gone_from_the_list(still: House, look: Looking, preparing: str) -> None:
    assert await listed(look("e1")) == [preparing]
    await ask(still, preparing, Member(person="e1", side=Side.EMPLOYER), LeaveBench(person="e1"))
    assert await listed(look("e1")) == []
    assert (await look("e1").get(f"{CASES}/{preparing}")).status_code == 404
    await ask(still, preparing, Member(person="w1"), LeaveBench(person="w1"))
    assert await listed(look("w1")) == [preparing], "he still works there"
    assert await listed(look("w1"), by_due="true") == [], "but how far it is is not his to see any more"


async def test_a_scrutineer_cannot_search_by_what_his_seat_does_not_show(look: Looking, case: str) -> None:
    assert await listed(look("s1")) == [case]
    assert (await seen(look("s1"), case))["me"]["seats"] == ["scrutineer", "worker"]
    assert await listed(look("s1"), by_due="true") == []
    assert [await listed(look("s1"), light=one) for one in ("green", "yellow", "red", "grey")] == [[]] * 4
    assert await listed(look("w1"), by_due="true") == [case], "a representative may"


async def test_who_has_a_seat_in_a_case_is_said_in_no_list(look: Looking, case: str) -> None:
    for who in ("town", "district", "w9", "hr", "e1", "authority"):
        told = (await look(who).get(CASES)).json()["rows"]
        assert {"seat", "seats", "persons", "people"} & {*told[0], *told[0]["overview"]} == set(), who
        assert "e1" not in {value for value in told[0]["overview"].values() if isinstance(value, str)}


async def test_a_worker_cannot_search_by_what_he_does_not_see(look: Looking, case: str) -> None:
    for light in ("green", "yellow", "red", "grey"):
        assert (await look("w9").get(CASES, params={"light": light})).json()["rows"] == []
    lights = [
        len((await look("town").get(CASES, params={"light": one})).json()["rows"])
        for one in ("green", "yellow", "red", "grey")
    ]
    assert sum(lights) == 1
    assert await listed(look("w9"), by_due="true") == [], "nor see which is the most urgent"
    assert await listed(look("hr"), by_due="true") == [case]


# --- next and deadlines -------------------------------------------------------------------------------------------


async def test_next_names_what_one_may_ask_and_what_stands_in_the_way(look: Looking, case: str) -> None:
    chief = {one["command"]: one for one in (await seen(look("w0"), case, "/next"))["possible"]}
    assert chief["confirm_clause"]["open"] is True
    assert chief["confirm_clause"]["path"] == f"{CASES}/{{id}}/confirm-clause"
    assert chief["suspend"]["binding"] is True
    assert "write_minutes" not in chief
    worker = (await seen(look("w9"), case, "/next"))["possible"]
    assert "confirm_clause" not in {one["command"] for one in worker}


async def test_what_stands_in_the_way_is_said_before_a_word_is_written(look: Looking, preparing: str) -> None:
    chief = {one["command"]: one for one in (await seen(look("w0"), preparing, "/next"))["possible"]}
    held = [one for one in chief.values() if not one["open"]]
    assert held
    for one in held:
        assert any(obstacle["level"] == "hard" for obstacle in one["obstacles"])
        for obstacle in one["obstacles"]:
            for text in (obstacle["sentence"], obstacle["way_out"]):
                assert text["zh"]
                assert text["en"]


async def test_what_a_step_waits_for_is_said_to_those_at_the_table(look: Looking, case: str) -> None:
    assert [one["reason"] for one in (await seen(look("e1"), case, "/next"))["stuck"]]
    assert (await seen(look("town"), case, "/next"))["stuck"] == []


async def test_a_deadline_says_how_it_was_derived(look: Looking, case: str) -> None:
    rows = {one["timer"]: one for one in (await seen(look("e1"), case, "/deadlines"))["rows"]}
    reply = rows["reply"]
    assert reply["articles"][0] == "HZ 24"
    assert reply["derivation"]["counted_from"] == "2026-03-02"
    assert reply["latest"] >= reply["derivation"]["counted_from"]
    assert {"zh", "en"} == set(reply["label"])


# --- tags and pages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", LOOKS)
async def test_a_reader_who_has_it_is_told_that_nothing_changed(look: Looking, case: str, path: str) -> None:
    client = look("e1")
    first = await client.get(f"{CASES}/{case}{path}")
    again = await client.get(f"{CASES}/{case}{path}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = await look("w1").get(f"{CASES}/{case}{path}", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == (304 if path in _SAME_FOR_BOTH else 200), "a tag is its reader's"


async def test_a_tag_changes_with_what_the_reader_sees(
    still: House, look: Looking, preparing: str, clock: Standing
) -> None:
    client = look("w1")
    tag = (await client.get(f"{CASES}/{preparing}")).headers["etag"]
    words = RecordOpinions(held=Held.DISPERSED, issued=180, returned=170)
    await still.site.log.ask(
        Asked(district=DISTRICT, case=preparing, command=words, by=Member(person="w1"), at=clock.at, key="one more")
    )
    assert (await client.get(f"{CASES}/{preparing}", headers={"If-None-Match": tag})).status_code == 200
    tag = (await client.get(f"{CASES}/{preparing}")).headers["etag"]
    clock.at = datetime(2026, 12, 1, 9, tzinfo=CHINA)
    assert (await client.get(f"{CASES}/{preparing}", headers={"If-None-Match": tag})).status_code == 200, "another day"


async def test_a_timeline_is_read_page_by_page_without_gap_or_double(look: Looking, case: str) -> None:
    client = look("e1")
    whole = (await seen(client, case, "/timeline?limit=200"))["rows"]
    pages: list[dict[str, Any]] = []
    query = "?limit=7"
    while True:
        page = await seen(client, case, f"/timeline{query}")
        pages += page["rows"]
        query = f"?limit=7&cursor={page['next']}"
        if not page["more"]:
            break
    assert pages == whole
    assert len({(one["stream"], one["seq"]) for one in pages}) == len(pages)
    assert (await seen(client, case, f"/timeline{query}"))["rows"] == []


@pytest.mark.parametrize("cursor", ["x", "e30", "WyJ0aW1lbGluZSIseyJ3b3JrZXIiOjB9XQ", "WyJjYXNlcyIse31d", "_-_-"])
async def test_a_cursor_of_another_list_or_stream_is_refused(look: Looking, case: str, cursor: str) -> None:
    """The third one names the workers' stream, which for this reader is not there."""
    answer = await look("e1").get(f"{CASES}/{case}/timeline", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_cases_are_listed_page_by_page(still: House, look: Looking) -> None:
    acts = rehearsed(until=1)
    cases = {await write(still, acts, key=f"case{number}") for number in range(5)}
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await look("town").get(CASES, params=query)).json()
        found += [row["id"] for row in page["rows"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(found) == 5
    assert set(found) == cases


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 1),
        ({"step": "meeting"}, 1),
        ({"step": "offer"}, 0),
        ({"region": "330109102"}, 1),
        ({"region": "33"}, 1),
        ({"region": "330109103"}, 0),
        ({"closed": "true"}, 0),
        ({"closed": "false"}, 1),
        ({"text": "E1厂"}, 1),
        ({"text": "别的厂"}, 0),
        ({"wage_year": 2026}, 1),
        ({"scope": "region"}, 0),
        ({"by_due": "true"}, 1),
        ({"external_ref": "sap"}, 0),
    ],
)
async def test_cases_are_found_by_what_is_known_of_them(
    look: Looking, case: str, query: dict[str, Any], count: int
) -> None:
    answer = await look("district").get(CASES, params=query)
    assert [row["id"] for row in answer.json()["rows"]] == [case] * count


@pytest.mark.parametrize(
    "query", [{"step": "no"}, {"limit": 0}, {"limit": 201}, {"region": "x"}, {"text": "\x00"}, {"cursor": "!"}]
)
async def test_a_wrong_question_is_named(look: Looking, case: str, query: dict[str, Any]) -> None:
    answer = await look("district").get(CASES, params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"] == f"/query/{next(iter(query))}"
    assert case


# --- the code of the room -----------------------------------------------------------------------------------------


def holding(place: Path, text: str) -> list[Path]:
    """The files under a place in which a text stands as it is."""
    return [one for one in place.rglob("*") if one.is_file() and text.encode() in one.read_bytes()]


async def test_who_scans_the_screen_checks_in_and_the_code_is_written_down_nowhere(
    still: House, look: Looking, clock: Standing, tmp_path: Path
) -> None:
    acts = rehearsed()
    case = f"{CASES}/{await write(still, acts[:UP_TO_CHECK_IN])}"
    clock.at = acts[UP_TO_CHECK_IN].at
    recorder, worker, boss = look("recorder"), look("w1"), look("e0")
    code = (await recorder.get(f"{case}/check-in-code")).json()
    link, _, secret = code["link"].partition("#")
    assert link.endswith(f"{case.removeprefix(CASES)}/check-in")
    assert code["svg"].startswith("<svg")
    assert 0 < code["lasts_s"] <= 30
    assert (await boss.get(f"{case}/check-in-code")).json() == code, "a chief's screen shows the same"
    assert (await worker.get(f"{case}/check-in-code")).json()["obstacles"][0]["reason"] == "not_your_seat"

    clock.at += timedelta(seconds=code["lasts_s"] + 29)
    assert (await worker.post(f"{case}/check-in", json={"room_code": secret})).status_code == 201
    clock.at += timedelta(seconds=1)
    over = (await boss.post(f"{case}/check-in", json={"room_code": secret})).json()["obstacles"][0]
    assert (over["reason"], over["cure"]) == ("check_in_code_over", ["chief", "recorder"])
    assert (await boss.post(f"{case}/check-in", json={})).status_code == 201

    rows = (await recorder.get(f"{case}/timeline?limit=200")).json()["rows"]
    assert [one["facts"]["how"] for one in rows if one["type"] == "checked_in"] == ["qr", "self"]
    sides = (await recorder.get(f"{case}/next")).json()["attendance"]["sides"]
    counted = {side: (one["checked_in"], one["by_code"], one["confirmed"]) for side, one in sides.items()}
    assert counted == {"worker": (1, 1, 0), "employer": (1, 0, 0)}
    assert holding(tmp_path, "checked_in")
    assert not holding(tmp_path, secret)
