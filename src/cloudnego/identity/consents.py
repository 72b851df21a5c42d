"""People who let a portal act for them: authorization code with PKCE (RFC 6749 §4.1, RFC 7636), and refresh tokens.

The person decides in his own session. What the portal then holds is good for one enterprise, within the scopes both
gave, and never for an act that binds. A code or a refresh token that is shown twice was stolen by somebody: everything
that came of that consent ends.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, func, select

from cloudnego.identity.clients import Client, sha256, written
from cloudnego.identity.portal_tables import OAuthRequest, PortalClient, Refresh
from cloudnego.identity.roster import NewId
from cloudnego.identity.store import reading, writing

REQUEST_S: Final = 600
CODE_S: Final = 60
REFRESH_S: Final = 30 * 86_400
_WAITING_MAX: Final = 500  # requests of one client that nobody decided: anybody can make them
_VERIFIER: Final = re.compile(r"[A-Za-z0-9\-._~]{43,128}")


class BadGrant(Exception):
    """The code or the refresh token is none, was used, ran out, or is another client's."""


class TooManyRequests(Exception):
    """So many requests of this client wait for somebody that one more is not kept."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a client asks a person for. `challenge`: S256 of its verifier."""

    enterprise: str
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None
    challenge: str


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A request somebody has to decide."""

    id: str
    client: str
    client_name: str
    district: str
    enterprise: str
    redirect_uri: str
    scopes: frozenset[str]
    state: str | None
    expires_s: int


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """What a person let a client do, as long as he does."""

    id: str
    client: str
    client_name: str
    person: str
    enterprise: str
    scopes: frozenset[str]
    decided_s: int


class Exchanged(msgspec.Struct, frozen=True):
    """A consent, and the refresh token that now stands for it."""

    consent: Consent
    refresh: str


class Consents:
    """All of it synchronous: the web calls it in a thread. `now_s` is real time in whole seconds."""

    def __init__(self, engine: Engine, new_id: NewId, now_s: Callable[[], int]) -> None:
        self._engine = engine
        self._new_id = new_id
        self._now_s = now_s

    # --- asking and deciding ---------------------------------------------------------------------------------------

    def ask(self, client: Client, wanted: Wanted) -> str:
        """Keep a request. Returns its id, which is a secret of whoever's browser has it. Raises `TooManyRequests`."""
        now, id_ = self._now_s(), self._new_id("q") + secrets.token_hex(8)
        undecided = col(OAuthRequest.decided_s).is_(None)
        with writing(self._engine) as session:
            unused = col(OAuthRequest.used_s).is_(None)
            session.exec(delete(OAuthRequest).where(unused, col(OAuthRequest.expires_s) <= now))
            count = select(func.count()).select_from(OAuthRequest).where(OAuthRequest.client == client.id, undecided)
            if session.exec(count).one() >= _WAITING_MAX:
                raise TooManyRequests
            session.add(
                OAuthRequest(
                    id=id_,
                    client=client.id,
                    enterprise=wanted.enterprise,
                    redirect_uri=wanted.redirect_uri,
                    scopes=written(wanted.scopes),
                    state=wanted.state,
                    challenge=wanted.challenge,
                    created_s=now,
                    expires_s=now + REQUEST_S,
                )
            )
        return id_

    def pending(self, id_: str) -> Pending | None:
        """A request that still waits for somebody."""
        with reading(self._engine) as session:
            row = session.get(OAuthRequest, id_)
            client = session.get(PortalClient, row.client) if row is not None else None
        if row is None or client is None or client.ended_s is not None:
            return None
        if row.decided_s is not None or row.expires_s <= self._now_s():
            return None
        return Pending(
            id=row.id,
            client=row.client,
            client_name=client.name,
            district=client.district,
            enterprise=row.enterprise,
            redirect_uri=row.redirect_uri,
            scopes=frozenset(row.scopes.split()),
            state=row.state,
            expires_s=row.expires_s,
        )

    def decide(self, id_: str, person: str, *, yes: bool) -> str | None:
        """Decide a request, once. Returns the code of a yes; None of a no, or where somebody was quicker."""
        code, now = secrets.token_urlsafe(32), self._now_s()
        with writing(self._engine) as session:
            row = session.get(OAuthRequest, id_, with_for_update=True)
            if row is None or row.decided_s is not None or row.expires_s <= now:
                return None
            row.decided_s, row.person, row.expires_s = now, person, now + CODE_S
            if yes:
                row.code_hash = sha256(code)
            else:
                row.ended_s = now
            session.add(row)
        return code if yes else None

    # --- tokens ----------------------------------------------------------------------------------------------------

    def exchange(self, client: str, code: str, redirect_uri: str, verifier: str) -> Exchanged:
        """A code for the first refresh token. Raises `BadGrant`; a code shown twice ends what came of the first."""
        now = self._now_s()
        with writing(self._engine) as session:
            query = select(OAuthRequest).where(OAuthRequest.code_hash == sha256(code)).with_for_update()
            row = session.exec(query).first()
            if row is None or row.client != client:
                raise BadGrant
            if row.used_s is not None:
                self._end(session, row)
                session.commit()
                raise BadGrant
            if row.ended_s is not None or now >= row.expires_s or row.redirect_uri != redirect_uri:
                raise BadGrant
            if not _VERIFIER.fullmatch(verifier) or not hmac.compare_digest(_s256(verifier), row.challenge):
                raise BadGrant
            row.used_s = now
            session.add(row)
            return Exchanged(_consent(session, row), self._issue(session, row, frozenset(row.scopes.split())))

    def refresh(self, client: str, token: str) -> Exchanged:
        """A refresh token for the next (RFC 9700 §4.14). Raises `BadGrant`; one shown twice ends its whole family."""
        now = self._now_s()
        with writing(self._engine) as session:
            row = session.get(Refresh, sha256(token), with_for_update=True)
            family = session.get(OAuthRequest, row.family) if row is not None else None
            if row is None or family is None or row.client != client:
                raise BadGrant
            if row.used_s is not None:
                self._end(session, family)
                session.commit()
                raise BadGrant
            if family.ended_s is not None or now >= row.expires_s:
                raise BadGrant
            row.used_s = now
            session.add(row)
            return Exchanged(_consent(session, family), self._issue(session, family, frozenset(row.scopes.split())))

    def revoke(self, client: str, token: str) -> bool:
        """End the consent a refresh token is of; False if it is none of this client (RFC 7009 §2.1)."""
        with writing(self._engine) as session:
            row = session.get(Refresh, sha256(token))
            family = session.get(OAuthRequest, row.family) if row is not None and row.client == client else None
            if family is not None:
                self._end(session, family)
        return family is not None

    def of(self, person: str) -> list[Consent]:
        """What a person let clients do and has not ended, oldest first."""
        query = select(OAuthRequest).where(
            OAuthRequest.person == person, col(OAuthRequest.ended_s).is_(None), col(OAuthRequest.used_s).is_not(None)
        )
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(OAuthRequest.decided_s), col(OAuthRequest.id))).all()
            return [_consent(session, row) for row in rows]

    def withdraw(self, person: str, id_: str) -> bool:
        """End what a person let a client do; False if there is none of his."""
        with writing(self._engine) as session:
            row = session.get(OAuthRequest, id_)
            if row is None or row.person != person or row.ended_s is not None:
                return False
            self._end(session, row)
        return True

    def _issue(self, session: Session, row: OAuthRequest, scopes: frozenset[str]) -> str:
        token, now = secrets.token_urlsafe(32), self._now_s()
        assert row.person is not None, "a request with a code was decided by somebody"
        session.add(
            Refresh(
                token_hash=sha256(token),
                family=row.id,
                client=row.client,
                person=row.person,
                enterprise=row.enterprise,
                scopes=written(scopes),
                created_s=now,
                expires_s=now + REFRESH_S,
            )
        )
        return token

    def _end(self, session: Session, row: OAuthRequest) -> None:
        if row.ended_s is None:
            row.ended_s = self._now_s()
            session.add(row)


def consented(session: Session, id_: str, person: str, client: str) -> bool:
    """Whether a consent still stands."""
    row = session.get(OAuthRequest, id_)
    return row is not None and row.ended_s is None and row.person == person and row.client == client


def _consent(session: Session, row: OAuthRequest) -> Consent:
    client = session.get(PortalClient, row.client)
    return Consent(
        id=row.id,
        client=row.client,
        client_name=client.name if client is not None else "",
        person=row.person or "",
        enterprise=row.enterprise,
        scopes=frozenset(row.scopes.split()),
        decided_s=row.decided_s or 0,
    )


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
