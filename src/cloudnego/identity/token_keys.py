"""Keys of this deployment that sign access tokens: made at the first need, wrapped at rest, turned with an overlap."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.eventlog.keys import NONCE_BYTES, Keyring
from cloudnego.eventlog.rewrap import WRAPPED, Wrapped
from cloudnego.identity import tokens
from cloudnego.identity.portal_tables import TokenKey
from cloudnego.identity.store import reading, writing

WRAPPED.append(Wrapped(TokenKey, "wrapped", lambda kid: f"token key {kid}"))

OVERLAP_S: Final = 86_400
"""How long a key that no longer signs is still published: far longer than any token of it holds."""


def _seal(ring: Keyring, kid: str, pem: bytes) -> tuple[bytes, bytes]:
    """A private key under a new key of its own: that one wrapped, and nonce ‖ AES-256-GCM."""
    what = f"token key {kid}"
    key, wrapped = ring.new(what)
    nonce = ring.dice.throw(NONCE_BYTES, "seal", what)
    return wrapped, nonce + AESGCM(key).encrypt(nonce, pem, what.encode())


def _open(ring: Keyring, row: TokenKey) -> bytes:
    """The private key again. Raises `KeyMissing` where no master key of ours wrapped it."""
    what, sealed = f"token key {row.kid}", bytes(row.sealed)
    key = ring.unwrap(bytes(row.wrapped), what)
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], what.encode())


class TokenKeys:
    """All of it synchronous: the web calls it in a thread."""

    def __init__(self, engine: Engine, ring: Keyring, now_s: Callable[[], int]) -> None:
        self._engine = engine
        self._ring = ring
        self._now_s = now_s
        self._signing: dict[str, tokens.SigningKey] = {}
        self._public: dict[str, tokens.Key] = {}

    def signing(self) -> tokens.SigningKey:
        """The newest key, ready to sign; made where there is none yet."""
        with reading(self._engine) as session:
            row = _newest(session)
        if row is None:
            row = self._make()
        known = self._signing.get(row.kid)
        if known is None:
            known = self._signing[row.kid] = tokens.signing_key(_open(self._ring, row))[0]
        return known

    def public(self) -> dict[str, tokens.Key]:
        """Every key a token may be signed with now, by its name."""
        found: dict[str, tokens.Key] = {}
        for document in self.jwks()["keys"]:
            kid = document["kid"]
            found[kid] = self._public.get(kid) or self._public.setdefault(kid, tokens.public_key(document))
        return found

    def jwks(self) -> dict[str, list[dict[str, Any]]]:
        """The published keys as a JWKS document (RFC 7517 §5), the newest first."""
        query = select(TokenKey).order_by(col(TokenKey.made_s).desc(), col(TokenKey.kid))
        now = self._now_s()
        with reading(self._engine) as session:
            rows = [row for row in session.exec(query) if row.retires_s is None or now < row.retires_s]
        rows.sort(key=lambda row: row.retires_s is not None)  # the one that signs first, were all made in one second
        return {"keys": [json.loads(row.jwk) for row in rows]}

    def turn(self) -> str:
        """Sign with a new key from here on. Returns its name; the others are published for another day."""
        return self._make(retire=True).kid

    def _make(self, *, retire: bool = False) -> TokenKey:
        pem = tokens.new_signing_key()
        key, document = tokens.signing_key(pem)
        wrapped, sealed = _seal(self._ring, key.kid, pem)
        now = self._now_s()
        row = TokenKey(
            kid=key.kid,
            jwk=msgspec.json.encode(document).decode(),
            wrapped=wrapped,
            sealed=sealed,
            made_s=now,
        )
        with writing(self._engine) as session:
            there = _newest(session)
            if there is not None and not retire:
                return there  # somebody else needed one in the same moment
            for old in session.exec(select(TokenKey).where(col(TokenKey.retires_s).is_(None))):
                old.retires_s = now + OVERLAP_S
                session.add(old)
            session.add(row)
        return row


def _newest(session: Session) -> TokenKey | None:
    query = select(TokenKey).where(col(TokenKey.retires_s).is_(None))
    return session.exec(query.order_by(col(TokenKey.made_s).desc(), col(TokenKey.kid))).first()
