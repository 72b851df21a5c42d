"""Whoever comes back ends with the log's own streams; and the machine that says so can fail."""

from __future__ import annotations

import os
from random import SystemRandom
from typing import Any

import pytest

from claims import reconnect
from claims.reconnect import LOT, Tally, run
from cloudnego.core.vocabulary import Stream
from cloudnego.live.readers import Reader, Room
from cloudnego.live.rooms import Rooms

FLOOR = 100  # in each of two parts: two hundred in all

_BASE = int(os.environ.get("CLOUDNEGO_RECONNECT_SEED", SystemRandom().randrange(1 << 30)))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", [0, 1])
def test_what_somebody_ends_with_is_the_log(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    first = _BASE + part * 1_000_000
    tally = run(first, FLOOR)
    with capsys.disabled():
        print(f"\nreconnect: seed {first}, count {tally.schedules}, {tally.summary()}")
    assert tally.broken == [], f"run again with CLOUDNEGO_RECONNECT_SEED={first}"
    for what in ("cut", "dropped", "node died", "erased", "ring lost", "set back", "ahead", "no cursor", "written"):
        assert tally.happened[what] > 0, f"{what} never happened"
    assert tally.happened["refused"] * 10 < tally.happened["written"], "acts of the story are refused: nothing happens"
    for why in ("new", "epoch", "ahead"):
        assert tally.happened[f"resync {why}"] > 0, why


def _broken(first: int) -> list[str]:
    """What a hundred schedules find; `first`: where it is mostly found among the first three."""
    tally = Tally()
    while tally.schedules < 4 * LOT and not tally.broken:
        tally.merge(run(first + tally.schedules, 3))
    return tally.broken


def test_a_room_that_writes_to_whoever_stands_elsewhere_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(self: Rooms, room: Room, reader: Reader, batch: Any) -> None:
        if batch.stream in reader.streams and reader.sink.offer(batch.wire):
            reader.cursors[batch.stream] = batch.last

    monkeypatch.setattr(Rooms, "_hand", careless)
    assert _broken(10)


def test_a_room_that_does_not_see_that_words_were_erased_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(self: Reader, stream: Stream, why: str) -> None:
        if why != "epoch":
            begin(self, stream, why)

    begin = Reader.begin_anew
    monkeypatch.setattr(Reader, "begin_anew", careless)
    monkeypatch.setattr(reconnect, "_WAIT_S", 1.0)
    assert _broken(16)
