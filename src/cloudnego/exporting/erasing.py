"""Erasing what somebody wrote in a case, at his wish or when its purpose is over: words, his files, and every paper and
audit file that may quote them. Facts, leaves, roots and hashes stay, and prove what they did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session, select

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import tables
from cloudnego.eventlog.database import snapshot, writing
from cloudnego.eventlog.erase import erase
from cloudnego.eventlog.leaf import decode
from cloudnego.eventlog.store import Store
from cloudnego.exporting.jobs import Exports
from cloudnego.files.store import FileStore
from cloudnego.identity.hold_tables import Erasure
from cloudnego.identity.holds import held_cases
from cloudnego.papers.store import PaperStore
from cloudnego.ports import CHINA, NoCase
from cloudnego.texts import Actionable

TALK: Final = frozenset(
    {"message_sent", "caucus_message_sent", "question_asked", "question_answered", "minutes_note_added"}
)
"""Entries whose words are talk. The words of all others stand in papers that the law on archives wants kept: an
operator has them erased only when he says so."""


class Stores(NamedTuple):
    """Where words lie."""

    engine: Engine
    files: FileStore
    papers: PaperStore
    exports: Exports


class Erased(NamedTuple):
    """What went, or would go."""

    entries: int
    files: int
    papers: int


class OnHold(Actionable):
    """A hold stands on the case: nothing of it is deleted."""


def erase_person(
    stores: Stores, case: str, person: str, *, everything: bool, reason: str, new_id: Callable[[str], str], now_s: int,
    dry_run: bool = False,
) -> Erased:  # fmt: skip
    """Erase what somebody wrote in a case: his talk, or with `everything` all his words and the files he laid there.

    Raises OnHold, NoCase. Older backups still hold it.
    """
    engine = stores.engine
    with Session(engine) as session:
        district = session.exec(select(tables.Stream.district).where(tables.Stream.id == f"{case}/notice")).first()
        if district is None:
            raise NoCase(case)
        if case in held_cases(session, datetime.fromtimestamp(now_s, CHINA).date()):
            raise OnHold("on_hold", case=case)
    found = _written_by(engine, case, person, everything=everything)
    laid = [one for one in stores.files.listed(case, list(Stream)) if one.facts.by == person and not one.facts.erased]
    laid = laid if everything else []
    touched = frozenset(found) | {one.stream for one in laid}
    quoting = [one for one in stores.papers.of_case(case, frozenset(Stream)) if one.streams & touched and one.size]
    if dry_run:
        return Erased(sum(map(len, found.values())), len(laid), len(quoting))
    entries = sum(erase(engine, case, stream, seqs) for stream, seqs in found.items())
    files = sum(stores.files.erase(case, one.id) for one in laid)
    papers = stores.papers.forget(case, touched) if touched else 0
    stores.exports.forget(case)
    row = Erasure(
        id=new_id("z"), district=district, case_id=case, of=person, reason=reason, at_s=now_s, entries=entries,
        files=files, papers=papers,
    )  # fmt: skip
    with Session(writing(engine)) as session:
        session.add(row)
        session.commit()
    return Erased(entries, files, papers)


def _written_by(engine: Engine, case: str, person: str, *, everything: bool) -> dict[Stream, frozenset[int]]:
    """The entries of a person that still have words, by stream."""
    store, needle = Store(engine), f'"actor":"{person}"'.encode()
    found: dict[Stream, set[int]] = {}
    with snapshot(engine) as connection:
        for row in store.tail(connection, case, dict.fromkeys(Stream, 0)):
            if row.words is None or needle not in row.leaf:
                continue
            leaf = decode(row.leaf)
            if leaf.actor == person and (everything or leaf.type in TALK):
                found.setdefault(Stream(row.stream), set()).add(row.seq)
    return {stream: frozenset(seqs) for stream, seqs in found.items()}
