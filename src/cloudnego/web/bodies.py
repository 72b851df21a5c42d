"""What may be sent where no command is: strict classes, parsed from the bytes, unknown fields refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, JsonValue, StringConstraints, TypeAdapter, ValidationError, model_validator
from starlette.requests import Request

from cloudnego.core.vocabulary import (
    Code,
    Count,
    Day,
    Id,
    Line,
    Message,
    Office,
    Origin,
    PersonId,
    Rate,
    Seat,
    Side,
    Step,
)
from cloudnego.identity.grades import Means
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.mandates import WORDS
from cloudnego.identity.references import ReferenceKind, ReferenceUnit
from cloudnego.web.errors import malformed

M = TypeVar("M", bound=Message)


def visible(text: str) -> str:
    """The text, if it has no control characters."""
    if any(ord(c) < 32 or ord(c) == 0x7F for c in text):
        raise ValueError("no control characters")
    return text


Name = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), AfterValidator(visible)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(visible)]
Login = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@\-]{0,63}$")]
Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]
NewPassword = Annotated[str, StringConstraints(min_length=10, max_length=256)]
ProofCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z \-]{6,24}$")]
Credential = dict[str, JsonValue]
MailTo = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.\-]{1,180}$")]
RegionCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,12}$")]
CreditCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z*\-]{6,32}$")]
Industry = Annotated[str, StringConstraints(pattern=r"^[A-T][0-9]{0,4}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{3,480}$")]
Period = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2})?$")]  # a year, or the month a value begins in
Page = Annotated[str, StringConstraints(pattern=r"^/(?:[A-Za-z0-9_~.%=&?#\-][A-Za-z0-9_~.%=&?#\-/]{0,298})?$")]


def _scope(text: str) -> str:
    if not WORDS.issuperset(text.split()):
        raise ValueError("a scope is a list of commands, steps or acts of identity")
    return text


MandateScope = Annotated[
    str, StringConstraints(pattern=r"^[a-z_]+( [a-z_]+)*$", max_length=200), AfterValidator(_scope)
]
"""What a mandate covers: words of `identity.mandates.WORDS` with a space between."""

LinkToken = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{43}$")]
"""What `secrets.token_urlsafe(32)` makes: the key of one link, or of one attempt."""

Instant = Annotated[datetime, Field(description="RFC 3339 with an offset")]


class SignInBody(Message):
    """Sign in. `cookie`: the session comes as an HttpOnly cookie; `bearer`: as a token for `Authorization`."""

    login: Login
    password: Password
    district: Id | None = None
    door: Literal["cookie", "bearer"] = "cookie"


class StepUpBody(Message):
    """A proof. `letter`: `code` is the one printed on the mandate letter, and the password comes with it (the PIN, for
    who came by slip); `mail`, `phone`, `inbox`: `code` are the six digits that were sent for this session; `totp`:
    those of the app; `passkey`: `credential` is what the browser gave, as its `toJSON` says it."""

    means: Means
    code: ProofCode | None = None
    password: Password | None = None
    credential: Credential | None = None

    @model_validator(mode="after")
    def _of_this_means(self) -> Self:
        if (self.means is Means.LETTER) != (self.password is not None):
            raise ValueError("a password comes with the letter's code and with no other")
        if (self.means is Means.PASSKEY) != (self.credential is not None) or (self.code is None) == (
            self.credential is None
        ):
            raise ValueError("a passkey gives a credential, everything else a code")
        return self


class PasskeySignInBody(Message):
    """Sign in with a passkey: what the browser gave, as its `toJSON` says it."""

    credential: Credential
    door: Literal["cookie", "bearer"] = "cookie"


class PasskeyBody(Message):
    """A new passkey, and what its owner calls it."""

    name: Name
    credential: Credential


class AppBody(Message):
    """The six digits the app shows now."""

    code: ProofCode


class MailBody(Message):
    """Where codes are to be mailed."""

    address: MailTo


class ResetBody(Message):
    """Whose factors are to be taken away, and why."""

    person: PersonId
    why: Title


class NewStartBody(Message):
    """A new password, with the code the help desk handed over."""

    login: Login
    code: ProofCode
    password: NewPassword
    district: Id | None = None


class PasswordBody(Message):
    """A new password for the old one."""

    current: Password
    new: NewPassword


class CodeBody(Message):
    """How the code is to be sent."""

    means: Literal[Means.MAIL, Means.PHONE, Means.INBOX]


class LetterBody(Message):
    """A letter for a membership; `until`: its last day, unless the mandate ends before."""

    membership: Id
    until: Day | None = None


class SandboxLetterBody(Message):
    """A letter for the oldest membership of a person of the sandbox."""

    person: PersonId


class OutsideSignInBody(Message):
    """Sign in through an outside provider. `then`: the page of this site the browser ends at."""

    district: Id | None = None
    then: Page = "/"


class OutsideLinkBody(Message):
    """Link an outside account with the person signed in. `then`: the page of this site the browser ends at;
    `password`: shown again by whoever has nothing else to prove himself with."""

    then: Page = "/"
    password: Password | None = None


class PlaceBody(Message):
    """A place of the sandbox's tree."""

    code: RegionCode
    name: Name
    name_en: Name | None = None


class SandboxBody(Message):
    """A fresh sandbox. Without `places` it gets a district and three towns; the first place is the district."""

    name: Name = "沙盒 sandbox"
    pack: Code | None = None
    places: Annotated[tuple[PlaceBody, ...], Field(max_length=60)] = ()
    starts_at: Instant | None = None


class PracticeBody(Message):
    """Where to practise: at which step, in which seat; of a chief or a representative also on which side."""

    step: Step
    seat: Seat
    side: Side | None = None
    pack: Code | None = None


class ClockBody(Message):
    """Move a sandbox's clock forward: by days and seconds, or to an instant."""

    days: Annotated[int, Field(ge=0, le=4000)] = 0
    seconds: Annotated[int, Field(ge=0, le=86_400)] = 0
    to: Instant | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.to is None) == (self.days == 0 and self.seconds == 0):
            raise ValueError("either days and seconds, or to")
        if self.to is not None and self.to.tzinfo is None:
            raise ValueError("to needs an offset, such as +08:00")
        return self


class MembershipFacts(Message):
    """What somebody is to be in an organisation."""

    organisation: Id
    office: Office
    side: Side | None = None
    seat_hint: Code | None = None
    mandate: Id | None = None
    mandate_scope: MandateScope | None = None
    mandate_from: Day | None = None
    mandate_to: Day | None = None


class MembershipBody(MembershipFacts):
    """A membership of a person who is registered."""

    person: PersonId


class PersonBody(Message):
    """A person, with an account where login and password are given, and memberships at once."""

    name: Name
    login: Login | None = None
    password: NewPassword | None = None
    memberships: Annotated[tuple[MembershipFacts, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.login is None) != (self.password is None):
            raise ValueError("login and password come together")
        return self


class OrganisationBody(Message):
    """An organisation that is no enterprise: those are entered in the register."""

    kind: OrganisationKind
    name: Title
    region: RegionCode
    upper: Id | None = None

    @model_validator(mode="after")
    def _no_enterprise(self) -> Self:
        if self.kind is OrganisationKind.ENTERPRISE:
            raise ValueError("an enterprise is entered with POST /api/v1/enterprises")
        if self.kind is OrganisationKind.ENTERPRISE_UNION and self.upper is None:
            raise ValueError("an enterprise union names its enterprise in upper")
        return self


class HeadsBody(Message):
    """Workers in one year."""

    year: Annotated[int, Field(ge=1990, le=2099)]
    total: Count
    women: Count | None = None
    dispatched: Count | None = None
    disabled: Count | None = None
    front_line: Count | None = None


class EnterpriseFacts(Message):
    """Register facts that may be missing."""

    kind: Literal["enterprise", "organisation"] | None = None
    branch_of: Title | None = None
    branch_consent: bool | None = None
    ownership: Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(visible)] | None = None
    above_scale: bool | None = None
    has_union: bool | None = None
    union_organisation: Id | None = None
    union_chair: PersonId | None = None
    has_congress: bool | None = None
    delegates: Count | None = None
    manager_delegates: Count | None = None
    congress_until: date | None = None
    hrss_office: Title | None = None
    hrss_hours: Name | None = None
    receiving_address: Line | None = None
    contact: Line | None = None
    external_ref: Code | None = None
    source: Title | None = None
    checked_on: Day | None = None
    headcount: Annotated[tuple[HeadsBody, ...], Field(max_length=40)] | None = None


class EnterpriseBody(EnterpriseFacts):
    """An enterprise to be entered."""

    name: Title
    credit_code: CreditCode
    address: Title
    region: RegionCode
    industry: Industry


class EnterpriseChange(EnterpriseFacts):
    """Facts to be changed; what is not sent stays. What is sent as null is emptied, where it may be empty."""

    name: Title | None = None
    address: Title | None = None
    region: RegionCode | None = None
    industry: Industry | None = None


class InstructorBody(Message):
    """Enter somebody in the pool of instructors. `active_from`: today if not said; `origin`: for who keeps several."""

    person: PersonId
    origin: Origin | None = None
    active_from: Day | None = None
    active_to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.active_from is not None and self.active_to is not None and self.active_to < self.active_from:
            raise ValueError("the last day lies before the first")
        return self


class ReferenceBody(Message):
    """A reference value with its source. `value`: whole fen, or a decimal string where the unit is percent."""

    region: RegionCode
    kind: ReferenceKind
    period: Period
    value: Rate
    unit: ReferenceUnit
    source_url: Url
    source_name: Title | None = None


class AcceptBody(Message):
    """Accept a text as it stands on the screen: its version, and the digest of its words."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z\-]{1,24}$")]
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._\-]{1,32}$")]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def parsed(request: Request, model: type[M]) -> M:
    """The body of a request as `model`, from the bytes the front read. Raises `Problem` 422."""
    try:
        return TypeAdapter(model).validate_json(request.scope["body"], strict=True)
    except ValidationError as wrong:
        raise malformed(wrong.errors(include_url=False, include_input=False)) from None
