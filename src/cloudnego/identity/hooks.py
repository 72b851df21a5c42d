"""Webhooks as they are kept: where to tell whom what, who tells it now, and what became of each try.

Whoever tells has a lease, which he renews with all he notes. What he notes counts only while he has it: one who was
slow, or was taken for dead, moves nothing back.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Engine, and_, delete, or_, update
from sqlmodel import Session, col, func, select

from cloudnego.core.vocabulary import Stream
from cloudnego.identity.clients import written
from cloudnego.identity.custody import Custody
from cloudnego.identity.hook_tables import Webhook, WebhookDelivery
from cloudnego.identity.outward import Outward
from cloudnego.identity.portal_tables import PortalClient, PortalGrant
from cloudnego.identity.portals import EVERY
from cloudnego.identity.roster import NewId
from cloudnego.identity.store import reading, writing

LEASE_S: Final = 60
HOOKS_MAX: Final = 20
"""Of one client: several machines, several uses, and no flood."""

OVERLAP_S: Final = 7 * 86_400
"""How long an old secret signs beside the new one."""


PING: Final = "ping"
"""The type of what is told to try a webhook: an event there is none of."""


class Outcome(StrEnum):
    """What became of a try. `dead`: the receiver is there and took this one event not, however often it was told; it
    lies among the dead letters, and those after it go on."""

    DELIVERED = "delivered"
    ANSWERED = "answered"  # with a status that is no yes
    NO_ANSWER = "no_answer"  # no connection, or none that lasted
    TOO_SLOW = "too_slow"
    FORBIDDEN = "forbidden"  # the name leads where nobody may be asked
    DEAD = "dead"


class Why(StrEnum):
    """Why a webhook rests."""

    ASKED = "asked"
    FAILING = "failing"
    GONE = "gone"  # the receiver said 410


class NewHook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook to be made. `place`: where in the log it begins."""

    district: str
    client: str
    enterprise: str
    scopes: frozenset[str]
    url: str
    types: frozenset[str]
    cases: frozenset[str]
    place: int
    by: str


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as it stands, with its secrets: the newest first."""

    id: str
    district: str
    client: str
    enterprise: str
    scopes: frozenset[str]
    url: str
    types: frozenset[str]
    cases: frozenset[str]
    secrets: tuple[str, ...]
    place: int
    active: bool
    why: str
    tries: int
    failing_since_s: int | None
    next_s: int
    created_s: int


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One try, to be noted or as it was."""

    event: str
    type: str
    at_s: int
    took_ms: int
    outcome: Outcome
    status: int | None


class TooManyHooks(Exception):
    """The client has as many as it may have."""


class Hooks:
    """All of it synchronous: the web calls it in a thread. `outward`: by which they are told."""

    def __init__(
        self, engine: Engine, custody: Custody, new_id: NewId, now_s: Callable[[], int], outward: Outward
    ) -> None:
        self.outward: Final = outward
        self._engine: Final = engine
        self._custody: Final = custody
        self._new_id: Final = new_id
        self._now_s: Final = now_s

    # --- keeping them ----------------------------------------------------------------------------------------------

    def make(self, new: NewHook) -> Hook:
        """Make one; its secret is in what is given. Raises `TooManyHooks`."""
        id_, secret = self._new_id("w"), new_secret()
        row = Webhook(
            id=id_, district=new.district, client=new.client, enterprise=new.enterprise, scopes=written(new.scopes),
            url=self._seal(new.district, new.url, "url", id_), types=written(new.types), cases=written(new.cases),
            secret=self._seal(new.district, secret, "secret", id_), created_s=self._now_s(), created_by=new.by,
            place=new.place,
        )  # fmt: skip
        with writing(self._engine) as session:
            there = select(func.count()).select_from(Webhook).where(Webhook.client == new.client)
            if session.exec(there).one() >= HOOKS_MAX:
                raise TooManyHooks
            session.add(row)
        return self._said(row)

    def get(self, id_: str) -> Hook | None:
        """One, if there is one of that id."""
        with reading(self._engine) as session:
            row = session.get(Webhook, id_)
        return None if row is None else self._said(row)

    def of(self, clients: Collection[str]) -> list[Hook]:
        """Those of some clients, the oldest first."""
        query = select(Webhook).where(col(Webhook.client).in_(sorted(clients)))
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(Webhook.created_s), col(Webhook.id))).all()
        return [self._said(row) for row in rows]

    def change(
        self, hook: Hook, *, url: str | None, types: frozenset[str] | None, cases: frozenset[str] | None,
        active: bool | None,
    ) -> None:  # fmt: skip
        """Change what is not None. A webhook that is woken is told at once what it missed."""
        values: dict[str, Any] = {}
        if url is not None:
            values["url"] = self._seal(hook.district, url, "url", hook.id)
        if types is not None:
            values["types"] = written(types)
        if cases is not None:
            values["cases"] = written(cases)
        if active is not None:
            values |= {"state": "active" if active else "paused", "why": "" if active else Why.ASKED.value}
        if active or url is not None:
            values |= _AFRESH
        self._write(update(Webhook).where(col(Webhook.id) == hook.id).values(**values))

    def replay(self, hook: Hook, place: int) -> None:
        """Tell all after a place, whether it was told or not. Who tells it at this moment ends at his next note."""
        moved = update(Webhook).where(col(Webhook.id) == hook.id).values(place=place, **_AFRESH)
        self._write(moved)

    def renew_secret(self, hook: Hook, *, end_others: bool) -> str:
        """A new secret, said this once. The one before signs beside it for a week, unless it was seen by others."""
        secret = new_secret()
        old = None if end_others else self._seal(hook.district, hook.secrets[0], "secret", hook.id)
        until = None if end_others else self._now_s() + OVERLAP_S
        sealed = self._seal(hook.district, secret, "secret", hook.id)
        renewed = update(Webhook).where(col(Webhook.id) == hook.id)
        self._write(renewed.values(secret=sealed, old_secret=old, old_until_s=until))
        return secret

    def remove(self, hook: Hook) -> None:
        """Take it away, with the log of its deliveries."""
        with writing(self._engine) as session:
            session.exec(delete(WebhookDelivery).where(col(WebhookDelivery.webhook) == hook.id))
            session.exec(delete(Webhook).where(col(Webhook.id) == hook.id))

    def deliveries(
        self, hook: Hook, skip: int, limit: int, *, dead: bool = False, notices: bool = False
    ) -> list[Tried]:
        """Tries, the latest first, but for so many; `dead`: the dead letters alone, `notices`: but for what was told of
        other streams."""
        query = select(WebhookDelivery).where(WebhookDelivery.webhook == hook.id).offset(skip)
        if notices:
            open_ = or_(col(WebhookDelivery.event).contains(f".{Stream.NOTICE}."), col(WebhookDelivery.type) == PING)
            query = query.where(open_)
        if dead:
            query = query.where(WebhookDelivery.outcome == Outcome.DEAD.value)
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(WebhookDelivery.number).desc()).limit(limit)).all()
        return [_tried(row) for row in rows]

    # --- telling ---------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """This process alone has the database: whoever had a lease is gone."""
        self._write(update(Webhook).values(lease="", leased_until_s=0))

    def due(self, enterprises: Collection[str] | None) -> dict[str, int]:
        """Those that may have something to be told, and how far each was told: whose time has come after a failure, and
        of the others all, or those that hear of these enterprises."""
        now = self._now_s()
        waits = and_(col(Webhook.tries) > 0, col(Webhook.next_s) <= now)
        query = select(Webhook.id, Webhook.place).where(Webhook.state == "active", col(Webhook.leased_until_s) <= now)
        news: ColumnElement[bool] = col(Webhook.tries) == 0
        if enterprises is not None:
            names = sorted(enterprises)
            served = select(PortalGrant.client).where(col(PortalGrant.enterprise).in_(names))
            of_all = and_(col(Webhook.enterprise) == EVERY, col(Webhook.client).in_(served))
            news = and_(news, or_(col(Webhook.enterprise).in_(names), of_all))
        with reading(self._engine) as session:
            found = session.exec(query.where(or_(waits, news)).order_by(col(Webhook.next_s), col(Webhook.id)))
            return {row[0]: row[1] for row in found.all()}

    def lease(self, id_: str, by: str) -> Hook | None:
        """Take one on to tell it; None if somebody has it, or there is nothing to be done for it now."""
        now = self._now_s()
        free = and_(col(Webhook.id) == id_, col(Webhook.leased_until_s) <= now, col(Webhook.state) == "active")
        with writing(self._engine) as session:
            mine = update(Webhook).where(free, col(Webhook.next_s) <= now)
            if not session.exec(mine.values(lease=by, leased_until_s=now + LEASE_S)).rowcount:
                return None
            row = session.get(Webhook, id_)
        return None if row is None else self._said(row)

    def note(
        self, hook: Hook, by: str, tried: Sequence[Tried], also: Callable[[Session], None] | None = None, *,
        done: bool = False,
    ) -> bool:  # fmt: skip
        """Note how a webhook stands now, and what was tried, with what is `also` written of that; renews the lease, or
        gives it back. False: it is not ours any more, and nothing was noted."""
        until = 0 if done else self._now_s() + LEASE_S
        with writing(self._engine) as session:
            mine = update(Webhook).where(col(Webhook.id) == hook.id, col(Webhook.lease) == by)
            stands = {name: getattr(hook, name) for name in ("place", "tries", "failing_since_s", "next_s")}
            held = session.exec(mine.values(**stands, leased_until_s=until, lease="" if done else by)).rowcount
            if held:
                session.add_all(_row(hook, one) for one in tried)
                if also is not None:
                    also(session)
        return bool(held)

    def pause(self, hook: Hook, why: Why) -> str | None:
        """Let it rest, unless it does. Returns who is to be told: the person who let its program in, if one did."""
        still = update(Webhook).where(col(Webhook.id) == hook.id, col(Webhook.state) == "active")
        with writing(self._engine) as session:
            if not session.exec(still.values(state="paused", why=why.value)).rowcount:
                return None
            return _keeper(session, hook.client)

    def log(self, hook: Hook, tried: Tried) -> None:
        """Note a try that moves nothing."""
        with writing(self._engine) as session:
            session.add(_row(hook, tried))

    # --- rows ------------------------------------------------------------------------------------------------------

    def _write(self, statement: Any) -> None:
        with writing(self._engine) as session:
            session.exec(statement)

    def _seal(self, district: str, text: str, what: str, id_: str) -> str:
        return self._custody.seal(district, text, "webhook", what, id_)

    def _said(self, row: Webhook) -> Hook:
        def opened(sealed: str, what: str) -> str:
            return self._custody.open(row.district, sealed, "webhook", what, row.id)

        old = row.old_secret if row.old_until_s is not None and self._now_s() < row.old_until_s else None
        return Hook(
            id=row.id, district=row.district, client=row.client, enterprise=row.enterprise,
            scopes=frozenset(row.scopes.split()), url=opened(row.url, "url"), types=frozenset(row.types.split()),
            cases=frozenset(row.cases.split()), place=row.place, active=row.state == "active", why=row.why,
            secrets=tuple(opened(one, "secret") for one in (row.secret, old) if one is not None), tries=row.tries,
            failing_since_s=row.failing_since_s, next_s=row.next_s, created_s=row.created_s,
        )  # fmt: skip


_AFRESH: Final[dict[str, Any]] = {"tries": 0, "next_s": 0, "failing_since_s": None, "lease": "", "leased_until_s": 0}


def new_secret() -> str:
    """A secret as Standard Webhooks write it: 32 random bytes."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()


def signed(hook: Hook, id_: str, at_s: int, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks: one signature with each secret that still signs."""
    keys = [b64decode(one.removeprefix("whsec_")) for one in hook.secrets]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(signature(key, id_, at_s, body) for key in keys),
    }


def signature(key: bytes, id_: str, at_s: int, body: bytes) -> str:
    """One signature of Standard Webhooks: HMAC-SHA256 over id, time and body."""
    return "v1," + b64encode(hmac.digest(key, f"{id_}.{at_s}.".encode() + body, "sha256")).decode()


def _keeper(session: Session, client: str) -> str | None:
    row = session.get(PortalClient, client)
    return None if row is None or row.ended_s is not None or row.created_by == "operator" else row.created_by


def _row(hook: Hook, one: Tried) -> WebhookDelivery:
    return WebhookDelivery(
        webhook=hook.id, event=one.event, type=one.type, at_s=one.at_s, took_ms=one.took_ms, status=one.status,
        outcome=one.outcome.value,
    )  # fmt: skip


def _tried(row: WebhookDelivery) -> Tried:
    return Tried(
        event=row.event, type=row.type, at_s=row.at_s, took_ms=row.took_ms, outcome=Outcome(row.outcome),
        status=row.status,
    )  # fmt: skip
