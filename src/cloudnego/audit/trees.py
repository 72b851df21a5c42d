"""RFC 6962 proofs over the hashes of leaves: that a leaf is in a tree, and that a tree goes on from an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from cloudnego.eventlog.merkle import EMPTY_ROOT, HASH_BYTES


def node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree over some leaves. Built once in time with their number; each root or proof then takes a few hashes."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        """`leaves` are the hashes of the leaves, in their order."""
        self.size: Final = len(leaves)
        self._levels: Final = [list(leaves)]  # each has the roots of the full subtrees of one height
        while len(below := self._levels[-1]) > 1:
            self._levels.append([node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])

    def root(self, size: int | None = None) -> bytes:
        """The root as it was when the tree had this size. Raises IndexError for one it never had."""
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise IndexError(size)
        return self._over(0, size)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The path from leaf `index` (from 0) to the root at this size, its sibling first. Raises IndexError."""
        size = self.size if size is None else size
        if not 0 <= index < size <= self.size:
            raise IndexError(index)
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, first: int, size: int | None = None) -> list[bytes]:
        """The proof that the tree at this size goes on from the one at `first`. Raises IndexError."""
        size = self.size if size is None else size
        if not 0 <= first <= size <= self.size:
            raise IndexError(first)
        if first in (0, size):
            return []
        path: list[bytes] = []
        low, high, known = 0, size, True  # known: the verifier has the root of what is left of the old tree
        while first != high:
            middle = low + _split(high - low)
            if first <= middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low, known = middle, False
        if not known:
            path.append(self._over(low, high))
        return path[::-1]

    def _over(self, low: int, high: int) -> bytes:
        """The root over leaves low…high, where `low` is where a subtree of that size may begin."""
        size = high - low
        if size == 0:
            return EMPTY_ROOT
        if size & (size - 1) == 0:
            height = size.bit_length() - 1
            return self._levels[height][low >> height]
        middle = low + _split(size)
        return node(self._over(low, middle), self._over(middle, high))


def _split(size: int) -> int:
    """The greatest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether a path proves that the leaf of this hash stands at `index` in the tree of this size and root."""
    if not 0 <= index < size or any(len(one) != HASH_BYTES for one in path):
        return False
    found, at, last, left = leaf, index, size - 1, list(path)
    while last > 0:
        if at & 1 or at < last:
            if not left:
                return False
            found = node(left.pop(0), found) if at & 1 else node(found, left.pop(0))
        at, last = at >> 1, last >> 1
    return not left and found == root


def consistent(first: int, size: int, old: bytes, new: bytes, path: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of `size` leaves and root `new` goes on from that of `first` and `old`."""
    if not 0 <= first <= size or any(len(one) != HASH_BYTES for one in path):
        return False
    if first == size:
        return not path and old == new
    if first == 0:
        return not path and old == EMPTY_ROOT
    left = list(path)
    at, last = first - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if at and not left:
        return False
    was = now = left.pop(0) if at else old
    while last > 0:
        if at & 1 or at < last:
            if not left:
                return False
            beside = left.pop(0)
            if at & 1:
                was, now = node(beside, was), node(beside, now)
            else:
                now = node(now, beside)
        at, last = at >> 1, last >> 1
    return not left and was == old and now == new
