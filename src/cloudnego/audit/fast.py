"""The service's own check of entries: the same questions as verify.py's, asked in C where that is so, many at a time.

It only ever says that all is well. Where it doubts, verify.py looks at all of it again and has the word.
"""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Iterable
from contextlib import ExitStack, closing
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from cloudnego.audit import verify
from cloudnego.audit.export import Line
from cloudnego.eventlog import merkle
from cloudnego.eventlog.leaf import LEAF_VERSION, canonical, commit, decode, encode

CHUNK: Final = 1024
"""Entries looked at together: a power of two, so that they are a subtree."""
_BLOCK: Final = 1 << 18
_LINE: Final = msgspec.json.Decoder(Line).decode


class Doubt(Exception):
    """Something is not as it mostly is."""


class _Facts(msgspec.Struct, gc=False):
    occurred_on: str | None = None


class _Body(msgspec.Struct, gc=False):
    facts: _Facts
    words: str | None


_BODY: Final = msgspec.json.Decoder(_Body).decode


def entries(archive: verify.Archive, manifest: Any, keys: Any, found: Any, report: Any) -> None:
    """As `verify.entries`, which is asked where anything is doubtful."""
    kept, fresh = len(report), found._replace(roots={}, named={}, acts={}, polls=[], gaps=set())
    try:
        _entries(archive, manifest, keys, fresh, report)
    except (Doubt, *verify.WRONG, msgspec.MsgspecError):
        del report[kept:]
        verify.entries(archive, manifest, keys, found, report)
        return
    for into, of in zip(found[2:], fresh[2:], strict=True):  # what was asked stays, what was found is added
        into.extend(of) if isinstance(into, list) else into.update(of)


def _entries(archive: verify.Archive, manifest: Any, keys: Any, found: Any, report: Any) -> None:
    with ExitStack() as opened:
        names = ("events.jsonl", "bodies.jsonl", "hashes.txt")
        lines = [opened.enter_context(closing(Lines(archive, name))) for name in names]
        for one in manifest["streams"]:
            first = _Where(f"{manifest['case']}/{one['stream']}", manifest["district"], 0, "", keys)
            _stream(lines, first, one["size"], found, report)
        for each in lines:
            each.ended()


def _stream(lines: list[Lines], where: _Where, size: int, found: Any, report: Any) -> None:
    read, told, listed = lines
    short, peaks, seq = where.stream.rpartition("/")[2], [], 0  # type: str, list[bytes], int
    found.roots[short, 0] = merkle.EMPTY_ROOT
    for stop in [*sorted(stop for stop in found.sizes[short] if 0 < stop < size), size]:
        while seq < stop:
            count = min(CHUNK - seq % CHUNK, stop - seq)
            leaves = read.take(count)
            nodes = hashed(leaves, listed.take(count))
            at = _leaves(zip(leaves, told.take(count), strict=True), where, found, report)
            grow(peaks, seq, nodes)
            seq += count
            where = where._replace(seq=seq, at=at)
        found.roots[short, seq] = merkle.root(peaks)


class Lines:
    """The lines of an entry of an audit file, without their ends, some at a time: they are split in C."""

    def __init__(self, archive: verify.Archive, name: str) -> None:
        one = archive.entries[name]
        self._file: Final = archive.path.open("rb")
        self._file.seek(one.start)
        self._left: int = one.size
        self._rest = b""
        self._kept: list[bytes] = []

    def take(self, count: int) -> list[bytes]:
        """The next so many. Raises Doubt, where there are not so many, or one is too long."""
        while len(self._kept) < count:
            block = self._file.read(min(self._left, _BLOCK))
            self._left -= len(block)
            *lines, self._rest = (self._rest + block).split(b"\n")
            self._kept += lines
            if not block or len(self._rest) > verify.LINE_MAX:
                raise Doubt
        some = self._kept[:count]
        del self._kept[:count]
        return some

    def close(self) -> None:
        self._file.close()

    def ended(self) -> None:
        """Raises Doubt, where there are more."""
        if self._left or self._kept or self._rest:
            raise Doubt


def hashed(lines: list[bytes], listed: list[bytes]) -> list[bytes]:
    """The hashes of entries, which are those that hashes.txt has. Raises Doubt."""
    nodes = [sha256(b"\0" + line).digest() for line in lines]
    if hexlify(b"".join(nodes), b"\n", merkle.HASH_BYTES) != b"\n".join(listed):
        raise Doubt
    return nodes


def grow(peaks: list[bytes], seq: int, nodes: list[bytes]) -> None:
    """More leaves on a tree that has `seq` of them: subtree after subtree, as large as they fit, level by level."""
    begin = 0
    while begin < len(nodes):
        width = min((seq & -seq) or CHUNK, 1 << (len(nodes) - begin).bit_length() - 1)
        level = nodes[begin : begin + width]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=True)
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [sha256(b"\1" + left + right).digest() for left, right in pairs]
        merkle.push(peaks, seq // width, level[0])
        begin, seq = begin + width, seq + width


class _Where(NamedTuple):
    """The stream and district, and the entry before: its number and time; whose keys sign acts."""

    stream: str
    district: str
    seq: int
    at: str
    keys: Any


def _leaves(some: Iterable[tuple[bytes, bytes]], where: _Where, found: Any, report: Any) -> str:
    """Each entry by itself, with its body; the time of the last. Raises Doubt."""
    name, district, seq, at, keys = where
    short = name.rpartition("/")[2]
    lawful, hexed = verify.AT.fullmatch, verify.HEX.fullmatch
    for raw, line in some:
        seq += 1
        leaf, content = decode(raw), _LINE(line)
        if encode(leaf) != raw or canonical(content) != line:
            raise Doubt
        if leaf.stream != name or leaf.seq != seq or leaf.v != LEAF_VERSION or leaf.district != district:
            raise Doubt
        if leaf.at < at or not lawful(leaf.at) or not hexed(leaf.command_id):
            raise Doubt
        at, body, words = leaf.at, content.body, content.words
        if body is None or content.salt is None or not hexed(content.salt):
            raise Doubt
        salted = body.encode()
        if sha256(b"\2" + bytes.fromhex(content.salt) + salted).hexdigest() != leaf.body_commit:
            raise Doubt
        said = _BODY(salted)
        if said.facts.occurred_on != leaf.occurred_on:
            raise Doubt
        words_salt = content.words_salt
        if (words is None) != (words_salt is None) or not hexed(words_salt or leaf.body_commit):
            raise Doubt
        if words is not None and commit(3, bytes.fromhex(words_salt or ""), words.encode()) != said.words:
            raise Doubt
        if leaf.sig is not None or leaf.type in _KEPT or (words is None and said.words is not None) or found.hashes:
            found_in = msgspec.structs.asdict(leaf), msgspec.structs.asdict(content)
            report += verify.taken(f"{short}/{seq}", *found_in, keys, found)
    return at


_KEPT: Final = frozenset({*verify.ACTS, "poll_counted"})
"""Entries of which something is kept or said."""
