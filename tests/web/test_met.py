"""What somebody is in a case is remembered, and never longer than it is so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace as put

from cloudnego.core.moment import streams_of, who_is_who
from cloudnego.core.state import EMPTY, Negotiation
from cloudnego.core.vocabulary import Member, Office, Side, Stream
from cloudnego.identity.offices import parties_of
from cloudnego.identity.sessions import Held, Who
from cloudnego.web.met import Meetings, meet
from tests.core.test_stories import played

_DAY = date(2026, 4, 1)


def _changed(whole: Any, blank: Any) -> Iterator[tuple[str, Any]]:
    """`whole` with each part taken out in turn, also each part of a part."""
    for name in type(whole).__struct_fields__:
        one, nothing = getattr(whole, name), getattr(blank, name)
        if one != nothing:
            yield name, put(whole, **{name: nothing})
            if isinstance(one, msgspec.Struct) and type(one) is type(nothing):
                yield from ((f"{name}.{inner}", put(whole, **{name: part})) for inner, part in _changed(one, nothing))


@pytest.mark.parametrize("story", ["plain", "failed-ballot", "regional"])
def test_nothing_of_a_case_but_who_is_who_in_it_decides_what_a_member_sees(story: str) -> None:
    scene, decides = played(story), set[str]()
    case = scene.case
    whole = put(
        case, invited={"guest": "invited"}, election=put(case.election, scrutineers=("s8",)),
        congress=put(case.congress, scrutineers=("s9",)),
    )  # fmt: skip
    members = [*scene.members.values(), *(Member(person=one) for one in ("guest", "s8", "s9"))]
    for part, less in _changed(whole, EMPTY):
        seen = [streams_of(less, one) == streams_of(whole, one) for one in members]
        same = all(seen) and parties_of(less) == parties_of(whole)
        if who_is_who(less) == who_is_who(whole):
            assert same, f"{part} decides what somebody sees, and is not looked at"
        elif not same:
            decides.add(part)
    named = {"benches.worker.reps", "meeting.recorder", "invited", "election.scrutineers", "congress.scrutineers"}
    assert {"opened", *named} <= decides, "the test takes out what matters"


def _who(*, until: date | None = None) -> Who:
    held = Held(
        membership="m1", organisation="E1", organisation_kind="enterprise", organisation_name="甲厂", region="330109",
        upper=None, office=Office.HR, side=Side.EMPLOYER, seat_hint=None, mandate=None, mandate_scope=None,
        mandate_from=None, mandate_to=until,
    )  # fmt: skip
    return Who(person="p1", name="王", district="d1", door="bearer", held=(held,))


def _case() -> Negotiation:
    return put(played("plain").case, ending=None)


def test_whom_the_case_names_or_drops_is_met_anew_at_once() -> None:
    meetings, who, case = Meetings(), _who(), _case()
    before = meetings.met(who, "c1", case, None, _DAY)
    assert before is not None
    assert Stream.TABLE not in before.streams
    recorder = put(case, meeting=put(case.meeting, recorder="p1"))
    named = meetings.met(who, "c1", recorder, None, _DAY)
    assert named is not None
    assert Stream.TABLE in named.streams
    assert meetings.met(who, "c1", case, None, _DAY) == before


def test_a_mandate_is_over_with_its_last_day_and_an_office_with_the_next_look_at_it() -> None:
    meetings, who, case = Meetings(), _who(until=_DAY), _case()
    assert meetings.met(who, "c1", case, None, _DAY) is not None
    assert meetings.met(who, "c1", case, None, _DAY + timedelta(days=1)) is None
    assert meetings.met(who, "c1", case, None, _DAY) is not None
    assert meetings.met(put(who, held=()), "c1", case, None, _DAY) is None


def test_one_case_and_one_capacity_are_not_taken_for_another() -> None:
    meetings, who, case = Meetings(), _who(), _case()
    assert case.opened is not None
    other = {"enterprise": "E9", "employer_organ": "E9"}
    elsewhere = put(case, covers=(), opened=case.opened.model_copy(update=other))
    first = meetings.met(who, "c1", case, None, _DAY)
    assert first is not None
    assert meetings.met(who, "c2", elsewhere, None, _DAY) is None
    assert meetings.met(who, "c1", case, "m9", _DAY) is None, "he holds no such membership"
    assert meetings.met(who, "c1", case, None, _DAY) is first, "remembered, not found again"
    assert first == meet(who, case, None, _DAY)
