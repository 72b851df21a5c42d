"""Minutes that grow from the acts: lines of the table, notes, objections and answers, laid by the root (HZ 26)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.refusals import Reason
from cloudnego.core.sight import next_for
from cloudnego.core.turns import turns
from cloudnego.core.vocabulary import Member, Seat, Side, Stream
from tests.core.situations import (
    AGREED,
    ALL_THERE,
    CLAUSES_AGREED,
    IN_SESSION,
    READY_TO_MEET,
    REPLIED,
    SIGN_MINUTES,
    minutes,
)
from tests.given import (
    E1,
    E2,
    MINUTES,
    RECORDER,
    SCAN,
    UNION,
    W1,
    W2,
    E,
    Given,
    W,
    given,
    like,
    paper,
    plan,
    signed_minutes,
)  # fmt: skip

NOTE = c.AddMinutesNote(text="休息十分钟")
LAY = c.WriteMinutes(result="partial")


def last(now: Given) -> int:
    return now.heads[Stream.TABLE]


def objecting(line: int) -> c.ObjectToLine:
    return c.ObjectToLine(line=line, reason="漏记所附条件")


SPOKEN = given(IN_SESSION).having((W2, c.SendMessage(text="请看附件")))
LINE = last(SPOKEN)
OBJECTED = SPOKEN.having((E2, objecting(LINE)))
OBJECTION = f"table.{LINE + 1}"


def test_a_session_knows_the_line_its_minutes_begin_with() -> None:
    begun = given(ALL_THERE).when(RECORDER, c.StartMeeting())
    begun.then(like(e.MeetingStarted, line=last(given(ALL_THERE)) + 1))
    first = begun.after.case.meeting.first_line
    assert first == last(begun.after)
    again = OBJECTED.having(
        (RECORDER, c.AdjournMeeting(next=plan("2026-04-02"))), "2026-04-02T09:00",
        (RECORDER, c.ConfirmCheckIn(persons=("w1", "w2", "e1", "e2"))), (RECORDER, c.StartMeeting()),
    )  # fmt: skip
    assert again.case.meeting.first_line == last(again) > first
    assert again.case.meeting.line_objections == {}, "an objection belongs to the minutes of its session"
    again.when(E2, objecting(LINE)).then_refused(Reason.LINE_UNKNOWN, n=LINE)


ACTS: tuple[tuple[str, Given, Member, c.Command, Reason | type[e.Event]], ...] = (
    ("notes are the recorder's", SPOKEN, RECORDER, NOTE, e.MinutesNoteAdded),
    ("not a chief's", SPOKEN, W1, NOTE, Reason.NOT_YOUR_SEAT),
    ("there are no minutes before a session", given(READY_TO_MEET), RECORDER, NOTE, Reason.NO_SESSION),
    ("nor anything to object to", given(READY_TO_MEET), W1, objecting(1), Reason.NO_SESSION),
    ("nor after the agreement", given(AGREED), RECORDER, NOTE, Reason.AGREEMENT_REACHED),
    ("a note names a line that is there", SPOKEN, RECORDER, c.AddMinutesNote(line=LINE, text="x"), e.MinutesNoteAdded),
    ("and none to come", SPOKEN, RECORDER, c.AddMinutesNote(line=LINE + 1, text="x"), Reason.LINE_UNKNOWN),
    ("either side objects", SPOKEN, E2, objecting(LINE), e.LineObjected),
    ("also to what it said itself", SPOKEN, W1, objecting(LINE), e.LineObjected),
    ("nobody else does", SPOKEN, RECORDER, objecting(LINE), Reason.NOT_YOUR_SEAT),
    ("nor for a line before the session", SPOKEN, E2, objecting(1), Reason.LINE_UNKNOWN),
    ("nor for one to come", SPOKEN, E2, objecting(LINE + 1), Reason.LINE_UNKNOWN),
    ("once while it is open", OBJECTED, E1, objecting(LINE), Reason.LINE_OBJECTED),
    ("but the other side may, too", OBJECTED, W2, objecting(LINE), e.LineObjected),
    ("an objection is a line as well", OBJECTED, W2, objecting(LINE + 1), e.LineObjected),
    ("its side takes it back", OBJECTED, E1, c.WithdrawLineObjection(objection=OBJECTION), e.LineObjectionWithdrawn),
    ("the other cannot", OBJECTED, W1, c.WithdrawLineObjection(objection=OBJECTION), Reason.LINE_OBJECTION_NOT_OWN),
    ("there must be one", OBJECTED, E1, c.WithdrawLineObjection(objection="table.1"), Reason.LINE_OBJECTION_GONE),
    ("answers name one", OBJECTED, RECORDER, c.AddMinutesNote(answers="table.1", text="x"), Reason.LINE_OBJECTION_GONE),
    ("prose beside the root is signed by nobody", SPOKEN, RECORDER, c.WriteMinutes(result="none", text="x"),
     Reason.MINUTES_TEXT_APART),
    ("of a written text the hash is its own", SPOKEN, RECORDER,
     c.WriteMinutes(result="none", minutes_hash=MINUTES, text="x"), e.MinutesWritten),
)  # fmt: skip


@pytest.mark.parametrize("said", ACTS, ids=[one[0] for one in ACTS])
def test_what_may_be_done_to_the_minutes(
    said: tuple[str, Given, Member, c.Command, Reason | type[e.Event]],
) -> None:
    _, now, by, command, expected = said
    then = now.when(by, command)
    if isinstance(expected, Reason):
        then.then_refused(expected)
    else:
        then.then(expected)


def test_an_open_objection_waits_for_the_recorder_whose_side_is_none() -> None:
    def waiting(now: Given) -> list[tuple[Side | None, tuple[Seat, ...]]]:
        return [(one.side, one.seats) for one in turns(now.standing, ()) if one.command == "add_minutes_note"]

    assert waiting(SPOKEN) == []
    assert waiting(OBJECTED) == [(None, (Seat.RECORDER,))]
    assert waiting(OBJECTED.having((E1, c.WithdrawLineObjection(objection=OBJECTION)))) == []


def test_an_objection_stands_until_the_recorder_answers_it() -> None:
    assert {name: (x.line, x.side) for name, x in OBJECTED.case.meeting.line_objections.items()} == {
        OBJECTION: (LINE, E)
    }
    answered = OBJECTED.when(RECORDER, c.AddMinutesNote(answers=OBJECTION, line=LINE + 1, text="已补"))
    answered.then(like(e.MinutesNoteAdded, answers=OBJECTION, line=LINE))
    assert answered.after.case.meeting.line_objections == {}
    answered.after.when(E1, c.WithdrawLineObjection(objection=OBJECTION)).then_refused(Reason.LINE_OBJECTION_GONE)
    answered.after.when(E1, objecting(LINE)).then(e.LineObjected)


def test_an_open_objection_warns_and_does_not_stop_the_minutes() -> None:
    for case, warned in ((SPOKEN, False), (OBJECTED, True)):
        laid = case.when(RECORDER, LAY).then(like(e.MinutesWritten, result="partial"))
        signed = laid.after.when(W1, signed_minutes(str(laid.after.case.meeting.minutes_hash)))
        for then in (laid, signed):
            if warned:
                then.then_warned(Reason.LINE_OBJECTIONS_OPEN, n=1)
            else:
                then.then_not_warned(Reason.LINE_OBJECTIONS_OPEN)


def test_a_side_without_accounts_objects_on_paper() -> None:
    command = objecting(LINE).model_copy(update={"on_paper": paper(E, "2026-03-31")})
    SPOKEN.when(UNION, command).then(like(e.LineObjected, side=E, from_paper=True))


def test_minutes_without_a_hash_of_their_own_are_named_by_the_root_of_the_table() -> None:
    laid = SPOKEN.when(RECORDER, LAY)
    laid.then(like(e.MinutesWritten, minutes_hash=SPOKEN.root(Stream.TABLE), upto=LINE))
    on_paper = SPOKEN.when(RECORDER, minutes("partial")).then(like(e.MinutesWritten, minutes_hash=MINUTES, upto=None))
    on_paper.after.when(RECORDER, LAY).then(like(e.MinutesWritten, upto=LINE + 1))


def test_they_are_laid_again_when_something_was_said_since_and_then_confirmed_anew() -> None:
    laid = SPOKEN.having((RECORDER, LAY))
    laid.when(RECORDER, LAY).then_refused(Reason.NOTHING_NEW)
    laid.when(RECORDER, c.WriteMinutes(result="none")).then(e.MinutesWritten)
    one = laid.having((W1, signed_minutes(str(laid.case.meeting.minutes_hash))))
    later = one.having((RECORDER, NOTE))
    later.when(E1, signed_minutes(str(laid.case.meeting.minutes_hash))).then(like(e.MinutesConfirmed, both=True))
    again = later.when(RECORDER, LAY).then(like(e.MinutesWritten, upto=last(later))).after
    assert again.case.meeting.minutes_confirmed == frozenset()
    again.when(E1, signed_minutes(str(laid.case.meeting.minutes_hash))).then_refused(Reason.MINUTES_CHANGED)


def test_both_chiefs_agree_by_the_root() -> None:
    laid = given(CLAUSES_AGREED).having((RECORDER, c.WriteMinutes(result="full_agreement")))
    sign = signed_minutes(str(laid.case.meeting.minutes_hash))
    both = laid.having((W1, sign)).when(E1, sign).then(like(e.MinutesConfirmed, both=True))
    assert both.after.case.meeting.agreement_on is not None


def test_from_home_one_objects_to_the_session_that_is_over() -> None:
    over = SPOKEN.having((RECORDER, c.AdjournMeeting(next=plan("2026-04-02"))))
    over.when(E2, objecting(LINE)).then(e.LineObjected)
    over.when(RECORDER, NOTE).then(e.MinutesNoteAdded)


def test_after_coordination_the_minutes_begin_with_the_table() -> None:
    state = SPOKEN.case.meeting
    now = SPOKEN.with_state(
        meeting=type(state)(plan=state.plan, recorder=state.recorder, coordinated_on=SPOKEN.moment(W1).today)
    )
    for by, command in ((W1, NOTE), (W2, objecting(1))):
        now.when(by, command).then(e.MinutesNoteAdded if command is NOTE else e.LineObjected)


@pytest.mark.parametrize(
    ("now", "by", "wanted"),
    [
        (SPOKEN, RECORDER, {"add_minutes_note": True, "write_minutes": True}),
        (SPOKEN, W1, {"object_to_line": True, "withdraw_line_objection": False}),
        (OBJECTED, E2, {"object_to_line": True, "withdraw_line_objection": True}),
        (OBJECTED, W2, {"withdraw_line_objection": False}),
        (given(REPLIED), W2, {"object_to_line": None, "add_minutes_note": None}),
    ],
)
def test_the_buttons_are_open_to_whom_they_should(now: Given, by: Member, wanted: dict[str, Any]) -> None:
    shown = {one.command: one.open for one in next_for(now.moment(by))}
    assert {name: shown.get(name) for name in wanted} == wanted


def test_minutes_that_were_confirmed_stay_so_whatever_is_noted_since() -> None:
    laid = replace(SPOKEN).having((RECORDER, minutes("partial")), *SIGN_MINUTES)
    noted = laid.having((RECORDER, NOTE), (W2, objecting(LINE)))
    assert noted.case.meeting.minutes_confirmed == {W, E}
    assert signed_minutes().evidence == SCAN
