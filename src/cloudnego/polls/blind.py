"""Blind signatures of RFC 9474, the issuer's half: a ballot is signed unseen, and anybody checks the signature later.

The variant is RSABSSA-SHA384-PSSZERO-Deterministic (decision 0037). What comes out is an ordinary RSA-PSS signature,
and `cryptography` judges it; only the raw power with the private key, which no package on PyPI offers, is worked out
here. Python's integers do not take constant time, so the base is blinded with a number of our own before the power:
what is raised is never what the asker chose.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from math import gcd
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_BITS: Final = 3072
EXPONENT: Final = 65537
"""A client takes no other: with an exponent that divides p-1 an issuer could tell ballots apart."""

_HASH: Final = hashes.SHA384()
_PSS_ZERO: Final = padding.PSS(mgf=padding.MGF1(_HASH), salt_length=0)


class BadBlinded(Exception):
    """What came to be signed is no blinded ballot under this key. `why` is for the log and for tests."""

    def __init__(self, why: str) -> None:
        self.why: Final = why
        super().__init__(why)


class Forged(Exception):
    """The signature is not this key's over this message."""


class SigningFailed(Exception):
    """The power came out wrong. It is kept back: with one wrong half of it anybody could factor the key."""


def fresh_key() -> rsa.RSAPrivateKey:
    """The key of one poll. It signs nothing else, ever: a raw RSA signature is given for any number that is asked."""
    return rsa.generate_private_key(public_exponent=EXPONENT, key_size=KEY_BITS)


class Issuer:
    """Signs blinded ballots with the key of one poll. Who may ask, and that he asks once, the roll knows."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        numbers = key.private_numbers()
        self.public: Final = key.public_key()
        self._n: Final = numbers.public_numbers.n
        self._e: Final = numbers.public_numbers.e
        self._p: Final = numbers.p
        self._q: Final = numbers.q
        self._dp: Final = numbers.dmp1
        self._dq: Final = numbers.dmq1
        self._q_inverse: Final = numbers.iqmp
        self._size: Final = (self._n.bit_length() + 7) // 8

    def sign(self, blinded: bytes) -> bytes:
        """BlindSign (RFC 9474 §4.3). The same bytes always get the same signature: who asks again learns nothing.

        Raises `BadBlinded` for bytes that are not one number below the modulus, in its full length.
        """
        if len(blinded) != self._size:
            raise BadBlinded("size")
        message = int.from_bytes(blinded, "big")
        if not 0 < message < self._n:
            raise BadBlinded("range")
        signature = self._power(message)
        if pow(signature, self._e, self._n) != message:
            raise SigningFailed
        return signature.to_bytes(self._size, "big")

    def _power(self, message: int) -> int:
        """message^d mod n, of a base that nobody outside knows (§7.1), by the Chinese remainder theorem."""
        cover = self._cover()
        base = message * pow(cover, self._e, self._n) % self._n
        of_p = pow(base % self._p, self._dp, self._p)
        of_q = pow(base % self._q, self._dq, self._q)
        power = of_q + self._q * ((of_p - of_q) * self._q_inverse % self._p)
        return power * pow(cover, -1, self._n) % self._n

    def _cover(self) -> int:
        while True:
            drawn = secrets.randbelow(self._n)
            if drawn and gcd(drawn, self._n) == 1:
                return drawn


def check(key: rsa.RSAPublicKey, message: bytes, signature: bytes) -> None:
    """Raises `Forged` unless this is the key's one signature of the message (RSASSA-PSS, SHA-384, no salt)."""
    try:
        key.verify(signature, message, _PSS_ZERO, _HASH)
    except InvalidSignature:
        raise Forged from None


def thumbprint(key: rsa.RSAPublicKey) -> str:
    """By this name the key stands in the log before the poll opens (RFC 7638): it fixes modulus and exponent."""
    numbers = key.public_numbers()
    e, n = (_of_number(number) for number in (numbers.e, numbers.n))
    return unpadded(hashlib.sha256(f'{{"e":"{e}","kty":"RSA","n":"{n}"}}'.encode()).digest())


def modulus(key: rsa.RSAPublicKey) -> str:
    """The modulus as a JWK writes it; browsers take it so."""
    return _of_number(key.public_numbers().n)


def _of_number(number: int) -> str:
    return unpadded(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def unpadded(content: bytes) -> str:
    """Bytes as a JWK writes them."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
