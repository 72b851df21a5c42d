"""Tables of webhooks: where a portal wants to be told, how far each was told, and what became of every try.

Addresses and secrets are sealed (`custody`): an address may carry a key, and who has the secret can speak as we do.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Text
from sqlmodel import Field, SQLModel

# SQLite numbers rows by itself only in a column that is INTEGER to the letter
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class Webhook(SQLModel, table=True):
    """A reader of the feed who is told. `place`: all up to it was told or is not for it; it never leaves the store.

    `state` is "active" or "paused", `why` then "asked", "failing" or "gone". `lease` names the one process that tells
    it now. `tries`: of the event that waits; `next_s`: not before.
    """

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_client", "client"),)

    id: str = Field(primary_key=True, max_length=64)
    district: str = Field(max_length=64)
    client: str = Field(sa_column_args=(ForeignKey("portal_client.id", name="fk_webhook_client"),), max_length=64)
    enterprise: str = Field(max_length=64)  # or "*": all that let the client look
    scopes: str = Field(max_length=200)  # those of the token it was made with: it is told no more than that showed
    url: str = Field(sa_type=Text)
    types: str = Field(default="", sa_type=Text)  # with spaces between; empty: all
    cases: str = Field(default="", sa_type=Text)
    secret: str = Field(sa_type=Text)
    old_secret: str | None = Field(default=None, sa_type=Text)
    old_until_s: int | None = Field(default=None, sa_type=BigInteger)
    created_s: int = Field(sa_type=BigInteger)
    created_by: str = Field(max_length=64)
    place: int = Field(default=0, sa_type=BigInteger)
    state: str = Field(default="active", max_length=8)
    why: str = Field(default="", max_length=8)
    tries: int = 0
    failing_since_s: int | None = Field(default=None, sa_type=BigInteger)
    next_s: int = Field(default=0, sa_type=BigInteger)
    lease: str = Field(default="", max_length=64)
    leased_until_s: int = Field(default=0, sa_type=BigInteger)


class WebhookDelivery(SQLModel, table=True):
    """One try to tell one event. `outcome` is an `Outcome`; `status`: what was answered, if anything."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("ix_webhook_delivery_webhook", "webhook", "number"),)

    number: int | None = Field(default=None, sa_column=Column(_NUMBER, primary_key=True, autoincrement=True))
    webhook: str = Field(sa_column_args=(ForeignKey("webhook.id", name="fk_webhook_delivery_webhook"),), max_length=64)
    event: str = Field(max_length=120)
    type: str = Field(max_length=64)
    at_s: int = Field(sa_type=BigInteger)
    took_ms: int
    outcome: str = Field(max_length=12)
    status: int | None = None
