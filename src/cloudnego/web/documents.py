"""The documents the queries answer with. Their classes are the schemas of the OpenAPI document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from cloudnego.core.attendance import AttendanceOfSide
from cloudnego.core.overview import Overview
from cloudnego.core.pack import Level, Text2, Unit
from cloudnego.core.refusals import Reason
from cloudnego.core.substates import SubStates
from cloudnego.core.vocabulary import Ending, Office, Seat, Side, Step, Stream, Via
from cloudnego.identity.grades import GradeWord, Means
from cloudnego.texts import Said


class ObstacleDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the way: facts for machines, sentence and way out for people, the articles it rests on.

    `acts`: the commands that take it away, whoever may ask them; empty where only a day or the clock does."""

    reason: Reason
    level: Level
    sentence: Said
    way_out: Said
    articles: tuple[str, ...]
    facts: dict[str, str | int]
    cure: tuple[Seat, ...]
    acts: tuple[str, ...]
    side: Side | None
    by: date | None


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """One field that is missing or wrong; `at` is a JSON pointer into the body, or begins with `/query` or `/path`."""

    at: str
    code: str
    message: Said


class MeansDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A means this person has. `to`: where a code would come to; `how`: what to do, for people."""

    means: Means
    grade: GradeWord
    to: str | None
    how: Said


class StepUpDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What an act needs, what this person has for it, and where it is shown."""

    needs: GradeWord
    means: tuple[MeansDocument, ...]
    at: str


class HeldHead(msgspec.Struct, frozen=True, kw_only=True):
    """The last head that a device co-signed, as the server holds it; size 0 and nulls for none."""

    size: int
    root: str | None
    at: str | None


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457, with the texts in both languages, the obstacles of a refusal and the fields of a malformed request.

    `link`: where a person can do what this client cannot; `held`: where a device left off."""

    type: str
    title: str
    status: int
    code: str
    detail: Said
    obstacles: tuple[ObstacleDocument, ...] = ()
    errors: tuple[FieldError, ...] = ()
    step_up: StepUpDocument | None = None
    link: str | None = None
    held: HeldHead | None = None


class ReceiptEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One event that was written, in a stream this member sees."""

    stream: Stream
    seq: int
    type: str


class ReceiptDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What was written. `repeated`: it had been written under the same Idempotency-Key before; nothing was now."""

    case: str
    entries: tuple[ReceiptEntry, ...]
    warnings: tuple[ObstacleDocument, ...]
    repeated: bool


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One case in a list: its overview as far as the reader may see it. A column he is not shown is empty: null, or
    `""`, 0 and false where it cannot be null."""

    id: str
    names: dict[str, str]
    overview: Overview


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of cases; `next` is the cursor of the next page, null on the last."""

    sandbox: bool
    rows: tuple[CaseRow, ...]
    next: str | None


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """Who the reader is in this case: offices from the register of persons, seats from the case as it stands.
    `exports`: whether an audit file is made for him; `holds`: whether he may keep the case from being deleted."""

    person: str
    side: Side | None
    offices: tuple[Office, ...]
    seats: tuple[Seat, ...]
    streams: tuple[Stream, ...]
    exports: bool
    holds: bool


class CaseDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A case as its reader may see it.

    `substates`: where each step stands, null for whoever does not see the progress; `state`: the joint state, null
    for whoever does not see all three joint streams; `caucus`: the own side's; `called_into`: those of the sides that
    called a neutral instructor in, as long as the call lasts. They are what the rules work with, with the schemas
    `CaseState` and `CaucusState`: fields may be added, and what is promised stands in `overview`.

    `words`: what people wrote, by "<stream>.<seq>" of the event and then by field; `names`: of persons and
    organisations that stand in what is shown; `versions`: epoch and last seq of each stream the reader sees.

    `stood_at`: the moment at which the case stood like this, null if it does; `me` is who the reader is now.
    """

    id: str
    sandbox: bool
    now: datetime
    stood_at: datetime | None
    me: Capacity
    overview: Overview
    substates: SubStates | None
    pack: str
    pack_version: str
    calendar: str
    state: dict[str, Any] | None
    caucus: dict[str, Any] | None
    called_into: dict[str, dict[str, Any]]
    words: dict[str, dict[str, str]]
    names: dict[str, str]
    versions: dict[str, tuple[int, int]]


class TimelineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One event. `facts` are those of its `type`, see docs/schemas/events.json; `leaf` is the exact text its hash was
    taken of; `words` is null where nothing was written or it was erased; `contested_by` are the sides that contest this
    fact as things stand."""

    stream: Stream
    seq: int
    at: datetime
    occurred_on: date | None
    type: str
    type_version: int
    actor: str
    mandate: str | None
    via: Via
    facts: dict[str, Any]
    words: dict[str, str] | None
    erased: bool
    contested_by: tuple[str, ...]
    leaf: str


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Events of the streams the reader sees, oldest first; order is promised within a stream. `next` is never null:
    asked again later it gives what happened since."""

    rows: tuple[TimelineEntry, ...]
    names: dict[str, str]
    next: str
    more: bool


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """How a date was counted: from a fact, so many units, which days were passed over, and the roll-over at the end."""

    fact: str
    counted_from: date
    n: int
    unit: Unit
    before: bool
    passed_over: tuple[date, ...]
    rolled_over: tuple[date, ...]


class ReminderDocument(msgspec.Struct, frozen=True, kw_only=True):
    """When those who had not acted were reminded, how many they were, and how many of the messages reached a device of
    theirs and were opened. Who they were is told nobody, nor when; nothing runs from either (ESL 11)."""

    at: str
    told: int
    delivered: int
    opened: int


class DeadlineDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One term that runs or ran. `latest` is the last day, which ends at `ends_at` (HH:MM; at an office, when its
    counter closes); `target` an earlier day to aim at; `provisional`: a year it needs is not announced yet. `left`:
    until `latest`, working days of a term counted in them and else days; below zero once it has passed, null where no
    calendar knows. `reminded`: when those of the reader's own side who could end it were told that it ends, or is over;
    of others' terms nobody reads it, and lists have none."""

    timer: str
    key: str
    label: Text2
    stream: Stream
    side: Side | None
    seat: Seat | None
    articles: tuple[str, ...]
    level: Level
    target: date | None
    latest: date | None
    left: int | None
    ends_at: str
    provisional: bool
    derivation: Derivation
    met_on: date | None
    late: bool
    open: bool
    overdue: bool
    noted: str | None
    contested: bool
    reminded: tuple[ReminderDocument, ...] = ()


class DraftClauseDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One clause; `prose` is null where it was erased. Without `agreed`, those agreed are what `submit-draft` takes."""

    clause: str
    head: str
    values: tuple[dict[str, Any], ...]
    prose: str | None
    agreed: bool


class DraftDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The draft as it lies before the workers once it was submitted, until then as the two sides work on it.

    Whoever does not see the table reads no clause before that day. `draft_hash`: over the agreed clauses.
    """

    submitted_on: date | None
    draft_hash: str | None
    clauses: tuple[DraftClauseDocument, ...]


class Deadlines(msgspec.Struct, frozen=True, kw_only=True):
    """Every term that has begun to run, as far as the reader sees the streams it belongs to."""

    today: date
    rows: tuple[DeadlineDocument, ...]


class PossibleDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the reader may ask in this step; `command` is the operationId. `open`: nothing hard stands in the way
    before the words are known."""

    command: str
    path: str
    binding: bool
    open: bool
    on_paper: bool
    obstacles: tuple[ObstacleDocument, ...]


class AttendanceDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Who is at the meeting that is set, and what keeps it from being opened, whoever opens it."""

    sides: dict[Side, AttendanceOfSide]
    recorder: str | None
    before_opening: tuple[ObstacleDocument, ...]


class CheckInCode(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the screen of the room: the address of the check-in page with the code of this half minute behind
    the `#`, the same as a QR code, and for how many seconds it stands there. It is taken for half a minute longer."""

    link: str
    svg: str
    lasts_s: int
    until: datetime


class NextDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader may ask now, and what the step still waits for (for those who see the table).

    `attendance`: of the meeting that is set, for the table as well; null before and after.
    """

    step: Step
    ending: Ending | None
    possible: tuple[PossibleDocument, ...]
    stuck: tuple[ObstacleDocument, ...]
    attendance: AttendanceDocument | None


class WaitingAct(msgspec.Struct, frozen=True, kw_only=True):
    """One act that waits for the reader: nothing hard stands in its way, and the procedure waits for it next.

    `seats`: as whom he does it; `acting_as`: the membership to name in `X-Acting-As`, where he must. `deadline`: the
    term that this act meets or leads to, null where none runs; `reason`: of an urging, the term that is late.
    """

    case: str
    enterprise: str
    wage_year: int
    step: str
    light: str
    command: str
    path: str
    binding: bool
    on_paper: bool
    side: Side | None
    seats: tuple[Seat, ...]
    acting_as: str | None
    reason: str | None
    deadline: DeadlineDocument | None


class WaitingFor(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a case waits for, as far as the reader sees it. `command`: the act, for those who see the table; `reason`:
    else the term that runs, or what the step lacks."""

    case: str
    enterprise: str
    wage_year: int
    step: str
    command: str | None
    side: Side | None
    seats: tuple[Seat, ...]
    reason: str | None
    deadline: DeadlineDocument | None


class WaitingPage(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for the reader in the cases of this page, the most urgent first, and whom those cases wait for.

    Pages go by cases: his own first, then those of his area that call for his office. `next`: more may wait there.
    """

    today: date
    sandbox: bool
    rows: tuple[WaitingAct, ...]
    waiting: tuple[WaitingFor, ...]
    names: dict[str, str]
    next: str | None
