"""A calendar by a link: what its owner sees at that moment and no more; it can be ended, and opens nothing else."""

from __future__ import annotations

from datetime import timedelta

import httpx2
from icalendar import Calendar
from sqlmodel import col, select, update

from cloudnego.identity.grades import Grade
from cloudnego.identity.link_tables import CalendarLink
from cloudnego.identity.sessions import token_hash
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Membership, Person
from cloudnego.main import House
from tests.web.conftest import API, Town, client_of
from tests.web.played import DISTRICT, at, looking, rehearsed, settle, write
from tests.web.portals import enter, register

LINKS = f"{API}/calendar-links"


async def linked(client: httpx2.AsyncClient, **body: str) -> str:
    """The path of a new link."""
    made = await client.post(LINKS, json=body)
    assert made.status_code == 201, made.text
    return "/calendar/" + str(made.json()["url"]).rpartition("/")[2]


def uids(answer: httpx2.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {str(one["uid"]) for one in Calendar.from_ical(answer.content).walk("VEVENT")}


async def test_a_link_shows_what_its_owner_sees_until_he_is_nothing_any_more(house: House) -> None:
    settle(house)
    acts = rehearsed()
    sent = next(number for number, act in enumerate(acts) if act.command.type == "send_offer")
    case = await write(house, acts[: sent + 1])
    at(house, acts[sent].at + timedelta(hours=1))
    clients, door = looking(house), client_of(house)
    for who in ("w0", "e0", "w9", "authority", "stranger"):
        path = await linked(clients(who))
        own = await clients(who).get(f"{API}/negotiations/deadlines.ics")
        got = await door.get(path, headers={"Cookie": "cloudnego=nothing"})
        assert got.content == own.content, who
        assert uids(got) == (set() if who == "stranger" else uids(own))
        assert got.headers["Cache-Control"] == "private, no-cache"
        assert got.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in got.headers
        again = await door.get(path, headers={"If-None-Match": got.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        at(house, acts[sent].at + timedelta(days=1))
        assert (await door.get(path)).headers["ETag"] == got.headers["ETag"], "another day, the same terms"
        at(house, acts[sent].at + timedelta(hours=1))
    path, of_one = await linked(clients("hr")), await linked(clients("hr"), case=case)
    assert uids(await door.get(of_one)) == uids(await door.get(path)) != set()
    assert (await clients("stranger").post(LINKS, json={"case": case})).status_code == 404
    with writing(house.site.engine) as session:
        session.exec(update(Membership).where(col(Membership.person) == "hr").values(ended_s=1))
    assert uids(await door.get(path)) == set(), "he works there no more"
    assert (await door.get(of_one)).status_code == 404
    with writing(house.site.engine) as session:
        session.exec(update(Person).where(col(Person.id) == "hr").values(ended_s=1))
    gone, never = await door.get(path), await door.get("/calendar/never.ics")
    assert (gone.status_code, gone.content) == (never.status_code, never.content)
    assert gone.status_code == 404


async def test_a_link_made_in_one_capacity_ends_with_it_and_a_caucus_changes_nothing(house: House) -> None:
    settle(house)
    acts = rehearsed()
    drafts = next(number for number, act in enumerate(acts) if act.command.type == "draft_topic_sheet")
    case = await write(house, acts[:drafts])
    at(house, acts[drafts].at)
    clients, door = looking(house), client_of(house)
    with reading(house.site.engine) as session:
        held = session.exec(select(Membership.id).where(Membership.person == "w0")).one()
    client = clients("w0")
    client.headers["X-Acting-As"] = held
    path, before = await linked(client), await clients("w0").get(f"{API}/negotiations/{case}")
    first = await door.get(path)
    await write(house, acts[drafts : drafts + 1], key="drafted", case=case)
    after = await clients("w0").get(f"{API}/negotiations/{case}")
    assert before.json()["versions"]["worker"] != after.json()["versions"]["worker"], "the side conferred"
    assert (await door.get(path)).content == first.content
    listed = (await clients("w0").get(LINKS)).json()["rows"]
    assert [(one["works"], one["acting_as"]) for one in listed] == [(True, held)]
    assert listed[0]["used_on"] is not None
    with writing(house.site.engine) as session:
        session.exec(update(Membership).where(col(Membership.id) == held).values(ended_s=1))
    assert (await door.get(path)).status_code == 404
    assert [one["works"] for one in (await clients("w0").get(LINKS)).json()["rows"]] == [False]


async def test_a_link_is_kept_by_its_hash_made_with_proof_ended_by_its_owner_and_bounded(house: House) -> None:
    settle(house)
    token = house.site.sessions.open(DISTRICT, "w9", "w9", "bearer", proof=Grade.PASSWORD)
    unproved = client_of(house, headers={"Authorization": f"Bearer {token}"})
    assert (await unproved.post(LINKS, json={})).json()["code"] in ("step_up_needed", "step_up_impossible")
    clients, door = looking(house), client_of(house)
    path = await linked(clients("w9"))
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    with reading(house.site.engine) as session:
        row = session.exec(select(CalendarLink)).one()
    assert (row.token_hash, len(secret)) == (token_hash(secret), 43)
    assert secret not in repr(row)
    assert (await door.get(path.removesuffix(".ics"))).status_code == 404
    assert (await door.get(f"{API}/me", headers={"Authorization": f"Bearer {secret}"})).status_code == 401
    assert (await clients("w2").delete(f"{LINKS}/{row.id}")).status_code == 404
    assert [(await door.get(path)).status_code for _ in range(61)] == [200] * 60 + [429]
    assert (await clients("w9").delete(f"{LINKS}/{row.id}")).status_code == 204
    assert (await door.get(path)).status_code == 404
    for _ in range(20):
        await linked(clients("w9"))
    assert (await clients("w9").post(LINKS, json={})).json()["code"] == "too_many_links"


async def test_a_portals_link_ends_with_its_grant(town: Town) -> None:
    client = await register(town, scopes=["cases"])
    program = await enter(town, client)
    path = await linked(program)
    assert (await town.door.get(path)).status_code == 200
    assert [one["enterprise"] for one in (await program.get(LINKS)).json()["rows"]] == [town.ids["firm"]]
    assert (await town["firm.boss"].get(LINKS)).json()["rows"] == []
    gone = await town["firm.boss"].delete(f"{API}/portal-clients/{client.id}")
    assert gone.status_code == 204
    assert (await town.door.get(path)).status_code == 404
