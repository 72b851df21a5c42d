"""The state of a case: what the fold of its joint streams remembers, and of a caucus what its own stream does."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

from cloudnego.core.commands import MaterialFact, Plan, Rep, ReplyOutcome, TermFact, TopicFact, Values, Votes
from cloudnego.core.events import CaseOpened, Covered, PollOption, Reference, Served
from cloudnego.core.vocabulary import Both, ChiefIs, Ending, Held, Mode, Scope, Side, Step

NONE: Both[Any] = Both(None, None)


class Struct(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what is remembered: frozen; `put` replaces fields."""


class BenchState(Struct, frozen=True, kw_only=True):
    """One side's representatives."""

    reps: tuple[Rep, ...] = ()
    chief: str | None = None
    chief_is: ChiefIs = ChiefIs.OTHER
    may_sign: bool = True
    chosen_on: date | None = None
    accepted: frozenset[str] = frozenset()
    published_on: date | None = None
    vacant: dict[str, date] = {}  # person who left → since
    vacancies: tuple[tuple[str, date, date | None], ...] = ()  # all seats ever vacant: person, since, refilled on
    delegate: str | None = None
    delegate_until: date | None = None
    delegate_may_sign: bool = False
    was: tuple[str, ...] = ()  # dead mandates

    @property
    def seated(self) -> tuple[Rep, ...]:
        return tuple(r for r in self.reps if r.person not in self.vacant) if self.vacant else self.reps

    def has(self, person: str) -> bool:
        for rep in self.reps:  # a plain loop: asked some ten times for every request
            if rep.person == person:
                return person not in self.vacant
        return False


class ElectionRound(Struct, frozen=True, kw_only=True):
    """The counts of one round, by which those are known who tied for its last seats."""

    votes: tuple[Votes, ...]
    needed: int
    quorum: bool
    open_seats: int


class ElectionState(Struct, frozen=True, kw_only=True):
    """The worker side's vote, on its way."""

    candidates: tuple[Rep, ...] = ()
    chief: str | None = None
    chief_is: ChiefIs = ChiefIs.OTHER
    seats: int = 0
    scrutineers: tuple[str, ...] = ()
    round: int = 0
    recorded: bool = False  # counts stand and wait for attestation
    elected: tuple[str, ...] = ()  # of the recorded round
    confirmed_by: tuple[str, ...] = ()
    counted: ElectionRound | None = None  # the round that waits for attestation
    last: ElectionRound | None = None  # the last attested one
    chosen: tuple[str, ...] = ()  # of all attested rounds
    settled: bool = False
    recorded_on: date | None = None


class Roll(Struct, frozen=True, kw_only=True):
    delegates: int
    workers: int
    managers: int
    women: int
    term_until: date | None
    roll_hash: str


class Paper(Struct, frozen=True, kw_only=True):
    """A paper one side sent to the other."""

    kind: str
    side: Side
    sent_on: date
    served: Served | None = None


class OfferState(Struct, frozen=True, kw_only=True):
    paper: str
    side: Side
    sent_on: date
    plan: Plan
    topics: tuple[TopicFact, ...]


class ReplyState(Struct, frozen=True, kw_only=True):
    paper: str
    side: Side
    outcome: ReplyOutcome
    sent_on: date
    plan: Plan | None
    topics: tuple[TopicFact, ...]
    crossing: bool = False


class Material(Struct, frozen=True, kw_only=True):
    """Information asked of the other side, or given unasked (`asked_by` is then the side it is owed to)."""

    item: MaterialFact
    asked_by: Side
    asked: bool
    asked_on: date
    delivered_on: date | None = None
    acknowledged: bool = False
    waived: bool = False
    declined: bool = False


class Position(Struct, frozen=True, kw_only=True):
    """A proposal that stands: neither taken back nor replaced. A single one has one line; a package is one thing."""

    side: Side
    terms: tuple[TermFact, ...]
    given: tuple[TermFact, ...] = ()
    answers: str | None = None
    held: bool = False
    accepted: bool = False

    @property
    def lines(self) -> tuple[TermFact, ...]:
        return (*self.terms, *self.given)

    @property
    def heads(self) -> frozenset[str]:
        return frozenset(line.head for line in self.lines)


class Clause(Struct, frozen=True, kw_only=True):
    """A typed draft clause: its prose stands in the words of the event that put it, here its hash."""

    head: str
    side: Side
    values: Values
    text_hash: str
    confirmed: frozenset[Side] = frozenset()
    agreed_in: int | None = None  # the round in which both chiefs confirmed it
    reopening: frozenset[Side] = frozenset()  # whose chief wants it open again

    @property
    def agreed(self) -> bool:
        return len(self.confirmed) == 2


class LineObjection(Struct, frozen=True, kw_only=True):
    """An objection to a line of the minutes that is neither answered nor taken back."""

    line: int
    side: Side


class Meeting(Struct, frozen=True, kw_only=True):
    """The talks, from the first plan to the fixed draft; the parts of one round are new in the next."""

    named: Both[Plan | None] = NONE
    plan: Plan | None = None
    recorder_named: Both[str | None] = NONE
    recorder_proposed: str | None = None
    recorder: str | None = None
    online: Both[bool] = Both(False, False)
    notices: Both[str | None] = NONE  # ids of the papers
    checked_in: dict[str, Mode] = {}
    by_code: frozenset[str] = frozenset()  # who of them showed the code of the room
    confirmed: frozenset[str] = frozenset()
    session: int = 0
    open: bool = False
    chair: Side | None = None
    mode: Mode | None = None  # how the last session was held
    opened_on: date | None = None  # the first session
    absent: Side | None = None
    absences: int = 0
    new_days: frozenset[Side] = frozenset()  # sides that named a new day after the other's absence
    first_line: int = 0  # where in the table stream this session's minutes begin; 0: with the table
    notes: int = 0  # of the recorder
    line_objections: dict[str, LineObjection] = {}
    minutes_hash: str | None = None
    minutes_upto: int | None = None  # the last line they cover, where they grew from the acts
    minutes_result: Literal["full_agreement", "partial", "none"] | None = None
    minutes_confirmed: frozenset[Side] = frozenset()
    minutes_signed: frozenset[str] = frozenset()  # representatives besides the chiefs
    agreement_on: date | None = None
    coordinated_on: date | None = None
    deadlock: bool = False
    draft_hash: str | None = None
    draft_by: Literal["employer", "compiled"] | None = None
    draft_signed: frozenset[Side] = frozenset()
    plan_filed: bool = False
    agenda: tuple[str, ...] = ()
    topic: str | None = None  # the head that is talked of
    topics_closed: dict[str, Literal["settled", "put_off"]] = {}
    floor: str | None = None


class Ballot(Struct, frozen=True, kw_only=True):
    """The counts of one ballot on one draft."""

    round: int
    draft_hash: str
    total: int
    present: int
    issued: int
    returned: int
    yes: int
    no: int
    abstain: int
    spoiled: int
    result: Literal["passed", "failed", "no_quorum"]
    on: date
    few: bool = False


class Poll(Struct, frozen=True, kw_only=True):
    """A vote that runs on the platform, or waits to be counted. `enterprise`: whose it is, where each covered one votes
    by itself."""

    id: str
    kind: Literal["election", "congress"]
    form: Literal["ballot", "approval_of_list"]
    electorate: Literal["delegates", "all_workers"]
    options: tuple[PollOption, ...]
    roll: int
    draft_hash: str | None
    closes_on: date
    closes_at: str
    enterprise: str | None = None


class CoveredBallot(Struct, frozen=True, kw_only=True):
    total: int
    yes: int
    passed: bool


class CountedBallot(Struct, frozen=True, kw_only=True):
    """What the vote of a covered enterprise on the platform came to."""

    total: int
    issued: int
    took_paper: int
    cast: int
    papers: int
    spoiled: int
    counts: dict[str, int]  # choice → votes


class Congress(Struct, frozen=True, kw_only=True):
    """The draft before the congress, in this round."""

    submitted_on: date | None = None
    submitted_by: Side | None = None
    convened: bool = False
    convened_on: date | None = None
    day: date | None = None
    form: Literal["delegates", "general_meeting"] | None = None
    held: Held | None = None
    total: int = 0
    materials_on: date | None = None
    ballot_mode: Literal["online", "paper", "both"] | None = None
    scrutineers: tuple[str, ...] = ()
    recorded: Ballot | None = None
    confirmed_by: tuple[str, ...] = ()
    accepted: frozenset[str] = frozenset()  # covered enterprises whose legal representative accepts the draft
    covered: dict[str, CoveredBallot] = {}
    counted: dict[str, CountedBallot] = {}  # of those of them that voted on the platform
    no_quorum: int = 0


class Filing(Struct, frozen=True, kw_only=True):
    """Signing, filing and review of what was passed, until it is in force."""

    document_hash: str | None = None
    signed: Both[date | None] = NONE
    refused: frozenset[Side] = frozenset()
    channel: Literal["in_platform", "external_upload"] | None = None
    filed_on: date | None = None
    items: tuple[str, ...] = ()
    term_from: date | None = None
    expires_on: date | None = None
    received_on: date | None = None
    supplement_asked: tuple[str, ...] = ()
    supplement_on: date | None = None
    supplement_days: int = 0
    objected: tuple[str, ...] = ()
    objected_on: date | None = None
    refile: int = 0
    clerical: frozenset[str] = frozenset()
    clerical_hash: str | None = None
    confirmation_opened_on: date | None = None
    would_be_in_force: date | None = None
    declared: Both[date | None] = NONE
    in_force_from: date | None = None
    ended_on: date | None = None  # the day the review ended

    @property
    def signed_last(self) -> date | None:
        a, b = self.signed.worker, self.signed.employer
        return max(a, b) if a and b else None


class Performance(Struct, frozen=True, kw_only=True):
    """What became of the contract once it was in force."""

    published_on: date | None = None
    published_at: frozenset[str] = frozenset()  # regional: enterprises where it was published
    reported_on: date | None = None
    reports: dict[str, date] = {}  # period → day
    publications: dict[str, date] = {}  # of how the wage clauses are performed: period → day
    problems: dict[str, bool] = {}  # id → answered
    external: int = 0
    raise_rate: str | None = None
    minimum_wage_fen: int | None = None
    registered: bool = False


class Guidance(Struct, frozen=True, kw_only=True):
    asked_by: Side
    instructor: str | None = None
    guests: frozenset[str] = frozenset()  # officials of upper unions, at the table for this guidance


class Instructor(Struct, frozen=True, kw_only=True):
    """A neutral instructor of this case, from the first word about him. `assigned` stays true: who has served both
    sides takes no side's mandate afterwards."""

    asked_by: Side
    assigned: bool = False
    ended: Literal["refused", "released"] | None = None


class Dispute(Struct, frozen=True, kw_only=True):
    applied_by: Side | None = None
    applied_on: date | None = None
    reached: Literal["investigated", "planned", "coordinated"] | None = None
    accepted_on: date | None = None
    coordinators: tuple[str, ...] = ()
    extended_days: int = 0
    closed_on: date | None = None
    agreement: bool | None = None


class Opinion(Struct, frozen=True, kw_only=True):
    side: Side
    issued_on: date
    served_on: date | None
    answered_on: date | None = None
    outcome: str | None = None
    recommended: bool = False


class Contest(Struct, frozen=True, kw_only=True):
    """A fact that somebody contests: who, and which facts of deadlines rest on it (`core.grounds`)."""

    sides: frozenset[Side]
    facts: tuple[str, ...]


class Scan(Struct, frozen=True, kw_only=True):
    """The scan of what a side signed in ink: who entered it, and whether it shows the signatures as somebody else found
    who compared it; None while nobody has."""

    side: Side
    by: str
    shows: bool | None = None


class Suspensions(Struct, frozen=True, kw_only=True):
    """The talks lying still: what each chief named, since when, until when, and the days of those that are over."""

    named: Both[tuple[date, Plan] | None] = NONE
    since: date | None = None
    until: date | None = None
    used_days: int = 0

    @property
    def days(self) -> int:
        """Days that are over, and of a suspension that lasts the days the sides agreed on."""
        running = (self.until - self.since).days if self.since and self.until else 0
        return self.used_days + running


class Negotiation(Struct, frozen=True, kw_only=True):
    """The joint state: the fold of table, filing and notice in the order they were written."""

    opened: CaseOpened | None = None
    calendar: str = ""
    covers: tuple[Covered, ...] = ()
    references: tuple[Reference, ...] = ()
    step: Step | None = None
    round: int = 1
    ending: Ending | None = None
    roll: Roll | None = None
    election: ElectionState = ElectionState()
    benches: Both[BenchState] = Both(BenchState(), BenchState())
    topics_ready: Both[bool] = Both(False, False)
    e_service: Both[tuple[date, date] | None] = NONE
    papers: dict[str, Paper] = {}
    offer: OfferState | None = None
    reply: ReplyState | None = None
    materials: dict[str, Material] = {}
    proposals: tuple[tuple[Side, str, str | None, int | None], ...] = ()  # side, head, rate, fen
    positions: dict[str, Position] = {}
    messages: int = 0
    questions: dict[str, Side] = {}  # those without an answer: whose they are
    clauses: dict[str, Clause] = {}
    meeting: Meeting = Meeting()
    agreed_first_on: date | None = None  # the first full agreement (HZ 29)
    congress: Congress = Congress()
    ballots: tuple[Ballot, ...] = ()
    polls: dict[str, Poll] = {}  # by id: one, or one of each covered enterprise that votes by itself
    failed_draft: str | None = None
    back_because: Literal["failed", "objected"] | None = None
    filing: Filing = Filing()
    performance: Performance = Performance()
    suspension: Suspensions = Suspensions()
    guidance: Guidance | None = None
    dispute: Dispute | None = None
    instructors: dict[str, Instructor] = {}
    invited: dict[str, Side | Literal["coordinator", "instructor"]] = {}
    opinions: dict[str, Opinion] = {}
    urged: int = 0
    transfers: int = 0
    contested: dict[str, Contest] = {}  # by the id of the event, "table.7"
    statements: tuple[str, ...] = ()  # facts a side attached a statement to
    scans: dict[str, Scan] = {}  # by the id of the entry, "table.31"
    talks_reported_on: date | None = None  # to the upper union, before the talks (SD 24)
    withdrawal: Side | None = None
    merger: Both[str | None] = NONE
    court_orders: tuple[str, ...] = ()
    noted: dict[str, str] = {}  # "timer|key|latest" → the last mark noted
    gatherings: dict[Step, Held] = {}  # elections, opinion collections, meetings, congresses as they really took place
    meetings_held: int = 0
    step_modes: dict[Step, Mode] = {}

    @property
    def scope(self) -> Scope:
        return self.opened.scope if self.opened else Scope.ENTERPRISE

    @property
    def has_union(self) -> bool:
        return self.opened is None or self.opened.has_union

    @property
    def live(self) -> bool:
        return self.step is not None and self.ending is None

    @property
    def offering_side(self) -> Side | None:
        return self.offer.side if self.offer else None

    def served_on(self, paper: str | None) -> date | None:
        """The day a paper reached the other side, or None."""
        found = self.papers.get(paper) if paper else None
        return found.served.on if found and found.served else None

    def negotiated_heads(self) -> frozenset[str]:
        """The heads either side put up for negotiation, in the offer or in the reply."""
        sheets = [*(self.offer.topics if self.offer else ()), *(self.reply.topics if self.reply else ())]
        return frozenset(t.head for t in sheets if t.answer == "negotiate")

    def answered_heads(self) -> frozenset[str]:
        sheets = [*(self.offer.topics if self.offer else ()), *(self.reply.topics if self.reply else ())]
        return frozenset(t.head for t in sheets) | frozenset(c.head for c in self.clauses.values())


class StrawPoll(Struct, frozen=True, kw_only=True):
    choices: int
    cast: dict[str, int] = {}  # person → choice, from 1

    def counts(self) -> tuple[int, ...]:
        return tuple(sum(one == n for one in self.cast.values()) for n in range(1, self.choices + 1))


class Caucus(Struct, frozen=True, kw_only=True):
    """What one side's own stream remembers."""

    issued: int = 0
    returned: int = 0
    opinions_held: Held | None = None
    sheet: tuple[TopicFact, ...] = ()
    messages: int = 0
    straws: dict[str, StrawPoll] = {}  # those that are open
    called: dict[str, int] = {}  # instructor → until when he looks in, in seconds since 1970


EMPTY = Negotiation()
EMPTY_CAUCUS = Caucus()
