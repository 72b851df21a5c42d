"""A voter's side of RFC 9474, as his browser will do it: written from the RFC, for tests alone."""

from __future__ import annotations

import hashlib
import hmac
from math import gcd
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa

from cloudnego.polls.ballots import Question, message
from cloudnego.polls.blind import check

_HASH_BYTES: Final = 48


class Blinded(NamedTuple):
    """What goes to the issuer, and what stays."""

    asked: bytes
    inverse: int


def encoded(content: bytes, bits: int) -> bytes:
    """EMSA-PSS-ENCODE (RFC 8017 §9.1.1), SHA-384, no salt. `bits`: one less than the modulus has (RFC 8017 §8.1.1)."""
    size = (bits + 7) // 8
    seed = hashlib.sha384(b"\0" * 8 + hashlib.sha384(content).digest()).digest()
    data = b"\0" * (size - _HASH_BYTES - 2) + b"\1"
    mask = b""
    while len(mask) < len(data):
        mask += hashlib.sha384(seed + (len(mask) // _HASH_BYTES).to_bytes(4, "big")).digest()
    masked = bytearray(one ^ other for one, other in zip(data, mask, strict=False))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + seed + b"\xbc"


def blind(key: rsa.RSAPublicKey, content: bytes, factor: int) -> Blinded:
    """Blind (RFC 9474 §4.2) with a factor that is given: the voter derives it, see `Secret`."""
    numbers = key.public_numbers()
    n, bits = numbers.n, numbers.n.bit_length()
    encoding = int.from_bytes(encoded(content, bits - 1), "big")
    assert gcd(encoding, n) == gcd(factor, n) == 1
    asked = encoding * pow(factor, numbers.e, n) % n
    return Blinded(asked.to_bytes((bits + 7) // 8, "big"), pow(factor, -1, n))


def finalize(key: rsa.RSAPublicKey, content: bytes, answer: bytes, inverse: int) -> bytes:
    """Finalize (RFC 9474 §4.4). Raises `Forged` for an answer that signs nothing of his."""
    signature = (int.from_bytes(answer, "big") * inverse % key.public_numbers().n).to_bytes(len(answer), "big")
    check(key, content, signature)
    return signature


class Secret:
    """What a voter derives from the sixteen signs that only he has (decision 0037): the same on a second phone."""

    def __init__(self, signs: str, poll: bytes, rounds: int = 1000) -> None:
        self._root: Final = hashlib.pbkdf2_hmac("sha256", signs.encode(), poll, rounds)
        self.nonce: Final = self._expanded(b"nonce", 32)

    def factor(self, n: int, choice: str) -> int:
        """Of each choice another. Sixteen bytes more than the modulus has: what is left over modulo n shows nothing."""
        purpose = b"factor/" + choice.encode()
        return int.from_bytes(self._expanded(purpose, (n.bit_length() + 7) // 8 + 16), "big") % n

    def ask(self, key: rsa.RSAPublicKey, question: Question, choice: str) -> tuple[bytes, Blinded]:
        """The ballot he marked, and how it goes to be signed."""
        content = message(question, self.nonce, choice)
        return content, blind(key, content, self.factor(key.public_numbers().n, choice))

    def _expanded(self, purpose: bytes, length: int) -> bytes:
        """HKDF-Expand (RFC 5869) of what is uniform already."""
        out = block = b""
        for at in range(1, length // 32 + 2):
            block = hmac.digest(self._root, block + b"cloudnego-ballot-v1/" + purpose + bytes((at,)), "sha256")
            out += block
        return out[:length]
