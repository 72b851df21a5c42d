"""What waits for somebody: his own turns and nothing else, the most urgent first, never out of another's stream."""

from __future__ import annotations

from typing import Any

import httpx2

from cloudnego.core.commands import Answer, DraftTopicSheet, RecordOpinions, Topic
from cloudnego.core.vocabulary import Held, Member, Office, Side
from cloudnego.identity.roster import NewMembership, Roster
from cloudnego.identity.store import writing
from cloudnego.main import House
from cloudnego.ports import Asked
from tests.web.conftest import API
from tests.web.granted import Looking, Standing, clock, look, people, still
from tests.web.played import DISTRICT, rehearsed, write

__all__ = ["clock", "look", "people", "still"]

HERE = f"{API}/me/waiting"


async def waiting(client: httpx2.AsyncClient, query: str = "") -> dict[str, Any]:
    answer = await client.get(HERE + query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def commands(found: dict[str, Any]) -> set[str]:
    return {one["command"] for one in found["rows"]}


async def carried(still: House, clock: Standing, command: str, story: str = "plain") -> str:
    """A case in which this command is the next that was asked."""
    acts = rehearsed(story)
    place = next(n for n, one in enumerate(acts) if one.command.type == command)
    clock.at = acts[place].at
    return await write(still, acts[:place], key=f"{story} {command}")


async def test_an_offer_waits_for_a_reply_with_its_deadline_and_how_it_was_counted(
    still: House, clock: Standing, look: Looking
) -> None:
    case = await carried(still, clock, "reply")
    found = await waiting(look("e0"))
    (reply,) = [one for one in found["rows"] if one["command"] == "reply"]
    assert (reply["case"], reply["binding"], reply["side"]) == (case, True, "employer")
    assert reply["path"] == f"{API}/negotiations/{case}/reply"
    assert reply["deadline"]["timer"] == "reply"
    assert reply["deadline"]["derivation"]["fact"] == "offer.received"
    assert 0 <= reply["deadline"]["left"] <= 10
    assert found["names"]["E1"] == "E1厂"


async def test_the_other_side_is_told_whom_it_waits_for_and_has_nothing_to_do(
    still: House, clock: Standing, look: Looking
) -> None:
    await carried(still, clock, "reply")
    found = await waiting(look("w1"))
    assert "reply" not in commands(found)
    (waits,) = [one for one in found["waiting"] if one["command"] == "reply"]
    assert (waits["side"], waits["deadline"]["timer"]) == ("employer", "reply")


async def test_only_what_may_be_asked_now_waits(still: House, clock: Standing, look: Looking) -> None:
    """Each act that waits stands open in `next`, for each who has some."""
    case = await carried(still, clock, "start_meeting")
    some = 0
    for who in ("w0", "w1", "e0", "e1", "recorder", "hr", "town", "district", "authority", "auditor", "w9"):
        answer = await look(who).get(f"{API}/negotiations/{case}/next")
        may = {one["command"] for one in answer.json()["possible"] if one["open"]}
        mine = commands(await waiting(look(who)))
        assert mine <= may
        some += len(mine)
    assert some


async def test_of_whom_nothing_is_wanted_the_list_is_empty(still: House, clock: Standing, look: Looking) -> None:
    await carried(still, clock, "reply")
    for who in ("w9", "auditor", "stranger", "elsewhere", "district"):
        assert (await waiting(look(who)))["rows"] == []
    assert (await waiting(look("stranger")))["waiting"] == []


async def test_the_authority_has_the_filing_and_the_union_what_is_late(
    still: House, clock: Standing, look: Looking
) -> None:
    await carried(still, clock, "receive_filing")
    assert "receive_filing" in commands(await waiting(look("authority")))
    await carried(still, clock, "urge", "silent-enterprise")
    found = await waiting(look("town"))
    (urge,) = [one for one in found["rows"] if one["command"] == "urge"]
    assert (urge["reason"], urge["light"], urge["deadline"]["overdue"]) == ("reply", "red", True)
    assert urge["deadline"]["left"] < 0
    assert (await waiting(look("elsewhere")))["rows"] == []


async def test_a_side_prepares_its_topics_in_its_own_stream_and_the_other_sees_nothing_of_it(
    still: House, clock: Standing, look: Looking
) -> None:
    acts = rehearsed()
    place = next(n for n, one in enumerate(acts) if one.command.type in ("record_opinions", "draft_topic_sheet"))
    clock.at = acts[place].at
    case = await write(still, acts[:place])
    assert "record_opinions" in commands(await waiting(look("w1")))
    before = {who: (await look(who).get(HERE)).content for who in ("e0", "hr", "w9", "town", "auditor")}

    async def asks(command: Any, key: str) -> None:
        by = Member(person="w1", side=Side.WORKER, offices=frozenset({Office.WORKER}))
        await still.site.log.ask(Asked(district=DISTRICT, case=case, command=command, by=by, at=clock.at, key=key))

    await asks(RecordOpinions(held=Held.DISPERSED, issued=10, returned=9), "opinions")
    assert "draft_topic_sheet" in commands(await waiting(look("w1")))
    await asks(DraftTopicSheet(topics=(Topic(head="T1", answer=Answer.NEGOTIATE, demand="增资"),)), "sheet")
    assert "declare_topics_ready" in commands(await waiting(look("w1")))
    assert {who: (await look(who).get(HERE)).content for who in before} == before


async def test_pages_go_by_cases_and_lose_none(still: House, clock: Standing, look: Looking) -> None:
    acts = rehearsed()
    place = next(n for n, one in enumerate(acts) if one.command.type == "reply")
    clock.at = acts[place].at
    cases = {await write(still, acts[:place], key=f"case{n}") for n in range(3)}
    whole = await waiting(look("e0"))
    assert whole["next"] is None
    assert {one["case"] for one in whole["rows"]} == cases
    seen, query = [], "?limit=1"
    while True:
        found = await waiting(look("e0"), query)
        seen += found["rows"]
        if found["next"] is None:
            break
        query = f"?limit=1&cursor={found['next']}"
    assert sorted(seen, key=str) == sorted(whole["rows"], key=str)
    answer = await look("e0").get(f"{HERE}?cursor=AAAA")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_who_stands_on_both_sides_is_told_as_whom_he_acts(still: House, clock: Standing, look: Looking) -> None:
    """Everywhere else he is asked to say it first; here both lists are his."""
    await carried(still, clock, "reply")
    with writing(still.site.engine) as session:
        roster = Roster(session, DISTRICT, still.site.new_id, still.site.now_s(), "operator")
        roster.add_membership(NewMembership(person="e0", organisation="T1", office=Office.TOWN_UNION))
    rows = (await waiting(look("e0")))["rows"]
    assert [one["command"] for one in rows] == ["reply"]
    assert rows[0]["acting_as"] is not None
