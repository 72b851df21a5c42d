"""The register of papers: what was made of which facts, by whom, under which number; each sealed under its own key.

The same facts have one paper in a case, whoever makes it again: its bytes are kept, because a later press or another
template would print others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Final

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, Engine, Row, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.database import snapshot, writing
from cloudnego.eventlog.erase import sweep
from cloudnego.eventlog.fsck import Fault
from cloudnego.eventlog.keys import NONCE_BYTES, Keyring
from cloudnego.eventlog.rewrap import WRAPPED, Wrapped
from cloudnego.eventlog.sql import table_of
from cloudnego.papers.facts import Made, number_of
from cloudnego.papers.press import Press
from cloudnego.papers.tables import PaperPart, PaperRow

PART_BYTES: Final = 256 * 1024
EACH_MAX: Final = 1000
"""Papers of one kind in one case; each is of other facts, so people do not come near."""
_TRIES: Final = 5

_PAPER: Final = table_of(PaperRow)
_PART: Final = table_of(PaperPart)

PAPER_KEYS: Final = Wrapped(PaperRow, "wrapped", lambda number: f"paper {number}")
WRAPPED.append(PAPER_KEYS)  # turned with all others: `cloudnego admin keys`


class Paper(Struct, frozen=True, kw_only=True):
    """A paper in the register. `size`: of the PDF, 0 where its bytes were erased; the hashes stay."""

    number: str
    district: str
    case: str
    doc: str
    about: str
    seq: int
    streams: frozenset[Stream]
    facts_hash: str
    file_hash: str
    size: int
    by: str
    at_s: int


class PapersFull(Exception):
    """A case has as many papers of this kind as it may."""


class PaperDamaged(Exception):
    """Stored bytes that are not what was stored."""


class PaperStore:
    """Papers on one engine, and the press that prints them. Every method blocks."""

    def __init__(self, engine: Engine, ring: Keyring, now_s: Callable[[], int], press: Press) -> None:
        self._engine: Final = engine
        self._ring: Final = ring
        self._now_s: Final = now_s
        self.press: Final = press

    def keep(
        self, facts: Made, streams: frozenset[Stream], by: str, printed: Callable[[str], bytes]
    ) -> tuple[Paper, bool]:
        """The paper of these facts, and whether it is new. `printed`: makes the PDF for a number; called outside of any
        transaction. Raises PapersFull."""
        facts_hash = facts.hash
        for _ in range(_TRIES):
            with self._engine.connect() as connection:
                known = _of_facts(connection, facts.case, facts_hash)
                seq = _next(connection, facts)
            if known is not None:
                return self._again(known, facts, printed) if not known.size else (known, False)
            if seq > EACH_MAX:
                raise PapersFull
            number = number_of(facts, seq)
            pdf = printed(number)
            paper = Paper(
                number=number, district=facts.district, case=facts.case, doc=facts.doc, about=facts.about, seq=seq,
                streams=streams, facts_hash=facts_hash, file_hash=sha256(pdf).hexdigest(), size=len(pdf), by=by,
                at_s=self._now_s(),
            )  # fmt: skip
            try:
                self._write(paper, facts.canonical, pdf)
            except IntegrityError:  # somebody else made one in the same moment: his number, or the very paper
                continue
            return paper, True
        raise PapersFull

    def _again(self, erased: Paper, facts: Made, printed: Callable[[str], bytes]) -> tuple[Paper, bool]:
        """A paper whose bytes were erased though it quoted nothing of what had to go: it is whole again, if the press
        still gives the very bytes the register names."""
        pdf = printed(erased.number)
        if sha256(pdf).hexdigest() != erased.file_hash:
            return erased, False
        whole = replace(erased, size=len(pdf))
        self._write(whole, facts.canonical, pdf, known=True)
        return whole, True

    def of_case(self, case: str, seen: frozenset[Stream]) -> list[Paper]:
        """The papers somebody who sees these streams may see, oldest first."""
        with self._engine.connect() as connection:
            found = connection.execute(select(_PAPER).where(_PAPER.c.case_id == case)).all()
        papers = [one for one in map(_opened, found) if one.streams <= seen]
        return sorted(papers, key=lambda one: (one.at_s, one.number))

    def find(self, case: str, number: str, seen: frozenset[Stream]) -> Paper | None:
        """One paper, if it is of this case and made of streams he sees."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_PAPER).where(_PAPER.c.number == number, _PAPER.c.case_id == case)).first()
        paper = _opened(row) if row is not None else None
        return paper if paper is not None and paper.streams <= seen else None

    def known(self, hash_: str) -> Paper | None:
        """The paper whose file or whose facts have this SHA-256."""
        wanted = select(_PAPER).where(or_(_PAPER.c.file_hash == hash_, _PAPER.c.facts_hash == hash_))
        with self._engine.connect() as connection:
            row = connection.execute(wanted.order_by(_PAPER.c.number)).first()
        return _opened(row) if row is not None else None

    def content(self, paper: Paper) -> tuple[bytes, bytes]:
        """Canonical facts and PDF, checked against their hashes; both empty where they were erased. Raises
        PaperDamaged."""
        with snapshot(self._engine) as connection:
            return self._content(connection, paper)

    def forget(
        self,
        case: str,
        streams: frozenset[Stream],
        spared: Collection[str] = (),
        quoting: Collection[str] | None = None,
    ) -> int:
        """Delete for good the bytes of every paper that speaks of one of these streams, as is due when words in them
        are erased: a paper quotes them. `spared`: kinds that stay; `quoting`: only papers in which one of these texts
        stands. Number, hashes, day and person stay. Returns how many there were."""
        meant = [one.number for one in self.due(case, streams, spared, quoting)]
        with writing(self._engine).connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.connection.driver_connection.execute("PRAGMA secure_delete=ON")  # type: ignore[union-attr]
            with connection.begin():
                for number in meant:
                    _, wrapped = self._ring.new(PAPER_KEYS.what(number))  # the old one is gone with what it sealed
                    connection.execute(delete(_PART).where(_PART.c.paper == number))
                    left = {"size": 0, "facts_size": 0, "wrapped": wrapped}
                    connection.execute(update(_PAPER).where(_PAPER.c.number == number).values(**left))
        sweep(self._engine, _PART.name)
        return len(meant)

    def due(
        self,
        case: str,
        streams: frozenset[Stream],
        spared: Collection[str] = (),
        quoting: Collection[str] | None = None,
    ) -> list[Paper]:
        """The papers that `forget` takes; with one that quotes goes the file that bears its signatures."""
        found = [
            one
            for one in self.of_case(case, frozenset(Stream))
            if one.streams & streams and one.size and one.doc not in spared
        ]
        if quoting is None:
            return found
        told = [rfc8785.dumps(text)[1:-1] for text in quoting if text]
        hit = {one.number for one in found if any(text in self.content(one)[0] for text in told)}
        return [one for one in found if hit & {one.number, one.about}]

    def check(self) -> list[Fault]:
        """Read every byte of every paper, and name those that are not what was stored."""
        faults: list[Fault] = []
        with snapshot(self._engine) as connection:
            for row in connection.execute(select(_PAPER).order_by(_PAPER.c.number)).all():
                try:
                    self._content(connection, _opened(row))
                except Exception as wrong:  # whatever one damaged row raises, the others are to be looked at
                    what = f"paper {row.number} is not what was stored ({type(wrong).__name__})"
                    faults.append(Fault(row.case_id, "", 0, what))
        return faults

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _write(self, paper: Paper, facts: bytes, pdf: bytes, *, known: bool = False) -> None:
        plain, wrapped = self._ring.new(PAPER_KEYS.what(paper.number))
        key, whole = AESGCM(plain), facts + pdf
        sealed = [
            self._seal(key, paper.number, part, whole[begin : begin + PART_BYTES])
            for part, begin in enumerate(range(0, len(whole), PART_BYTES))
        ]
        row = {
            "number": paper.number, "district": paper.district, "case_id": paper.case, "doc": paper.doc,
            "about": paper.about, "seq": paper.seq, "streams": " ".join(sorted(paper.streams)),
            "facts_hash": paper.facts_hash, "file_hash": paper.file_hash, "facts_size": len(facts), "size": paper.size,
            "made_by": paper.by, "made_s": paper.at_s, "wrapped": wrapped,
        }  # fmt: skip
        with writing(self._engine).begin() as connection:
            if known:
                connection.execute(update(_PAPER).where(_PAPER.c.number == paper.number).values(**row))
                connection.execute(delete(_PART).where(_PART.c.paper == paper.number))
            else:
                connection.execute(insert(_PAPER), row)
            for part, content in enumerate(sealed):
                connection.execute(insert(_PART), {"paper": paper.number, "part": part, "content": content})

    def _content(self, connection: Connection, paper: Paper) -> tuple[bytes, bytes]:
        row = connection.execute(
            select(_PAPER.c.wrapped, _PAPER.c.facts_size, _PAPER.c.size).where(_PAPER.c.number == paper.number)
        ).first()
        if row is None:
            raise PaperDamaged(paper.number)
        key = AESGCM(self._ring.unwrap(bytes(row.wrapped), PAPER_KEYS.what(paper.number)))
        wanted = select(_PART.c.part, _PART.c.content).where(_PART.c.paper == paper.number).order_by(_PART.c.part)
        whole = b"".join(_open(key, paper.number, part, bytes(content)) for part, content in connection.execute(wanted))
        facts, pdf = whole[: row.facts_size], whole[row.facts_size :]
        told = (sha256(facts).hexdigest(), sha256(pdf).hexdigest())
        if row.size and told != (paper.facts_hash, paper.file_hash):
            raise PaperDamaged(paper.number)
        return facts, pdf

    def _seal(self, key: AESGCM, number: str, part: int, plain: bytes) -> bytes:
        nonce = self._ring.dice.throw(NONCE_BYTES, "paper", number, str(part))
        return nonce + key.encrypt(nonce, plain, _place(number, part))


def _open(key: AESGCM, number: str, part: int, sealed: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _place(number, part))
    except InvalidTag:
        raise PaperDamaged(number) from None


def _place(number: str, part: int) -> bytes:
    """What a sealed part is bound to: moved to another paper or place it does not open."""
    return f"paper/{number}/{part}".encode()


def _of_facts(connection: Connection, case: str, facts_hash: str) -> Paper | None:
    row = connection.execute(select(_PAPER).where(_PAPER.c.case_id == case, _PAPER.c.facts_hash == facts_hash)).first()
    return _opened(row) if row is not None else None


def _next(connection: Connection, facts: Made) -> int:
    last = select(func.max(_PAPER.c.seq)).where(_PAPER.c.case_id == facts.case, _PAPER.c.doc == facts.doc)
    return (connection.execute(last).scalar_one() or 0) + 1


def _opened(row: Row[tuple[object, ...]]) -> Paper:
    return Paper(
        number=row.number, district=row.district, case=row.case_id, doc=row.doc, about=row.about, seq=row.seq,
        streams=frozenset(map(Stream, row.streams.split())), facts_hash=row.facts_hash, file_hash=row.file_hash,
        size=row.size, by=row.made_by, at_s=row.made_s,
    )  # fmt: skip
