"""The service's own check of entries: the same questions as verify.py's, asked in C where that is so, many at a time.

It only ever says that all is well. Where it doubts, verify.py looks at all of it again and has the word.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import islice, zip_longest
from typing import Any, Final, NamedTuple

import msgspec

from cloudnego.audit import verify
from cloudnego.audit.export import Line
from cloudnego.eventlog import merkle
from cloudnego.eventlog.leaf import LEAF_VERSION, canonical, commit, decode, encode

_CHUNK: Final = 1024
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
    rows = zip_longest(*map(archive.lines, ("events.jsonl", "bodies.jsonl", "hashes.txt")), fillvalue=b"")
    for one in manifest["streams"]:
        stream, size, at = one["stream"], one["size"], ""
        name, peaks, seq = f"{manifest['case']}/{stream}", [], 0  # type: str, list[bytes], int
        found.roots[stream, 0] = merkle.EMPTY_ROOT
        stops = [*sorted(stop for stop in found.sizes[stream] if 0 < stop < size), size]
        for stop in stops:
            while seq < stop:
                some = list(islice(rows, min(_CHUNK, stop - seq)))
                if len(some) < min(_CHUNK, stop - seq):
                    raise Doubt
                nodes = [sha256(b"\0" + raw[:-1]).digest() for raw, _, _ in some]
                if [node.hex().encode() + b"\n" for node in nodes] != [listed for _, _, listed in some]:
                    raise Doubt
                at = _leaves(some, _Where(name, manifest["district"], seq, at, keys), found, report)
                for node in nodes:  # flat on purpose, as in fsck
                    done, seq = seq, seq + 1
                    while done & 1:
                        node, done = sha256(b"\1" + peaks.pop() + node).digest(), done >> 1  # noqa: PLW2901
                    peaks.append(node)
            found.roots[stream, seq] = merkle.root(peaks)
    if next(rows, None):
        raise Doubt


class _Where(NamedTuple):
    """The stream and district, and the entry before: its number and time; whose keys sign acts."""

    stream: str
    district: str
    seq: int
    at: str
    keys: Any


Lines = list[tuple[bytes, bytes, bytes]]


def _leaves(some: Lines, where: _Where, found: Any, report: Any) -> str:
    """Each entry by itself, with its body; the time of the last. Raises Doubt."""
    name, district, seq, at, keys = where
    short = name.rpartition("/")[2]
    lawful, hexed = verify.AT.fullmatch, verify.HEX.fullmatch
    for raw, line, _ in some:
        seq += 1
        leaf, content = decode(raw[:-1]), _LINE(line[:-1])
        if encode(leaf) + b"\n" != raw or canonical(content) + b"\n" != line:
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
