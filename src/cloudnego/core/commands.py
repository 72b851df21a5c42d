"""Everything that may be asked: imperative, one class each. What people write freely is `Text`; the rest are facts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from cloudnego.core.vocabulary import (
    ChiefIs,
    Code,
    Count,
    Day,
    Evidence,
    Fen,
    Held,
    Id,
    Kind,
    Line,
    Message,
    Mode,
    PersonId,
    Positive,
    Rate,
    Scope,
    Sha256,
    Side,
    Text,
)

CLOCK_TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

# --- parts --------------------------------------------------------------------------------------------------------


class ServedVia(StrEnum):
    PLATFORM = "platform"
    PAPER = "paper"


class Proof(StrEnum):
    """How service on paper is proved."""

    EMS = "ems"
    SIGNED_RECEIPT = "signed_receipt"
    REFUSED_TWO_WITNESSES = "refused_two_witnesses"


class Service(Message):
    """How a paper reached the other side. On the platform only while the recipient's confirmation (D0) is in force."""

    via: ServedVia
    proof: Proof | None = None
    received_on: Day | None = None
    evidence: Evidence | None = None
    tracking: Line | None = None


class OnPaper(Message):
    """An act of a side that does not use the platform, entered by someone else from a paper, with the scan."""

    side: Side
    occurred_on: Day
    evidence: Evidence


class Rep(Message):
    """One negotiation representative; names stand in the register of persons, never here."""

    person: PersonId
    outside: bool = False
    manager: bool = False
    woman: bool = False
    disabled: bool = False
    dispatched: bool = False
    front_line: bool = False
    union_staff: bool = False


class Answer(StrEnum):
    """What a topic sheet says of one statutory head (HZ 9)."""

    NEGOTIATE = "negotiate"
    KEEP = "keep"
    NOT_APPLICABLE = "not_applicable"


class TopicFact(Message):
    head: Code
    answer: Answer
    asked_rate: Rate | None = None
    asked_fen: Fen | None = None


class Topic(TopicFact):
    """One line of a topic sheet; `reason` is wanted where the head is not negotiated."""

    reason: Text | None = None
    demand: Text | None = None
    basis: Text | None = None


class TermFact(Message):
    head: Code
    rate: Rate | None = None
    fen: Fen | None = None


class Term(TermFact):
    """One line of a package: a head, and what is said of it."""

    text: Text | None = None


class Choice(Message):
    """One thing to choose in a straw poll."""

    text: Line


class MaterialFact(Message):
    code: Code
    period: Code
    secret: bool = False


class MaterialItem(MaterialFact):
    title: Line


class WageGroup(Message):
    """One post group of a wage table: amounts in fen a month."""

    group: Code
    headcount: Positive
    average_fen: Fen
    lowest_fen: Fen


class WageTable(Message):
    """Average and lowest wage by post group (step 5). Groups under five are merged before they leave the employer."""

    period: Code
    source: Code
    groups: Annotated[tuple[WageGroup, ...], Field(min_length=1, max_length=200)]


class Named(Message):
    name: Code


class FenValue(Named):
    kind: Literal["fen"] = "fen"
    fen: Fen


class RateValue(Named):
    kind: Literal["rate"] = "rate"
    rate: Rate


class DayValue(Named):
    kind: Literal["day"] = "day"
    day: Day


class CountValue(Named):
    kind: Literal["count"] = "count"
    count: Count


class GroupsValue(Named):
    kind: Literal["groups"] = "groups"
    groups: Annotated[tuple[Code, ...], Field(min_length=1, max_length=100)]


Value = Annotated[FenValue | RateValue | DayValue | CountValue | GroupsValue, Field(discriminator="kind")]
Values = Annotated[tuple[Value, ...], Field(max_length=60)]


class Plan(Message):
    """When, where and how a meeting is held; `place` is the code or address both sides compare.

    Only a reply may leave the place open (HZ 24 ¶1 wants time and content settled)."""

    day: Day
    time: Annotated[str, Field(pattern=CLOCK_TIME)]
    place: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    mode: Mode = Mode.IN_PERSON


def _with_its_place(plan: Plan) -> Plan:
    if plan.place is None:
        raise ValueError("a place is needed")
    return plan


PlanWithPlace = Annotated[Plan, AfterValidator(_with_its_place)]


class Votes(Message):
    person: PersonId
    votes: Count


class ClauseResult(Message):
    """How one clause was performed in the period of a report; `evidence`: the paper that shows it."""

    clause: Id
    result: Literal["full", "partial", "not", "dispute"]
    evidence: Evidence | None = None


class ObjectedClause(Message):
    clause: Id
    article: Annotated[str, Field(min_length=1, max_length=120)]


class Cause(StrEnum):
    """The statutory grounds to change or end a contract (HZ 38), and plain agreement (HZ 37)."""

    AGREED = "agreed"
    LAW_CHANGED = "law_changed"
    FORCE_MAJEURE = "force_majeure"
    BANKRUPTCY_MERGER = "bankruptcy_or_merger"
    CONDITION_MET = "condition_met"
    OTHER_LAWFUL = "other_lawful"


# --- bases --------------------------------------------------------------------------------------------------------


class Command(Message):
    """Something asked of one case. `binding`: the act binds the side and is a person's, never a portal's."""

    type: str
    binding: ClassVar[bool] = False
    opens: ClassVar[bool] = False


class Dated(Command):
    """A fact of the outside world: the day it happened, and the scan when it is entered later."""

    occurred_on: Day | None = None
    evidence: Evidence | None = None


class SideAct(Dated):
    """An act of one side; with `on_paper` it is entered from a paper for a side that does not use the platform."""

    on_paper: OnPaper | None = None


# --- opening ------------------------------------------------------------------------------------------------------


class OpenCase(Command):
    """Open a negotiation. Either side may (HZ 24); no account of the other side is needed."""

    type: Literal["open_case"] = "open_case"
    opens: ClassVar[bool] = True
    enterprise: Id
    wage_year: Annotated[int, Field(ge=2000, le=2099)]
    scope: Scope = Scope.ENTERPRISE
    kind: Kind = Kind.NEW
    parent: Id | None = None
    cause: Cause | None = None
    covers: Annotated[tuple[Id, ...], Field(max_length=500)] = ()
    ballot_per_enterprise: bool = False
    external_ref: Code | None = None
    occasion: Line | None = None
    evidence: Evidence | None = None


class RegisterContract(Command):
    """Enter a contract in force that was made before the platform, so that its duties and its expiry are kept."""

    type: Literal["register_contract"] = "register_contract"
    opens: ClassVar[bool] = True
    enterprise: Id
    wage_year: Annotated[int, Field(ge=2000, le=2099)]
    scope: Scope = Scope.ENTERPRISE
    signed_on: Day
    in_force_from: Day
    expires_on: Day
    raise_rate: Rate | None = None
    minimum_wage_fen: Fen | None = None
    published_on: Day | None = None
    covers: Annotated[tuple[Id, ...], Field(max_length=500)] = ()
    filing_no: Line | None = None
    external_ref: Code | None = None
    evidence: Evidence


# --- 1 representatives --------------------------------------------------------------------------------------------


class RecordDelegateRoll(Dated):
    """Enter or change the roll of congress delegates, kept by the union and posted (ZJDM 5, 10, 11, 14)."""

    type: Literal["record_delegate_roll"] = "record_delegate_roll"
    delegates: Positive
    workers: Positive
    managers: Count = 0
    women: Count = 0
    term_until: Day | None = None
    roll_hash: Sha256
    reason: Line | None = None


class ProposeCandidates(Dated):
    """Name the candidates of the worker side before the vote (HZ 18)."""

    type: Literal["propose_candidates"] = "propose_candidates"
    candidates: Annotated[tuple[Rep, ...], Field(min_length=1, max_length=60)]
    chief: PersonId
    chief_is: ChiefIs = ChiefIs.OTHER
    seats: Annotated[int, Field(ge=1, le=60)]
    scrutineers: Annotated[tuple[PersonId, ...], Field(min_length=2, max_length=9)]


class RecordElection(Dated):
    """Enter the counts of a vote on the candidates, or on the whole list where there is no union (HZ 18; ZJDM 15).

    `secret`: the vote was by unsigned papers (无记名投票), as the scan shows."""

    type: Literal["record_election"] = "record_election"
    form: Literal["ballot", "approval_of_list"] = "ballot"
    secret: bool
    held: Held
    electorate: Literal["delegates", "all_workers"] = "delegates"
    total: Positive
    present: Count
    votes: Annotated[tuple[Votes, ...], Field(max_length=60)] = ()
    approvals: Count = 0
    spoiled: Count = 0


class AttestElection(Command):
    """A scrutineer confirms or rejects the counts of the election."""

    type: Literal["attest_election"] = "attest_election"
    correct: bool
    remark: Text | None = None


class AppointRepresentatives(SideAct):
    """Name a side's representatives: the employer's by the legal representative (HZ 18 ¶2), the worker side's where
    the pack lets the union appoint them."""

    type: Literal["appoint_representatives"] = "appoint_representatives"
    reps: Annotated[tuple[Rep, ...], Field(min_length=1, max_length=60)]
    chief: PersonId
    chief_is: ChiefIs = ChiefIs.OTHER
    chief_may_sign: bool = True


class MandateOutsider(SideAct):
    """The chief gives a professional from outside a written mandate to sit on the side's bench (HZ 17)."""

    type: Literal["mandate_outsider"] = "mandate_outsider"
    binding: ClassVar[bool] = True
    rep: Rep


class AcceptDuty(SideAct):
    """Representatives accept their duties and the duty of secrecy (HZ 19, 21)."""

    type: Literal["accept_duty"] = "accept_duty"
    persons: Annotated[tuple[PersonId, ...], Field(max_length=60)] = ()


class PublishList(SideAct):
    """Publicise a side's representatives (HZ 18 ¶4)."""

    type: Literal["publish_list"] = "publish_list"
    from_on: Day
    until_on: Day
    place: Line | None = None


# --- 2 topics -----------------------------------------------------------------------------------------------------


class RecordOpinions(Dated):
    """Enter the result of an opinion collection, as aggregates, in the worker side's own stream (HZ 19)."""

    type: Literal["record_opinions"] = "record_opinions"
    held: Held
    issued: Positive
    returned: Count
    heads: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    digest: Text | None = None


class DraftTopicSheet(Command):
    """Write a side's topic sheet in its own stream: an answer to each of the nine statutory heads (HZ 9)."""

    type: Literal["draft_topic_sheet"] = "draft_topic_sheet"
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=20)]


class DeclareTopicsReady(SideAct):
    """Tell the table that a side's topics are ready; the content goes out with the offer."""

    type: Literal["declare_topics_ready"] = "declare_topics_ready"
    held: Held | None = None


# --- 3 offer ------------------------------------------------------------------------------------------------------


class ConfirmElectronicService(Dated):
    """A side names the platform as its receiving system for a time, on a signed paper (D0; ESL 11 ¶2)."""

    type: Literal["confirm_electronic_service"] = "confirm_electronic_service"
    binding: ClassVar[bool] = True
    from_on: Day
    until_on: Day


class RevokeElectronicService(Command):
    """A side takes its confirmation of electronic service back."""

    type: Literal["revoke_electronic_service"] = "revoke_electronic_service"
    binding: ClassVar[bool] = True
    reason: Text | None = None


class SendOffer(SideAct):
    """Send the written offer: time, place, content, own representatives (HZ 24 ¶2)."""

    type: Literal["send_offer"] = "send_offer"
    binding: ClassVar[bool] = True
    plan: PlanWithPlace
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=20)]
    service: Service | None = None
    basis: Text | None = None


class ServePaper(Dated):
    """Enter the proof that a paper already sent reached the other side."""

    type: Literal["serve_paper"] = "serve_paper"
    paper: Id
    service: Service


class WithdrawOffer(SideAct):
    """Take the own offer back before it is answered."""

    type: Literal["withdraw_offer"] = "withdraw_offer"
    binding: ClassVar[bool] = True
    reason: Text | None = None


# --- 4 reply ------------------------------------------------------------------------------------------------------


class ReplyOutcome(StrEnum):
    ACCEPTED = "accepted"
    ACCEPTED_WITH_CHANGES = "accepted_with_changes"
    REFUSED = "refused"


class Reply(SideAct):
    """Answer the offer in writing, settling time and content (HZ 24 ¶1)."""

    type: Literal["reply"] = "reply"
    binding: ClassVar[bool] = True
    outcome: ReplyOutcome
    plan: Plan | None = None
    topics: Annotated[tuple[Topic, ...], Field(max_length=20)] = ()
    service: Service | None = None
    reason: Text | None = None


# --- 5 preparation ------------------------------------------------------------------------------------------------


class RequestMaterials(SideAct):
    """Ask the other side for true information (HZ 25 ¶2)."""

    type: Literal["request_materials"] = "request_materials"
    items: Annotated[tuple[MaterialItem, ...], Field(min_length=1, max_length=40)]


class DeliverMaterial(SideAct):
    """Give what was asked for, or what the pack wants unasked. A wage table is merged to groups of five or more."""

    type: Literal["deliver_material"] = "deliver_material"
    material: Id | None = None
    code: Code | None = None
    file: Sha256 | None = None
    wage_table: WageTable | None = None
    remark: Text | None = None


class AcknowledgeMaterial(SideAct):
    """The asking side confirms receipt."""

    type: Literal["acknowledge_material"] = "acknowledge_material"
    material: Id


class DeclineMaterial(SideAct):
    """The side that owes a material says that it does not supply it, and why: a fact, shown to both (HZ 25)."""

    type: Literal["decline_material"] = "decline_material"
    material: Id
    reason: Text


class WaiveMaterial(SideAct):
    """The asking side goes on without a material, or in spite of its lateness. The late side has no say."""

    type: Literal["waive_material"] = "waive_material"
    binding: ClassVar[bool] = True
    material: Id


class ScheduleMeeting(SideAct):
    """Name day, time and place of the meeting; it is set when both chiefs have named the same (HZ 24, 26)."""

    type: Literal["schedule_meeting"] = "schedule_meeting"
    plan: PlanWithPlace


class PostponeMeeting(SideAct):
    """The asking side puts the meeting off by as many days as a requested material was late (HZ 25)."""

    type: Literal["postpone_meeting"] = "postpone_meeting"
    material: Id


class SendMeetingNotice(SideAct):
    """Tell the other side the own topics and representatives before the meeting (ZJ 16 ¶2; D28)."""

    type: Literal["send_meeting_notice"] = "send_meeting_notice"
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=20)]
    service: Service | None = None


class ReportTalks(SideAct):
    """The union or the workers' representatives report the coming talks to the upper union (SD 24)."""

    type: Literal["report_talks"] = "report_talks"
    remark: Text | None = None


class NameRecorder(SideAct):
    """Name the recorder, who is no representative; appointed when both chiefs name the same person (HZ 26)."""

    type: Literal["name_recorder"] = "name_recorder"
    person: PersonId


class ProposeRecorder(Command):
    """The higher union proposes a recorder where the chiefs do not agree on one."""

    type: Literal["propose_recorder"] = "propose_recorder"
    person: PersonId


class AgreeOnlineMeeting(SideAct):
    """Agree to meet online where the pack allows it; both chiefs must."""

    type: Literal["agree_online_meeting"] = "agree_online_meeting"
    binding: ClassVar[bool] = True


class MakeProposal(SideAct):
    """Put a figure on one head; with `answers` it counters one of the other side. Binds nobody: only the signed
    contract does (HZ 27, 28)."""

    type: Literal["make_proposal"] = "make_proposal"
    head: Code
    rate: Rate | None = None
    fen: Fen | None = None
    text: Text | None = None
    answers: Id | None = None


class MakePackage(SideAct):
    """Several heads as one: `terms` stand only together, and only if the other side gives what `given` says. Nobody
    can take a part of it, for there is no act that names one. Binds nobody (HZ 27, 28)."""

    type: Literal["make_package"] = "make_package"
    terms: Annotated[tuple[Term, ...], Field(min_length=1, max_length=20)]
    given: Annotated[tuple[Term, ...], Field(max_length=20)] = ()
    answers: Id | None = None


class HoldProposal(SideAct):
    """Put a proposal of the other side aside: it stands, and is not answered yet."""

    type: Literal["hold_proposal"] = "hold_proposal"
    proposal: Id
    reason: Text | None = None


class WithdrawProposal(SideAct):
    """Take an own proposal that is not accepted off the table."""

    type: Literal["withdraw_proposal"] = "withdraw_proposal"
    proposal: Id
    reason: Text | None = None


class AcceptInPrinciple(SideAct):
    """A chief accepts a proposal of the other side, as a whole. Binds nobody: what is accepted goes into the draft,
    before the congress, and to both chiefs for their signatures (HZ 27, 28)."""

    type: Literal["accept_in_principle"] = "accept_in_principle"
    proposal: Id
    remark: Text | None = None


class TakeBackAcceptance(SideAct):
    """A chief of either side says that an acceptance in principle no longer stands, and why; the proposal is open
    again."""

    type: Literal["take_back_acceptance"] = "take_back_acceptance"
    proposal: Id
    reason: Text


class PutClause(SideAct):
    """Put a typed draft clause on the table, or a new wording of one. Any edit voids earlier confirmations.

    `over`: the hash of the wording it was written over; if another one lies there by now, nothing is overwritten."""

    type: Literal["put_clause"] = "put_clause"
    clause: Id | None = None
    over: Sha256 | None = None
    head: Code
    values: Values = ()
    prose: Text


class DropClause(SideAct):
    """Take an own clause that is not agreed off the table."""

    type: Literal["drop_clause"] = "drop_clause"
    clause: Id


class ConfirmClause(SideAct):
    """A chief confirms the wording with this hash; agreed when both chiefs confirm the same. Not a contract yet."""

    type: Literal["confirm_clause"] = "confirm_clause"
    binding: ClassVar[bool] = True
    clause: Id
    text_hash: Sha256


class ReopenClause(SideAct):
    """A chief wants the wording with this hash, which is agreed, open again; it is when both chiefs do."""

    type: Literal["reopen_clause"] = "reopen_clause"
    binding: ClassVar[bool] = True
    clause: Id
    text_hash: Sha256


# --- at the table -------------------------------------------------------------------------------------------------


class SendMessage(Command):
    """Say something at the table, with a file if there is one. Everybody who sees the table reads it."""

    type: Literal["send_message"] = "send_message"
    head: Code | None = None
    text: Text
    file: Sha256 | None = None


class AskQuestion(SideAct):
    """Ask the other side something."""

    type: Literal["ask_question"] = "ask_question"
    head: Code | None = None
    text: Text


class AnswerQuestion(SideAct):
    """Answer a question of the other side."""

    type: Literal["answer_question"] = "answer_question"
    question: Id
    text: Text


class SetAgenda(SideAct):
    """The chair sets which heads are talked of, in which order (HZ 26 ¶1)."""

    type: Literal["set_agenda"] = "set_agenda"
    heads: Annotated[tuple[Code, ...], Field(min_length=1, max_length=40)]


class OpenTopic(SideAct):
    """The chair calls a head of the agenda."""

    type: Literal["open_topic"] = "open_topic"
    head: Code


class CloseTopic(SideAct):
    """The chair closes the head that is talked of: settled, or put off."""

    type: Literal["close_topic"] = "close_topic"
    outcome: Literal["settled", "put_off"]


class GiveFloor(SideAct):
    """The chair gives somebody who is there the floor."""

    type: Literal["give_floor"] = "give_floor"
    person: PersonId


# --- among one's own side -----------------------------------------------------------------------------------------


class SendCaucusMessage(Command):
    """Say something among one's own side. The other side learns nothing of it, not even that it was said.

    `into`: named by a neutral instructor alone, who is called in for a time and may be called by both sides.
    """

    type: Literal["send_caucus_message"] = "send_caucus_message"
    text: Text
    file: Sha256 | None = None
    into: Side | None = None


class OpenStrawPoll(Command):
    """Ask one's own side for its mind: by name, seen by the side alone, and binding nobody."""

    type: Literal["open_straw_poll"] = "open_straw_poll"
    question: Text
    choices: Annotated[tuple[Choice, ...], Field(min_length=2, max_length=6)]


class CastStraw(Command):
    """Say one's mind in a straw poll of one's own side; may be changed as long as it is open. `choice`: from 1."""

    type: Literal["cast_straw"] = "cast_straw"
    poll: Id
    choice: Annotated[int, Field(ge=1, le=6)]


class CloseStrawPoll(Command):
    """End a straw poll of one's own side."""

    type: Literal["close_straw_poll"] = "close_straw_poll"
    poll: Id


# --- 6 meeting ----------------------------------------------------------------------------------------------------


class CheckIn(Dated):
    """A representative checks in at the meeting. `room_code`: what he has just scanned off the screen there."""

    type: Literal["check_in"] = "check_in"
    mode: Mode = Mode.IN_PERSON
    room_code: Code | None = None


class ConfirmCheckIn(Dated):
    """The recorder confirms who is really there."""

    type: Literal["confirm_check_in"] = "confirm_check_in"
    persons: Annotated[tuple[PersonId, ...], Field(min_length=1, max_length=120)]


class StartMeeting(Dated):
    """Open the session; the chiefs chair in turn (HZ 26)."""

    type: Literal["start_meeting"] = "start_meeting"


class NoteChiefAbsent(Dated):
    """The recorder notes that a chief has not come 30 minutes after the set time."""

    type: Literal["note_chief_absent"] = "note_chief_absent"
    side: Side


class ChooseNewDay(SideAct):
    """The side that came names a new day once, at most five working days later."""

    type: Literal["choose_new_day"] = "choose_new_day"
    plan: PlanWithPlace


class AdjournMeeting(Dated):
    """End the session without a result; talks go on at the next one."""

    type: Literal["adjourn_meeting"] = "adjourn_meeting"
    next: PlanWithPlace


class AddMinutesNote(Command):
    """The recorder writes into the minutes what no act says: about the session, about one line of the table stream
    by its number, or as the answer to an objection, which then is no longer open."""

    type: Literal["add_minutes_note"] = "add_minutes_note"
    line: Positive | None = None
    answers: Id | None = None
    text: Text


class ObjectToLine(SideAct):
    """A representative objects to a line of the minutes, by its number in the table stream. Line and objection both
    stay in the record; nothing is struck out."""

    type: Literal["object_to_line"] = "object_to_line"
    line: Positive
    reason: Text


class WithdrawLineObjection(SideAct):
    """The side that objected to a line takes that back."""

    type: Literal["withdraw_line_objection"] = "withdraw_line_objection"
    objection: Id


class WriteMinutes(Dated):
    """The recorder lays the minutes before both chiefs (HZ 26): without `minutes_hash` those that grew from the acts,
    named by the root of the table stream as it stands; with it a paper or a text, named by its hash."""

    type: Literal["write_minutes"] = "write_minutes"
    result: Literal["full_agreement", "partial", "none"]
    minutes_hash: Sha256 | None = None
    text: Text | None = None


class ConfirmMinutes(SideAct):
    """A chief signs the minutes with this hash: in ink, entered with the scan, or with the key on his own device where
    the sides agreed to that (HZ 26 ¶3; ESL 3, 13)."""

    type: Literal["confirm_minutes"] = "confirm_minutes"
    binding: ClassVar[bool] = True
    minutes_hash: Sha256


class SignMinutes(SideAct):
    """Representatives who were at the meeting sign its minutes too: needed where the text wants it of all (SD 26;
    HA 25), recorded everywhere. The signed paper is entered with its scan, for oneself or for several; with the key on
    one's own device one signs for oneself (ESL 3, 13)."""

    type: Literal["sign_minutes"] = "sign_minutes"
    minutes_hash: Sha256
    persons: Annotated[tuple[PersonId, ...], Field(max_length=60)] = ()


class DeclareDeadlock(SideAct):
    """A chief declares that the talks are stuck; opens the way to coordination (ZJ 39)."""

    type: Literal["declare_deadlock"] = "declare_deadlock"
    reason: Text | None = None


class ConfirmDraft(SideAct):
    """The employer confirms the compiled draft as its making, or uploads its own making of it (HZ 27 ¶1)."""

    type: Literal["confirm_draft"] = "confirm_draft"
    binding: ClassVar[bool] = True
    draft_hash: Sha256
    file: Sha256 | None = None


class SignDraft(SideAct):
    """A chief signs the draft before the ballot, where the text wants it (N2004 34; SH 22, NB 19, HA 27): in ink,
    entered with the scan, or with the key on his own device where the sides agreed to that (ESL 3, 13)."""

    type: Literal["sign_draft"] = "sign_draft"
    binding: ClassVar[bool] = True
    draft_hash: Sha256


class LetDraftStand(Command):
    """Clock: the employer did not confirm the draft in time, so the compiled text stands."""

    type: Literal["let_draft_stand"] = "let_draft_stand"


class FileAmendmentPlan(SideAct):
    """After a failed ballot the worker side proposes amendments (HZ 28 ¶3)."""

    type: Literal["file_amendment_plan"] = "file_amendment_plan"
    clauses: Annotated[tuple[Id, ...], Field(max_length=60)] = ()
    plan: Text


# --- 7 congress ---------------------------------------------------------------------------------------------------


class DraftClauseFact(Message):
    clause: Id
    head: Code
    values: Values = ()


class DraftClause(DraftClauseFact):
    """One clause of the draft, word for word as it was agreed."""

    prose: Text


class SubmitDraft(SideAct):
    """Submit the draft to the workers' congress, with its text: who votes on it, and the authority that examines it,
    read it there (HZ 28 ¶1; ZJDM 16). The text is the agreed one, by hash."""

    type: Literal["submit_draft"] = "submit_draft"
    draft_hash: Sha256
    clauses: Annotated[tuple[DraftClause, ...], Field(min_length=1, max_length=120)]


class ConveneCongress(Dated):
    """The union convenes the congress or general meeting (ZJDM 5, 15)."""

    type: Literal["convene_congress"] = "convene_congress"
    day: Day
    form: Literal["delegates", "general_meeting"] = "delegates"
    held: Held = Held.DISPERSED
    total: Positive
    place: Line | None = None


class AdoptVotingMethod(Dated):
    """The congress adopts the voting method and elects its scrutineers (D26, ZJDM 15)."""

    type: Literal["adopt_voting_method"] = "adopt_voting_method"
    ballot: Literal["online", "paper", "both"]
    scrutineers: Annotated[tuple[PersonId, ...], Field(min_length=2, max_length=9)]
    counters: Annotated[tuple[PersonId, ...], Field(max_length=9)] = ()


class SendCongressMaterials(Dated):
    """Send the draft and its explanation to the delegates in advance; the workers' representatives explain it."""

    type: Literal["send_congress_materials"] = "send_congress_materials"
    explanation: Text | None = None


class RecordAcceptance(SideAct):
    """Regional: enter that the legal representative of a covered enterprise accepts the draft (SH 28, 30)."""

    type: Literal["record_acceptance"] = "record_acceptance"
    enterprise: Id
    draft_hash: Sha256


class RecordCoveredBallot(Dated):
    """Regional: enter the vote of one covered enterprise (HZ 33)."""

    type: Literal["record_covered_ballot"] = "record_covered_ballot"
    enterprise: Id
    secret: bool
    total: Positive
    present: Count
    yes: Count
    scrutineers: Annotated[tuple[PersonId, ...], Field(min_length=2, max_length=9)]


class RecordBallot(Dated):
    """Enter the counts of the secret ballot on the draft (HZ 28 ¶2). Valid once two scrutineers attest them."""

    type: Literal["record_ballot"] = "record_ballot"
    draft_hash: Sha256
    secret: bool
    present: Count
    issued: Count
    returned: Count
    yes: Count
    no: Count
    abstain: Count
    spoiled: Count


class AttestBallot(Command):
    """A scrutineer confirms or rejects the counts of the ballot."""

    type: Literal["attest_ballot"] = "attest_ballot"
    correct: bool
    remark: Text | None = None


# --- votes on the platform ----------------------------------------------------------------------------------------


class Opens(Command):
    """What opens a vote on the platform says when it closes, by the clock on the wall."""

    closes_on: Day
    closes_at: Annotated[str, Field(pattern=CLOCK_TIME)]


class OpenElection(Opens):
    """Let the electorate vote on the candidates on the platform, in secret (HZ 18; ZJDM 15)."""

    type: Literal["open_election"] = "open_election"
    electorate: Literal["delegates", "all_workers"] = "delegates"


class OpenBallot(Opens):
    """Let the congress vote on the draft on the platform, in secret (HZ 28 ¶2; ZJDM 15). Where each covered enterprise
    votes by itself (HZ 33): which one does, and whether its delegates do or all its workers."""

    type: Literal["open_ballot"] = "open_ballot"
    draft_hash: Sha256
    enterprise: Id | None = None
    electorate: Literal["delegates", "all_workers"] | None = None


class VoidPoll(Command):
    """Void a vote that runs: what was cast is destroyed unread, and another one may be opened. `poll`: which one, where
    several run."""

    type: Literal["void_poll"] = "void_poll"
    poll: Id | None = None
    reason: Text


class Tally(Message):
    """Votes for one of the choices, by its code."""

    choice: Code
    votes: Count


class CountPoll(Command):
    """The clock brings what a closed vote came to: from the box, and of papers by two tellers who agree.

    `poll_hash`: what each ballot named; `issued`: ballots signed for voters; `took_paper`: voters who took a paper
    instead; `cast`: ballots in the box; `papers`: papers in the urn, spoiled ones among them; `counts`: box and urn
    together, `urn`: the urn alone; `list_hash`: of the ballots as they are laid open; `roll_hash`: of the roll as it
    ended."""

    type: Literal["count_poll"] = "count_poll"
    poll: Id
    poll_hash: Sha256
    issued: Count
    took_paper: Count = 0
    cast: Count
    papers: Count = 0
    spoiled: Count = 0
    counts: Annotated[tuple[Tally, ...], Field(min_length=1, max_length=70)]
    urn: Annotated[tuple[Tally, ...], Field(max_length=70)] = ()
    tellers: Annotated[tuple[PersonId, ...], Field(max_length=2)] = ()
    list_hash: Sha256
    roll_hash: Sha256


# --- 8 filing -----------------------------------------------------------------------------------------------------


class SignContract(SideAct):
    """A chief signs the contract that was voted: in ink, entered with the scan, or with the key on his own device where
    the sides agreed to that (HZ 28 ¶2; ESL 3, 13)."""

    type: Literal["sign_contract"] = "sign_contract"
    binding: ClassVar[bool] = True
    document_hash: Sha256


class RefuseToSign(SideAct):
    """A chief refuses to sign what the congress passed; recorded as a fact."""

    type: Literal["refuse_to_sign"] = "refuse_to_sign"
    binding: ClassVar[bool] = True
    reason: Text | None = None


class FileContract(SideAct):
    """Hand the contract and its papers to the labour authority (HZ 40; ZJ 34)."""

    type: Literal["file_contract"] = "file_contract"
    channel: Literal["in_platform", "external_upload"]
    items: Annotated[tuple[Code, ...], Field(min_length=1, max_length=40)]
    copies: Count = 0
    term_from: Day
    term_months: Annotated[int, Field(ge=1, le=120)]


class ReceiveFiling(Dated):
    """The authority receives the filing; its day starts the review (HZ 40)."""

    type: Literal["receive_filing"] = "receive_filing"
    receipt_no: Line | None = None


class RecordReceipt(Dated):
    """External review: upload the authority's stamped receipt."""

    type: Literal["record_receipt"] = "record_receipt"
    receipt_no: Line | None = None


class RequestSupplement(Dated):
    """The authority asks for missing papers; in Hangzhou the fifteen days run on (HZ 40)."""

    type: Literal["request_supplement"] = "request_supplement"
    items: Annotated[tuple[Code, ...], Field(min_length=1, max_length=40)]
    reason: Text | None = None


class SupplyPapers(SideAct):
    """Hand in the papers the authority asked for."""

    type: Literal["supply_papers"] = "supply_papers"
    items: Annotated[tuple[Code, ...], Field(min_length=1, max_length=40)]


class ObjectToContract(Dated):
    """The authority objects to clauses; its opinion is served on both sides within its days (N2004 45)."""

    type: Literal["object_to_contract"] = "object_to_contract"
    service: Service
    clauses: Annotated[tuple[ObjectedClause, ...], Field(min_length=1, max_length=60)]
    opinion: Text | None = None


class RecordObjection(Dated):
    """External review: enter an objection received on paper, with its own day."""

    type: Literal["record_objection"] = "record_objection"
    clauses: Annotated[tuple[ObjectedClause, ...], Field(min_length=1, max_length=60)]
    opinion: Text | None = None


class GiveNoObjection(Dated):
    """The authority delivers an opinion without objection before its days are over (N2000 22)."""

    type: Literal["give_no_objection"] = "give_no_objection"


class ConfirmNoObjection(SideAct):
    """External review: declare that no objection was received."""

    type: Literal["confirm_no_objection"] = "confirm_no_objection"
    binding: ClassVar[bool] = True


class NoteClerical(SideAct):
    """After an objection: record that only clerical errors are mended, so that no new ballot is needed. Takes both
    chiefs and an officer of the higher union."""

    type: Literal["note_clerical"] = "note_clerical"
    binding: ClassVar[bool] = True
    corrected_hash: Sha256


class ReturnToTable(SideAct):
    """After an objection: go back to the meeting to revise the clauses (HZ 40)."""

    type: Literal["return_to_table"] = "return_to_table"
    binding: ClassVar[bool] = True


class CloseReview(Command):
    """Clock: the authority's days are over without an objection (HZ 40; LCL 54)."""

    type: Literal["close_review"] = "close_review"


class CloseConfirmation(Command):
    """Clock: one side declared that no objection came, the other was silent for the pack's working days."""

    type: Literal["close_confirmation"] = "close_confirmation"


# --- 9 performance ------------------------------------------------------------------------------------------------


class PublishContract(SideAct):
    """Publish the contract to all workers (HZ 41)."""

    type: Literal["publish_contract"] = "publish_contract"
    place: Line | None = None
    enterprises: Annotated[tuple[Id, ...], Field(max_length=500)] = ()


class ReportToUpperUnion(Dated):
    """Report the contract to the next higher union (HZ 41)."""

    type: Literal["report_to_upper_union"] = "report_to_upper_union"


class ReportPerformance(SideAct):
    """Report to the congress how the contract was performed (HZ 42). `satisfied_percent`: of the workers asked."""

    type: Literal["report_performance"] = "report_performance"
    period: Code
    results: Annotated[tuple[ClauseResult, ...], Field(max_length=60)] = ()
    satisfied_percent: Annotated[int, Field(ge=0, le=100)] | None = None
    remark: Text | None = None


class PublishPerformance(SideAct):
    """Publish to all workers how the wage clauses are performed (CQ 30: every half year)."""

    type: Literal["publish_performance"] = "publish_performance"
    period: Code
    place: Line | None = None


class RaiseProblem(Command):
    """Raise a problem of performance in writing to both chiefs (ZJ 36)."""

    type: Literal["raise_problem"] = "raise_problem"
    clause: Id | None = None
    problem: Text


class AnswerProblem(SideAct):
    """Answer a problem that was raised; `cure_by`: the day by which it is to be mended."""

    type: Literal["answer_problem"] = "answer_problem"
    problem: Id
    answer: Text
    cure_by: Day | None = None


class RecordExternalCase(Dated):
    """Note a mediation, arbitration or lawsuit about performance (ZJ 40, 41; LCL 56)."""

    type: Literal["record_external_case"] = "record_external_case"
    forum: Literal["mediation", "arbitration", "lawsuit"]
    reference: Line | None = None


class ReportTransfer(Dated):
    """HR reports a transfer or end of employment of a representative who is protected (HZ 20; ZJ 14)."""

    type: Literal["report_transfer"] = "report_transfer"
    person: PersonId
    change: Literal["transfer", "termination"]
    consented: bool
    reason: Text | None = None


class RecordSupersession(Command):
    """Clock: a child case came into force and replaces, changes or ends this contract."""

    type: Literal["record_supersession"] = "record_supersession"
    child: Id


class CloseExpired(Command):
    """Clock: the term of the contract is over (ZJ 30)."""

    type: Literal["close_expired"] = "close_expired"


# --- along the road -----------------------------------------------------------------------------------------------


class LeaveBench(Dated):
    """A representative lays down the mandate, or the side enters that the seat is vacant (ZJ 13; HZ 22)."""

    type: Literal["leave_bench"] = "leave_bench"
    person: PersonId
    reason: Text | None = None


class ReplaceRepresentative(SideAct):
    """Fill a vacant seat, or change a representative, by the same procedure, with notice to the other side (ZJ 13)."""

    type: Literal["replace_representative"] = "replace_representative"
    binding: ClassVar[bool] = True
    old: PersonId
    rep: Rep
    as_chief: bool = False
    chief_is: ChiefIs = ChiefIs.OTHER
    chief_may_sign: bool = True
    service: Service | None = None


class DelegateChief(SideAct):
    """A chief who is absent delegates in writing to another representative of the own side (N2004 20, 23)."""

    type: Literal["delegate_chief"] = "delegate_chief"
    binding: ClassVar[bool] = True
    person: PersonId
    until_on: Day
    may_sign: bool = False


class Suspend(SideAct):
    """Agree to suspend the talks; needs the worker chief's consent (HZ 27 ¶2)."""

    type: Literal["suspend"] = "suspend"
    binding: ClassVar[bool] = True
    until_on: Day
    next: PlanWithPlace
    reason: Text | None = None


class Resume(SideAct):
    """Take the talks up again."""

    type: Literal["resume"] = "resume"


class RequestGuidance(SideAct):
    """Ask the higher union, or the own body, for guidance (ZJ 6, 8; LCL 51)."""

    type: Literal["request_guidance"] = "request_guidance"
    topic: Text
    urgent: bool = False


class AskForInstructor(SideAct):
    """A side asks for an instructor it chooses from the pool, whatever his origin (HZ 7)."""

    type: Literal["ask_for_instructor"] = "ask_for_instructor"
    person: PersonId
    topic: Text | None = None


class RefuseInstructor(SideAct):
    """The side that did not ask for an instructor refuses him, with its reason; he is not sent, or leaves (HZ 7)."""

    type: Literal["refuse_instructor"] = "refuse_instructor"
    person: PersonId
    reason: Text


class AssignInstructor(Command):
    """The authority, or the body of the side that asked, sends an instructor from the pool (HZ 7)."""

    type: Literal["assign_instructor"] = "assign_instructor"
    person: PersonId


class ReleaseInstructor(Command):
    """A neutral instructor leaves, or is waited for no longer: by who sends him, by who asked, or by himself."""

    type: Literal["release_instructor"] = "release_instructor"
    person: PersonId
    reason: Text | None = None


CALL_MINUTES_MAX: Final = 7 * 24 * 60
"""A call is for a stated time (HZ 7): a week at most, then the side calls anew."""


class CallInstructor(Command):
    """A chief calls the neutral instructor into the side's own stream for a stated time; nobody else learns of it."""

    type: Literal["call_instructor"] = "call_instructor"
    person: PersonId
    lasts_minutes: Annotated[int, Field(strict=True, ge=15, le=CALL_MINUTES_MAX)]


class EndCall(Command):
    """A chief ends the call of an instructor before its time is over."""

    type: Literal["end_call"] = "end_call"
    person: PersonId


class EndGuidance(Command):
    """End the guidance."""

    type: Literal["end_guidance"] = "end_guidance"
    result: Text | None = None


class InviteToTable(SideAct):
    """A chief invites someone to the table; visible to both sides."""

    type: Literal["invite_to_table"] = "invite_to_table"
    person: PersonId


class EndInvitation(SideAct):
    """End an invitation to the table."""

    type: Literal["end_invitation"] = "end_invitation"
    person: PersonId


class ApplyForCoordination(SideAct):
    """Ask the labour authority to coordinate the dispute (ZJ 39; N2004 49). `claims`: what is asked for."""

    type: Literal["apply_for_coordination"] = "apply_for_coordination"
    binding: ClassVar[bool] = True
    facts: Text
    claims: Text | None = None


class AcceptDispute(Dated):
    """The authority accepts the application, or takes the dispute up by itself (N2004 49)."""

    type: Literal["accept_dispute"] = "accept_dispute"
    coordinators: Annotated[tuple[PersonId, ...], Field(min_length=1, max_length=9)]


class AdvanceCoordination(Dated):
    """The authority notes how far its coordination is: facts investigated, a plan made, the parties brought together
    (N2004 50-53)."""

    type: Literal["advance_coordination"] = "advance_coordination"
    reached: Literal["investigated", "planned", "coordinated"]
    remark: Text | None = None


class ExtendDispute(Dated):
    """The authority extends the coordination in writing (N2004 52)."""

    type: Literal["extend_dispute"] = "extend_dispute"
    days: Annotated[int, Field(ge=1, le=60)]
    reason: Text


class CloseDispute(Dated):
    """The authority ends the coordination, with an agreement signed by coordinators and chiefs, or without one.

    `settled`: what they agreed on (N2004 54)."""

    type: Literal["close_dispute"] = "close_dispute"
    agreement: bool
    settled: Text | None = None
    open_items: Text | None = None


class Urge(Dated):
    """The union urges the other side (督促). `about`: the term it is about; `by_on`: by when it is to be done."""

    type: Literal["urge"] = "urge"
    channel: Literal["letter", "call", "visit"]
    about: Code | None = None
    by_on: Day | None = None
    demand: Text
    service: Service | None = None


class IssueOpinion(Dated):
    """The union issues a labour-law supervision opinion, signed by its chair or vice-chair (HZ 43; ZJLS 21). `demand`:
    what is to be put right, where that does not follow from the facts."""

    type: Literal["issue_opinion"] = "issue_opinion"
    binding: ClassVar[bool] = True
    article: Annotated[str, Field(min_length=1, max_length=120)]
    facts: Text
    demand: Text | None = None
    service: Service | None = None


class AnswerOpinion(SideAct):
    """The enterprise answers a supervision opinion (ZJLS 22)."""

    type: Literal["answer_opinion"] = "answer_opinion"
    binding: ClassVar[bool] = True
    opinion: Id
    outcome: Literal["corrected", "will_correct", "refused"]
    answer: Text


class IssueRecommendation(Dated):
    """A union at county level or above recommends action to the labour authority (HZ 43; ZJLS 23)."""

    type: Literal["issue_recommendation"] = "issue_recommendation"
    binding: ClassVar[bool] = True
    opinion: Id
    ground: Literal["refused", "unanswered", "not_corrected"]
    facts: Text


class ContestFact(Command):
    """The named side contests a recorded fact, or attaches a statement to it; shown everywhere the fact is."""

    type: Literal["contest_fact"] = "contest_fact"
    fact: Id
    form: Literal["contest", "statement"] = "contest"
    evidence: Evidence | None = None
    says_on: Day | None = None
    statement: Text


class CheckScan(Command):
    """Who did not enter it compares the scan of what was signed in ink with the signatures it is entered for: somebody
    of the other side, the union or a scrutineer. `scan` is the entry, "table.31"; what is not so needs its reason."""

    type: Literal["check_scan"] = "check_scan"
    scan: Id
    shows: bool
    reason: Text | None = None


class WithdrawContest(Command):
    """Take a contest back."""

    type: Literal["withdraw_contest"] = "withdraw_contest"
    fact: Id


class WithdrawCase(SideAct):
    """Withdraw the case: alone before the reply, afterwards with the other side's written consent."""

    type: Literal["withdraw_case"] = "withdraw_case"
    binding: ClassVar[bool] = True
    reason: Text


class TakeBackWithdrawal(SideAct):
    """Take the own request to withdraw the case back; it also lapses when the case moves on or the chief changes."""

    type: Literal["take_back_withdrawal"] = "take_back_withdrawal"
    binding: ClassVar[bool] = True


class ConsentToWithdrawal(SideAct):
    """Consent to the other side's withdrawal."""

    type: Literal["consent_to_withdrawal"] = "consent_to_withdrawal"
    binding: ClassVar[bool] = True


class EndTalks(SideAct):
    """End the case without a contract after a coordination that found no agreement (N2004 53)."""

    type: Literal["end_talks"] = "end_talks"
    binding: ClassVar[bool] = True
    reason: Text


class MergeIntoRegional(SideAct):
    """Let an industry or regional case that covers this enterprise take the place of its own; both sides must."""

    type: Literal["merge_into_regional"] = "merge_into_regional"
    binding: ClassVar[bool] = True
    regional: Id


class RecordReference(Command):
    """Enter a reference value with its source: minimum wage, guideline, prices, what an industry or regional contract
    in force fixes (HZ 35). Nothing is hard-coded."""

    type: Literal["record_reference"] = "record_reference"
    kind: Literal[
        "minimum_wage",
        "guideline_lower",
        "guideline_benchmark",
        "guideline_upper",
        "cpi",
        "average_wage",
        "regional_raise",
        "regional_minimum",
    ]
    period: Code
    fen: Fen | None = None
    rate: Rate | None = None
    source: Annotated[str, Field(min_length=1, max_length=300)]


class CoverEnterprise(Command):
    """Industry or regional: add an enterprise the contract will cover (HZ 30, 34)."""

    type: Literal["cover_enterprise"] = "cover_enterprise"
    enterprise: Id


class RecordCourtOrder(Command):
    """Clock: two persons confirmed an order of a court to hand out one side's own stream; both sides are told before
    anybody reads it."""

    type: Literal["record_court_order"] = "record_court_order"
    order: Id
    side: Side
    order_no: Annotated[str, Field(min_length=1, max_length=120)]
    court: Annotated[str, Field(min_length=1, max_length=200)]
    ordered_on: Day
    evidence: Evidence
    requested_by: PersonId
    confirmed_by: PersonId
    until_on: Day


class AdoptCalendar(Command):
    """Clock: a new calendar was loaded; open deadlines are computed again."""

    type: Literal["adopt_calendar"] = "adopt_calendar"
    calendar: Code


class NoteDeadline(Command):
    """Clock: note that a term is near, due or overdue. Notes a fact; moves nothing."""

    type: Literal["note_deadline"] = "note_deadline"
    timer: Code
    key: Annotated[str, Field(max_length=96)] = ""
    mark: Literal["T-3", "T-1", "T0", "over", "T+1"]


def _collect(base: type[Command]) -> dict[str, type[Command]]:
    found: dict[str, type[Command]] = {}
    for cls in base.__subclasses__():
        default = cls.model_fields["type"].default
        if isinstance(default, str):
            found[default] = cls
        found |= _collect(cls)
    return found


COMMANDS: dict[str, type[Command]] = _collect(Command)
"""Every command by its type."""

_WORDS: dict[type[Message], tuple[tuple[str, ...], tuple[str, ...]]] = {}


def _fields(cls: type[Message]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known = _WORDS.get(cls)
    if known is None:
        words = tuple(n for n, f in cls.model_fields.items() if ".Word object" in f"{f.metadata}{f.annotation}")
        rest = tuple(n for n in cls.model_fields if n not in words)
        known = _WORDS[cls] = (words, rest)
    return known


def words_of(message: Message, under: str = "") -> dict[str, str]:
    """The free text of a message by the path of its field, e.g. `{"topics.2.demand": "…"}`."""
    words, rest = _fields(type(message))
    found: dict[str, str] = {}
    for name in words:
        text: Any = getattr(message, name)
        if text is not None:
            found[under + name] = text
    for name in rest:
        part: Any = getattr(message, name)
        if isinstance(part, Message):
            found |= words_of(part, f"{under}{name}.")
        elif isinstance(part, tuple) and part and isinstance(part[0], Message):
            for index, one in enumerate(part):
                found |= words_of(one, f"{under}{name}.{index}.")
    return found
