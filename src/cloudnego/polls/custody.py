"""The keys of one poll: one that the master key wraps, and all that hangs on it. With it goes everything it sealed.

Under it lies the RSA key that signs blind, and with it the pool is written; the key of the receipts follows from it.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from cloudnego.eventlog.keys import NONCE_BYTES, Keyring
from cloudnego.eventlog.rewrap import WRAPPED, Wrapped
from cloudnego.polls import blind
from cloudnego.polls.tables import Poll

POLL_KEYS: Final = Wrapped(Poll, "wrapped", lambda id_: f"poll {id_}")
WRAPPED.append(POLL_KEYS)  # turned with all others: `cloudnego admin keys`

_RECEIPT: Final = b"cloudnego-receipt-v1\0"


class PollKeys:
    """What a node needs of an open poll to issue, to keep what waits and to give receipts."""

    def __init__(self, key: bytes, private: rsa.RSAPrivateKey) -> None:
        self.issuer: Final = blind.Issuer(private)
        self.public: Final = self.issuer.public
        self.pool: Final = hmac.digest(key, b"pool", "sha256")
        seed = hmac.digest(key, b"receipt", "sha256")
        self._receipts: Final = ed25519.Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def receipt_key(self) -> str:
        """The public key of the receipts, as a JWK writes its `x`; it stands in the log before the opening."""
        return blind.unpadded(self._receipts.public_key().public_bytes_raw())

    def receipt(self, poll: bytes, place: bytes) -> bytes:
        """That a ballot with this place will be in the list. The same place always gets the same receipt."""
        return self._receipts.sign(receipt_text(poll, place))


def receipt_text(poll: bytes, place: bytes) -> bytes:
    """What a receipt signs (Ed25519): `poll` is the hash of the opening, as in each ballot."""
    return _RECEIPT + poll + place


def fresh(ring: Keyring, id_: str) -> tuple[PollKeys, bytes, bytes]:
    """New keys of a poll: they, the wrapped key, and the RSA key sealed under it. Takes tenths of a second."""
    what = POLL_KEYS.what(id_)
    key, wrapped = ring.new(what)
    private = blind.fresh_key()
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    nonce = secrets.token_bytes(NONCE_BYTES)
    return PollKeys(key, private), wrapped, nonce + AESGCM(key).encrypt(nonce, plain, what.encode())


def opened(ring: Keyring, id_: str, wrapped: bytes, sealed: bytes) -> PollKeys:
    """The same keys again. Raises KeyMissing where no master key of ours wrapped them."""
    what = POLL_KEYS.what(id_)
    key = ring.unwrap(wrapped, what)
    plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], what.encode())
    private = load_der_private_key(plain, None, unsafe_skip_rsa_key_validation=True)  # we made it; a look costs 0.1 s
    assert isinstance(private, rsa.RSAPrivateKey)
    return PollKeys(key, private)
