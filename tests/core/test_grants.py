"""Who may be invited to the table, and court orders: told to both sides, in closed cases too, without a look inside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.moment import Named, seats_of, streams_of
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import CLOCK, Ending, Held, Office, Seat, Side, Stream
from tests.core.situations import BOTH_LISTED, PUBLISHED, SCHEDULED
from tests.given import (
    AUTHORITY,
    DISTRICT,
    E1,
    GUEST,
    SCAN,
    TOWN,
    UNION,
    W1,
    W2,
    Given,
    W,
    day,
    given,
    like,
    member,
)
from tests.payloads import payload

INVITE = c.InviteToTable(person="guest")
GUIDED = given(BOTH_LISTED).having((UNION, c.RequestGuidance(topic="流程")))


def of_office(now: Given, *offices: Office, of_party: bool = False) -> Given:
    return replace(now, named=Named(offices=frozenset(offices), of_party=of_party))


# --- invitations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("office", [Office.TOWN_UNION, Office.DISTRICT_UNION])
def test_an_official_of_an_upper_union_sits_there_only_while_guidance_is_given(office: Office) -> None:
    of_office(given(BOTH_LISTED), office).when(W1, INVITE).then_refused(Reason.NO_GUIDANCE)
    now = of_office(GUIDED, office)
    there = now.when(W1, INVITE).then(like(e.InvitedToTable, person="guest", under_guidance=True)).after
    assert Stream.TABLE in streams_of(there.case, GUEST)
    ended = there.having((TOWN, c.EndGuidance()))
    assert seats_of(ended.case, GUEST) == frozenset()


def test_an_upper_union_that_is_itself_a_party_needs_no_guidance() -> None:
    now = of_office(given(BOTH_LISTED), Office.TOWN_UNION, of_party=True)
    now.when(W1, INVITE).then(like(e.InvitedToTable, under_guidance=False))


def test_the_authority_is_nobodys_guest_and_the_employers_body_may_be() -> None:
    for stands in (given(BOTH_LISTED), GUIDED):
        of_office(stands, Office.AUTHORITY).when(E1, INVITE).then_refused(Reason.AUTHORITY_COORDINATES, "ZJ 39")
    of_office(given(BOTH_LISTED), Office.EMPLOYERS_BODY).when(E1, INVITE).then(e.InvitedToTable)


def test_other_guests_stay_when_the_guidance_ends_and_each_side_reads_who_is_there() -> None:
    now = of_office(GUIDED).having((E1, c.InviteToTable(person="expert")), (DISTRICT, c.EndGuidance()))
    assert Seat.INVITED in seats_of(now.case, member("expert", None))
    told = [event for event in now.log if isinstance(event, e.InvitedToTable)]
    assert [event.stream for event in told] == [Stream.TABLE]


# --- court orders -------------------------------------------------------------------------------------------------


def order(name: str = "k1", side: Side = W, confirmed_by: str = "authority") -> c.RecordCourtOrder:
    return c.RecordCourtOrder(
        order=name, side=side, order_no="（2026）浙0109民调令1号", court="演示人民法院", ordered_on=day("2026-03-02"),
        evidence=SCAN, requested_by="operator", confirmed_by=confirmed_by, until_on=day("2026-04-01"),
    )  # fmt: skip


def test_a_court_order_is_told_at_the_table_by_the_clock_alone() -> None:
    now = given(BOTH_LISTED)
    (told,) = now.when(CLOCK, order()).events
    assert told.stream is Stream.TABLE
    assert isinstance(told, e.CourtOrderRecorded)
    assert (told.side, told.requested_by, told.confirmed_by) == (W, "operator", "authority")
    for who in (W1, E1, AUTHORITY):
        now.when(who, order()).then_refused(Reason.NOT_YOUR_SEAT)


def test_what_is_told_is_the_same_whether_or_not_the_caucus_was_ever_used() -> None:
    silent = given(SCHEDULED)
    spoken = silent.having((W2, c.RecordOpinions(held=Held.DISPERSED, issued=120, returned=100)))
    assert spoken.caucuses != silent.caucuses
    assert spoken.when(CLOCK, order()).events == silent.when(CLOCK, order()).events


def test_one_order_is_told_once_and_never_by_one_person_alone() -> None:
    now = given(BOTH_LISTED).having((CLOCK, order()))
    now.when(CLOCK, order()).then_refused(Reason.NOTHING_NEW)
    now.when(CLOCK, order("k2")).then(e.CourtOrderRecorded)
    given(BOTH_LISTED).when(CLOCK, order(confirmed_by="operator")).then_refused(Reason.TWO_PERSONS_NEEDED)


def test_a_closed_case_can_be_asked_for_by_a_court_and_by_nobody_for_anything_else() -> None:
    closed = given(PUBLISHED).with_state(ending=Ending.EXPIRED)
    after = closed.when(CLOCK, order()).then(e.CourtOrderRecorded).after
    assert after.case.ending is Ending.EXPIRED
    closed.when(W1, payload(c.InviteToTable, closed.case, W1)).then_refused(Reason.CASE_CLOSED)
