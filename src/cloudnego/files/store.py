"""The files of cases as they lie in the database: each sealed under a key of its own, in parts, found by stream.

They lie in the database because a backup, a restore and a second node then have them without another word; in parts, so
that no statement and no line of a backup is longer than a part. The key is wrapped by the master key like those of the
caucuses: a dump shows neither what a file holds nor what it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update

from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog.database import snapshot, writing
from cloudnego.eventlog.erase import sweep
from cloudnego.eventlog.fsck import Fault
from cloudnego.eventlog.keys import NONCE_BYTES, Keyring
from cloudnego.eventlog.rewrap import WRAPPED, Wrapped
from cloudnego.eventlog.sql import table_of
from cloudnego.eventlog.store import Store
from cloudnego.files.kinds import FileKind
from cloudnego.files.tables import FilePart, StoredFile
from cloudnego.ports import CHINA, NoCase

PART_BYTES: Final = 256 * 1024
FILES_MAX: Final = 200
BYTES_MAX: Final = 200 * 1024 * 1024
"""What one side may lay in one stream of one case: by side, so that neither fills the room of the other, and by stream,
so that a full caucus is felt nowhere else."""

_FILE: Final = table_of(StoredFile)
_PART: Final = table_of(FilePart)

FILE_KEYS: Final = Wrapped(StoredFile, "wrapped", lambda id_: f"file {id_}")
WRAPPED.append(FILE_KEYS)  # turned with all others: `cloudnego admin keys`


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a file. `sha256`, `size`: of what is kept, and what evidence names; `received_sha256`: of what
    came, which differs for pictures. `erased`: the bytes and the name are gone."""

    name: str
    kind: FileKind
    size: int
    sha256: str
    received_sha256: str
    by: str
    at: datetime
    erased: bool = False


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file in its place. `side`: of whoever laid it there, None for who has none."""

    id: str
    case: str
    stream: Stream
    side: Side | None
    facts: FileFacts


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was looked at, on its way in. `side`: whose budget it counts against."""

    id: str
    case: str
    stream: Stream
    side: Side | None
    name: str
    kind: FileKind
    received_sha256: str
    by: str
    at: datetime


class Full(Exception):
    """This side has laid as much into this stream as it may."""


class FileDamaged(Exception):
    """Stored bytes that are not what was stored."""


class FileStore:
    """Files on one engine. Every method blocks."""

    def __init__(self, engine: Engine, ring: Keyring) -> None:
        self._engine: Final = engine
        self._ring: Final = ring
        self._log: Final = Store(engine)

    def check_room(self, case: str, stream: Stream, side: Side | None, size: int) -> None:
        """Raises Full where a file of this size has no room any more."""
        with self._engine.connect() as connection:
            _check_room(connection, case, stream, side, size)

    def keep(self, new: NewFile, content: bytes) -> tuple[Kept, bool]:
        """Write a file, durable when this returns, and whether it is new: who lays the same bytes under the same name
        into the same stream again, because the answer was lost, gets the file that lies there.

        Raises Full, NoCase.
        """
        facts = FileFacts(
            name=new.name, kind=new.kind, size=len(content), sha256=sha256(content).hexdigest(),
            received_sha256=new.received_sha256, by=new.by, at=new.at,
        )  # fmt: skip
        kept = Kept(id=new.id, case=new.case, stream=new.stream, side=new.side, facts=facts)
        plain, wrapped = self._ring.new(FILE_KEYS.what(new.id))
        key = AESGCM(plain)
        sealed = [self._seal(key, kept, f"{n}", part) for n, part in enumerate(_parts(content))]
        row = {
            "id": new.id, "case_id": new.case, "stream": new.stream.value, "side": new.side or "",
            "parts": len(sealed), "size": len(content), "wrapped": wrapped,
            "facts": self._seal(key, kept, "facts", _FACTS_OUT(facts)),
        }  # fmt: skip
        with writing(self._engine).begin() as connection:
            if not self._log.heads(connection, [f"{new.case}/{new.stream.value}"]):
                raise NoCase(new.case)
            _one_at_a_time(connection, new)
            for known in self._rows(connection, new.case, [new.stream]):
                old = known.facts
                same = (old.by, old.received_sha256, old.name) == (new.by, new.received_sha256, new.name)
                if same and not old.erased:
                    return known, False
            _check_room(connection, new.case, new.stream, new.side, len(content))
            connection.execute(insert(_FILE), row)
            for number, part in enumerate(sealed):
                connection.execute(insert(_PART), {"file": new.id, "number": number, "content": part})
        return kept, True

    def listed(self, case: str, streams: Collection[Stream]) -> list[Kept]:
        """The files of these streams, oldest first. The rows of no other stream are read."""
        with self._engine.connect() as connection:
            found = self._rows(connection, case, streams)
        return sorted(found, key=lambda one: (one.facts.at, one.facts.name, one.id))

    def find(self, case: str, file: str, streams: Collection[Stream]) -> Kept | None:
        """One file, if it lies in one of these streams."""
        with self._engine.connect() as connection:
            found = self._rows(connection, case, streams, file)
        return found[0] if found else None

    def content(self, kept: Kept) -> bytes:
        """The bytes, checked against their hash. Raises FileDamaged."""
        with snapshot(self._engine) as connection:
            return self._content(connection, kept)

    def erase(self, case: str, file: str) -> bool:
        """Delete bytes and name for good; kind, size, hashes, day and person stay, as facts of an event do. Returns
        whether there was anything left to delete. Older backups still hold it."""
        kept = self.find(case, file, list(Stream))
        if kept is None or kept.facts.erased:
            return False
        facts = msgspec.structs.replace(kept.facts, name="", erased=True)
        with writing(self._engine).connect() as connection:
            if self._log.sqlite:
                connection.connection.driver_connection.execute("PRAGMA secure_delete=ON")  # type: ignore[union-attr]
            with connection.begin():
                plain, wrapped = self._ring.new(FILE_KEYS.what(file))  # the old one is gone with what it sealed
                left = {
                    "facts": self._seal(AESGCM(plain), kept, "facts", _FACTS_OUT(facts), "erased"),
                    "wrapped": wrapped, "parts": 0, "size": 0,
                }  # fmt: skip
                connection.execute(delete(_PART).where(_PART.c.file == file))
                connection.execute(update(_FILE).where(_FILE.c.id == file).values(**left))
        sweep(self._engine, _PART.name)
        return True

    def check(self, told: Callable[[int], None] | None = None) -> list[Fault]:
        """Read every byte of every file, and name those that are not what was stored."""
        faults: list[Fault] = []
        with snapshot(self._engine) as connection:
            lost = select(func.count()).select_from(_PART).where(_PART.c.file.not_in(select(_FILE.c.id)))
            if count := connection.execute(lost).scalar_one():
                faults.append(Fault("", "", 0, f"{count} parts belong to no file"))
            for row in connection.execute(select(_FILE).order_by(_FILE.c.id)).all():
                try:
                    self._content(connection, self._opened(row))
                except Exception as wrong:  # whatever one damaged row raises, the others are to be looked at
                    what = f"file {row.id} is not what was stored ({type(wrong).__name__})"
                    faults.append(Fault(row.case_id, row.stream, 0, what))
                if told is not None:
                    told(1)
        return faults

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _rows(
        self, connection: Connection, case: str, streams: Iterable[Stream], file: str | None = None
    ) -> list[Kept]:
        wanted = select(_FILE).where(_FILE.c.case_id == case, _FILE.c.stream.in_([one.value for one in streams]))
        if file is not None:
            wanted = wanted.where(_FILE.c.id == file)
        return [self._opened(row) for row in connection.execute(wanted)]

    def _opened(self, row: Row[tuple[object, ...]]) -> Kept:
        side = Side(row.side) if row.side else None
        place = Kept(id=row.id, case=row.case_id, stream=Stream(row.stream), side=side, facts=_NOTHING)
        facts = _FACTS_IN(self._open(self._key(row.id, row.wrapped), place, "facts", bytes(row.facts)))
        return msgspec.structs.replace(place, facts=facts)

    def _content(self, connection: Connection, kept: Kept) -> bytes:
        wrapped = connection.execute(select(_FILE.c.wrapped).where(_FILE.c.id == kept.id)).scalar_one_or_none()
        if wrapped is None:
            raise FileDamaged(kept.id)
        key = self._key(kept.id, wrapped)
        wanted = select(_PART.c.number, _PART.c.content).where(_PART.c.file == kept.id).order_by(_PART.c.number)
        whole = b"".join(self._open(key, kept, f"{n}", bytes(part)) for n, part in connection.execute(wanted))
        if not kept.facts.erased and sha256(whole).hexdigest() != kept.facts.sha256:
            raise FileDamaged(kept.id)
        return whole

    def _key(self, file: str, wrapped: bytes) -> AESGCM:
        return AESGCM(self._ring.unwrap(bytes(wrapped), FILE_KEYS.what(file)))

    def _seal(self, key: AESGCM, kept: Kept, part: str, plain: bytes, when: str = "kept") -> bytes:
        nonce = self._ring.dice.throw(NONCE_BYTES, "file", kept.id, part, when)
        return nonce + key.encrypt(nonce, plain, _place(kept, part))

    def _open(self, key: AESGCM, kept: Kept, part: str, sealed: bytes) -> bytes:
        try:
            return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(kept, part))
        except InvalidTag:
            raise FileDamaged(kept.id) from None


def _place(kept: Kept, part: str) -> bytes:
    """What a sealed part is bound to: moved to another file, stream or place it does not open."""
    return f"file/{kept.case}/{kept.stream.value}/{kept.id}/{part}".encode()


def _parts(content: bytes) -> list[bytes]:
    return [content[begin : begin + PART_BYTES] for begin in range(0, len(content), PART_BYTES)]


def _one_at_a_time(connection: Connection, new: NewFile) -> None:
    """Two files of one side cannot both find the last room. SQLite has one writer; no row that others write is held."""
    if connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock(func.hashtextextended(f"file/{new.case}/{new.stream.value}/{new.side}", 0))
        connection.execute(select(lock))


def _check_room(connection: Connection, case: str, stream: Stream, side: Side | None, size: int) -> None:
    count, filled = connection.execute(
        select(func.count(), func.coalesce(func.sum(_FILE.c.size), 0)).where(
            _FILE.c.case_id == case, _FILE.c.stream == stream.value, _FILE.c.side == (side or "")
        )
    ).one()
    if count >= FILES_MAX or filled + size > BYTES_MAX:
        raise Full


_FACTS_OUT: Final = msgspec.json.Encoder(order="deterministic").encode
_FACTS_IN: Final = msgspec.json.Decoder(FileFacts).decode
_NOTHING: Final = FileFacts(
    name="", kind=FileKind.TXT, size=0, sha256="", received_sha256="", by="", at=datetime(2000, 1, 1, tzinfo=CHINA),
)  # fmt: skip
