"""Erasing what somebody wrote in a case, at his wish or when its purpose is over: words, his files, and every paper and
audit file that may quote them. Facts, leaves, roots and hashes stay, and prove what they did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.audit.export import Reading
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import tables
from cloudnego.eventlog.database import snapshot, writing
from cloudnego.eventlog.erase import erase
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.leaf import Leaf
from cloudnego.eventlog.seal import leaf_of
from cloudnego.exporting.case import district_of
from cloudnego.exporting.jobs import Exports
from cloudnego.files.store import FileStore
from cloudnego.identity.hold_tables import Erasure
from cloudnego.identity.holds import held_cases
from cloudnego.papers.kinds import ARCHIVED
from cloudnego.papers.store import PaperStore
from cloudnego.polls import box
from cloudnego.polls.tables import Poll, PollList
from cloudnego.polls.traces import thorough
from cloudnego.ports import CHINA
from cloudnego.texts import Actionable

TALK: Final = frozenset(
    {"message_sent", "caucus_message_sent", "question_asked", "question_answered", "minutes_note_added"}
)
"""Entries whose words are talk. The words of all others stand in papers that the law on archives wants kept: an
operator has them erased only when he says so."""


class Stores(NamedTuple):
    """Where words lie."""

    engine: Engine
    ring: Keyring
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


Found = dict[Stream, dict[int, bytes]]
"""Entries by stream and number, and their words."""


def erase_person(
    stores: Stores, case: str, person: str, *, everything: bool, reason: str, new_id: Callable[[str], str], now_s: int,
    dry_run: bool = False,
) -> Erased:  # fmt: skip
    """Erase what somebody wrote in a case: his talk, with the papers in which it is quoted; or with `everything` all
    his words and the files he laid there, with all papers of those streams but the archived ones.

    Raises OnHold, NoCase. Older backups still hold it.
    """
    district = district_of(stores.engine, case)
    with Session(stores.engine) as session:
        if case in held_cases(session, _day(now_s)):
            raise OnHold("on_hold", case=case)
    found = _written(stores, case, lambda leaf: leaf.actor == person and (everything or leaf.type in TALK))
    laid = [one for one in stores.files.listed(case, list(Stream)) if one.facts.by == person and not one.facts.erased]
    laid = laid if everything else []
    touched = frozenset(found) | {one.stream for one in laid}
    quoting = None if everything else _texts(found)
    if dry_run:
        papers = len(stores.papers.due(case, touched, ARCHIVED, quoting)) if touched else 0
        return Erased(sum(map(len, found.values())), len(laid), papers)
    entries = sum(erase(stores.engine, case, stream, frozenset(seqs)) for stream, seqs in found.items())
    files = sum(stores.files.erase(case, one.id) for one in laid)
    papers = stores.papers.forget(case, touched, ARCHIVED, quoting) if touched else 0
    stores.exports.forget(case)
    went = Erased(entries, files, papers)
    _record(stores.engine, (district, case), (person, reason), went, (new_id("z"), now_s))
    return went


def expire_talk(stores: Stores, days: int, new_id: Callable[[str], str], now_s: int) -> int:
    """Erase the talk of every live case whose contract ran out that many days ago, and which is not on hold; returns
    how many entries lost their words. What is agreed, minuted and filed stays (个人信息保护法 19, 47)."""
    gone = 0
    for case, district in _run_out(stores.engine, days, now_s):
        found = _written(stores, case, lambda leaf: leaf.type in TALK)
        if not found:
            continue
        entries = sum(erase(stores.engine, case, stream, frozenset(seqs)) for stream, seqs in found.items())
        papers = stores.papers.forget(case, frozenset(found), ARCHIVED, _texts(found))
        stores.exports.forget(case)
        _record(stores.engine, (district, case), ("", "expired"), Erased(entries, 0, papers), (new_id("z"), now_s))
        gone += entries
    return gone


def expire_ballots(
    engine: Engine, exports: Exports, days: int, new_id: Callable[[str], str], now_s: int, *, dry_run: bool = False
) -> int:
    """Destroy the lists of ballots of every live case whose contract ran out that many days ago, and which is not on
    hold; returns how many there were, or would be. Counts, rolls and the hashes of the lists stay, and that they went
    is recorded (domain handbook §9.6)."""
    gone = 0
    for case, district in _run_out(engine, days, now_s):
        of_case = select(PollList.poll).join(Poll, col(Poll.id) == col(PollList.poll)).where(Poll.case_id == case)
        with Session(engine) as session:
            polls = session.exec(of_case.distinct()).all()
        gone += len(polls)
        if dry_run or not polls:
            continue
        with thorough(engine) as connection:
            for poll in polls:
                box.destroy(connection, poll)
        exports.forget(case)
        _record(engine, (district, case), ("", "ballots"), Erased(0, len(polls), 0), (new_id("z"), now_s))
    return gone


def _run_out(engine: Engine, days: int, now_s: int) -> list[tuple[str, str]]:
    """The live cases whose contract ran out that many days ago and which are not on hold, with their district."""
    over = _day(now_s) - timedelta(days=days)
    old = (
        select(tables.OverviewRow.case_id, tables.OverviewRow.district)
        .join(tables.District, col(tables.District.id) == col(tables.OverviewRow.district))
        .where(tables.District.kind == "live", col(tables.OverviewRow.expires_on) < over)
    )
    with Session(engine) as session:
        held, cases = held_cases(session, _day(now_s)), session.exec(old).all()
    return [(case, district) for case, district in cases if case not in held]


def _day(now_s: int) -> date:
    return datetime.fromtimestamp(now_s, CHINA).date()


def _record(engine: Engine, where: tuple[str, str], why: tuple[str, str], went: Erased, at: tuple[str, int]) -> None:
    """`where`: district and case; `why`: whose words, and the reason; `at`: the id of the row, and when."""
    row = Erasure(
        id=at[0], district=where[0], case_id=where[1], of=why[0], reason=why[1], at_s=at[1], **went._asdict()
    )  # fmt: skip
    with Session(writing(engine)) as session:
        session.add(row)
        session.commit()


def _written(stores: Stores, case: str, meant: Callable[[Leaf], bool]) -> Found:
    """The entries that are meant and still have words, by stream."""
    found: Found = {}
    with snapshot(stores.engine) as connection:
        for row in Reading(connection, stores.engine, stores.ring, case, Stream).joint():
            if row.words is not None and meant(leaf_of(row)):
                found.setdefault(Stream(row.stream), {})[row.seq] = row.words
    return found


def _texts(found: Found) -> list[str]:
    """Every text in these words."""
    return [text for seqs in found.values() for words in seqs.values() for text in _in(msgspec.json.decode(words))]


def _in(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inside for text in _in(one)]
