"""The dry run of one case: who may hold it reads what goes when, and counts nothing of what he does not see."""

from __future__ import annotations

from datetime import date

from cloudnego.exporting.keeping import Seen, of_a_case, plan
from cloudnego.main import House
from tests.web.conftest import API
from tests.web.granted import Looking, Standing, clock, look, people, still
from tests.web.played import rehearsed, write

__all__ = ["clock", "look", "people", "still"]

NOTHING = Seen(talk=0, words=0, files=0, papers=0, for_good=0, thirty_years=0)
TODAY = date(2030, 1, 1)
KEEPS = {"talk": 100, "ballots": 10, "surveys": 30}


def test_every_rule_says_its_day_or_why_there_is_none() -> None:
    told = {
        one.name: one
        for one in plan(NOTHING, KEEPS, expires_on=date(2029, 12, 1), today=TODAY, live=True, held=True)
    }  # fmt: skip
    assert (told["talk"].goes_on, told["ballots"].goes_on) == (date(2030, 3, 12), date(2029, 12, 12))
    assert told["surveys"].older_than == date(2029, 12, 2)
    assert {one.name for one in told.values() if one.count is not None} == {
        *("talk", "cases", "files", "papers", "archive_for_good", "archive_thirty_years")
    }
    assert {one.name for one in told.values() if not one.held} == {"audit_exports"}, "a copy is made again"
    assert all(one.law and one.what["zh"] and one.what["en"] for one in told.values())
    open_ended = plan(NOTHING, KEEPS, expires_on=None, today=TODAY, live=True, held=False)
    practice = plan(NOTHING, KEEPS, expires_on=TODAY, today=TODAY, live=False, held=False)
    assert not [one for one in (*open_ended, *practice) if one.goes_on]


def test_what_is_swept_of_a_case_is_told_and_what_is_of_no_case_is_not() -> None:
    assert {one.name for one in of_a_case()} == {"views", "nominations", "audit_exports", "surveys"}


async def test_a_union_above_reads_it_before_and_after_a_hold_and_nobody_else(
    still: House, clock: Standing, look: Looking
) -> None:
    acts = rehearsed()
    clock.at = acts[-1].at
    case = await write(still, acts)
    door = f"{API}/negotiations/{case}"
    before = (await look("town").get(f"{door}/retention")).json()
    assert (before["held"], before["sandbox"], before["expires_on"]) == (False, True, "2027-03-31")
    counts = {one["name"]: one["count"] for one in before["rows"]}
    assert counts["cases"] > 0
    assert counts["surveys"] is None
    body = {"reason": "杭萧劳人仲案〔2026〕112号", "article": "劳动争议调解仲裁法第39条", "until_on": "2099-12-31"}
    held = (await look("town").post(f"{door}/holds", json=body)).json()
    assert held["article"] == body["article"]
    after = (await look("authority").get(f"{door}/retention")).json()
    assert (after["held"], after["until_on"]) == (True, "2099-12-31")
    assert (await look("town").post(f"{door}/holds", json=body | {"article": "条" * 121})).status_code == 422
    for who in ("w0", "e0", "hr", "auditor", "stranger", "elsewhere"):
        assert (await look(who).get(f"{door}/retention")).status_code == 404, who
