"""Imports as work that goes on while nobody waits: its progress is a row that every node reads, its end stands in the
same transaction as what it wrote, so that a process killed in between leaves neither or both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple
from zlib import compress, decompress

import msgspec
import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from cloudnego.eventlog.database import writing
from cloudnego.eventlog.keys import NONCE_BYTES, Keyring
from cloudnego.eventlog.rewrap import WRAPPED, Wrapped
from cloudnego.eventlog.sql import table_of
from cloudnego.eventlog.underway import Underway
from cloudnego.files import jail
from cloudnego.files.kinds import FileRefused
from cloudnego.importing.job_tables import ImportJob
from cloudnego.importing.mapping import Mapping
from cloudnego.importing.reading import Found, Head, Row, Table, letter
from cloudnego.importing.reading import table_of as table_read
from cloudnego.importing.sheets import SHEETS, ImportKind
from cloudnego.importing.targets import Run, Target, Verdict, any_refused, refused

WRONG_MAX: Final = 1_000
ROWS_MAX: Final = 200
"""How much of what is wrong a report names, and how many rows it shows; it counts all."""

LOST_S: Final = 180
"""Nobody heard so long of the process that carried it out: it stopped, and nothing of it was written."""

_LISTED_MAX: Final = 50
_JOB: Final = table_of(ImportJob)
_UNDER_WAY: Final = ("reading", "checking", "writing")

IMPORT_KEYS: Final = Wrapped(ImportJob, "wrapped", lambda id_: f"import {id_}")
WRAPPED.append(IMPORT_KEYS)  # turned with all others: `cloudnego admin keys`

_log: Final = structlog.get_logger(__name__)


class Wrong(msgspec.Struct, frozen=True):
    """Something that is wrong: `row` as the file numbers them, none of the file as a whole; `place` of the column."""

    row: int | None
    place: int | None
    field: str | None
    code: str
    facts: dict[str, Any]


class Shown(msgspec.Struct, frozen=True):
    """A row in which something is wrong, as it stands in the file."""

    row: int
    cells: tuple[str, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, and what is wrong with it. `fields`: our column for each head, or null; `wrong_total`: all there
    is, `wrong` the first of it."""

    sheet: str | None = None
    encoding: str | None = None
    heads: tuple[str, ...] = ()
    fields: tuple[str | None, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    wrong_total: int = 0
    rows: tuple[Shown, ...] = ()


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """An import as who began it sees it; `done` of `total` rows are checked, or while it writes, written."""

    id: str
    kind: ImportKind
    about: str
    state: str
    dry_run: bool
    partial: bool
    done: int
    total: int
    new: int
    changed: int
    same: int
    refused: int
    sha256: str
    size: int
    made_s: int

    @property
    def under_way(self) -> bool:
        return self.state in _UNDER_WAY


class Order(NamedTuple):
    """What is to be imported: the file, of which format, how it maps, for whom and how."""

    kind: ImportKind
    district: str
    person: str
    about: str
    content: bytes
    format: str
    mapping: Mapping
    dry_run: bool
    partial: bool


class Imports:
    """The imports of one database. Every method blocks; several nodes may use it. `reads`: makes lines of a file."""

    def __init__(
        self,
        engine: Engine,
        ring: Keyring,
        now_s: Callable[[], int],
        reads: Callable[[bytes, str], bytes] = jail.rows_of,
    ) -> None:
        self._reads: Final = reads
        self._engine: Final = engine
        self._ring: Final = ring
        self._now_s: Final = now_s
        self._underway: Final = Underway(engine, _JOB, now_s, _UNDER_WAY, LOST_S)

    def begin(self, id_: str, order: Order) -> tuple[Job, bool]:
        """Enter an import, and whether it is new: who sends the same again while it goes on gets that."""
        digest, now_s = sha256(order.content).hexdigest(), self._now_s()
        for known in self.of(order.district, order.person):
            same = (known.kind, known.about, known.sha256, known.dry_run, known.partial)
            if known.under_way and same == (order.kind, order.about, digest, order.dry_run, order.partial):
                return known, False
        _, wrapped = self._ring.new(IMPORT_KEYS.what(id_))
        row = ImportJob(
            id=id_, district=order.district, person=order.person, kind=order.kind.value, about=order.about,
            state="reading", dry_run=order.dry_run, partial=order.partial, done=0, total=0, new=0, changed=0, same=0,
            refused=0, sha256=digest, size=len(order.content), made_s=now_s, touched_s=now_s, wrapped=wrapped,
        )  # fmt: skip
        self._underway.take_on(id_)
        with Session(writing(self._engine), expire_on_commit=False) as session:
            session.add(row)
            session.commit()
        return self._job(row), True

    def carry_out(self, id_: str, order: Order, target: Target) -> None:
        """Read, check, write. Raises nothing: what goes wrong stands in its row, and in the log of the operator."""
        try:
            self._carry_out(id_, order, target)
        except FileRefused as no:
            self._end(
                id_, "refused", Report(wrong=(Wrong(None, None, None, f"file_{no.why.value}", {}),), wrong_total=1)
            )
        except IntegrityError:  # somebody wrote the same at the same moment: nothing of it is there, ask again
            self._underway.say(id_, state="failed")
        except Exception as fault:
            _log.error("import_failed", job=id_, kind=order.kind.value, error=type(fault).__name__)
            self._underway.say(id_, state="failed")
        finally:
            self._underway.let_go(id_)

    def _carry_out(self, id_: str, order: Order, target: Target) -> None:
        table = table_read(self._reads(order.content, order.format), SHEETS[order.kind], order.mapping)
        self._underway.say(id_, state="checking", total=len(table.rows))
        if table.wrong:
            self._end(id_, "refused", _report(table, table.wrong, [], []))
            return
        good = [row for row, wrong in table.rows if not wrong]
        keep = not order.dry_run and (order.partial or len(good) == len(table.rows))

        def finish(connection: Connection, found: Sequence[Verdict]) -> None:
            connection.execute(self._ended(id_, "done", *_merged(table, found)))

        left_out = [one for one in table.rows if one[1]]
        how = Run(
            keep,
            order.partial,
            self._underway.teller(id_),
            self._underway.teller(id_, state="writing"),
            finish,
            left_out,
        )
        found = target.run(good, how)
        if keep and (order.partial or not any_refused(found)):
            return
        report, counts = _merged(table, found)
        ok = order.dry_run or counts["refused"] == 0
        self._end(id_, "done" if ok else "refused", report, counts)

    def of(self, district: str, person: str) -> list[Job]:
        """What somebody imported, the latest first."""
        mine = select(ImportJob).where(ImportJob.district == district, ImportJob.person == person)
        with Session(self._engine) as session:
            rows = session.exec(mine.order_by(col(ImportJob.made_s).desc(), col(ImportJob.id)).limit(_LISTED_MAX)).all()
        return [self._job(row) for row in rows]

    def find(self, id_: str, district: str, person: str) -> tuple[Job, Report] | None:
        """One of them, with what is wrong."""
        with Session(self._engine) as session:
            row = session.get(ImportJob, id_)
        if row is None or (row.district, row.person) != (district, person):
            return None
        return self._job(row), self._opened(row)

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _opened(self, row: ImportJob) -> Report:
        if row.report is None:
            return Report()
        key = AESGCM(self._ring.unwrap(bytes(row.wrapped), IMPORT_KEYS.what(row.id)))
        sealed = bytes(row.report)
        plain = key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.id.encode())
        return msgspec.json.decode(decompress(plain), type=Report)

    def _sealed(self, id_: str, report: Report) -> bytes:
        with self._engine.connect() as connection:
            wrapped = connection.execute(select(_JOB.c.wrapped).where(_JOB.c.id == id_)).scalar_one()
        key = AESGCM(self._ring.unwrap(bytes(wrapped), IMPORT_KEYS.what(id_)))
        nonce = self._ring.dice.throw(NONCE_BYTES, "import", id_)
        return nonce + key.encrypt(nonce, compress(msgspec.json.encode(report)), id_.encode())

    def _ended(self, id_: str, state: str, report: Report, counts: dict[str, int]) -> Any:
        values = {"state": state, "touched_s": self._now_s(), "report": self._sealed(id_, report), **counts}
        return update(_JOB).where(_JOB.c.id == id_).values(values)

    def _end(self, id_: str, state: str, report: Report, counts: dict[str, int] | None = None) -> None:
        ended = self._ended(id_, state, report, counts or {})
        with writing(self._engine).begin() as connection:
            connection.execute(ended)

    def _job(self, row: ImportJob) -> Job:
        facts = {name: getattr(row, name) for name in Job.__struct_fields__ if name != "kind"}
        return Job(kind=ImportKind(row.kind), **{**facts, **self._underway.stands(row.id, row.state, row.touched_s)})


# --- reports ------------------------------------------------------------------------------------------------------


def _merged(table: Table, found: Sequence[Verdict]) -> tuple[Report, dict[str, int]]:
    """The report, and how many rows are what, of rows that were judged by their cells or else by the register."""
    of_register = iter(found)
    verdicts = [refused(*wrong) if wrong else next(of_register) for _, wrong in table.rows]
    counts = dict.fromkeys(("new", "changed", "same", "refused"), 0)
    for one in verdicts:
        counts[one.status] += 1
    rows = [row for row, _ in table.rows]
    return _report(table, (), rows, verdicts), counts | {"done": len(rows), "total": len(rows)}


def _report(table: Table, wrong: Sequence[Found], rows: Sequence[Row], verdicts: Sequence[Verdict]) -> Report:
    head = table.head
    named = [_wrong(head, None, one) for one in wrong]
    bad = [(row, one) for row, one in zip(rows, verdicts, strict=True) if one.status == "refused"]
    named += [_wrong(head, row.number, one) for row, verdict in bad for one in verdict.wrong]
    return Report(
        sheet=head.sheet, encoding=head.encoding, heads=head.heads,
        fields=tuple(one.name if one is not None else None for one in head.columns), wrong=tuple(named[:WRONG_MAX]),
        wrong_total=len(named), rows=tuple(Shown(row.number, row.shown) for row, _ in bad[:ROWS_MAX]),
    )  # fmt: skip


def _wrong(head: Head, row: int | None, found: Found) -> Wrong:
    return Wrong(row, head.place(found.field), found.field, found.code, found.facts)


def column_of(report: Report, wrong: Wrong) -> tuple[str | None, str | None]:
    """The letter and the head of a column; of one the file has not neither."""
    if wrong.place is None:
        return None, None
    return letter(wrong.place), report.heads[wrong.place]
