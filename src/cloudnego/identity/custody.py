"""What identity keeps secret: sealed, or known by its digest, with keys the district's own key gives.

A dump of the database alone opens nothing: six digits or ten characters are guessed in no time from a plain hash, so
theirs are keyed, and the key that gives the keys is wrapped by the master key outside the database.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine
from sqlmodel import Session, select

from cloudnego.eventlog.keys import NONCE_BYTES, Keyring
from cloudnego.eventlog.tables import District


class CannotOpen(Exception):
    """What was sealed is not what it was, or was sealed for something else."""


class Custody:
    """Blocking at the first use of a district; safe in any thread."""

    def __init__(self, engine: Engine, ring: Keyring) -> None:
        self._engine: Final = engine
        self._ring: Final = ring
        self._keys: Final[dict[str, bytes]] = {}

    def digest(self, district: str, *what: str) -> str:
        """64 hexadecimal digits that stand for a secret; `what` ends with it and begins with whose and what for."""
        return hmac.digest(self._key(district, "digest"), "\0".join(what).encode(), "sha256").hex()

    def seal(self, district: str, plain: str, *what: str) -> str:
        """Encrypt a short text; `what` must be said again to open it."""
        nonce = self._ring.dice.throw(NONCE_BYTES, "seal", *what)
        sealed = AESGCM(self._key(district, "seal")).encrypt(nonce, plain.encode(), "\0".join(what).encode())
        return b64encode(nonce + sealed).decode()

    def open(self, district: str, sealed: str, *what: str) -> str:
        """The text that was sealed for `what`. Raises CannotOpen."""
        whole = b64decode(sealed)
        try:
            plain = AESGCM(self._key(district, "seal")).decrypt(
                whole[:NONCE_BYTES], whole[NONCE_BYTES:], "\0".join(what).encode()
            )
        except InvalidTag:
            raise CannotOpen(*what) from None
        return plain.decode()

    def _key(self, district: str, use: str) -> bytes:
        """A key for one use, 32 bytes, of a district that exists; what its database has not, nobody can open."""
        whole = self._keys.get(district)
        if whole is None:
            with Session(self._engine) as session:
                secret = session.exec(select(District.secret).where(District.id == district)).one()
            whole = self._keys[district] = self._ring.unwrap(secret, f"district {district}")
        return hmac.digest(whole, f"identity {use}".encode(), "sha256")
