"""An audit file of one case, put together: entries, heads, tables, ballots and files as one audience sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine
from sqlmodel import Session, select

from cloudnego.audit.checkpoints import Checkpoints
from cloudnego.audit.district import DistrictLogs
from cloudnego.audit.export import Confirmed, Made, Reading, Source, export, written
from cloudnego.audit.heights import Heights
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.packing import Parts
from cloudnego.audit.witnesses import Witnesses
from cloudnego.core.deadlines import deadlines
from cloudnego.core.evolve import evolve
from cloudnego.core.state import EMPTY, Negotiation
from cloudnego.core.vocabulary import JOINT, Stream
from cloudnego.eventlog import tables
from cloudnego.eventlog.database import snapshot
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.leaf import stream_id
from cloudnego.eventlog.seal import event_of, leaf_of
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.beside import Ballots, put_files, put_papers
from cloudnego.exporting.confirming import confirmed_by, signers_of, with_events
from cloudnego.exporting.proving import Proved, Watched, proved_by, put_proofs, watched_by
from cloudnego.exporting.report import Outline, report
from cloudnego.exporting.tables import Seats, Timeline, put_access, put_deadlines, put_reminders
from cloudnego.files.store import FileStore
from cloudnego.papers.press import Press
from cloudnego.papers.store import Paper, PaperStore
from cloudnego.polls.desk import Polls
from cloudnego.ports import NoCase
from cloudnego.signing.acts import signed_by


class Order(NamedTuple):
    """What is to be made: of which case, for whom, by whose order, what for, and when (RFC 3339)."""

    case: str
    audience: Audience
    made_by: str
    purpose: str
    made_at: str
    software: str


class House(NamedTuple):
    """Where all of it comes from."""

    source: Source
    districts: Districts
    files: FileStore
    polls: Polls
    papers: PaperStore
    logs: DistrictLogs


Told = Callable[[int], None]


def house_on(
    engine: Engine, ring: Keyring, key: LogKey, now_s: Callable[[], int], templates: Path | None = None
) -> House:
    """All of it on one database. `templates`: of the office, which come before the house's own."""
    source, districts = Source(engine, ring, key), Districts(engine, ring)
    return House(
        source, districts, FileStore(engine, ring), Polls(engine, ring, None, now_s),
        PaperStore(engine, ring, now_s, Press(templates)), DistrictLogs(engine, districts, key, now_s),
    )  # fmt: skip


def _state(reading: Reading, seats: Seats, streams: Iterable[Stream]) -> tuple[Negotiation, set[bytes]]:
    """The joint state, folded entry by entry: none of them stays in memory; and the device keys that signed acts in
    these streams. Raises Damaged, NoCase."""
    state, keys, seen = EMPTY, set[bytes](), {stream.value for stream in streams}
    for row in reading.joint():
        leaf = leaf_of(row)
        before, state = state, evolve(state, event_of(row, leaf, with_words=False))
        seats.saw(row, before, state)
        if leaf.sig is not None and row.stream in seen:
            keys.add(signed_by(leaf.sig))
    if state.opened is None:
        raise NoCase(reading.case)
    return state, keys


def export_case(house: House, order: Order, target: Path, told: Told) -> int:
    """Write the audit file of a case where there is none, and say how many entries are in it.

    Raises FileExistsError, NoCase, Damaged, KeyMissing, FileDamaged.
    """
    (engine, _, key), case, streams = house.source, order.case, order.audience.streams
    district = district_of(engine, case)
    witnesses = Witnesses(engine, Checkpoints(engine, key), house.logs, lambda: 0, Heights(None))
    watched = watched_by(house.logs, witnesses, district, case, streams)
    found = confirmed_by(engine, witnesses, case, streams, watched)
    proved = proved_by(engine, house.logs, district, case, streams)
    papers = frozenset(one.number for one in house.papers.of_case(case, frozenset(streams)))
    with written(target) as parts:
        return _gather(parts, house, order, _Before(found, proved, watched, papers), told)


def district_of(engine: Engine, case: str) -> str:
    """The district of a case. Raises NoCase."""
    named = stream_id(case, Stream.NOTICE)
    with Session(engine) as session:
        district = session.exec(select(tables.Stream.district).where(tables.Stream.id == named)).first()
    if district is None:
        raise NoCase(case)
    return district


class _Before(NamedTuple):
    """What is asked before the streams are read, so that it is of nothing later: who confirmed what, the log of the
    district, and the papers there are."""

    confirmed: Confirmed
    proved: Proved
    watched: Sequence[Watched]
    papers: frozenset[str]


def _gather(parts: Parts, house: House, order: Order, before: _Before, told: Told) -> int:
    engine, ring, key = house.source
    case, audience, (confirmed, proved, watched, known) = order.case, order.audience, before
    with snapshot(engine) as connection:
        joint = Reading(connection, engine, ring, case, JOINT)
        seats = Seats(audience)
        state, signing = _state(joint, seats, audience.streams)
        opened = state.opened
        assert opened is not None, "a state without an opening is no case"
        reading = Reading(connection, engine, ring, case, audience.streams)
        made = Made(
            audience=audience.value, calendar=state.calendar, case=case, district=joint.district,
            kind=house.districts.get(joint.district).kind, made_at=order.made_at, made_by=order.made_by,
            pack=f"{opened.pack} {opened.pack_version}", purpose=order.purpose, software=order.software,
        )  # fmt: skip
        confirmed = with_events(confirmed, seats.seated)._replace(signers=signers_of(engine, signing))
        timeline, ballots, outline = Timeline(parts), Ballots(parts, house.polls), Outline()
        law = house.districts.law((opened.pack, opened.pack_version, state.calendar))

        def reported(papers: Sequence[Paper]) -> None:
            terms = [one for one in deadlines(state, law) if one.stream in audience.streams]
            pdf = report(
                connection, house.papers.press, reading, made, confirmed, outline=outline, opened=opened, terms=terms,
                papers=papers, scans=state.scans,
            )  # fmt: skip
            parts.put("report.pdf", pdf)

        further = (
            lambda _parts: put_proofs(parts, proved, watched),
            lambda _parts: put_files(parts, house.files, case, audience, told),
            lambda _parts: reported(put_papers(parts, house.papers, known, (case, audience), told)),
            lambda _parts: ballots.put(),
            lambda _parts: timeline.done(),
            lambda _parts: seats.put(parts),
            lambda _parts: put_deadlines(parts, state, law, audience),
            lambda _parts: put_access(parts, engine, case, audience),
            lambda _parts: put_reminders(parts, engine, case, ballots.opened, audience),
        )
        export(
            parts,
            reading,
            key,
            made,
            confirmed,
            saw=(timeline.saw, ballots.saw, outline.saw),
            further=further,
            told=told,
            signed=proved.keys,
        )
    return sum(reading.sizes.values())
