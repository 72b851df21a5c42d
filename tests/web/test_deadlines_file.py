"""The calendar of terms: what `deadlines` shows, entry by entry, read back by a library, and nothing of others."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import httpx2
from icalendar import Calendar, Component

from cloudnego.main import House
from tests.web.conftest import API
from tests.web.played import at, looking, rehearsed, settle, write

PATH = f"{API}/negotiations/deadlines.ics"


async def entries(client: httpx2.AsyncClient) -> dict[str, Component]:
    answer = await client.get(PATH)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75, "lines are folded (RFC 5545 §3.1)"
    return {str(one["uid"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}


async def test_each_reader_has_the_open_terms_he_sees_and_an_entry_moves_with_its_term(house: House) -> None:
    settle(house)
    acts = rehearsed()
    sent = next(number for number, act in enumerate(acts) if act.command.type == "send_offer")
    case = await write(house, acts[: sent + 1])
    at(house, acts[sent].at + timedelta(hours=1))
    clients, seen = looking(house), set[str]()
    for who in ("w0", "e0", "hr", "recorder", "town", "authority", "s1"):
        answer = await clients(who).get(f"{API}/negotiations/{case}/deadlines")
        rows = answer.json()["rows"] if answer.status_code == 200 else []
        wanted = {
            f"{case}.{one['timer']}.{one['key']}": date.fromisoformat(one["latest"])
            for one in rows
            if one["open"] and one["latest"]
        }
        found = {uid.partition("@")[0]: one.decoded("dtstart") for uid, one in (await entries(clients(who))).items()}
        assert {uid: day.date() if isinstance(day, datetime) else day for uid, day in found.items()} == wanted, who
        seen |= wanted.keys()
    assert seen, "a reply is owed"
    before = await entries(clients("w0"))
    assert before == await entries(clients("w0")), "asked again, it is the same"
    for one in before.values():
        said = str(one["description"])
        assert "演示·无效力" in said
        assert f"/c/{case}" in said
        assert "HZ " in said
        assert " · " in str(one["summary"])
    await write(house, acts[sent + 1 : sent + 4], key="later", case=case)
    after = await entries(clients("w0"))
    kept = before.keys() & after.keys()
    assert kept
    assert all(after[uid].decoded("sequence") > before[uid].decoded("sequence") for uid in kept)
