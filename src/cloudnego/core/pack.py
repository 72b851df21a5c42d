"""The law as frozen data: what a rule pack says, each row with its articles and its level.

A pack is a stack of texts (Hangzhou on Zhejiang on the nation): the loader (`cloudnego.law`) lays the
more specific row over the more general one; the core sees only the result, pinned by the case when it was opened.
A field no text knows is an error, so that a misspelt rule cannot be silently absent.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Final, Literal

import msgspec

from cloudnego.core.vocabulary import Mode, Scope, Step

AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]


class Level(StrEnum):
    """What an unmet rule does: `hard` blocks, `advisory` warns and goes into the receipt."""

    HARD = "hard"
    ADVISORY = "advisory"


class Unit(StrEnum):
    """Units of a term; the texts differ on purpose, so they are never converted."""

    DAY = "d"
    WORKING_DAY = "wd"
    MONTH = "month"
    YEAR = "year"


class Majority(StrEnum):
    """过半数 is strictly more than half, 半数以上 is half or more; always of all, not of those present."""

    MORE_THAN_HALF = "gt_half_of_all"
    HALF_OR_MORE = "ge_half_of_all"

    def needed(self, total: int) -> int:
        """The smallest number of votes that reaches this majority of `total`."""
        return total // 2 + 1 if self is Majority.MORE_THAN_HALF else (total + 1) // 2

    def reached(self, votes: int, total: int) -> bool:
        return 2 * votes > total if self is Majority.MORE_THAN_HALF else 2 * votes >= total


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fraction of a whole, such as 2/3 of the delegates or 1/3 of a bench.

    `over`: 超过 instead of 以上, so the share itself does not reach it (CQ 10: more than 5 %).
    """

    numerator: AtLeastOne
    denominator: AtLeastOne
    over: bool = False

    def at_least(self, part: int, whole: int) -> bool:
        """Whether `part` of `whole` reaches the share; where it is `over`, whether it exceeds it."""
        if self.over:
            return part * self.denominator > self.numerator * whole
        return part * self.denominator >= self.numerator * whole

    def at_most(self, part: int, whole: int) -> bool:
        return part * self.denominator <= self.numerator * whole

    def needed(self, whole: int) -> int:
        """The smallest part that reaches this share of `whole`."""
        if self.over:
            return self.numerator * whole // self.denominator + 1
        return -(-self.numerator * whole // self.denominator)

    @property
    def fraction(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)


class Text2(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages of the product."""

    zh: str
    en: str


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule of a pack. `cite`: articles such as 'HZ 24' (key of `Pack.sources`, then the article).

    `cites`: by field, which of them that value comes from; none where it is the platform's own choice.
    """

    cite: tuple[str, ...] = ()
    cites: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    note: Text2 | None = None

    def of(self, field: str) -> tuple[str, ...]:
        """The articles one value of the row comes from; those of the whole row where they are not told apart."""
        return self.cites.get(field, self.cite)


class Fact(StrEnum):
    """What a term may run from or end with; `core.deadlines` finds the day of each in the case."""

    OFFER_SENT = "offer.sent"
    OFFER_RECEIVED = "offer.received"
    REPLY_SERVED = "reply.served"
    REPLY_ACCEPTED = "reply.accepted"
    MEETING_DAY = "meeting.day"
    MEETING_OPENED = "meeting.opened"
    MATERIAL_DELIVERED = "material.delivered"
    MEETING_NOTICE_SERVED = "meeting_notice.served"
    FULL_AGREEMENT = "minutes.full_agreement"
    DRAFT_REAGREED = "draft.reagreed"
    CONGRESS_SUBMITTED = "congress.submitted"
    CONGRESS_CONVENED = "congress.convened"
    BALLOT_CLOSED = "ballot.closed"
    SIGNED_LAST = "signed.last"
    CONTRACT_PASSED = "contract.passed"
    FILING_HANDED_IN = "filing.handed_in"
    FILING_RECEIVED = "filing.received"
    REVIEW_ENDED = "review.ended"
    IN_FORCE_FROM = "in_force_from"
    CONTRACT_PUBLISHED = "contract.published"
    CONTRACT_REPORTED = "contract.reported"
    EXPIRY = "expiry"
    DISPUTE_ACCEPTED = "dispute.accepted"
    DISPUTE_CLOSED = "dispute.closed"
    REP_VACANT = "rep.vacant"
    REP_SEATED = "rep.seated"
    OPINION_SERVED = "opinion.served"
    OPINION_ANSWERED = "opinion.answered"
    CONTRACT_RESCINDED = "contract.rescinded"
    RESCISSION_FILED = "rescission.filed"
    CONGRESS_REPORTED = "congress.reported"
    PERFORMANCE_PUBLISHED = "performance.published"
    SUSPENSION_LAST_DAY = "suspension.last_day"
    TALKS_RESUMED = "talks.resumed"
    TALKS_REPORTED = "talks.reported"
    DISPUTE_APPLIED = "dispute.applied"
    LIST_CHOSEN = "list.chosen"
    LIST_PUBLISHED = "list.published"


TIMERS: Final = frozenset(
    {
        "reply",
        "total_cap",
        "list_published",
        "first_meeting",
        "materials",
        "meeting_notice",
        "to_congress",
        "re_congress",
        "file",
        "review",
        "publish",
        "report_upper",
        "renewal_window",
        "dispute",
        "vacancy",
        "opinion_answer",
        "rescission",
        "perf_report",
        "perf_publish",
        "resume",
        "talks_reported",
        "dispute_taken_up",
    }
)
"""The names a term may have. A pack without a text for one of them lacks it."""


class StepRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name and mode of one step; an office may rename them without touching code."""

    number: int
    code: Step
    mode: Mode
    name: Text2


class ChiefMandate(StrEnum):
    """Whom the legal representative may name employer chief in his place."""

    NOBODY = "nobody"
    PERSON_IN_CHARGE = "person_in_charge"
    MANAGER = "manager"
    REPRESENTATIVE = "representative"
    ANYONE = "anyone"


class Bench(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers and composition of the representatives of each side."""

    min_per_side: AtLeastOne
    max_per_side: int | None = None
    max_level: Level = Level.HARD  # advisory where the text says 一般
    min_above_scale: int | None = None
    employer_at_most_worker: Level | None = None
    equal_numbers: Level | None = None
    outside_share: Share | None = None  # None: outsiders may not be representatives at all
    outside_chief: Level | None = Level.HARD  # level of the bar against an outsider as chief
    managers_for_workers: Level | None = None
    union_staff_for_employer: Level | None = None
    women: Level | None = None  # duty to have women on the worker side where there are many
    women_when: Share | None = None
    disabled: Level | None = None
    disabled_when: Share | None = None
    dispatched: Level | None = None
    dispatched_when: Share | None = None
    front_line: Level | None = None
    front_line_share: Share | None = None


class Choosing(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the worker side's representatives come about.

    `elected`: votes each of them needs; None where the text wants a vote and names no majority; seats left open go to
    another round. `worker_chief_is_union_head`: the union's chair or head sits as chief by office, where there is a
    union. `worker_chief_delegate`: obstacle against another representative standing in for him; None: allowed.
    """

    worker_by: Literal["elected", "appointed", "either"]
    worker_chief_is_union_head: Level = Level.HARD
    quorum: Share | None = None
    elected: Majority | None = None
    secret: bool = True
    without_union: Majority | None = None  # approval of the whole list where there is no union
    chief_mandate: ChiefMandate = ChiefMandate.PERSON_IN_CHARGE
    chief_mandate_level: Level = Level.ADVISORY
    worker_chief_delegate: Level | None = Level.ADVISORY


class RegionalChoosing(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the worker side's representatives of an industry or region come about: approved by its congress or elected,
    or named by its union; `either` where the text lets the union name them and knows congresses as well."""

    worker_by: Literal["approved", "either"]


class Publicity(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether the lists must be publicised (公示)."""

    level: Level


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statutory head of the talks (HZ 9: T1 … T9)."""

    code: str
    name: Text2
    article: str
    where_dispatched: bool = False  # to be answered where dispatched workers are used (HZ 15)


class Topics(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which heads the talks must answer."""

    coverage: Literal["all_answered", "any"]
    level: Level = Level.ADVISORY
    regional_coverage: Literal["all_answered", "any"] = "any"
    heads: tuple[Head, ...]
    extra: tuple[Head, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """All heads there are: one may be talked of because it stands here."""
        return frozenset(head.code for head in (*self.heads, *self.extra))


class Opinions(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many workers should have been heard; no statute gives a number."""

    response: Share
    level: Level = Level.ADVISORY


Said = Literal["in_writing", "time", "place", "content", "own_reps", "grounds"]
"""What an offer or a reply may have to say; `grounds`: an explanation of one's own demands (SD 21, HA 21)."""


class Content(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a paper must say (`needs`) and should say (`wants`)."""

    needs: tuple[Said, ...]
    wants: tuple[Said, ...] = ()


class Refusal(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether wage talks may be refused at all, or with a proper reason (正当理由) only."""

    allowed: Literal["never", "with_reason"]


class Materials(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Information one side owes the other before the meeting.

    What is asked for is owed everywhere. `unasked`: codes of what the employer owes without being asked;
    `unasked_by_each`: of what each side owes.
    """

    unasked: tuple[str, ...] = ()
    unasked_by_each: tuple[str, ...] = ()


class MeetingNotice(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The notice of topics and representatives each side owes before the meeting (ZJ 16 ¶2); None: not owed."""

    level: Level = Level.HARD


class Meeting(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the negotiation meeting is held."""

    venue: Mode = Mode.IN_PERSON
    renegotiation: Mode = Mode.ONLINE  # if both chiefs agree
    recorder: Level = Level.HARD
    first_chair: Literal["offering", "joint"] = "offering"
    draft_signature: Level | None = Level.ADVISORY  # chiefs sign the draft before the ballot (N2004 34)
    minutes_by_all: bool = False  # all who were there sign the minutes, not the two chiefs alone
    absent_minutes: int = 30
    postponed_max_wd: int = 5
    draft_stands_wd: int = 3


class Suspension(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """中止协商: how many days in all. Both chiefs name its term and the next meeting, so both consent, whoever asks."""

    max_days: int | None = None
    max_level: Level = Level.HARD  # advisory where the text says 一般
    force_majeure_only: bool = False


class Congress(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quorum and majority of the workers' congress or general meeting."""

    quorum: Share | None = None
    quorum_level: Level = Level.HARD
    passes: Majority = Majority.MORE_THAN_HALF
    wants_more_than_half: bool = False  # > half stays advisory where ≥ half passes (regional, HZ 33 against ZJDM 15)
    secret: bool = True
    materials_days: int | None = None
    managers_at_most: Share | None = None
    rounds_warned_at: int = 3
    per_enterprise: Literal["every_covered", "those_that_passed"] = "every_covered"  # regional
    legal_representatives_accept: Level | None = None  # regional: the firms' legal representatives accept the draft


class DelegateBand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Workers up to `up_to` (None: no bound): at least `base` + `per` for each full `each` above `above`."""

    up_to: int | None
    base: int
    above: int = 0
    each: int = 1
    per: int = 0


class Delegates(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many delegates a congress has (ZJDM 10). `general_meeting_below`: None where the text sets no bound;
    `women_by_share`: women are not fewer among them than among the staff (ZJDM 11)."""

    bands: tuple[DelegateBand, ...]
    general_meeting_below: int | None = None
    women_by_share: bool = False

    def minimum(self, workers: int) -> int:
        """The least number of delegates for this many workers."""
        for band in self.bands:
            if band.up_to is None or workers <= band.up_to:
                return band.base + (max(0, workers - band.above) // band.each) * band.per
        raise AssertionError("the last band has no bound")


class FilingItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One paper of the filing."""

    code: str
    name: Text2
    level: Level = Level.HARD


class Filing(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is filed, how many copies on paper, and what a supplement does to the authority's days.

    `office_closes`: when the authority's counter closes, for terms that end there (民法典 203 ¶2); a default of the
    platform.
    """

    copies: int
    office_closes: str = "17:00"
    items: tuple[FilingItem, ...]
    supplement_stops: bool = False
    supplement_days: int | None = None
    confirm_silence_wd: int = 5


class Term(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long the contract lasts, in months."""

    default_months: int
    min_months: int | None = None
    max_months: int | None = None
    level: Level = Level.ADVISORY


class Floor(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The contract's wage standard against the local minimum wage."""

    above: bool  # True: must be above (高于); False: at least (不低于)
    level: Level = Level.HARD


class RegionalFloor(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A firm's standard against the industry or regional contract in force (HZ 35)."""

    level: Level = Level.HARD


class Quota(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The share of workers on a post who must be able to do the agreed quota (HZ 10)."""

    share: Share
    level: Level = Level.ADVISORY


class Timer(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statutory term: from the fact it runs from to the fact that ends it (`core.deadlines` knows the facts).

    `n` counts `unit`s after `start`, or before it when `before`. `target_n`/`target_unit`: a shorter advisory term,
    shown as the target. A last day that is no working day moves to the next one (never for terms counted backwards).
    """

    name: str
    start: Fact
    until: Fact
    n: AtLeastOne
    unit: Unit
    before: bool = False
    opens: bool = False  # the day opens a window rather than closing one: it does not roll
    level: Level = Level.HARD
    target_n: AtLeastOne | None = None
    target_unit: Unit | None = None
    office_hours: bool = False  # owed at an office: its last day ends when the counter closes
    extend_n: AtLeastOne | None = None
    every: bool = False  # falls due again each `n` units
    suspension_excluded: bool = False  # the days of a suspension do not count (SD 28, HA 26)
    label: Text2


class Rescission(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The majority with which a text lets the workers end a contract early; everywhere it takes the full procedure."""

    vote: Majority


class Coordination(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who must be asked first in a dispute; within how many days of the end of the talks' term it is applied for."""

    upper_union_first: bool = False
    within_days: int | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statute the pack cites."""

    name: Text2
    text_date: str | None = None
    file: str | None = None


class Pack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One jurisdiction's rules, already stacked.

    `version`: its own version and the first digits of the hash of all it says. `verified_by`/`verified_at`: who in the
    district checked it against the statutes, or None.
    """

    id: str
    version: str
    name: Text2
    based_on: tuple[str, ...] = ()
    text_date: str | None = None
    verified_by: str | None = None
    verified_at: str | None = None
    sources: dict[str, Source]
    steps: tuple[StepRow, ...]
    bench: Bench
    bench_regional: Bench
    choosing: Choosing
    choosing_regional: RegionalChoosing
    publicity: Publicity
    topics: Topics
    opinions: Opinions
    offer: Content
    reply: Content
    materials: Materials
    meeting_notice: MeetingNotice | None
    meeting: Meeting
    suspension: Suspension
    congress: Congress
    congress_regional: Congress
    delegates: Delegates
    filing: Filing
    term: Term
    floor: Floor
    regional_floor: RegionalFloor | None
    quota: Quota | None
    coordination: Coordination
    timers: dict[str, Timer]
    refusal: Refusal | None = None
    rescission: Rescission | None = None

    def bench_for(self, scope: Scope) -> Bench:
        return self.bench if scope is Scope.ENTERPRISE else self.bench_regional

    def congress_for(self, scope: Scope) -> Congress:
        return self.congress if scope is Scope.ENTERPRISE else self.congress_regional

    def mode_of(self, step: Step) -> Mode:
        return next(row.mode for row in self.steps if row.code is step)
