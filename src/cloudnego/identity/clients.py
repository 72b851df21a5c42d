"""Portal clients: who registered them, how each shows that it is itself, and what it may do for which enterprise."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Engine, delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cloudnego.identity import tokens
from cloudnego.identity.portal_tables import (
    PortalClient,
    PortalGrant,
    PortalKey,
    PortalRevoked,
    PortalSecret,
    PortalSpent,
)
from cloudnego.identity.roster import NewId, RosterError
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Organisation

SECRET_OVERLAP_S: Final = 7 * 86_400
"""How long an old secret works beside the new one: time to bring the new one to every machine."""

ASSERTION_MAX_S: Final = 3600
_LEEWAY_S: Final = 60
_KEYS_MAX: Final = 10
_NOBODY: Final = hashlib.sha256(b"nobody").hexdigest()


class Grant(msgspec.Struct, frozen=True):
    """What a client may do for one enterprise."""

    enterprise: str
    scopes: frozenset[str]


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """A client that has not ended, as everybody but its owner sees it: no secret."""

    id: str
    district: str
    name: str
    kind: str
    redirect_uris: tuple[str, ...]
    grants: tuple[Grant, ...]

    def scopes_for(self, enterprise: str) -> frozenset[str]:
        """What it may do for this enterprise: nothing where it was granted nothing."""
        return next((one.scopes for one in self.grants if one.enterprise == enterprise), frozenset())

    @property
    def scopes(self) -> frozenset[str]:
        """All it may do anywhere."""
        return frozenset(scope for one in self.grants for scope in one.scopes)


class NewClient(msgspec.Struct, frozen=True, kw_only=True):
    """A client to be registered."""

    name: str
    kind: str = "enterprise"
    redirect_uris: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()


def sha256(text: str) -> str:
    """Under this name a secret of 256 random bits is stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def written(scopes: Iterable[str]) -> str:
    """Scopes as a token says them (RFC 6749 §3.3)."""
    return " ".join(sorted(scopes))


def client_in(session: Session, client: str) -> Client | None:
    """A client that has not ended."""
    row = session.get(PortalClient, client)
    return _said(session, row) if row is not None and row.ended_s is None else None


def _said(session: Session, row: PortalClient) -> Client:
    query = select(PortalGrant).where(PortalGrant.client == row.id).order_by(col(PortalGrant.enterprise))
    return Client(
        id=row.id,
        district=row.district,
        name=row.name,
        kind=row.kind,
        redirect_uris=tuple(row.redirect_uris.splitlines()),
        grants=tuple(Grant(one.enterprise, frozenset(one.scopes.split())) for one in session.exec(query)),
    )


class Clients:
    """All of it synchronous: the web calls it in a thread. `now_s` is real time in whole seconds."""

    def __init__(self, engine: Engine, new_id: NewId, now_s: Callable[[], int]) -> None:
        self._engine = engine
        self._new_id = new_id
        self._now_s = now_s

    # --- keeping them ----------------------------------------------------------------------------------------------

    def register(self, district: str, new: NewClient, by: str) -> tuple[str, str]:
        """Register a client. Returns its id and its secret, which is said this once.

        Raises `RosterError` where a grant names no enterprise of the district.
        """
        client, secret = self._new_id("c"), _new_secret()
        now = self._now_s()
        with writing(self._engine) as session:
            session.add(
                PortalClient(
                    id=client,
                    district=district,
                    name=new.name,
                    kind=new.kind,
                    redirect_uris="\n".join(new.redirect_uris),
                    created_s=now,
                    created_by=by,
                )
            )
            session.flush()
            session.add(PortalSecret(secret_hash=sha256(secret), client=client, created_s=now))
            for grant in new.grants:
                self._grant(session, district, client, grant, by)
        return client, secret

    def get(self, client: str) -> Client | None:
        """A client that has not ended."""
        with reading(self._engine) as session:
            return client_in(session, client)

    def of(self, district: str, enterprises: Sequence[str] | None) -> list[Client]:
        """Clients of a district that have not ended, by name: all, or those that serve one of these enterprises."""
        query = select(PortalClient).where(PortalClient.district == district, col(PortalClient.ended_s).is_(None))
        if enterprises is not None:
            served = select(PortalGrant.client).where(col(PortalGrant.enterprise).in_(enterprises))
            query = query.where(col(PortalClient.id).in_(served))
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(PortalClient.name), col(PortalClient.id)))
            return [_said(session, row) for row in rows.all()]

    def grant(self, client: str, grant: Grant, by: str) -> None:
        """Grant scopes for one enterprise in place of what was granted for it. Raises `RosterError`."""
        with writing(self._engine) as session:
            self._grant(session, self._there(session, client).district, client, grant, by)

    def withdraw(self, client: str, enterprise: str) -> None:
        """End what a client may do for one enterprise; with the next request."""
        with writing(self._engine) as session:
            session.exec(
                delete(PortalGrant).where(col(PortalGrant.client) == client, col(PortalGrant.enterprise) == enterprise)
            )

    def end(self, client: str) -> None:
        """End a client. Raises `RosterError`."""
        with writing(self._engine) as session:
            row = self._there(session, client)
            row.ended_s = self._now_s()
            session.add(row)

    def renew_secret(self, client: str) -> str:
        """A new secret, said this once; those before it work for another week. Raises `RosterError`."""
        secret, now = _new_secret(), self._now_s()
        with writing(self._engine) as session:
            self._there(session, client)
            for old in session.exec(select(PortalSecret).where(PortalSecret.client == client)).all():
                if old.expires_s is None or old.expires_s > now + SECRET_OVERLAP_S:
                    old.expires_s = now + SECRET_OVERLAP_S
                    session.add(old)
            session.add(PortalSecret(secret_hash=sha256(secret), client=client, created_s=now))
        return secret

    def end_secrets(self, client: str) -> None:
        """End every secret but the newest at once: an old one was seen by others."""
        with writing(self._engine) as session:
            query = select(PortalSecret).where(PortalSecret.client == client, col(PortalSecret.expires_s).is_not(None))
            for old in session.exec(query).all():
                session.delete(old)

    def add_key(self, client: str, document: Mapping[str, object]) -> str:
        """A public key for `private_key_jwt`. Returns its name. Raises `BadKey`, `RosterError`."""
        kid = document.get("kid") or tokens.thumbprint(document)
        key = tokens.public_key(document, str(kid)[:128])
        row = PortalKey(client=client, kid=key.kid, jwk=json.dumps(dict(document)), created_s=self._now_s())
        with writing(self._engine) as session:
            self._there(session, client)
            known = session.exec(select(PortalKey.kid).where(PortalKey.client == client)).all()
            if key.kid in known or len(known) >= _KEYS_MAX:
                raise RosterError("key_exists", key=key.kid)
            session.add(row)
        return key.kid

    def remove_key(self, client: str, kid: str) -> None:
        """Take a public key back; what it signed from then on is refused."""
        with writing(self._engine) as session:
            session.exec(delete(PortalKey).where(col(PortalKey.client) == client, col(PortalKey.kid) == kid))

    def keys(self, client: str) -> list[str]:
        """Names of a client's public keys."""
        with reading(self._engine) as session:
            return list(session.exec(select(PortalKey.kid).where(PortalKey.client == client).order_by(PortalKey.kid)))

    def _there(self, session: Session, client: str) -> PortalClient:
        row = session.get(PortalClient, client)
        if row is None or row.ended_s is not None:
            raise RosterError("client_unknown", client=client)
        return row

    def _grant(self, session: Session, district: str, client: str, grant: Grant, by: str) -> None:
        firm = session.get(Organisation, grant.enterprise)
        if firm is None or firm.district != district or firm.kind != "enterprise" or firm.ended_s is not None:
            raise RosterError("organisation_unknown", organisation=grant.enterprise)
        row = session.get(PortalGrant, (client, grant.enterprise)) or PortalGrant(
            client=client, enterprise=grant.enterprise, scopes="", granted_by=by, granted_s=0
        )
        row.scopes, row.granted_by, row.granted_s = written(grant.scopes), by, self._now_s()
        session.add(row)

    # --- who it is -------------------------------------------------------------------------------------------------

    def by_secret(self, client: str, secret: str) -> Client | None:
        """The client, if that is its secret; an unknown one costs the same look and the same comparison."""
        shown, now = sha256(secret), self._now_s()
        with reading(self._engine) as session:
            found = client_in(session, client)
            rows = session.exec(select(PortalSecret).where(PortalSecret.client == client)).all()
        counting = [row.secret_hash for row in rows if row.expires_s is None or now < row.expires_s]
        right = [hmac.compare_digest(shown, one) for one in (_NOBODY, *counting)]
        return found if found is not None and any(right[1:]) else None

    def by_assertion(self, client: str, assertion: str, audiences: frozenset[str]) -> Client | None:
        """The client, if it signed this assertion (RFC 7523 §3) and shows it for the first time."""
        with reading(self._engine) as session:
            found = client_in(session, client)
            rows = session.exec(select(PortalKey).where(PortalKey.client == client)).all()
        keys = {row.kid: tokens.public_key(json.loads(row.jwk), row.kid) for row in rows}
        for algorithm in sorted({key.algorithm for key in keys.values()}):
            use = tokens.Use(
                algorithm=algorithm,
                typ=frozenset({tokens.ABSENT, "JWT", "client-authentication+jwt"}),
                iss=client,
                aud=audiences,
                lasts_max_s=ASSERTION_MAX_S,
                leeway_s=_LEEWAY_S,
            )
            try:
                claims = tokens.verify(assertion, keys, use, self._now_s())
            except tokens.BadToken:
                continue
            first = self.spend(client, claims["jti"], claims["exp"] + _LEEWAY_S)
            return found if claims["sub"] == client and first else None
        return None

    def spend(self, client: str, jti: str, expires_s: int) -> bool:
        """Note that an assertion was shown; False if it had been."""
        return self._mark(PortalSpent(mark=_mark(client, jti), expires_s=expires_s))

    def revoke(self, client: str, jti: str, expires_s: int) -> None:
        """Note that an access token counts no more."""
        self._mark(PortalRevoked(mark=_mark(client, jti), expires_s=expires_s))

    def _mark(self, row: PortalSpent | PortalRevoked) -> bool:
        kind = type(row)
        try:
            with writing(self._engine) as session:
                session.exec(delete(kind).where(col(kind.expires_s) < self._now_s()))
                session.add(row)
        except IntegrityError:
            return False
        return True


def is_revoked(session: Session, client: str, jti: str) -> bool:
    """Whether an access token counts no more."""
    return session.get(PortalRevoked, _mark(client, jti)) is not None


def _mark(client: str, jti: str) -> str:
    return sha256(f"{client}\0{jti}")


def _new_secret() -> str:
    return "cns_" + secrets.token_urlsafe(32)
