"""The talk itself: messages and questions, who leads it and who has the floor, and what a side says among itself."""

from __future__ import annotations

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.acts import of_side, said
from cloudnego.core.moment import Moment
from cloudnego.core.refusals import Obstacle, Reason, no
from cloudnego.core.state import EMPTY_CAUCUS, StrawPoll
from cloudnego.core.vocabulary import Seat, Side, Stream

# --- messages and questions ---------------------------------------------------------------------------------------


def head_known(m: Moment, command: c.SendMessage | c.AskQuestion) -> Obstacle | None:
    """What is said of a head, is said of one of the pack."""
    if command.head is None or command.head in m.law.pack.topics.codes:
        return None
    return no(Reason.UNKNOWN_HEAD, *m.law.pack.topics.cite, head=command.head)


def send_message(m: Moment, command: c.SendMessage) -> list[e.Event]:
    return [e.MessageSent(side=m.side, head=command.head, file=command.file, words=said(command))]


def ask_question(m: Moment, command: c.AskQuestion) -> list[e.Event]:
    return [e.QuestionAsked(**of_side(m, command), question=m.fresh(Stream.TABLE), head=command.head)]


def can_answer(m: Moment, command: c.AnswerQuestion) -> Obstacle | None:
    whose = m.case.questions.get(command.question)
    if whose is None:
        return no(Reason.QUESTION_GONE, id=command.question)
    return no(Reason.OWN_QUESTION, side=whose.other) if whose is m.side else None


def answer_question(m: Moment, command: c.AnswerQuestion) -> list[e.Event]:
    return [e.QuestionAnswered(**of_side(m, command), question=command.question)]


# --- the chair ----------------------------------------------------------------------------------------------------


def in_the_chair(m: Moment) -> Obstacle | None:
    """工资集体协商会议由双方首席代表轮流召集主持 (HZ 26 ¶1); where both chair together, either (SH 18)."""
    chair = m.case.meeting.chair
    return None if chair in (None, m.side) else no(Reason.NOT_IN_THE_CHAIR, "HZ 26", cure=(Seat.CHIEF,), side=chair)


def agenda_of_the_pack(m: Moment, command: c.SetAgenda) -> Obstacle | None:
    for n, head in enumerate(command.heads):
        if head not in m.law.pack.topics.codes:
            return no(Reason.UNKNOWN_HEAD, *m.law.pack.topics.cite, head=head)
        if head in command.heads[:n]:
            return no(Reason.HEAD_TWICE, head=head)
    return no(Reason.NOTHING_NEW) if command.heads == m.case.meeting.agenda else None


def set_agenda(m: Moment, command: c.SetAgenda) -> list[e.Event]:
    return [e.AgendaSet(**of_side(m, command), heads=command.heads)]


def no_topic_open(m: Moment) -> Obstacle | None:
    head = m.case.meeting.topic
    return no(Reason.TOPIC_OPEN, cure=(Seat.CHIEF,), side=m.case.meeting.chair, head=head) if head else None


def on_the_agenda(m: Moment, command: c.OpenTopic) -> Obstacle | None:
    """As long as the chair has set no agenda, it is what the sides put up for negotiation."""
    agenda = m.case.meeting.agenda or m.case.negotiated_heads()
    return None if command.head in agenda else no(Reason.NOT_ON_THE_AGENDA, cure=(Seat.CHIEF,), head=command.head)


def open_topic(m: Moment, command: c.OpenTopic) -> list[e.Event]:
    return [e.TopicOpened(**of_side(m, command), head=command.head)]


def topic_open(m: Moment) -> Obstacle | None:
    return None if m.case.meeting.topic else no(Reason.NO_TOPIC_OPEN, cure=(Seat.CHIEF,), side=m.case.meeting.chair)


def close_topic(m: Moment, command: c.CloseTopic) -> list[e.Event]:
    assert m.case.meeting.topic is not None
    return [e.TopicClosed(**of_side(m, command), head=m.case.meeting.topic, outcome=command.outcome)]


def is_there(m: Moment, command: c.GiveFloor) -> Obstacle | None:
    """The floor is for representatives who are there, and for guests of the table."""
    if command.person == m.case.meeting.floor:
        return no(Reason.NOTHING_NEW)
    seated = any(m.case.benches.of(side).has(command.person) for side in Side)
    if (seated and command.person in m.case.meeting.confirmed) or command.person in m.case.invited:
        return None
    return no(Reason.NOT_AT_THE_TABLE, cure=(Seat.RECORDER,))


def give_floor(m: Moment, command: c.GiveFloor) -> list[e.Event]:
    return [e.FloorGiven(**of_side(m, command), person=command.person)]


# --- among one's own side -----------------------------------------------------------------------------------------


def send_caucus_message(m: Moment, command: c.SendCaucusMessage) -> list[e.Event]:
    return [e.CaucusMessageSent(side=command.into or m.own_side, file=command.file, words=said(command))]


def open_straw_poll(m: Moment, command: c.OpenStrawPoll) -> list[e.Event]:
    poll = m.fresh(Stream.caucus(m.own_side))
    return [e.StrawPollOpened(side=m.own_side, poll=poll, choices=len(command.choices), words=said(command))]


def _straws(m: Moment) -> dict[str, StrawPoll]:
    return (m.caucus or EMPTY_CAUCUS).straws


def straw_poll_open(m: Moment) -> Obstacle | None:
    return None if _straws(m) else no(Reason.NO_STRAW_POLL, cure=(Seat.REPRESENTATIVE,))


def can_cast(m: Moment, command: c.CastStraw) -> Obstacle | None:
    poll = _straws(m).get(command.poll)
    if poll is None:
        return no(Reason.NO_STRAW_POLL, cure=(Seat.REPRESENTATIVE,))
    if command.choice > poll.choices:
        return no(Reason.UNKNOWN_REFERENCE, id=str(command.choice))
    return no(Reason.NOTHING_NEW) if poll.cast.get(m.by.person) == command.choice else None


def cast_straw(m: Moment, command: c.CastStraw) -> list[e.Event]:
    return [e.StrawCast(side=m.own_side, poll=command.poll, person=m.by.person, choice=command.choice)]


def can_close_straw_poll(m: Moment, command: c.CloseStrawPoll) -> Obstacle | None:
    return None if command.poll in _straws(m) else no(Reason.NO_STRAW_POLL, cure=(Seat.REPRESENTATIVE,))


def close_straw_poll(m: Moment, command: c.CloseStrawPoll) -> list[e.Event]:
    return [e.StrawPollClosed(side=m.own_side, poll=command.poll, counts=_straws(m)[command.poll].counts())]
