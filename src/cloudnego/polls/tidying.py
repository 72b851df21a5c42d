"""What is left of polls that were never opened, or are over, and how it goes: by the clock, not by any act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, Engine, Table, select, update

from cloudnego.eventlog.database import writing
from cloudnego.eventlog.sql import table_of
from cloudnego.eventlog.tables import District
from cloudnego.polls.pool import Pool
from cloudnego.polls.tables import Poll
from cloudnego.polls.traces import rewritten

STALE_S: Final = 3600
TRACES: Final = "traces"
"""Instead of its pool's folder, of a poll that ended: the files are to be written anew."""

_POLL: Final = table_of(Poll)
_DISTRICT: Final = table_of(District)


def restored(connection: Connection, tables: Mapping[str, Table]) -> None:
    """What was open when a backup was made does not go on from it: ballots issued since would be issued again, and
    ballots cast since are gone. Its case, if the log has it as running, declares it void."""
    if _POLL.name in tables:  # an older archive has none
        open_then = update(_POLL).where(_POLL.c.state.in_(("prepared", "open")))
        connection.execute(open_then.values(state="restored"))


def stale(connection: Connection, now_s: int) -> Sequence[str]:
    """Prepared more than an hour ago, and never opened."""
    old = select(_POLL.c.id).where(_POLL.c.state == "prepared", _POLL.c.made_s < now_s - STALE_S)
    return connection.execute(old).scalars().all()


def orphaned(connection: Connection) -> Sequence[str]:
    """Open in a sandbox that ended: no clock asks there any more."""
    ended = select(_DISTRICT.c.id).where(_DISTRICT.c.ended_s.is_not(None))
    over = select(_POLL.c.id).where(_POLL.c.state.in_(("open", "counted", "restored")), _POLL.c.district.in_(ended))
    return connection.execute(over).scalars().all()


def forget_pools(engine: Engine, pool: Pool) -> None:
    """Delete the files of polls that are open no more."""
    kept = pool.kept()  # first: one that opens meanwhile is not among them
    with engine.connect() as connection:
        running = set(connection.execute(select(_POLL.c.id).where(_POLL.c.state == "open")).scalars())
    for one in kept:
        if one not in running:
            pool.forget(one)


def take_traces(engine: Engine) -> None:
    """Write the files anew if a poll has ended since they were. Where that was not possible, the next round tries."""
    ended = _POLL.c.state.in_(("buried", "voided")), _POLL.c.pool == TRACES
    with engine.connect() as connection:
        there = connection.execute(select(_POLL.c.id).where(*ended)).scalars().all()
    if there and rewritten(engine):
        with writing(engine).begin() as connection:
            connection.execute(update(_POLL).where(_POLL.c.id.in_(there)).values(pool=None))
