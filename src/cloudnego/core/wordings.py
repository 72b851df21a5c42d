"""What became of each clause at the table, read off the log: every wording, who put it, who confirmed it, what took its
place. The state holds what stands; this says how it came to stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from cloudnego.core import events as e
from cloudnego.core.redline import Wording
from cloudnego.core.state import Clause
from cloudnego.core.vocabulary import Side

Standing = Literal["open", "agreed", "reopening", "dropped"]
Did = Literal["confirmed", "agreed", "asked_to_reopen", "reopened", "dropped"]


class Told(Struct, frozen=True):
    """An event of the table as the log has it."""

    seq: int
    at: datetime
    actor: str
    event: e.Event


class WordingAct(Struct, frozen=True, kw_only=True):
    """What a side did with a wording. `agreed`: the other chief had confirmed it; `reopened`: he wanted it open too."""

    did: Did
    at: datetime
    person: str
    side: Side


class WordingVersion(Struct, frozen=True, kw_only=True):
    """One wording of a clause. `id`: the event that put it; `seq`: its place in the table's stream; `until`: the
    wording that took its place; `prose`: null where it was erased."""

    id: str
    seq: int
    n: int
    at: datetime
    person: str
    side: Side
    round: int
    head: str
    text_hash: str
    values: tuple[dict[str, Any], ...]
    prose: str | None
    acts: tuple[WordingAct, ...]
    until: str | None


class ClauseHistory(Struct, frozen=True, kw_only=True):
    """A clause and all its wordings, oldest first. `agreed`: the last one both chiefs agreed on, open again or not."""

    clause: str
    head: str
    standing: Standing
    agreed: str | None
    versions: tuple[WordingVersion, ...]


def histories(told: Iterable[Told], clauses: dict[str, Clause]) -> tuple[ClauseHistory, ...]:
    """Every clause that was ever put, in the order in which they came. `clauses`: those that stand."""
    found: dict[str, list[WordingVersion]] = {}
    turn = 1
    for one in told:
        match one.event:
            case e.StepTurned(round=now):
                turn = now
            case e.ClausePut() as put:
                before = found.setdefault(put.clause, [])
                version = _version(one, put, len(before) + 1, turn)
                if before:
                    before[-1] = replace(before[-1], until=version.id)
                before.append(version)
            case e.ClauseConfirmed() | e.ClauseReopened() | e.ClauseDropped() as act if found.get(act.clause):
                last = found[act.clause][-1]
                said = WordingAct(did=_did(act), at=one.at, person=one.actor, side=act.side)
                found[act.clause][-1] = replace(last, acts=(*last.acts, said))
            case _:
                pass
    return tuple(_history(name, versions, clauses.get(name)) for name, versions in found.items())


def _version(one: Told, put: e.ClausePut, n: int, turn: int) -> WordingVersion:
    return WordingVersion(
        id=f"table.{one.seq}", seq=one.seq, n=n, at=one.at, person=one.actor, side=put.side, round=turn, head=put.head,
        text_hash=put.text_hash, values=tuple(value.model_dump(mode="json") for value in put.values),
        prose=(put.words or {}).get("prose"), acts=(), until=None,
    )  # fmt: skip


def _did(act: e.ClauseConfirmed | e.ClauseReopened | e.ClauseDropped) -> Did:
    match act:
        case e.ClauseConfirmed(agreed=agreed):
            return "agreed" if agreed else "confirmed"
        case e.ClauseReopened(both=both):
            return "reopened" if both else "asked_to_reopen"
        case e.ClauseDropped():
            return "dropped"


def _history(name: str, versions: Sequence[WordingVersion], clause: Clause | None) -> ClauseHistory:
    agreed = [one.id for one in versions if any(act.did == "agreed" for act in one.acts)]
    standing: Standing = "dropped"
    if clause is not None:
        standing = ("reopening" if clause.reopening else "agreed") if clause.agreed else "open"
    return ClauseHistory(
        clause=name, head=versions[-1].head, standing=standing, agreed=agreed[-1] if agreed else None,
        versions=tuple(versions),
    )  # fmt: skip


def lying(told: Iterable[Told], heads: Sequence[str], at: int | None = None) -> tuple[Wording, ...]:
    """The clauses as they lay on the table after its event `at`, or now: in the order of `heads`, and under one as they
    came."""
    lay: dict[str, Wording] = {}
    for one in told:
        if at is not None and one.seq > at:
            break
        match one.event:
            case e.ClausePut() as put:
                prose = (put.words or {}).get("prose")
                lay[put.clause] = Wording(clause=put.clause, head=put.head, values=put.values, prose=prose)
            case e.ClauseDropped(clause=name):
                lay.pop(name, None)
            case _:
                pass
    place = {head: at for at, head in enumerate(heads)}
    return tuple(sorted(lay.values(), key=lambda one: place.get(one.head, len(place))))
