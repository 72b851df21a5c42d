"""Drills: an operator shows each side a history of its own, or shows one side nothing new; the first time the two lay
what they hold side by side, each finds it, offline and whichever way round (threats T10 and T11)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from cloudnego.audit import verify
from cloudnego.audit.checkpoints import Checkpoints
from cloudnego.audit.notes import verified
from cloudnego.core.vocabulary import JOINT, Side
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from tests.audit.given import KEY, STREAMS, Chief, confirmed, exported
from tests.eventlog.given import asked, make_district, rehearsed

WORKER, EMPLOYER = Chief(Side.WORKER), Chief(Side.EMPLOYER)
FORK: Final = 40
"""After so many acts the history that the employer's side is shown is another one."""


class Told(NamedTuple):
    """What one side holds: its audit file, co-signed by its own chief alone, and the heads of the joint streams."""

    file: Path
    heads: tuple[Path, ...]


def _acts(log: SqlLog, case: str | None, first: int, last: int, later: timedelta) -> str:
    play = rehearsed("plain")
    with log.bulk() as pen:
        for number, one in list(enumerate(play.played))[first:last]:
            given = asked(one, case, f"k{number}", register=play.register)
            case = pen.ask(asked(one, case, f"k{number}", register=play.register, at=given.at + later)).case
    assert case is not None
    return case


def _told(log: SqlLog, case: str, chief: Chief, audience: str, place: Path) -> Told:
    points = Checkpoints(log.engine, KEY)
    heads = points.heads(case, STREAMS[audience])
    place.mkdir()
    exported(log, case, place / "audit.zip", audience, confirmed(heads.values(), [chief]))
    for stream in JOINT:
        (place / stream.value).write_text(points.note(heads[stream]).rendered, encoding="utf-8")
    return Told(place / "audit.zip", tuple(place / stream.value for stream in JOINT))


class Town(NamedTuple):
    """One history up to the fork, then the worker's side is shown one, the employer's another or nothing more."""

    shown_worker: Told
    shown_other: Told
    frozen: Told


@pytest.fixture(scope="module")
def town(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    place = tmp_path_factory.mktemp("drills")
    one, other = place / "one.sqlite3", place / "other.sqlite3"
    shutil.copy(migrated_sqlite, one)
    log = SqlLog(f"sqlite:///{one}", Keyring.seeded("drills"))
    make_district(log)
    case = _acts(log, None, 0, FORK, timedelta())
    log.close()
    shutil.copy(one, other)
    log, fork = (
        SqlLog(f"sqlite:///{one}", Keyring.seeded("drills")),
        SqlLog(f"sqlite:///{other}", Keyring.seeded("drills")),
    )
    try:
        frozen = _told(log, case, EMPLOYER, "enterprise", place / "frozen")
        _acts(log, case, FORK, FORK + 12, timedelta())
        _acts(fork, case, FORK, FORK + 16, timedelta(minutes=1))
        yield Town(
            _told(log, case, WORKER, "union", place / "worker"),
            _told(fork, case, EMPLOYER, "enterprise", place / "fork"),
            frozen,
        )
    finally:
        log.close()
        fork.close()


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "ed25519", verified)


def _faults(file: Path, *known: Chief, held: tuple[Path, ...] = ()) -> list[str]:
    """Where something does not hold."""
    found = verify.verify(file, [verify.witness(chief.key.vkey) for chief in known], held)
    return [where for rank, where, *_ in found if rank < 9]


def test_each_side_alone_finds_nothing_wrong_with_what_it_is_shown(town: Town) -> None:
    """That is why it takes the other's."""
    assert _faults(town.shown_worker.file, WORKER, held=town.shown_worker.heads) == []
    assert _faults(town.shown_other.file, EMPLOYER, held=town.shown_other.heads) == []


def test_a_split_view_is_found_at_the_first_exchange_whatever_is_exchanged(town: Town) -> None:
    """A file, a checkpoint or the other chief's key: one of them is enough, for either side."""
    for mine, yours, your_chief in (
        (town.shown_worker, town.shown_other, EMPLOYER), (town.shown_other, town.shown_worker, WORKER),
    ):  # fmt: skip
        assert _faults(mine.file, held=(yours.file,)), "the other's file"
        assert [head for head in yours.heads if _faults(mine.file, held=(head,))], "the other's checkpoints"
        assert _faults(mine.file, your_chief), "his key: no co-signature of his is there"


def test_what_both_saw_before_the_fork_is_no_fault(town: Town) -> None:
    """The file from before it is one that either history goes on from: it accuses nobody."""
    assert _faults(town.shown_worker.file, held=(town.frozen.file,)) == []
    assert _faults(town.shown_other.file, held=(town.frozen.file,)) == []


def test_who_is_shown_nothing_new_finds_it_by_what_the_other_holds(town: Town) -> None:
    """冻结: his file holds by itself, and is behind what the other side was shown."""
    assert _faults(town.frozen.file, EMPLOYER, held=town.frozen.heads) == []
    assert _faults(town.frozen.file, held=(town.shown_worker.file,)), "behind the other's file"
    assert [head for head in town.shown_worker.heads if _faults(town.frozen.file, held=(head,))], "behind his heads"
