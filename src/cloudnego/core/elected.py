"""What the rounds of an election came to: who got how many votes, and who would follow on a seat that falls vacant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import msgspec

from cloudnego.core import events as e
from cloudnego.core.state import BenchState, ElectionRound, ElectionState

Follows = Literal["over", "next"]
"""候补: over the majority (过半数) when the seats were filled, or not, so that he must be elected first (ZJDM 15)."""


class Stood(msgspec.Struct, frozen=True, kw_only=True):
    """How one candidate came out. `round`, `votes`: of the last round he stood in, null where the counts are not to be
    seen; `place`: his among those who would follow, equal where votes are equal."""

    person: str
    elected: bool
    seated: bool
    round: int | None = None
    votes: int | None = None
    follows: Follows | None = None
    place: int | None = None


def attested(election: ElectionState, recorded: Iterable[e.ElectionRecorded]) -> tuple[e.ElectionRecorded, ...]:
    """The rounds of the list that stands which two scrutineers confirmed, by number. `recorded`: in the order of the
    log; of a round that was voided and held again the last one counts."""
    last = {one.round: one for one in recorded}
    confirmed = election.round - (1 if election.recorded else 0)
    return tuple(last[number] for number in range(1, confirmed + 1) if number in last)


def tied(counts: e.ElectionRecorded | ElectionRound, chosen: Collection[str]) -> list[str]:
    """Who passed in a round and has no seat while one is open: they had equal votes for it, and the next round is
    between them alone (票数相同的，在他们之间再投)."""
    if not counts.quorum or not counts.open_seats:
        return []
    return [one.person for one in counts.votes if one.votes >= counts.needed and one.person not in chosen]


def standings(election: ElectionState, bench: BenchState, rounds: Iterable[e.ElectionRecorded]) -> tuple[Stood, ...]:
    """All who stood: the elected by votes, who sits in their stead, who would follow, then the others by votes."""
    votes: dict[str, tuple[e.ElectionRecorded, int]] = {}
    for one in rounds:
        votes |= {vote.person: (one, vote.votes) for vote in one.votes}
    follows = _follows(election, bench, votes) if election.settled else {}
    found = []
    for person in (rep.person for rep in election.candidates):
        round_, got = votes.get(person, (None, None))
        kind, place = follows.get(person, (None, None))
        found.append(
            Stood(
                person=person, elected=person in election.chosen, seated=bench.has(person),
                round=round_.round if round_ is not None else None, votes=got, follows=kind, place=place,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=_order))


def _follows(
    election: ElectionState, bench: BenchState, votes: Mapping[str, tuple[e.ElectionRecorded, int]]
) -> dict[str, tuple[Follows, int]]:
    """Those who got votes and were not elected, the most votes first; who sits already or has sat follows nobody."""
    away = {*election.chosen, *bench.was}
    left = {person: one for person, one in votes.items() if person not in away and not bench.has(person) and one[1]}
    return {
        person: ("over" if got >= round_.needed else "next", 1 + sum(other > got for _, other in left.values()))
        for person, (round_, got) in left.items()
    }


def _order(one: Stood) -> tuple[int, int, int]:
    if one.elected:
        return 0, one.round or 0, -(one.votes or 0)
    if one.seated:
        return 1, 0, 0
    return (2, one.place, 0) if one.place is not None else (3, 0, -(one.votes or 0))
