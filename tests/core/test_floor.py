"""The talk at the table and in a caucus: who may lead it, what waits for an answer, what a side asks itself (HZ 26)."""

from __future__ import annotations

from cloudnego.core import commands as c
from cloudnego.core import events as e
from cloudnego.core.refusals import Reason
from cloudnego.core.vocabulary import Stream
from tests.core.situations import IN_SESSION, REPLIED
from tests.given import E1, E2, RECORDER, UNION, W1, W2, E, W, given, like

QUESTION = c.AskQuestion(head="T3", text="人工成本按哪一年的人数测算？")
POLL = c.OpenStrawPoll(question="接受七个点吗？", choices=(c.Choice(text="接受"), c.Choice(text="再谈")))


# --- messages and questions ---------------------------------------------------------------------------------------


def test_whoever_sits_at_the_table_says_something_and_the_words_lie_apart() -> None:
    for by, side in ((W2, W), (E2, E), (RECORDER, None)):
        then = given(IN_SESSION).when(by, c.SendMessage(text="请看附件", head="T3"))
        (said,) = then.events
        assert isinstance(said, e.MessageSent)
        assert said.stream is Stream.TABLE
        assert said.words == {"text": "请看附件"}
        if side is not None:
            assert said.side is side
    given(IN_SESSION).when(UNION, c.SendMessage(text="x")).then_refused(Reason.NOT_YOUR_SEAT)
    given(REPLIED).when(W2, c.SendMessage(text="x", head="T99")).then_refused(Reason.UNKNOWN_HEAD)


def test_a_question_waits_until_the_other_side_answers_it_once() -> None:
    now = given(REPLIED).having((W2, QUESTION))
    (name,) = now.case.questions
    answer = c.AnswerQuestion(question=name, text="按上年度")
    now.when(W1, answer).then_refused(Reason.NO_QUESTION)
    after = now.when(E2, answer).then(like(e.QuestionAnswered, side=E, question=name)).after
    assert after.case.questions == {}
    after.when(E2, answer).then_refused(Reason.NO_QUESTION)
    two = now.having((E2, QUESTION))
    two.when(W2, answer).then_refused(Reason.OWN_QUESTION)
    two.when(E2, answer.model_copy(update={"question": "table.99"})).then_refused(Reason.QUESTION_GONE)


# --- the chair ----------------------------------------------------------------------------------------------------


def test_the_side_in_the_chair_leads_and_the_other_does_not() -> None:
    now = given(IN_SESSION)
    chair, other = (W1, E1) if now.case.meeting.chair is W else (E1, W1)
    agenda = c.SetAgenda(heads=("T5", "T3"))
    now.when(other, agenda).then_refused(Reason.NOT_IN_THE_CHAIR, "HZ 26", side=now.case.meeting.chair)
    now.when(W2, agenda).then_refused(Reason.NOT_YOUR_SEAT)
    set_ = now.when(chair, agenda).then(like(e.AgendaSet, heads=("T5", "T3"))).after
    set_.when(chair, agenda).then_refused(Reason.NOTHING_NEW)
    set_.when(chair, c.OpenTopic(head="T1")).then_refused(Reason.NOT_ON_THE_AGENDA, head="T1")
    talked = set_.when(chair, c.OpenTopic(head="T5")).then(like(e.TopicOpened, head="T5")).after
    talked.when(chair, c.OpenTopic(head="T3")).then_refused(Reason.TOPIC_OPEN, head="T5")
    closed = talked.when(chair, c.CloseTopic(outcome="put_off")).then(like(e.TopicClosed, head="T5")).after
    assert closed.case.meeting.topics_closed == {"T5": "put_off"}
    closed.when(chair, c.CloseTopic(outcome="settled")).then_refused(Reason.NO_TOPIC_OPEN)
    again = closed.when(chair, c.OpenTopic(head="T5")).after
    assert again.case.meeting.topics_closed == {}


def test_an_agenda_names_heads_of_the_pack_each_once() -> None:
    now = given(IN_SESSION)
    chair = W1 if now.case.meeting.chair is W else E1
    now.when(chair, c.SetAgenda(heads=("T3", "T99"))).then_refused(Reason.UNKNOWN_HEAD)
    now.when(chair, c.SetAgenda(heads=("T3", "T3"))).then_refused(Reason.HEAD_TWICE)


def test_without_an_agenda_what_was_put_up_for_negotiation_may_be_called() -> None:
    now = given(IN_SESSION)
    chair = W1 if now.case.meeting.chair is W else E1
    head = min(now.case.negotiated_heads())
    now.when(chair, c.OpenTopic(head=head)).then(e.TopicOpened)


def test_the_floor_is_for_those_who_are_there() -> None:
    now = given(IN_SESSION)
    chair = W1 if now.case.meeting.chair is W else E1
    there = c.GiveFloor(person=W2.person)
    after = now.when(chair, there).then(like(e.FloorGiven, person=W2.person)).after
    after.when(chair, there).then_refused(Reason.NOTHING_NEW)
    now.when(chair, c.GiveFloor(person="nobody")).then_refused(Reason.NOT_AT_THE_TABLE)


def test_there_is_no_chair_before_the_session() -> None:
    given(REPLIED).when(W1, c.SetAgenda(heads=("T3",))).then_refused(Reason.NOT_IN_THIS_STEP)


# --- among one's own side -----------------------------------------------------------------------------------------


def test_what_is_said_in_a_caucus_is_in_its_stream_alone() -> None:
    for by, stream in ((W2, Stream.WORKER), (E2, Stream.EMPLOYER)):
        (said,) = given(REPLIED).when(by, c.SendCaucusMessage(text="底线")).events
        assert said.stream is stream
    given(REPLIED).when(UNION, c.SendCaucusMessage(text="x")).then_refused(Reason.NOT_YOUR_SEAT)


def test_a_straw_poll_counts_the_last_word_of_each_and_binds_nobody() -> None:
    now = given(REPLIED).having((W1, POLL))
    (name,) = now.caucuses.of(W).straws
    now.when(E2, c.CastStraw(poll=name, choice=1)).then_refused(Reason.NO_STRAW_POLL)
    cast = now.having((W1, c.CastStraw(poll=name, choice=1)), (W2, c.CastStraw(poll=name, choice=1)))
    cast.when(W2, c.CastStraw(poll=name, choice=1)).then_refused(Reason.NOTHING_NEW)
    cast.when(W2, c.CastStraw(poll=name, choice=3)).then_refused(Reason.UNKNOWN_REFERENCE)
    changed = cast.having((W2, c.CastStraw(poll=name, choice=2)))
    closed = changed.when(W1, c.CloseStrawPoll(poll=name)).then(like(e.StrawPollClosed, counts=(1, 1))).after
    closed.when(W1, c.CloseStrawPoll(poll=name)).then_refused(Reason.NO_STRAW_POLL)


# --- information that is not supplied -----------------------------------------------------------------------------


def test_who_owes_a_material_may_say_that_he_does_not_supply_it_and_still_owes_it() -> None:
    now = given(REPLIED).having((W2, _asking()))
    (name,) = now.case.materials
    decline = c.DeclineMaterial(material=name, reason="没有统计")
    now.when(W1, decline).then_refused(Reason.NOT_OWING_SIDE)
    after = now.when(E2, decline).then(like(e.MaterialDeclined, side=E, material=name)).after
    assert after.case.materials[name].declined
    after.when(E2, decline).then_refused(Reason.NOTHING_NEW)
    given_after = after.when(E2, c.DeliverMaterial(material=name, file="a" * 64)).then(e.MaterialDelivered).after
    given_after.when(E2, decline).then_refused(Reason.NOT_OWING_SIDE)


def _asking() -> c.RequestMaterials:
    return c.RequestMaterials.model_validate({"items": [{"code": "payroll", "period": "2025", "title": "工资总额"}]})
