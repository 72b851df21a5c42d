"""The words everything else is said in: sides, steps, seats, streams, money, and the base of every message."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Generic, TypeVar

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

T = TypeVar("T")


class Side(StrEnum):
    """The two parties of a wage negotiation (HZ 3: 职工方, 企业方)."""

    WORKER = "worker"
    EMPLOYER = "employer"

    @property
    def other(self) -> Side:
        return Side.EMPLOYER if self is Side.WORKER else Side.WORKER


SIDES: Final = tuple(Side)
"""A tuple is walked through in a tenth of the time the enum takes: for what runs at every request."""


class Step(StrEnum):
    """The nine steps, in order."""

    REPRESENTATIVES = "representatives"
    TOPICS = "topics"
    OFFER = "offer"
    REPLY = "reply"
    PREPARATION = "preparation"
    MEETING = "meeting"
    CONGRESS = "congress"
    FILING = "filing"
    PERFORMANCE = "performance"

    @property
    def number(self) -> int:
        return STEPS.index(self) + 1


STEPS: Final = tuple(Step)


class Mode(StrEnum):
    """How a step is held: on the platform, or in one room (`venue_mode` of the pack)."""

    ONLINE = "online"
    IN_PERSON = "in_person"


class Held(StrEnum):
    """How an election, opinion collection or congress really took place; only a gathering counts as one."""

    GATHERING = "gathering"
    DISPERSED = "dispersed"


class Scope(StrEnum):
    """Whom the contract binds: one enterprise, an industry, or a region (HZ 3 ¶2)."""

    ENTERPRISE = "enterprise"
    INDUSTRY = "industry"
    REGION = "region"


class Kind(StrEnum):
    """Why a case exists. `registered`: a contract made before the platform, entered at its last step."""

    NEW = "new"
    RENEWAL = "renewal"
    AMENDMENT = "amendment"
    TERMINATION = "termination"
    REGISTERED = "registered"


class Office(StrEnum):
    """What a person is by his organisation, whatever the case; held in `identity`."""

    WORKER = "worker"
    UNION = "union"
    LEGAL_REPRESENTATIVE = "legal_representative"
    HR = "hr"
    TOWN_UNION = "town_union"
    DISTRICT_UNION = "district_union"
    AUTHORITY = "authority"
    EMPLOYERS_BODY = "employers_body"
    AUDITOR = "auditor"
    PORTAL = "portal"
    OPERATOR = "operator"
    CLOCK = "clock"


class Seat(StrEnum):
    """What a person is in this case as it stands now: offices that matter to it, and seats the case itself gives."""

    WORKER = "worker"
    UNION = "union"
    LEGAL_REPRESENTATIVE = "legal_representative"
    HR = "hr"
    TOWN_UNION = "town_union"
    DISTRICT_UNION = "district_union"
    AUTHORITY = "authority"
    EMPLOYERS_BODY = "employers_body"
    AUDITOR = "auditor"
    PORTAL = "portal"
    CLOCK = "clock"
    REPRESENTATIVE = "representative"
    CHIEF = "chief"
    RECORDER = "recorder"
    SCRUTINEER = "scrutineer"
    INSTRUCTOR = "instructor"
    COORDINATOR = "coordinator"
    INVITED = "invited"
    COVERED_UNION = "covered_union"  # of an enterprise for which others speak (HZ 32, 34): its union
    COVERED_ENTERPRISE = "covered_enterprise"


class Origin(StrEnum):
    """Who keeps an instructor in the pool: HR&SS together with the union and the employers' bodies (HZ 7)."""

    AUTHORITY = "authority"
    UNION = "union"
    EMPLOYERS_BODY = "employers_body"


class ChiefIs(StrEnum):
    """By what right somebody is his side's chief: the texts differ in whom they admit (HZ 18; ZJ 10; N2004 20, 21).

    `legal_representative`: 法定代表人或者主要负责人; `person_in_charge`: 书面委托的本企业其他负责人;
    `union_head`: 工会主席或者工会负责人.
    """

    LEGAL_REPRESENTATIVE = "legal_representative"
    PERSON_IN_CHARGE = "person_in_charge"
    UNION_HEAD = "union_head"
    OTHER = "other"


class Via(StrEnum):
    """Who really pressed the button: a person, a portal's program, or the clock."""

    PERSON = "person"
    PORTAL = "portal"
    CLOCK = "clock"


class Stream(StrEnum):
    """The streams of one negotiation; a member sees a stream whole or not at all."""

    TABLE = "table"
    FILING = "filing"
    NOTICE = "notice"
    WORKER = "worker"
    EMPLOYER = "employer"

    @classmethod
    def caucus(cls, side: Side) -> Stream:
        return cls.WORKER if side is Side.WORKER else cls.EMPLOYER

    @property
    def is_caucus(self) -> bool:
        return self in (Stream.WORKER, Stream.EMPLOYER)


FEW_VOTERS: Final = 10
"""Under ten voters the counts of a ballot may show how each of them voted."""

JOINT: Final = (Stream.TABLE, Stream.FILING, Stream.NOTICE)


class Light(StrEnum):
    """The traffic light of a case (one rule for all: `gate.light`)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


class Ending(StrEnum):
    """Why a case is closed."""

    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    MERGED = "merged_to_regional"


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who asks or looks: an opaque person id, the side and the offices of the membership he acts under.

    `reads`: who comes through a portal sees of a case at most these streams, and never a caucus. `covered`: the
    enterprises he is of in a case of many, where others speak for their side (HZ 32, 34); none if he does.
    """

    person: str
    side: Side | None = None
    offices: frozenset[Office] = frozenset()
    via: Via = Via.PERSON
    mandate: str | None = None
    reads: frozenset[Stream] = frozenset()
    covered: frozenset[str] = frozenset()


CLOCK: Final = Member(person="clock", offices=frozenset({Office.CLOCK}), via=Via.CLOCK)


class Both(msgspec.Struct, Generic[T], frozen=True):
    """One thing for each side."""

    worker: T
    employer: T

    def of(self, side: Side) -> T:
        return self.worker if side is Side.WORKER else self.employer

    def having(self, side: Side, value: T) -> Both[T]:
        return Both(value, self.employer) if side is Side.WORKER else Both(self.worker, value)


# --- values on the wire -------------------------------------------------------------------------------------------

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?")


def _is_decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise ValueError("a decimal string such as '7.5', without exponent, at most four places")
    return text


def decimal(text: str) -> Decimal:
    """The number a decimal string stands for."""
    return Decimal(text)


def _clean(text: str) -> str:
    if any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) <= 0xDFFF or ord(c) == 0x7F for c in text):
        raise ValueError("no control characters or lone surrogates")
    return text


Fen = Annotated[int, Field(strict=True, ge=0, le=10**15, description="money in fen (1/100 yuan)")]
Rate = Annotated[str, AfterValidator(_is_decimal), Field(description="a rate or percentage as a decimal string")]
COUNT_MAX: Final = 10_000_000
Count = Annotated[int, Field(strict=True, ge=0, le=COUNT_MAX)]
Positive = Annotated[int, Field(strict=True, ge=1, le=COUNT_MAX)]
PersonId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{1,64}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-./:]{1,96}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-.]{1,40}$")]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]


class Word:
    """Marks text a person wrote: it goes into an event's `words`, which may be erased; nothing is decided by it."""


Text = Annotated[
    str, StringConstraints(min_length=1, max_length=8000, strip_whitespace=True), AfterValidator(_clean), Word()
]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_clean), Word()
]


class Message(BaseModel):
    """Base of commands, events and their parts: frozen, and what is not declared is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants", defer_build=False)


class EvidenceKind(StrEnum):
    SCAN = "scan"
    PHOTO = "photo"
    RECEIPT = "receipt"
    FILE = "file"


class Evidence(Message):
    """Proof of a fact of the outside world: the SHA-256 of the scan or file, kept apart."""

    sha256: Sha256
    kind: EvidenceKind = EvidenceKind.SCAN
