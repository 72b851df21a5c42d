"""Tables of the portals: clients, how each shows that it is itself, what it was granted, and what it holds.

Of a secret, a code and a refresh token only the SHA-256 lies here: each is 256 random bits, which nobody guesses back
from a hash. Private keys of ours and drafts of acts are encrypted (`token_keys`, `custody`).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlmodel import Field, SQLModel


class PortalClient(SQLModel, table=True):
    """A program that an enterprise lets in, or a platform that several do. `kind`: "enterprise" | "platform"."""

    __tablename__ = "portal_client"
    __table_args__ = (Index("ix_portal_client_district", "district"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=16)
    redirect_uris: str = Field(default="", max_length=4000)  # one a line
    created_s: int = Field(sa_type=BigInteger)
    created_by: str = Field(max_length=64)
    ended_s: int | None = Field(default=None, sa_type=BigInteger)


class PortalGrant(SQLModel, table=True):
    """What a client may do for one enterprise: an enterprise's own has one grant, a platform one for each it serves."""

    __tablename__ = "portal_grant"
    __table_args__ = (Index("ix_portal_grant_enterprise", "enterprise"),)

    client: str = Field(
        sa_column_args=(ForeignKey("portal_client.id", name="fk_portal_grant_client"),), primary_key=True, max_length=64
    )
    enterprise: str = Field(
        sa_column_args=(ForeignKey("organisation.id", name="fk_portal_grant_enterprise"),),
        primary_key=True,
        max_length=64,
    )
    scopes: str = Field(max_length=200)  # with spaces between, as in a token
    granted_by: str = Field(max_length=64)
    granted_s: int = Field(sa_type=BigInteger)


class PortalSecret(SQLModel, table=True):
    """A client's secret. Where a new one was made the old one still works until `expires_s`."""

    __tablename__ = "portal_secret"
    __table_args__ = (Index("ix_portal_secret_client", "client"),)

    secret_hash: str = Field(primary_key=True, max_length=64)
    client: str = Field(sa_column_args=(ForeignKey("portal_client.id", name="fk_portal_secret_client"),), max_length=64)
    created_s: int = Field(sa_type=BigInteger)
    expires_s: int | None = Field(default=None, sa_type=BigInteger)


class PortalKey(SQLModel, table=True):
    """A public key with which a client signs that it is itself (`private_key_jwt`)."""

    __tablename__ = "portal_key"

    client: str = Field(
        sa_column_args=(ForeignKey("portal_client.id", name="fk_portal_key_client"),), primary_key=True, max_length=64
    )
    kid: str = Field(primary_key=True, max_length=128)
    jwk: str = Field(max_length=2000)
    created_s: int = Field(sa_type=BigInteger)


class PortalSpent(SQLModel, table=True):
    """Assertions that were shown: each counts once, and is forgotten when it would no longer count at all."""

    __tablename__ = "portal_spent"
    __table_args__ = (Index("ix_portal_spent_expires", "expires_s"),)

    mark: str = Field(primary_key=True, max_length=64)  # SHA-256 of its client and its `jti`
    expires_s: int = Field(sa_type=BigInteger)


class PortalRevoked(SQLModel, table=True):
    """Access tokens that were revoked before their time, until it. A new row moves the identity epoch."""

    __tablename__ = "portal_revoked"

    mark: str = Field(primary_key=True, max_length=64)  # SHA-256 of its client and its `jti`
    expires_s: int = Field(sa_type=BigInteger)


class TokenKey(SQLModel, table=True):
    """A private key that signs access tokens (ES256): PKCS 8, encrypted. Past `retires_s` it is no longer published."""

    __tablename__ = "token_key"

    kid: str = Field(primary_key=True, max_length=64)
    jwk: str = Field(max_length=400)
    wrapped: bytes
    sealed: bytes
    made_s: int = Field(sa_type=BigInteger)
    retires_s: int | None = Field(default=None, sa_type=BigInteger)


class Prepared(SQLModel, table=True):
    """The draft of an act that binds, written by a portal for the person who may do it: encrypted."""

    __tablename__ = "prepared"
    __table_args__ = (Index("ix_prepared_case", "case_id"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    case_id: str = Field(max_length=96)
    client: str = Field(sa_column_args=(ForeignKey("portal_client.id", name="fk_prepared_client"),), max_length=64)
    command: str = Field(max_length=40)
    sealed: bytes
    created_s: int = Field(sa_type=BigInteger)
    expires_s: int = Field(sa_type=BigInteger)


class OAuthRequest(SQLModel, table=True):
    """A client asks a person to let it act for him: from the redirect to the code that is exchanged once."""

    __tablename__ = "oauth_request"
    __table_args__ = (Index("ix_oauth_request_code", "code_hash"),)

    id: str = Field(primary_key=True, max_length=64)
    client: str = Field(sa_column_args=(ForeignKey("portal_client.id", name="fk_oauth_request_client"),), max_length=64)
    enterprise: str = Field(max_length=64)
    redirect_uri: str = Field(max_length=500)
    scopes: str = Field(max_length=200)
    state: str | None = Field(default=None, max_length=1000)
    challenge: str = Field(max_length=64)
    created_s: int = Field(sa_type=BigInteger)
    expires_s: int = Field(sa_type=BigInteger)
    person: str | None = Field(default=None, max_length=64)  # who decided
    code_hash: str | None = Field(default=None, max_length=64)
    decided_s: int | None = Field(default=None, sa_type=BigInteger)
    used_s: int | None = Field(default=None, sa_type=BigInteger)
    ended_s: int | None = Field(default=None, sa_type=BigInteger)  # moves the identity epoch


class Refresh(SQLModel, table=True):
    """A refresh token. All that came from one consent are one family, and end together when one is shown twice."""

    __tablename__ = "refresh"
    __table_args__ = (Index("ix_refresh_family", "family"),)

    token_hash: str = Field(primary_key=True, max_length=64)
    family: str = Field(max_length=64)  # the id of the request it came from
    client: str = Field(sa_column_args=(ForeignKey("portal_client.id", name="fk_refresh_client"),), max_length=64)
    person: str = Field(sa_column_args=(ForeignKey("person.id", name="fk_refresh_person"),), max_length=64)
    enterprise: str = Field(max_length=64)
    scopes: str = Field(max_length=200)
    created_s: int = Field(sa_type=BigInteger)
    expires_s: int = Field(sa_type=BigInteger)
    used_s: int | None = Field(default=None, sa_type=BigInteger)


class PortalUsage(SQLModel, table=True):
    """How much a client was used for an enterprise ("*": for all at once) on a day in China: counts, and nothing of
    what was asked or told.

    `limited`: requests beyond the quota, which are not in `requests`; `told`, `failed`: events told by webhooks, and
    tries that failed; `wide`: how much of all that was counted while the client saw the table.
    """

    __tablename__ = "portal_usage"
    __table_args__ = (Index("ix_portal_usage_last", "last_s"),)

    client: str = Field(
        sa_column_args=(ForeignKey("portal_client.id", name="fk_portal_usage_client"),), primary_key=True, max_length=64
    )
    enterprise: str = Field(primary_key=True, max_length=64)
    day: date = Field(primary_key=True)
    requests: int
    errors: int
    limited: int
    told: int
    failed: int
    wide: int
    last_s: int = Field(sa_type=BigInteger)
