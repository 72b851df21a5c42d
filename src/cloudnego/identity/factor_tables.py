"""Tables of what people prove themselves with: letters, codes, apps, passkeys, messages, and resets at the help desk.

Nothing here says who somebody is, so no trigger watches it: the grade a session has reached stands in `sign_in`.
Instants are whole seconds of real time (`_s`). Secrets are digests or sealed (`identity/custody.py`), never plain.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class Letter(SQLModel, table=True):
    """A mandate letter with a code printed on it. It dies with the membership it is written for."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_person", "person"), Index("ix_letter_membership", "membership"))

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_letter_person"),), max_length=64)
    membership: str = Field(sa_column_args=(ForeignKey("membership.id", name="fk_letter_membership"),), max_length=64)
    digest: str = Field(max_length=64)
    until: date | None = None  # last day, on the district's clock
    issued_s: int = Field(sa_type=BigInteger)
    issued_by: str | None = Field(default=None, max_length=64)
    used_s: int | None = Field(default=None, sa_type=BigInteger)
    revoked_s: int | None = Field(default=None, sa_type=BigInteger)
    revoked_by: str | None = Field(default=None, max_length=64)


class OneTimeCode(SQLModel, table=True):
    """A code of six digits that was sent for one session; good once, for minutes, for a few tries.

    Where somebody comes in by phone there is no session yet, and nobody is looked up before the code was right: the
    row names no person, and in place of a session an attempt (`Phones`).
    """

    __tablename__ = "one_time_code"
    __table_args__ = (Index("ix_one_time_code_person", "person"), Index("ix_one_time_code_phone", "phone"))

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str | None = Field(
        default=None, sa_column_args=(ForeignKey("person.id", name="fk_one_time_code_person"),), max_length=64
    )
    session: str = Field(max_length=64)  # `sign_in.id` of the session that asked: the code is good there alone
    phone: str | None = Field(default=None, max_length=64)  # digest of the number it went to, if it is to show that
    means: str = Field(max_length=16)  # `Means`: how it was sent
    digest: str = Field(max_length=64)
    tries: int = 0
    made_s: int = Field(sa_type=BigInteger)
    expires_s: int = Field(sa_type=BigInteger)
    spent: bool = False


class InboxMessage(SQLModel, table=True):
    """A message to one person, read in the program. `body` is sealed: it may hold a code. Of a reminder (`about`,
    `number`) it is noted, once and without a time, that it reached a device of his, and that he had it before him."""

    __tablename__ = "inbox_message"
    __table_args__ = (Index("ix_inbox_message_person", "person"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_inbox_message_person"),), max_length=64)
    kind: str = Field(max_length=24)
    body: str = Field(max_length=2000)
    hidden_from: str | None = Field(default=None, max_length=64)  # the session that asked for the code in it
    made_s: int = Field(sa_type=BigInteger)
    expires_s: int | None = Field(default=None, sa_type=BigInteger)
    about: str | None = Field(default=None, max_length=64)
    number: int | None = None
    delivered: bool = False
    opened: bool = False


class Reminder(SQLModel, table=True):
    """That those who had not acted were reminded: of what, when, by whom, how many, and how many messages of it reached
    a device and were opened; counts alone, so that they outlive the messages."""

    __tablename__ = "reminder"

    about: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    district: str = Field(max_length=64)
    by: str = Field(max_length=64)
    at_s: int = Field(sa_type=BigInteger)  # by the clock of the district
    told: int
    delivered: int = 0
    opened: int = 0


class MailAddress(SQLModel, table=True):
    """Where a person's codes are sent by mail, sealed: nothing looks for an address. Notices go there once he has shown
    that it is his (`confirmed_s`), until the server that should take them says that there is none (`failed_s`)."""

    __tablename__ = "mail_address"

    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_mail_address_person"),), primary_key=True, max_length=64
    )
    district: str = Field(max_length=64)
    sealed: str = Field(max_length=400)
    made_s: int = Field(sa_type=BigInteger)
    confirmed_s: int | None = Field(default=None, sa_type=BigInteger)
    failed_s: int | None = Field(default=None, sa_type=BigInteger)


class PhoneNumber(SQLModel, table=True):
    """A phone its owner gave, and showed to be his: `digest` finds it, `sealed` is where texts go. One of a person, and
    in a district of one person."""

    __tablename__ = "phone_number"
    __table_args__ = (UniqueConstraint("district", "digest", name="uq_phone_number_district_digest"),)

    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_phone_number_person"),), primary_key=True, max_length=64
    )
    district: str = Field(max_length=64)
    digest: str = Field(max_length=64)
    sealed: str = Field(max_length=200)
    proves: bool  # given by who had shown more than what opens the door: codes there count as a proof
    made_s: int = Field(sa_type=BigInteger)


class Authenticator(SQLModel, table=True):
    """An authenticator app (RFC 6238). `secret` is sealed; `last_step` is the newest 30 seconds a code was taken of."""

    __tablename__ = "authenticator"

    person: str = Field(
        sa_column_args=(ForeignKey("person.id", name="fk_authenticator_person"),), primary_key=True, max_length=64
    )
    district: str = Field(max_length=64)
    secret: str = Field(max_length=200)
    confirmed: bool = False
    last_step: int = Field(default=0, sa_type=BigInteger)
    made_s: int = Field(sa_type=BigInteger)


class Passkey(SQLModel, table=True):
    """A public key of WebAuthn. `id` is the SHA-256 of the credential id, which may have 1023 bytes."""

    __tablename__ = "passkey"
    __table_args__ = (Index("ix_passkey_person", "person"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_passkey_person"),), max_length=64)
    credential: str = Field(max_length=1400)  # base64url
    public_key: str = Field(max_length=1400)  # COSE, base64url
    sign_count: int = Field(sa_type=BigInteger)
    name: str = Field(max_length=80)
    made_s: int = Field(sa_type=BigInteger)
    used_s: int | None = Field(default=None, sa_type=BigInteger)


class Challenge(SQLModel, table=True):
    """A challenge that waits for the answer of a passkey; taken once."""

    __tablename__ = "passkey_challenge"

    id: str = Field(primary_key=True, max_length=64)  # SHA-256 of the challenge
    district: str = Field(max_length=64)
    purpose: str = Field(max_length=16)
    session: str | None = Field(default=None, max_length=64)  # `sign_in.id`; none where somebody signs in
    expires_s: int = Field(sa_type=BigInteger)


class FactorReset(SQLModel, table=True):
    """Somebody's factors taken away at the help desk: who asked, whom, why, and who agreed. Never deleted."""

    __tablename__ = "factor_reset"
    __table_args__ = (Index("ix_factor_reset_district", "district", "asked_s"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_factor_reset_person"),), max_length=64)
    why: str = Field(max_length=500)
    asked_by: str = Field(max_length=64)
    asked_s: int = Field(sa_type=BigInteger)
    two_persons: bool
    confirmed_by: str | None = Field(default=None, max_length=64)
    done_s: int | None = Field(default=None, sa_type=BigInteger)
    digest: str | None = Field(default=None, max_length=64)  # of the code a new password is set with
    spent_s: int | None = Field(default=None, sa_type=BigInteger)
