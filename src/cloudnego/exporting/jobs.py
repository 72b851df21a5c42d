"""Audit files made on request: the work goes on while nobody waits, its progress is a row that every node reads, and
the file lies sealed in the database until its time is over."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, delete, insert
from sqlmodel import Session, col, select

from cloudnego.eventlog.database import writing
from cloudnego.eventlog.keys import NONCE_BYTES, Keyring
from cloudnego.eventlog.rewrap import WRAPPED, Wrapped
from cloudnego.eventlog.sql import table_of
from cloudnego.eventlog.underway import Underway
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import House, Order, export_case
from cloudnego.exporting.job_tables import AuditExport, AuditExportPart

PART_BYTES: Final = 256 * 1024
_PARTS_AT_ONCE: Final = 8  # of one transaction: the writer of the log waits for no more
LOST_S: Final = 120
"""Nobody heard so long of the process that made it: it stopped, and the file is to be asked for again."""
_JOB: Final = table_of(AuditExport)
_PART: Final = table_of(AuditExportPart)

EXPORT_KEYS: Final = Wrapped(AuditExport, "wrapped", lambda id_: f"audit export {id_}")
WRAPPED.append(EXPORT_KEYS)  # turned with all others: `cloudnego admin keys`

_log: Final = structlog.get_logger(__name__)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """An audit file as who asked for it sees it. `state`: making, ready or failed; `done` of `total` entries."""

    id: str
    case: str
    audience: Audience
    purpose: str
    state: str
    done: int
    total: int
    made_s: int
    size: int
    sha256: str


class ExportDamaged(Exception):
    """Stored bytes that are not what was stored."""


class Exports:
    """The audit files of one database. Every method blocks; several nodes may use it."""

    def __init__(self, engine: Engine, ring: Keyring, now_s: Callable[[], int]) -> None:
        self._engine: Final = engine
        self._ring: Final = ring
        self._now_s: Final = now_s
        self._underway: Final = Underway(engine, _JOB, now_s, ("making",), LOST_S)

    def begin(self, id_: str, district: str, person: str, order: Order, total: int) -> tuple[Job, bool]:
        """Enter a file that is to be made, and whether it is new: who has one of the same on its way gets that."""
        for known in self.of(order.case, person):
            if known.state == "making" and known.audience is order.audience:
                return known, False
        now_s = self._now_s()
        _, wrapped = self._ring.new(EXPORT_KEYS.what(id_))
        row = AuditExport(
            id=id_, district=district, case_id=order.case, audience=order.audience.value, person=person,
            purpose=order.purpose, state="making", done=0, total=total, made_s=now_s, touched_s=now_s, size=0,
            sha256="", wrapped=wrapped,
        )  # fmt: skip
        self._underway.take_on(id_)
        with Session(writing(self._engine), expire_on_commit=False) as session:
            session.add(row)
            session.commit()
        return self._job(row), True

    def make(self, id_: str, house: House, order: Order) -> None:
        """Make it. Raises nothing: what goes wrong stands in its row, and in the log of the operator."""
        place = Path(tempfile.mkdtemp(prefix="audit"))
        try:
            target = place / "audit.zip"
            export_case(house, order, target, self._underway.teller(id_))
            self._keep(id_, target)
        except Exception as wrong:
            _log.error("audit_file_not_made", export=id_, error=type(wrong).__name__)
            self._underway.say(id_, state="failed")
        finally:
            self._underway.let_go(id_)
            shutil.rmtree(place, ignore_errors=True)

    def of(self, case: str, person: str) -> list[Job]:
        """What somebody asked for in a case, the latest first."""
        mine = select(AuditExport).where(AuditExport.case_id == case, AuditExport.person == person)
        with Session(self._engine) as session:
            rows = session.exec(mine.order_by(col(AuditExport.made_s).desc(), col(AuditExport.id))).all()
        return [self._job(row) for row in rows]

    def find(self, id_: str, case: str, person: str) -> Job | None:
        """One of them."""
        return next((one for one in self.of(case, person) if one.id == id_), None)

    def content(self, job: Job) -> Iterator[bytes]:
        """The file, part after part. Raises ExportDamaged."""
        with self._engine.connect() as connection:
            wrapped = connection.execute(select(_JOB.c.wrapped).where(_JOB.c.id == job.id)).scalar_one()
        key = AESGCM(self._ring.unwrap(bytes(wrapped), EXPORT_KEYS.what(job.id)))
        for number in range(-(-job.size // PART_BYTES)):
            wanted = select(_PART.c.content).where(_PART.c.export == job.id, _PART.c.number == number)
            with self._engine.connect() as connection:
                sealed = connection.execute(wanted).scalar()
            try:
                if sealed is None:
                    raise ExportDamaged(job.id)
                yield key.decrypt(bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:]), _place(job.id, number))
            except InvalidTag:
                raise ExportDamaged(job.id) from None

    def forget(self, case: str) -> int:
        """Delete what was made of a case: words in it are to be erased. Returns how many there were."""
        mine = select(_JOB.c.id).where(_JOB.c.case_id == case)
        with writing(self._engine).begin() as connection:
            connection.execute(delete(_PART).where(_PART.c.export.in_(mine)))
            return connection.execute(delete(_JOB).where(_JOB.c.case_id == case)).rowcount

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _keep(self, id_: str, file: Path) -> None:
        """Lay the file into the database, sealed."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_JOB.c.wrapped, _JOB.c.made_s).where(_JOB.c.id == id_)).one()
        key, digest, number = AESGCM(self._ring.unwrap(bytes(row.wrapped), EXPORT_KEYS.what(id_))), sha256(), 0
        with file.open("rb") as whole:
            while some := whole.read(PART_BYTES * _PARTS_AT_ONCE):
                digest.update(some)
                rows = []
                for begin in range(0, len(some), PART_BYTES):
                    nonce = self._ring.dice.throw(NONCE_BYTES, "audit export", id_, str(number))
                    sealed = nonce + key.encrypt(nonce, some[begin : begin + PART_BYTES], _place(id_, number))
                    rows.append({"export": id_, "number": number, "made_s": row.made_s, "content": sealed})
                    number += 1
                with writing(self._engine).begin() as connection:
                    connection.execute(insert(_PART), rows)
        self._underway.say(id_, state="ready", size=file.stat().st_size, sha256=digest.hexdigest())

    def _job(self, row: AuditExport) -> Job:
        stands = {"state": row.state, "done": row.done, **self._underway.stands(row.id, row.state, row.touched_s)}
        return Job(
            id=row.id, case=row.case_id, audience=Audience(row.audience), purpose=row.purpose,
            state=stands["state"], done=row.total if row.state == "ready" else min(stands["done"], row.total),
            total=row.total, made_s=row.made_s, size=row.size, sha256=row.sha256,
        )  # fmt: skip


def _place(id_: str, number: int) -> bytes:
    """What a sealed part is bound to: moved to another file or place it does not open."""
    return f"audit export/{id_}/{number}".encode()
