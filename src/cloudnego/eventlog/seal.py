"""Sealing: one event becomes the row that is written, and the row becomes the event again.

The bodies of a caucus are AES-256-GCM under a key of that stream, the salt inside with them: with the salt in the clear
the commitment in the leaf would let anyone with a dump try out short texts. Commitments are over the plaintext.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cloudnego.core.events import Event
from cloudnego.core.refusals import Obstacle
from cloudnego.core.vocabulary import Member, Stream
from cloudnego.eventlog import codec
from cloudnego.eventlog.keys import NONCE_BYTES, Dice
from cloudnego.eventlog.leaf import Leaf, commit, encode
from cloudnego.eventlog.leaf import decode as decode_leaf
from cloudnego.eventlog.merkle import leaf_hash
from cloudnego.ports import Recorded

SALT_BYTES: Final = 32

_WARNINGS_OUT: Final = msgspec.json.Encoder(order="deterministic").encode
_WARNINGS_IN: Final = msgspec.json.Decoder(tuple[Obstacle, ...]).decode


class Sealed(NamedTuple):
    """One event as it is stored: the columns of `leaf` (without its position), then those of `body`."""

    case_id: str
    stream: str
    seq: int
    leaf: bytes
    hash: bytes
    body: bytes | None
    salt: bytes | None
    words: bytes | None
    words_salt: bytes | None
    asked: bytes | None
    warned: bytes | None


class Asking(NamedTuple):
    """What all events of one command have in common. `asked`, `warnings` and `sig` go with the first of them."""

    district: str
    case: str
    at: str
    by: Member
    command_id: str
    asked: bytes
    warnings: tuple[Obstacle, ...]
    sig: str | None = None


class Damaged(Exception):
    """Stored bytes that do not fit together; `where` is case/stream/seq."""

    def __init__(self, where: str, what: str) -> None:
        self.where = where
        self.what = what
        super().__init__(f"{where}: {what}")


class Sealer:
    """Turns events into rows and back. `key_of` gives the key of a caucus stream; it makes one on the first write.
    `anew` looks it up again: where it does not open what lies there, the stream may have got another one meanwhile."""

    def __init__(
        self, dice: Dice, key_of: Callable[[str], AESGCM], anew: Callable[[str], AESGCM] | None = None
    ) -> None:
        self._dice: Final = dice
        self._key_of: Final = key_of
        self._anew: Final = anew

    def seal(self, asking: Asking, event: Event, stream: Stream, seq: int, *, first: bool) -> Sealed:
        """The row of one event at its place in its stream."""
        name = f"{asking.case}/{stream.value}"
        number = str(seq)
        salt = self._dice.throw(SALT_BYTES, "salt", name, number)
        words = codec.words_of(event)
        words_salt = None if words is None else self._dice.throw(SALT_BYTES, "words", name, number)
        words_commit = None if words is None or words_salt is None else commit(codec.WORDS_TAG, words_salt, words)
        body = codec.body(codec.facts_of(event), words_commit)
        occurred_on: date | None = getattr(event, "occurred_on", None)
        leaf = encode(
            Leaf(
                actor=asking.by.person,
                at=asking.at,
                body_commit=commit(codec.BODY_TAG, salt, body),
                command_id=asking.command_id,
                district=asking.district,
                mandate=asking.by.mandate,
                occurred_on=None if occurred_on is None else occurred_on.isoformat(),
                seq=seq,
                sig=asking.sig if first else None,
                stream=name,
                type=event.type,
                type_version=event.type_version,
                via=asking.by.via.value,
            )
        )
        asked = asking.asked if first else None
        warned = _WARNINGS_OUT(asking.warnings) if first and asking.warnings else None
        row = Sealed(
            asking.case, stream.value, seq, leaf, leaf_hash(leaf), body, salt, words, words_salt, asked, warned
        )
        return self._hidden(row, name) if stream.is_caucus else row

    def hidden(self, row: Sealed) -> Sealed:
        """A plain row of a caucus as it is stored."""
        return self._hidden(row, f"{row.case_id}/{row.stream}")

    def _hidden(self, row: Sealed, name: str) -> Sealed:
        key = self._key_of(name)
        words = None if row.words is None or row.words_salt is None else row.words_salt + row.words
        return row._replace(
            body=self._encrypt(key, name, row.seq, "body", (row.salt or b"") + (row.body or b"")),
            salt=None,
            words=None if words is None else self._encrypt(key, name, row.seq, "words", words),
            words_salt=None,
            warned=None if row.warned is None else self._encrypt(key, name, row.seq, "warned", row.warned),
        )

    def _encrypt(self, key: AESGCM, name: str, seq: int, part: str, plain: bytes) -> bytes:
        nonce = self._dice.throw(NONCE_BYTES, "nonce", name, str(seq), part)
        return nonce + key.encrypt(nonce, plain, f"{name}/{seq}/{part}".encode())

    def _decrypt(self, name: str, seq: int, part: str, sealed: bytes) -> bytes:
        nonce, text, what = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], f"{name}/{seq}/{part}".encode()
        keys = (self._key_of,) if self._anew is None else (self._key_of, self._anew)
        for key in keys:
            try:
                return key(name).decrypt(nonce, text, what)
            except InvalidTag:
                continue
        raise Damaged(f"{name}/{seq}", f"the encrypted {part} was changed")

    def plain(self, row: Sealed) -> Sealed:
        """The same row with nothing encrypted. Raises Damaged, KeyMissing."""
        if not Stream(row.stream).is_caucus:
            return row
        name = f"{row.case_id}/{row.stream}"
        body = None if row.body is None else self._decrypt(name, row.seq, "body", row.body)
        words = None if row.words is None else self._decrypt(name, row.seq, "words", row.words)
        return row._replace(
            body=None if body is None else body[SALT_BYTES:],
            salt=None if body is None else body[:SALT_BYTES],
            words=None if words is None else words[SALT_BYTES:],
            words_salt=None if words is None else words[:SALT_BYTES],
            warned=None if row.warned is None else self._decrypt(name, row.seq, "warned", row.warned),
        )


def event_of(row: Sealed, leaf: Leaf, *, with_words: bool) -> Event:
    """The event of a plain row. Raises Damaged."""
    try:
        if row.body is None:
            raise codec.Unreadable("the body is missing")
        facts, _ = codec.split(row.body)
        return codec.read(leaf.type, leaf.type_version, facts, row.words if with_words else None)
    except codec.Unreadable as wrong:
        raise Damaged(f"{leaf.stream}/{leaf.seq}", str(wrong)) from wrong


def leaf_of(row: Sealed) -> Leaf:
    """The leaf of a row. Raises Damaged."""
    try:
        return decode_leaf(row.leaf)
    except msgspec.DecodeError as wrong:
        raise Damaged(f"{row.case_id}/{row.stream}/{row.seq}", f"the leaf is not a leaf: {wrong}") from wrong


def warnings_of(warned: bytes | None) -> tuple[Obstacle, ...]:
    """The warnings of a plain row."""
    return () if warned is None else _WARNINGS_IN(warned)


def recorded(row: Sealed) -> Recorded:
    """A plain row as readers get it. Raises Damaged."""
    leaf = leaf_of(row)
    committed = row.body is not None and codec.split(row.body)[1] is not None
    return Recorded(
        stream=Stream(row.stream),
        seq=row.seq,
        at=datetime.fromisoformat(leaf.at),
        occurred_on=None if leaf.occurred_on is None else date.fromisoformat(leaf.occurred_on),
        type=leaf.type,
        type_version=leaf.type_version,
        actor=leaf.actor,
        mandate=leaf.mandate,
        via=leaf.via,
        event=event_of(row, leaf, with_words=True),
        erased=committed and row.words is None,
        leaf=row.leaf,
    )
