"""Everything that can have happened: past tense, one class each. Facts are never personal; `words` may be erased."""

from __future__ import annotations

from typing import ClassVar, Literal

from cloudnego.core.commands import (
    Cause,
    ClauseResult,
    DraftClauseFact,
    MaterialFact,
    ObjectedClause,
    Plan,
    Proof,
    Rep,
    ReplyOutcome,
    ServedVia,
    Tally,
    TermFact,
    TopicFact,
    Values,
    Votes,
    WageTable,
)
from cloudnego.core.vocabulary import (
    FEW_VOTERS,
    ChiefIs,
    Code,
    Count,
    Day,
    Ending,
    Evidence,
    Fen,
    Held,
    Id,
    Kind,
    Message,
    Mode,
    Origin,
    PersonId,
    Positive,
    Rate,
    Scope,
    Seat,
    Sha256,
    Side,
    Step,
    Stream,
)

Persons = tuple[PersonId, ...]
Outcome = Literal["done", "failed", "objected", "withdrawn", "dispute_settled", "effect_withdrawn"]


class PaperKind:
    """Kinds of papers that are served."""

    OFFER: ClassVar = "offer"
    REPLY: ClassVar = "reply"
    NOTICE: ClassVar = "meeting_notice"
    OPINION: ClassVar = "opinion"
    URGE: ClassVar = "urge"
    REPLACEMENT: ClassVar = "replacement"


class Served(Message):
    """The facts of a service that has been proved."""

    via: ServedVia
    proof: Proof | None = None
    on: Day
    evidence: Evidence | None = None


class Reference(Message):
    """A reference value with its source."""

    kind: Code
    period: Code
    fen: Fen | None = None
    rate: Rate | None = None
    source: str
    by: PersonId


class Covered(Message):
    """An enterprise under an industry or regional case."""

    enterprise: Id
    headcount: Count = 0


class Event(Message):
    """Something that happened in one case. `stream` says who may know of it."""

    type: str
    type_version: ClassVar[int] = 1
    where: ClassVar[Stream] = Stream.TABLE
    words: dict[str, str] | None = None

    @property
    def stream(self) -> Stream:
        return self.where


class Dated(Event):
    """A fact of the outside world: `occurred_on` is its day, `entered_late` says it was entered over 3 working days
    afterwards, `evidence` is the scan."""

    occurred_on: Day
    entered_late: bool = False
    evidence: Evidence | None = None


class SideFact(Dated):
    """An act of one side; `from_paper` says it was entered from a paper by someone else."""

    side: Side
    from_paper: bool = False


class Inked(Message):
    """What was signed in ink lies as a scan in the entry of this id, which this person made."""

    entry: Id
    by: PersonId


class SignedFact(SideFact):
    """A signature; `ink` where it is on paper, for others to compare with the scan."""

    ink: Inked | None = None


class _Notice(Event):
    where: ClassVar[Stream] = Stream.NOTICE


class _DatedNotice(Dated):
    where: ClassVar[Stream] = Stream.NOTICE


class _SideNotice(SideFact):
    where: ClassVar[Stream] = Stream.NOTICE


class _DatedFiling(Dated):
    where: ClassVar[Stream] = Stream.FILING


class _SideFiling(SideFact):
    where: ClassVar[Stream] = Stream.FILING


class _Counts(_DatedNotice):
    """Counts of a secret vote. Of under ten voters they are not for all to see: they stand where the sides, their
    organs, the scrutineers and the authority look."""

    total: Positive

    @property
    def stream(self) -> Stream:
        return Stream.FILING if self.total < FEW_VOTERS else Stream.NOTICE


# --- opening and turning ------------------------------------------------------------------------------------------


class CaseOpened(_Notice):
    """A case exists. Carries the register's facts as they stood, and pins the law."""

    type: Literal["case_opened"] = "case_opened"
    by_side: Side
    opened_on: Day
    scope: Scope
    kind: Kind
    wage_year: int
    enterprise: Id
    region: str
    town: str
    industry: str
    headcount: Count
    above_scale: bool
    has_union: bool
    women: Count = 0
    disabled: Count = 0
    dispatched: Count = 0
    worker_organ: Id
    employer_organ: Id
    covers: tuple[Covered, ...] = ()
    ballot_per_enterprise: bool = False
    pack: str
    pack_version: str
    calendar: str
    parent: Id | None = None
    cause: Cause | None = None
    external_ref: Code | None = None
    evidence: Evidence | None = None
    references: tuple[Reference, ...] = ()
    regional_rate: Rate | None = None
    regional_minimum_fen: Fen | None = None
    previous_expires_on: Day | None = None


class ContractRegistered(_Notice):
    """A contract made before the platform; its case begins at the last step."""

    type: Literal["contract_registered"] = "contract_registered"
    signed_on: Day
    in_force_from: Day
    expires_on: Day
    raise_rate: Rate | None = None
    minimum_wage_fen: Fen | None = None
    published_on: Day | None = None
    evidence: Evidence


class StepTurned(_Notice):
    """A step was closed with an outcome, and the table said what follows. `mode`: how the step was really held."""

    type: Literal["step_turned"] = "step_turned"
    closed: Step
    outcome: Outcome
    mode: Mode
    opened: Step
    round: int


class CaseClosed(_Notice):
    type: Literal["case_closed"] = "case_closed"
    ending: Ending
    on: Day


# --- 1 representatives --------------------------------------------------------------------------------------------


class DelegateRollRecorded(_DatedNotice):
    type: Literal["delegate_roll_recorded"] = "delegate_roll_recorded"
    delegates: Positive
    workers: Positive
    managers: Count
    women: Count
    term_until: Day | None
    roll_hash: Sha256


class CandidatesProposed(_DatedNotice):
    type: Literal["candidates_proposed"] = "candidates_proposed"
    candidates: tuple[Rep, ...]
    chief: PersonId
    chief_is: ChiefIs
    seats: int
    scrutineers: Persons


class ElectionRecorded(_Counts):
    """Counts of one round. `elected` are those over the majority; seats left open go to a next round."""

    type: Literal["election_recorded"] = "election_recorded"
    form: Literal["ballot", "approval_of_list"]
    secret: bool
    held: Held
    electorate: Literal["delegates", "all_workers"]
    round: int
    present: Count
    votes: tuple[Votes, ...]
    approvals: Count
    spoiled: Count
    needed: Count
    quorum: bool
    elected: Persons
    open_seats: int


class ElectionAttested(_Notice):
    """A scrutineer's word on the counts. `complete` once two confirmed; then `chosen` is the list so far."""

    type: Literal["election_attested"] = "election_attested"
    person: PersonId
    correct: bool
    complete: bool
    voided: bool
    chosen: Persons
    settled: bool


class RepresentativesAppointed(_SideNotice):
    type: Literal["representatives_appointed"] = "representatives_appointed"
    reps: tuple[Rep, ...]
    chief: PersonId
    chief_is: ChiefIs
    chief_may_sign: bool


class OutsiderMandated(_SideNotice):
    type: Literal["outsider_mandated"] = "outsider_mandated"
    rep: Rep


class DutyAccepted(_SideNotice):
    type: Literal["duty_accepted"] = "duty_accepted"
    persons: Persons


class ListPublished(_SideNotice):
    type: Literal["list_published"] = "list_published"
    from_on: Day
    until_on: Day


class RepresentativeLeft(_DatedNotice):
    type: Literal["representative_left"] = "representative_left"
    side: Side
    person: PersonId
    was_chief: bool


class RepresentativeReplaced(_SideNotice):
    """The old mandate is dead; what the old chief named or confirmed and the other had not yet matched has lapsed."""

    type: Literal["representative_replaced"] = "representative_replaced"
    old: PersonId
    rep: Rep
    as_chief: bool
    chief_is: ChiefIs
    chief_may_sign: bool
    paper: Id
    served: Served | None


class ChiefDelegated(_SideNotice):
    type: Literal["chief_delegated"] = "chief_delegated"
    person: PersonId
    until_on: Day
    may_sign: bool


class TransferReported(_DatedNotice):
    type: Literal["transfer_reported"] = "transfer_reported"
    person: PersonId
    change: Literal["transfer", "termination"]
    consented: bool


# --- 2 topics -----------------------------------------------------------------------------------------------------


class _Caucus(Event):
    side: Side

    @property
    def stream(self) -> Stream:
        return Stream.caucus(self.side)


class OpinionsRecorded(_Caucus):
    type: Literal["opinions_recorded"] = "opinions_recorded"
    occurred_on: Day
    evidence: Evidence | None = None
    held: Held
    issued: Positive
    returned: Count
    heads: tuple[Code, ...]


class TopicSheetDrafted(_Caucus):
    type: Literal["topic_sheet_drafted"] = "topic_sheet_drafted"
    topics: tuple[TopicFact, ...]


class TopicsDeclaredReady(SideFact):
    type: Literal["topics_declared_ready"] = "topics_declared_ready"
    held: Held | None


# --- 3, 4 offer and reply -----------------------------------------------------------------------------------------


class ElectronicServiceConfirmed(_DatedNotice):
    type: Literal["electronic_service_confirmed"] = "electronic_service_confirmed"
    side: Side
    from_on: Day
    until_on: Day


class ElectronicServiceRevoked(_Notice):
    type: Literal["electronic_service_revoked"] = "electronic_service_revoked"
    side: Side
    on: Day


class OfferSent(SideFact):
    """`crossing`: the other side's offer runs the clocks and this one is read as the reply, as long as nothing
    overtakes; else it runs them, and one of the other side that has not been served is read as the reply."""

    type: Literal["offer_sent"] = "offer_sent"
    paper: Id
    plan: Plan
    topics: tuple[TopicFact, ...]
    reps: Persons
    crossing: bool
    served: Served | None


class PaperServed(Dated):
    """`overtakes`: an offer that crossed another was served first, so it runs the clocks and the other is the reply."""

    type: Literal["paper_served"] = "paper_served"
    paper: Id
    kind: str
    side: Side
    served: Served
    overtakes: bool = False


class OfferWithdrawn(SideFact):
    """`crossing`: it was the one that would have been read as the reply."""

    type: Literal["offer_withdrawn"] = "offer_withdrawn"
    paper: Id
    crossing: bool = False


class ReplySent(SideFact):
    type: Literal["reply_sent"] = "reply_sent"
    paper: Id
    outcome: ReplyOutcome
    plan: Plan | None
    topics: tuple[TopicFact, ...]
    reps: Persons
    late: bool
    served: Served | None


# --- 5 preparation ------------------------------------------------------------------------------------------------


class Requested(MaterialFact):
    id: Id


class MaterialsRequested(SideFact):
    type: Literal["materials_requested"] = "materials_requested"
    items: tuple[Requested, ...]


class MaterialDelivered(SideFact):
    type: Literal["material_delivered"] = "material_delivered"
    material: Id
    code: Code
    asked: bool
    file: Sha256 | None
    wage_table: WageTable | None
    merged_groups: Count = 0


class MaterialAcknowledged(SideFact):
    type: Literal["material_acknowledged"] = "material_acknowledged"
    material: Id


class MaterialDeclined(SideFact):
    """The side that owes it does not supply it."""

    type: Literal["material_declined"] = "material_declined"
    material: Id


class MaterialWaived(SideFact):
    type: Literal["material_waived"] = "material_waived"
    material: Id


class MeetingPlanNamed(SideFact):
    """One chief's word on when and where; `agreed` when the other had named the same."""

    type: Literal["meeting_plan_named"] = "meeting_plan_named"
    plan: Plan
    agreed: bool


class MeetingPostponed(SideFact):
    type: Literal["meeting_postponed"] = "meeting_postponed"
    material: Id
    days: int
    plan: Plan


class TalksReported(_SideNotice):
    type: Literal["talks_reported"] = "talks_reported"


class MeetingNoticeSent(SideFact):
    type: Literal["meeting_notice_sent"] = "meeting_notice_sent"
    paper: Id
    topics: tuple[TopicFact, ...]
    reps: Persons
    served: Served | None


class RecorderNamed(SideFact):
    type: Literal["recorder_named"] = "recorder_named"
    person: PersonId
    agreed: bool


class RecorderProposed(Event):
    type: Literal["recorder_proposed"] = "recorder_proposed"
    person: PersonId


class OnlineMeetingAgreed(SideFact):
    type: Literal["online_meeting_agreed"] = "online_meeting_agreed"
    both: bool


class ProposalMade(SideFact):
    """`binding` is always false: 不构成合同，须写入草案、经职代会通过并由双方首席代表签字 (HZ 27, 28)."""

    type: Literal["proposal_made"] = "proposal_made"
    proposal: Id
    head: Code
    rate: Rate | None
    fen: Fen | None
    answers: Id | None = None
    replaces: tuple[Id, ...] = ()
    binding: Literal[False] = False


class PackageMade(SideFact):
    """Stands or falls as a whole. `given`: what the other side is to give for it. Binding is always false."""

    type: Literal["package_made"] = "package_made"
    proposal: Id
    terms: tuple[TermFact, ...]
    given: tuple[TermFact, ...]
    answers: Id | None
    replaces: tuple[Id, ...]
    binding: Literal[False] = False


class ProposalHeld(SideFact):
    type: Literal["proposal_held"] = "proposal_held"
    proposal: Id


class ProposalWithdrawn(SideFact):
    type: Literal["proposal_withdrawn"] = "proposal_withdrawn"
    proposal: Id


class AcceptedInPrinciple(SideFact):
    """`settles`: the open proposals of both sides on no other heads than these. `binding` is always false:
    不构成合同，须写入草案、经职代会通过并由双方首席代表签字 (HZ 27, 28)."""

    type: Literal["accepted_in_principle"] = "accepted_in_principle"
    proposal: Id
    settles: tuple[Id, ...]
    binding: Literal[False] = False


class AcceptanceTakenBack(SideFact):
    type: Literal["acceptance_taken_back"] = "acceptance_taken_back"
    proposal: Id


class ClausePut(SideFact):
    type: Literal["clause_put"] = "clause_put"
    clause: Id
    head: Code
    values: Values
    text_hash: Sha256


class ClauseDropped(SideFact):
    type: Literal["clause_dropped"] = "clause_dropped"
    clause: Id


class ClauseConfirmed(SideFact):
    type: Literal["clause_confirmed"] = "clause_confirmed"
    clause: Id
    text_hash: Sha256
    agreed: bool
    binding: Literal[False] = False


class ClauseReopened(SideFact):
    """`both`: the other chief wants it too, so it is no longer agreed."""

    type: Literal["clause_reopened"] = "clause_reopened"
    clause: Id
    text_hash: Sha256
    both: bool


# --- at the table -------------------------------------------------------------------------------------------------


class MessageSent(Event):
    type: Literal["message_sent"] = "message_sent"
    side: Side | None
    head: Code | None
    file: Sha256 | None


class QuestionAsked(SideFact):
    type: Literal["question_asked"] = "question_asked"
    question: Id
    head: Code | None


class QuestionAnswered(SideFact):
    type: Literal["question_answered"] = "question_answered"
    question: Id


class AgendaSet(SideFact):
    type: Literal["agenda_set"] = "agenda_set"
    heads: tuple[Code, ...]


class TopicOpened(SideFact):
    type: Literal["topic_opened"] = "topic_opened"
    head: Code


class TopicClosed(SideFact):
    type: Literal["topic_closed"] = "topic_closed"
    head: Code
    outcome: Literal["settled", "put_off"]


class FloorGiven(SideFact):
    type: Literal["floor_given"] = "floor_given"
    person: PersonId


# --- among one's own side -----------------------------------------------------------------------------------------


class CaucusMessageSent(_Caucus):
    type: Literal["caucus_message_sent"] = "caucus_message_sent"
    file: Sha256 | None


class StrawPollOpened(_Caucus):
    """`choices`: how many there are."""

    type: Literal["straw_poll_opened"] = "straw_poll_opened"
    poll: Id
    choices: Positive


class StrawCast(_Caucus):
    type: Literal["straw_cast"] = "straw_cast"
    poll: Id
    person: PersonId
    choice: Positive


class StrawPollClosed(_Caucus):
    """`counts`: by choice, in their order."""

    type: Literal["straw_poll_closed"] = "straw_poll_closed"
    poll: Id
    counts: tuple[Count, ...]


# --- 6 meeting ----------------------------------------------------------------------------------------------------


class CheckedIn(Dated):
    type: Literal["checked_in"] = "checked_in"
    side: Side
    person: PersonId
    mode: Mode
    how: Literal["qr", "self"] = "self"  # whom nobody's check-in stands before the recorder confirmed by himself


class CheckInConfirmed(Dated):
    type: Literal["check_in_confirmed"] = "check_in_confirmed"
    persons: Persons


class MeetingStarted(Dated):
    """`line`: its own number in the table stream, with which the minutes of the session begin."""

    type: Literal["meeting_started"] = "meeting_started"
    session: int
    mode: Mode
    chair: Side | None  # None: both chiefs jointly
    present: Persons
    line: Count = 0


class ChiefAbsenceNoted(Dated):
    type: Literal["chief_absence_noted"] = "chief_absence_noted"
    side: Side


class NewDayChosen(SideFact):
    type: Literal["new_day_chosen"] = "new_day_chosen"
    plan: Plan


class MeetingAdjourned(Dated):
    type: Literal["meeting_adjourned"] = "meeting_adjourned"
    session: int
    next: Plan


class MinutesNoteAdded(Event):
    """`line`: the number of the line it is about; `answers`: the objection it answers."""

    type: Literal["minutes_note_added"] = "minutes_note_added"
    line: Count | None
    answers: Id | None


class LineObjected(SideFact):
    type: Literal["line_objected"] = "line_objected"
    objection: Id
    line: Count


class LineObjectionWithdrawn(SideFact):
    type: Literal["line_objection_withdrawn"] = "line_objection_withdrawn"
    objection: Id


class MinutesWritten(Dated):
    """`upto`: the last line that minutes grown from the acts cover, and `minutes_hash` the root of the table stream up
    to it (RFC 6962); None where the hash is that of a paper or a text."""

    type: Literal["minutes_written"] = "minutes_written"
    session: int
    result: Literal["full_agreement", "partial", "none"]
    minutes_hash: Sha256
    draft_hash: Sha256 | None
    upto: Count | None = None


class MinutesConfirmed(SignedFact):
    """`agreement_on`: the day minutes that record full agreement bore all the signatures the pack wants."""

    type: Literal["minutes_confirmed"] = "minutes_confirmed"
    minutes_hash: Sha256
    both: bool
    agreement_on: Day | None


class MinutesSigned(SignedFact):
    """`agreement_on`: this was the last signature that minutes of full agreement still lacked."""

    type: Literal["minutes_signed"] = "minutes_signed"
    minutes_hash: Sha256
    persons: Persons
    agreement_on: Day | None


class DeadlockDeclared(SideFact):
    type: Literal["deadlock_declared"] = "deadlock_declared"


class DraftConfirmed(SideFact):
    type: Literal["draft_confirmed"] = "draft_confirmed"
    draft_hash: Sha256
    file: Sha256 | None


class DraftStood(Event):
    type: Literal["draft_stood"] = "draft_stood"
    draft_hash: Sha256


class DraftSigned(SignedFact):
    """A chief signed the draft before the ballot; the final signature is another (`ContractSigned`)."""

    type: Literal["draft_signed"] = "draft_signed"
    draft_hash: Sha256


class AmendmentPlanFiled(SideFact):
    type: Literal["amendment_plan_filed"] = "amendment_plan_filed"
    clauses: tuple[Id, ...]


# --- 7 congress ---------------------------------------------------------------------------------------------------


class DraftSubmitted(_SideNotice):
    """The draft with its clauses; their prose stands in the words."""

    type: Literal["draft_submitted"] = "draft_submitted"
    draft_hash: Sha256
    clauses: tuple[DraftClauseFact, ...]


class CongressConvened(_DatedNotice):
    type: Literal["congress_convened"] = "congress_convened"
    day: Day
    form: Literal["delegates", "general_meeting"]
    held: Held
    total: Positive


class VotingMethodAdopted(_DatedNotice):
    type: Literal["voting_method_adopted"] = "voting_method_adopted"
    ballot: Literal["online", "paper", "both"]
    scrutineers: Persons
    counters: Persons


class CongressMaterialsSent(_DatedNotice):
    type: Literal["congress_materials_sent"] = "congress_materials_sent"


class DraftAccepted(_SideNotice):
    """The legal representative of a covered enterprise accepts the industry or regional draft."""

    type: Literal["draft_accepted"] = "draft_accepted"
    enterprise: Id
    draft_hash: Sha256


class CoveredBallotRecorded(_Counts):
    type: Literal["covered_ballot_recorded"] = "covered_ballot_recorded"
    enterprise: Id
    secret: bool
    present: Count
    yes: Count
    passed: bool
    scrutineers: Persons


class BallotRecorded(_Counts):
    """The counts of a ballot, of all delegates or workers, and what they come to; valid once two scrutineers attest.
    `few`: where each covered enterprise voted by itself, the counts of under ten voters would follow from these."""

    type: Literal["ballot_recorded"] = "ballot_recorded"
    draft_hash: Sha256
    secret: bool
    present: Count
    issued: Count
    returned: Count
    yes: Count
    no: Count
    abstain: Count
    spoiled: Count
    needed: Count
    result: Literal["passed", "failed", "no_quorum"]
    few: bool = False

    @property
    def stream(self) -> Stream:
        return Stream.FILING if self.few else super().stream


class BallotAttested(_Notice):
    """A scrutineer's word on the counts; `result` once two confirmed. `covered`: of an industry or region where each
    enterprise votes by itself, those that a passed contract binds."""

    type: Literal["ballot_attested"] = "ballot_attested"
    person: PersonId
    correct: bool
    voided: bool
    result: Literal["passed", "failed", "no_quorum"] | None
    covered: tuple[Id, ...] | None = None


# --- votes on the platform ----------------------------------------------------------------------------------------


class PollOption(Message):
    """One thing that may be chosen; of an election the candidate it stands for."""

    choice: Code
    person: PersonId | None = None


class PollOpened(_Notice):
    """A vote on the platform is open, and all that it is judged by is fixed: nothing of it changes until the close.

    The SHA-256 of this event's body is what each ballot names. `quorum` and `needed`: of `roll` voters, how many must
    take part, and how many votes carry. `modulus`, `thumbprint`: the key of RSA-3072 that signs this vote's ballots and
    nothing else (RFC 9474; RFC 7638); `receipt_key`: Ed25519, base64url. `enterprise`: the covered one whose vote it
    is, where each votes by itself (HZ 33)."""

    type: Literal["poll_opened"] = "poll_opened"
    poll: Id
    kind: Literal["election", "congress"]
    round: int
    draft_hash: Sha256 | None
    form: Literal["ballot", "approval_of_list"]
    electorate: Literal["delegates", "all_workers"]
    options: tuple[PollOption, ...]
    picks: Positive
    roll: Positive
    roll_hash: Sha256
    quorum: Count
    needed: Count
    method: Literal["online", "both"]
    scrutineers: Persons
    closes_on: Day
    closes_at: str
    modulus: str
    thumbprint: str
    receipt_key: str
    enterprise: Id | None = None


class PollVoided(_Notice):
    """What was cast is destroyed unread; the reason stands in the words."""

    type: Literal["poll_voided"] = "poll_voided"
    poll: Id


class PollCounted(_Counts):
    """What a vote on the platform came to, as anybody can count it again from the list of ballots (`CountPoll` says
    what the fields are)."""

    type: Literal["poll_counted"] = "poll_counted"
    poll: Id
    poll_hash: Sha256
    issued: Count
    took_paper: Count
    cast: Count
    papers: Count
    spoiled: Count
    counts: tuple[Tally, ...]
    urn: tuple[Tally, ...]
    tellers: Persons
    list_hash: Sha256
    roll_hash: Sha256


# --- 8 filing -----------------------------------------------------------------------------------------------------


class ContractSigned(SignedFact):
    where: ClassVar[Stream] = Stream.FILING
    type: Literal["contract_signed"] = "contract_signed"
    person: PersonId
    document_hash: Sha256
    both: bool


class SigningRefused(_SideFiling):
    type: Literal["signing_refused"] = "signing_refused"


class ContractFiled(_SideFiling):
    type: Literal["contract_filed"] = "contract_filed"
    channel: Literal["in_platform", "external_upload"]
    items: tuple[Code, ...]
    copies: Count
    term_from: Day
    expires_on: Day


class FilingReceived(_DatedFiling):
    type: Literal["filing_received"] = "filing_received"


class SupplementRequested(_DatedFiling):
    type: Literal["supplement_requested"] = "supplement_requested"
    items: tuple[Code, ...]


class PapersSupplied(_SideFiling):
    type: Literal["papers_supplied"] = "papers_supplied"
    items: tuple[Code, ...]


class ContractObjected(_DatedFiling):
    """`withdraws_effect`: the contract had been taken to be in force; it is not."""

    type: Literal["contract_objected"] = "contract_objected"
    clauses: tuple[ObjectedClause, ...]
    paper: Id
    external: bool
    served: Served | None
    withdraws_effect: bool


class ReturnedToTable(_SideFiling):
    """After an objection a side goes back to the meeting to revise the clauses."""

    type: Literal["returned_to_table"] = "returned_to_table"


class ConfirmationOpened(_Notice):
    type: Literal["confirmation_opened"] = "confirmation_opened"
    in_force_from: Day


class NoObjectionConfirmed(_SideFiling):
    type: Literal["no_objection_confirmed"] = "no_objection_confirmed"


class ClericalNoted(_Notice):
    """One of the three who must say so (both chiefs, an officer of the higher union); `complete` with the third."""

    type: Literal["clerical_noted"] = "clerical_noted"
    who: Literal["worker", "employer", "union_officer"]
    corrected_hash: Sha256
    complete: bool


class ContractInForce(_Notice):
    type: Literal["contract_in_force"] = "contract_in_force"
    why: Literal["silence", "no_objection", "declared"]
    in_force_from: Day
    expires_on: Day
    raise_rate: Rate | None
    minimum_wage_fen: Fen | None


# --- 9 performance ------------------------------------------------------------------------------------------------


class ContractPublished(_SideNotice):
    type: Literal["contract_published"] = "contract_published"
    enterprises: tuple[Id, ...]


class ReportedToUpperUnion(_DatedNotice):
    type: Literal["reported_to_upper_union"] = "reported_to_upper_union"


class PerformanceReported(_SideNotice):
    type: Literal["performance_reported"] = "performance_reported"
    period: Code
    results: tuple[ClauseResult, ...]
    satisfied_percent: int | None = None


class PerformancePublished(_SideNotice):
    type: Literal["performance_published"] = "performance_published"
    period: Code


class ProblemRaised(Event):
    type: Literal["problem_raised"] = "problem_raised"
    problem: Id
    clause: Id | None


class ProblemAnswered(SideFact):
    type: Literal["problem_answered"] = "problem_answered"
    problem: Id
    cure_by: Day | None = None


class ExternalCaseRecorded(Dated):
    type: Literal["external_case_recorded"] = "external_case_recorded"
    forum: Literal["mediation", "arbitration", "lawsuit"]


# --- along the road -----------------------------------------------------------------------------------------------


class SuspensionNamed(SideFact):
    """`agreed` once both chiefs, the worker chief among them, named the same; then the talks lie still."""

    type: Literal["suspension_named"] = "suspension_named"
    until_on: Day
    next: Plan
    agreed: bool


class TalksResumed(SideFact):
    type: Literal["talks_resumed"] = "talks_resumed"
    days: int


class GuidanceRequested(_SideNotice):
    type: Literal["guidance_requested"] = "guidance_requested"
    urgent: bool


class InstructorAsked(_SideNotice):
    """A side chose an instructor from the pool. Stands where the bodies look that send him."""

    type: Literal["instructor_asked"] = "instructor_asked"
    person: PersonId
    origin: Origin


class InstructorRefused(_SideNotice):
    """The side that had not asked for him does not want him; he sits in this case no more."""

    type: Literal["instructor_refused"] = "instructor_refused"
    person: PersonId


class InstructorAssigned(_Notice):
    """`asked_by`: the side that asked, for him or for guidance. Both are missing where an earlier release wrote it."""

    type: Literal["instructor_assigned"] = "instructor_assigned"
    person: PersonId
    by_seat: Literal["union", "authority", "employers_body"]
    origin: Origin | None = None
    asked_by: Side | None = None


class InstructorReleased(_Notice):
    type: Literal["instructor_released"] = "instructor_released"
    person: PersonId


class InstructorCalled(_Caucus):
    """A neutral instructor may look into this stream until `until_s` (seconds since 1970, by the clock of the case)."""

    type: Literal["instructor_called"] = "instructor_called"
    person: PersonId
    until_s: int


class CallEnded(_Caucus):
    type: Literal["call_ended"] = "call_ended"
    person: PersonId


class GuidanceEnded(_Notice):
    type: Literal["guidance_ended"] = "guidance_ended"


class InvitedToTable(SideFact):
    """`under_guidance`: an official of an upper union, who leaves the table when the guidance ends."""

    type: Literal["invited_to_table"] = "invited_to_table"
    person: PersonId
    under_guidance: bool = False


class InvitationEnded(SideFact):
    type: Literal["invitation_ended"] = "invitation_ended"
    person: PersonId


class CoordinationRequested(_SideFiling):
    type: Literal["coordination_requested"] = "coordination_requested"


class DisputeAccepted(_DatedFiling):
    type: Literal["dispute_accepted"] = "dispute_accepted"
    coordinators: Persons
    ex_officio: bool


class CoordinationAdvanced(_DatedFiling):
    type: Literal["coordination_advanced"] = "coordination_advanced"
    reached: Literal["investigated", "planned", "coordinated"]


class DisputeExtended(_DatedFiling):
    type: Literal["dispute_extended"] = "dispute_extended"
    days: int


class DisputeClosed(_DatedFiling):
    type: Literal["dispute_closed"] = "dispute_closed"
    agreement: bool


class Urged(_DatedNotice):
    """`due_on`: the last day of the term it is about, as that ran; `by_on`: by when it asks to have it done; `seat`: of
    which union, None in what was written before that was kept."""

    type: Literal["urged"] = "urged"
    side: Side
    paper: Id
    channel: Literal["letter", "call", "visit"]
    about: Code | None
    served: Served | None
    due_on: Day | None = None
    by_on: Day | None = None
    seat: Seat | None = None


class OpinionIssued(_DatedNotice):
    type: Literal["opinion_issued"] = "opinion_issued"
    side: Side
    opinion: Id
    article: str
    served: Served | None
    seat: Seat | None = None


class OpinionAnswered(_SideNotice):
    type: Literal["opinion_answered"] = "opinion_answered"
    opinion: Id
    outcome: Literal["corrected", "will_correct", "refused"]


class RecommendationIssued(_DatedNotice):
    type: Literal["recommendation_issued"] = "recommendation_issued"
    opinion: Id
    ground: Literal["refused", "unanswered", "not_corrected"]


class _OnFact(Event):
    """Stands in the stream of the fact it speaks of."""

    fact: Id

    @property
    def stream(self) -> Stream:
        return Stream(self.fact.split(".", 1)[0])


class FactContested(_OnFact):
    """`facts`: the facts of deadlines that rest on what is contested, `name|key` as `core.grounds` says them."""

    type: Literal["fact_contested"] = "fact_contested"
    form: Literal["contest", "statement"]
    facts: tuple[str, ...] = ()
    side: Side
    says_on: Day | None
    evidence: Evidence | None


class ScanChecked(_OnFact):
    """Somebody other than who entered it compared the scan of what was signed in ink: `shows` whether it bears the
    signatures it was entered for. `side`: whose he is."""

    type: Literal["scan_checked"] = "scan_checked"
    side: Side | None
    shows: bool


class ContestWithdrawn(_OnFact):
    type: Literal["contest_withdrawn"] = "contest_withdrawn"
    side: Side


class WithdrawalAsked(_SideNotice):
    type: Literal["withdrawal_asked"] = "withdrawal_asked"


class WithdrawalTakenBack(_SideNotice):
    type: Literal["withdrawal_taken_back"] = "withdrawal_taken_back"


class WithdrawalConsented(_SideNotice):
    type: Literal["withdrawal_consented"] = "withdrawal_consented"


class MergerNamed(_SideNotice):
    """A side's word to merge into a regional case; `agreed` when the other had named the same."""

    type: Literal["merger_named"] = "merger_named"
    regional: Id
    agreed: bool


class ReferenceRecorded(_Notice):
    type: Literal["reference_recorded"] = "reference_recorded"
    reference: Reference


class EnterpriseCovered(_Notice):
    type: Literal["enterprise_covered"] = "enterprise_covered"
    covered: Covered


class CourtOrderRecorded(Event):
    """An order of a court to hand out the own stream of `side`, and no other. Stands at the table, where both sides
    look and workers, organs and portals do not; written whether or not that stream ever held anything.

    `until_on`: the last day on which it may be read under this order.
    """

    type: Literal["court_order_recorded"] = "court_order_recorded"
    order: Id
    side: Side
    order_no: str
    court: str
    ordered_on: Day
    evidence: Evidence
    requested_by: PersonId
    confirmed_by: PersonId
    until_on: Day


class Redated(Message):
    """One deadline before and after a new calendar."""

    timer: Code
    key: str
    was: Day | None
    latest: Day | None
    provisional: bool


class CalendarAdopted(_Notice):
    type: Literal["calendar_adopted"] = "calendar_adopted"
    calendar: Code
    changed: tuple[Redated, ...]


class NoteOfDeadline(Event):
    """What the clock notes of a term; the three kinds differ in the stream they stand in."""

    timer: Code
    key: str
    mark: Literal["T-3", "T-1", "T0", "over", "T+1"]
    target: Day | None
    latest: Day
    provisional: bool
    articles: tuple[str, ...]
    side: Side | None


class DeadlineNoted(NoteOfDeadline):
    """A term everyone with a view of the progress may know of is near, due or overdue."""

    type: Literal["deadline_noted"] = "deadline_noted"
    where: ClassVar[Stream] = Stream.NOTICE


class TableDeadlineNoted(NoteOfDeadline):
    """A term between the two sides alone is near, due or overdue."""

    type: Literal["table_deadline_noted"] = "table_deadline_noted"


class FilingDeadlineNoted(NoteOfDeadline):
    """A term of the filing is near, due or overdue."""

    type: Literal["filing_deadline_noted"] = "filing_deadline_noted"
    where: ClassVar[Stream] = Stream.FILING


def _collect(base: type[Event]) -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    for cls in base.__subclasses__():
        if "type" in cls.__annotations__:
            found[cls.model_fields["type"].default] = cls
        found |= _collect(cls)
    return found


EVENTS: dict[str, type[Event]] = _collect(Event)
"""Every event by its type."""
