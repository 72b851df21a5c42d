"""Who sees which stream, whole or not at all, and what each may ask now (domain §6, design §7)."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace as put

from cloudnego.core import commands as c
from cloudnego.core.deadlines import deadlines
from cloudnego.core.events import EVENTS
from cloudnego.core.evolve import evolve
from cloudnego.core.moment import Standing, seats_of, side_of
from cloudnego.core.overview import Overview, overview
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Reason
from cloudnego.core.sight import (
    before_code,
    moment_of,
    next_for,
    seated,
    seen_attendance,
    seen_overview,
    seen_stuck,
    seen_terms,
    sees_progress,
    streams_of,
    without_content,
)
from cloudnego.core.state import EMPTY
from cloudnego.core.vocabulary import CLOCK, Held, Member, Office, Side, Stream
from cloudnego.stories import FURTHER, STORIES
from tests.core.situations import (
    AGREED,
    BALLOT_COUNTED,
    BOTH_LISTED,
    DRAFT_FIXED,
    ELECTED,
    EMPLOYER_OFFER_SERVED,
    FILED_IN_PLATFORM,
    IN_FORCE,
    IN_SESSION,
    OFFER_SERVED,
    OPENED,
    PUBLISHED,
    READY_TO_MEET,
    REGIONAL_READY_TO_VOTE,
    REPLIED,
    SCHEDULED,
    TOPICS_READY,
    UNDER_REVIEW,
    VOTED,
    WITHOUT_UNION,
    WORKER_LIST_READY,
)
from tests.core.test_stories import played
from tests.given import (
    AUDITOR,
    AUTHORITY,
    BODY,
    BODY_AS_ORGAN,
    COORDINATOR,
    DISTRICT,
    E1,
    E2,
    FIRM,
    FIRM_UNION,
    GUEST,
    HR,
    INSTRUCTOR,
    LEGAL,
    OPERATOR,
    PORTAL,
    RECORDER,
    S1,
    STRANGER,
    TOWN,
    TOWN_AS_ORGAN,
    UNION,
    W1,
    W2,
    WORKER,
    E,
    Given,
    Situation,
    W,
    day,
    given,
    member,
    rep,
)
from tests.payloads import payload

NOTICE = frozenset({Stream.NOTICE})
FILING = NOTICE | {Stream.FILING}
TABLE = FILING | {Stream.TABLE}
NOTHING: frozenset[Stream] = frozenset()


def _full() -> Given:
    """A case in session with everybody in it whom a case can seat."""
    now = given(IN_SESSION)
    invited: dict[str, Any] = {"guest": W, "instructor": "instructor", "coordinator": "coordinator"}
    return now.with_state(invited=invited, congress=put(now.case.congress, scrutineers=("scrutineer",)))


SEEN: list[tuple[Member, frozenset[Stream]]] = [
    (WORKER, NOTICE),
    (UNION, NOTICE),
    (W1, TABLE | {Stream.WORKER}),
    (W2, TABLE | {Stream.WORKER}),
    (E1, TABLE | {Stream.EMPLOYER}),
    (E2, TABLE | {Stream.EMPLOYER}),
    (HR, FILING),
    (FIRM, NOTICE),
    (FIRM_UNION, NOTICE),
    (LEGAL, FILING),
    (RECORDER, TABLE),
    (INSTRUCTOR, TABLE),
    (COORDINATOR, TABLE),
    (GUEST, TABLE),
    (AUDITOR, TABLE),
    (AUTHORITY, FILING),
    (TOWN, NOTICE),
    (DISTRICT, NOTICE),
    (BODY, NOTICE),
    (PORTAL, NOTICE),
    (member("scrutineer", None), FILING),
    (CLOCK, NOTHING),
    (OPERATOR, NOTHING),
    (STRANGER, NOTHING),
]


@pytest.mark.parametrize(("who", "streams"), SEEN, ids=[who.person for who, _ in SEEN])
def test_each_sees_the_streams_of_his_seat(who: Member, streams: frozenset[Stream]) -> None:
    assert streams_of(_full().case, who) == streams


def test_no_office_opens_a_caucus() -> None:
    for office in Office:
        for side in (None, *Side):
            seen = streams_of(_full().case, member("somebody", side, office))
            assert not any(stream.is_caucus for stream in seen), office


def test_a_union_chair_who_sits_on_the_bench_sees_its_caucus_and_one_who_does_not_never() -> None:
    assert Stream.WORKER in streams_of(_full().case, member("w1", W, Office.UNION))
    assert Stream.WORKER not in streams_of(_full().case, UNION)


def test_nobody_sees_both_caucuses() -> None:
    for who, _ in SEEN:
        assert not {Stream.WORKER, Stream.EMPLOYER} <= streams_of(_full().case, who)


def test_a_membership_of_the_other_side_does_not_open_the_caucus_of_the_bench() -> None:
    assert streams_of(_full().case, member("w2", E, Office.HR)) == FILING


def test_who_leaves_the_bench_sees_the_table_and_the_caucus_no_more() -> None:
    gone = given(IN_SESSION).having((W2, c.LeaveBench(person="w2")))
    assert streams_of(gone.case, W2) == NOTICE


def test_an_outsider_sees_the_caucus_of_the_side_that_mandates_him() -> None:
    now = given(READY_TO_MEET).having((W1, c.MandateOutsider(rep=rep("x", outside=True))))
    assert streams_of(now.case, member("x", None)) == TABLE | {Stream.WORKER}
    assert streams_of(now.case, member("x", E)) == NOTHING


def test_before_the_lists_nobody_but_offices_sees_anything() -> None:
    case = given(OPENED).case
    assert streams_of(case, W2) == NOTICE
    assert streams_of(case, E2) == NOTHING
    assert streams_of(case, RECORDER) == NOTHING


def test_the_organ_of_a_side_sees_what_its_work_needs() -> None:
    assert streams_of(given(REGIONAL_READY_TO_VOTE).case, BODY_AS_ORGAN) == FILING
    assert streams_of(given(REGIONAL_READY_TO_VOTE).case, TOWN_AS_ORGAN) == NOTICE
    assert streams_of(given(WITHOUT_UNION).case, TOWN_AS_ORGAN) == TABLE, "it has named nobody yet"


def test_as_long_as_a_side_has_named_nobody_its_organ_and_its_legal_representative_see_the_table() -> None:
    """An offer served on the platform reaches somebody (HZ 24; ESL 11)."""
    for who in (HR, LEGAL):
        assert streams_of(given(OFFER_SERVED).case, who) == TABLE
        assert streams_of(given(BOTH_LISTED).case, who) == FILING
    assert streams_of(given(EMPLOYER_OFFER_SERVED).case, UNION) == TABLE
    for who in (TOWN, DISTRICT, BODY, WORKER, AUTHORITY, PORTAL, STRANGER):
        assert Stream.TABLE not in streams_of(given(OFFER_SERVED).case, who)


def test_every_joint_event_stands_in_one_of_three_streams_and_caucus_events_in_their_sides() -> None:
    for kind in EVENTS.values():
        assert kind.where in (Stream.TABLE, Stream.FILING, Stream.NOTICE)
    for event in given(PUBLISHED).log:
        if event.type in ("opinions_recorded", "topic_sheet_drafted"):
            assert event.stream is Stream.WORKER
        else:
            assert not event.stream.is_caucus


def test_what_a_caucus_says_leaves_no_trace_in_the_joint_state() -> None:
    now = given(WORKER_LIST_READY)
    said = now.having(
        (W2, c.RecordOpinions(held=Held.DISPERSED, issued=120, returned=100)),
        (W2, payload(c.DraftTopicSheet, now.case, W2)),
    )
    assert said.case == now.case
    assert {stream: n for stream, n in said.heads.items() if not stream.is_caucus} == dict(now.heads)
    assert next_for(moment_of(said.standing, E1)) == next_for(moment_of(now.standing, E1))


@pytest.mark.parametrize("story", sorted({*STORIES, *FURTHER}))
def test_the_case_itself_seats_exactly_those_whom_it_gives_a_seat(story: str) -> None:
    """`seated` is quick; here it is held against the slow way at every step of whole stories."""
    scene = played(story)
    case, everybody, most = EMPTY, sorted(scene.members), 0
    for act in scene.played:
        for event in act.events:
            case = case if event.stream.is_caucus else evolve(case, event)
        bare = [Member(person=person) for person in everybody]
        slow = {by.person: sees_progress(case, by, act.at.date()) for by in bare if seats_of(case, by)}
        assert seated(case) == slow, act.command.type
        most = max(most, len(slow))
    assert most >= 8


def test_guests_and_those_who_left_are_seated_as_they_should_be() -> None:
    full = _full()
    assert seated(full.case) == {
        **dict.fromkeys(("w1", "w2", "w3", "e1", "e2", "e3"), True),
        **dict.fromkeys(("recorder", "guest", "instructor", "coordinator"), True),
        **dict.fromkeys(("s1", "s2", "scrutineer"), False),
    }
    gone = given(IN_SESSION).having((W2, c.LeaveBench(person="w2")))
    assert "w2" not in seated(gone.case)
    assert seated(EMPTY) == {}


# --- progress -----------------------------------------------------------------------------------------------------

OPEN_COLUMNS = {
    "step", "round", "ending", "wage_year", "scope", "kind", "parent", "enterprise", "worker_organ", "employer_organ",
    "covers", "region", "town", "industry", "size_band", "headcount", "external_ref", "opened_on", "in_force_from",
    "published",
}  # fmt: skip
"""What a worker of the enterprise, who sees `notice` alone, is shown of the overview."""

SEES_PROGRESS = {
    "union", "hr", "legal", "auditor", "authority", "town", "district", "body", "portal", "w1", "w2", "e1", "e2",
    "recorder", "instructor", "coordinator", "guest", "firm_union", "firm_hr",
}  # fmt: skip
"""Written from domain §6, apart from the code."""


def _row(s: Standing) -> Overview:
    return overview(s.case, s.law)


@pytest.mark.parametrize("who", [who for who, _ in SEEN], ids=[who.person for who, _ in SEEN])
def test_progress_is_for_those_who_answer_for_it_and_for_the_table(who: Member) -> None:
    s = _full().standing
    assert sees_progress(s.case, who, s.today) is (who.person in SEES_PROGRESS)


def test_who_sees_the_notices_alone_gets_nothing_in_a_column_that_follows_from_elsewhere() -> None:
    """A new column of the overview is open to every worker or is not: whoever adds it says which, here and there."""
    assert set(Overview.__struct_fields__) >= OPEN_COLUMNS
    rows = [_row(given(situation).standing) for situation in ALL]
    for name in Overview.__struct_fields__:
        hidden = name not in OPEN_COLUMNS
        seen = {
            getattr(seen_overview(given(one).standing, WORKER, row), name) for one, row in zip(ALL, rows, strict=True)
        }
        if hidden and name not in ("expires_on", "raise_rate"):  # those two are public once in force
            assert len(seen) == 1, name
        assert hidden or seen == {getattr(row, name) for row in rows}, name


def test_what_is_agreed_is_content_until_it_is_in_force() -> None:
    before, after = given(UNDER_REVIEW).standing, given(IN_FORCE).standing
    assert _row(before).expires_on is not None
    assert _row(before).raise_rate is not None
    for by in (TOWN, DISTRICT, AUTHORITY, HR, WORKER):
        assert seen_overview(before, by, _row(before)).raise_rate is None
        assert seen_overview(after, by, _row(after)).raise_rate == _row(after).raise_rate is not None
    for by in (W1, E2, RECORDER, AUDITOR):
        assert seen_overview(before, by, _row(before)) == _row(before)
    assert without_content(_row(before)).raise_rate is None
    assert seen_overview(before, WORKER, _row(before)).expires_on is None
    assert seen_overview(before, TOWN, _row(before)).expires_on == _row(before).expires_on
    assert seen_overview(after, WORKER, _row(after)).expires_on == _row(after).expires_on is not None


def test_terms_are_seen_by_stream_and_without_progress_only_between_public_facts() -> None:
    s = given(PUBLISHED).standing
    whole = {one.timer for one in deadlines(s.case, s.law)}
    assert {one.timer for one in seen_terms(s, W1)} == whole >= {"reply", "total_cap", "publish", "file"}
    assert {one.timer for one in seen_terms(s, WORKER)} == {"publish", "report_upper", "renewal_window", "perf_report"}
    assert {one.timer for one in seen_terms(s, HR)} - {one.timer for one in seen_terms(s, TOWN)} == {"file", "review"}
    assert seen_terms(s, STRANGER) == ()


def test_what_a_case_waits_for_is_said_to_the_table() -> None:
    s = given(BOTH_LISTED).standing
    assert [o.reason for o in seen_stuck(s, E1)] == [Reason.REPLY_AWAITED]
    assert seen_stuck(s, AUDITOR) == seen_stuck(s, E1)
    for by in (WORKER, UNION, HR, TOWN, AUTHORITY, STRANGER):
        assert seen_stuck(s, by) == []


def test_who_is_at_the_meeting_and_what_keeps_it_from_opening_is_said_to_the_table_alone() -> None:
    confirmed = (RECORDER, c.ConfirmCheckIn(persons=("w1", "e1", "e2")))
    there = given(READY_TO_MEET).on("2026-03-31T09:00").having((W2, c.CheckIn()), confirmed)
    seen = seen_attendance(there.standing, W1)
    assert seen is not None
    assert seen_attendance(there.standing, AUDITOR) == seen_attendance(there.standing, RECORDER) == seen
    workers, employers = seen.sides[Side.WORKER], seen.sides[Side.EMPLOYER]
    assert (workers.seated, workers.checked_in, workers.by_code, workers.confirmed) == (3, 1, 0, 1)
    assert (workers.chief, workers.majority, employers.chief, employers.majority) == (True, False, True, True)
    assert [one.reason for one in seen.before_opening] == [Reason.NO_MAJORITY_OF_SIDE]
    empty = seen_attendance(given(READY_TO_MEET).on("2026-03-31T09:00").standing, W1)
    assert empty is not None
    for reason in (Reason.CHIEFS_NOT_THERE, Reason.NO_MAJORITY_OF_SIDE):  # of both sides alike: all look at the screen
        assert [one.side for one in empty.before_opening if one.reason is reason] == list(Side)
    for by in (WORKER, UNION, HR, TOWN, AUTHORITY, STRANGER):
        assert seen_attendance(there.standing, by) is None
    for other in (BOTH_LISTED, AGREED):
        assert seen_attendance(given(other).standing, W1) is None


def test_the_code_of_the_room_is_put_up_by_the_recorder_or_a_chief_on_the_day() -> None:
    now = given(READY_TO_MEET).on("2026-03-31T09:00")
    assert {by.person: [o.reason for o in before_code(now.moment(by))] for by in (RECORDER, W1, E1, W2)} == {
        "recorder": [], "w1": [], "e1": [], "w2": [Reason.NOT_YOUR_SEAT],
    }  # fmt: skip
    early = given(READY_TO_MEET).on("2026-03-30")
    assert [o.reason for o in before_code(early.moment(RECORDER))] == [Reason.MEETING_DAY_NOT_COME]
    assert [o.reason for o in before_code(given(BOTH_LISTED).moment(W1))] == [Reason.NOT_IN_THIS_STEP]


@pytest.mark.parametrize("story", sorted({*STORIES, *FURTHER}))
def test_what_is_done_elsewhere_changes_nothing_for_who_sees_the_notices_alone(story: str) -> None:
    """Overview and terms of a worker move only when something is written in the stream he sees (security §2.3)."""
    scene = played(story)
    case, moved = EMPTY, 0
    for act in scene.played:
        before = case
        for event in act.events:
            case = case if event.stream.is_caucus else evolve(case, event)
        if before.opened is None or any(event.stream is Stream.NOTICE for event in act.events):
            continue
        was, now = (Standing(one, act.at, scene.law) for one in (before, case))
        moved += before != case
        assert seen_overview(was, WORKER, _row(was)) == seen_overview(now, WORKER, _row(now)), act.command.type
        assert seen_terms(was, WORKER) == seen_terms(now, WORKER), act.command.type
    assert moved, "a story in which nothing is done elsewhere proves nothing"


# --- sides --------------------------------------------------------------------------------------------------------


def test_the_side_is_the_benchs_then_the_memberships_then_the_offices() -> None:
    case = _full().case
    assert side_of(case, member("w1", None)) is W
    assert side_of(case, member("w1", E)) is E, "acting as someone of the other side, one has that side"
    assert side_of(case, HR) is E
    assert side_of(case, TOWN) is W
    assert side_of(case, AUTHORITY) is None
    assert side_of(case, STRANGER) is None


# --- what may be asked now ----------------------------------------------------------------------------------------

ALL: list[Situation] = [
    OPENED, ELECTED, WORKER_LIST_READY, TOPICS_READY, OFFER_SERVED, BOTH_LISTED, REPLIED, SCHEDULED, READY_TO_MEET,
    IN_SESSION, AGREED, DRAFT_FIXED, BALLOT_COUNTED, VOTED, FILED_IN_PLATFORM, UNDER_REVIEW, IN_FORCE, PUBLISHED,
]  # fmt: skip
PEOPLE = [who for who, _ in SEEN] + [S1]


def names(now: Given | Situation, by: Member, *, only_open: bool = False) -> set[str]:
    return {p.command for p in next_for(moment_of(given(now).standing, by)) if p.open or not only_open}


def test_next_shows_what_is_open_and_what_stands_in_the_way_of_the_rest() -> None:
    shown = {p.command: p for p in next_for(moment_of(given(TOPICS_READY).standing, W1))}
    assert shown["send_offer"].open
    assert shown["send_offer"].binding
    assert not shown["withdraw_offer"].open
    assert [o.reason for o in shown["withdraw_offer"].obstacles] == [Reason.NO_OFFER]
    assert "reply" not in shown, "not in this step"
    assert "record_ballot" not in shown, "not his seat"


def test_a_stranger_and_a_closed_case_have_nothing_to_ask() -> None:
    assert next_for(moment_of(given(PUBLISHED).standing, STRANGER)) == ()
    closed = given(OPENED).having((UNION, c.WithdrawCase(reason="?")))
    assert next_for(moment_of(closed.standing, UNION)) == ()


def test_an_ask_of_the_meeting_is_shown_shut_while_the_talks_lie_still() -> None:
    until = c.Suspend(until_on=day("2026-04-10"), next=c.Plan(day=day("2026-04-10"), time="09:00", place="hall 1"))
    still = given(IN_SESSION).having((E1, until), (W1, until))
    assert "schedule_meeting" in names(still, W1)
    assert "schedule_meeting" not in names(still, W1, only_open=True)
    assert "resume" in names(still, W1, only_open=True)


@pytest.mark.parametrize("situation", ALL, ids=range(len(ALL)))
def test_next_agrees_with_the_gate(situation: Situation) -> None:
    """Not shown: refused by step or seat. Shown shut: refused. What is allowed was shown open."""
    now = given(situation)
    for by in PEOPLE:
        shown = {p.command: p for p in next_for(moment_of(now.standing, by))}
        for kind, place in PLACES.items():
            if kind.opens or place.ask.reads:
                continue
            command = payload(kind, now.case, by)
            then = now.when(by, command)
            reasons = {o.reason for o in then.obstacles if o.hard}
            if command.type not in shown:
                assert reasons & {Reason.NOT_IN_THIS_STEP, Reason.NOT_YOUR_SEAT}, (by.person, command.type)
            elif not shown[command.type].open:
                assert reasons, (by.person, command.type)
            if not reasons:
                assert shown[command.type].open, (by.person, command.type)


def test_what_is_shown_may_be_entered_from_paper_is_an_act_of_a_side() -> None:
    for possible in next_for(moment_of(given(IN_SESSION).standing, W1)):
        assert possible.on_paper is (
            issubclass(c.COMMANDS[possible.command], c.SideAct) and PLACES[c.COMMANDS[possible.command]].ask.on_paper
        )


def test_seats_of_a_case_that_was_never_opened_are_offices_alone() -> None:
    assert {s.value for s in seats_of(EMPTY, UNION)} == {"union"}
    assert streams_of(EMPTY, STRANGER) == NOTHING
