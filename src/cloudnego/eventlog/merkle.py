"""RFC 6962 hashing over one stream: leaf and node hashes, and the frontier that grows with each leaf."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

EMPTY_ROOT: Final = sha256(b"").digest()
HASH_BYTES: Final = 32


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 ‖ leaf), RFC 6962 §2.1."""
    return sha256(b"\x00" + leaf).digest()


def push(peaks: list[bytes], size: int, added: bytes) -> None:
    """Add the hash of leaf number `size` (from 0) to `peaks`, the roots of the full subtrees from left to right."""
    while size & 1:
        added = sha256(b"\x01" + peaks.pop() + added).digest()
        size >>= 1
    peaks.append(added)


def root(peaks: Iterable[bytes]) -> bytes:
    """The tree's root: the peaks folded from the right."""
    folded: bytes | None = None
    for peak in reversed(tuple(peaks)):
        folded = peak if folded is None else sha256(b"\x01" + peak + folded).digest()
    return EMPTY_ROOT if folded is None else folded


def pack(peaks: Iterable[bytes]) -> bytes:
    """The peaks as one value of a column."""
    return b"".join(peaks)


def unpack(frontier: bytes) -> list[bytes]:
    """The peaks again. Raises ValueError if the length is not a whole number of hashes."""
    if len(frontier) % HASH_BYTES:
        raise ValueError(f"a frontier of {len(frontier)} bytes")
    return [frontier[i : i + HASH_BYTES] for i in range(0, len(frontier), HASH_BYTES)]
