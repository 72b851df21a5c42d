"""The box: ballots by their place and nothing else, in batches; and the list it becomes at the close."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import Connection, Insert, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from cloudnego.eventlog.sql import table_of
from cloudnego.polls.ballots import Ballot
from cloudnego.polls.tables import BallotRow, PollList

_BALLOT: Final = table_of(BallotRow)
_LIST: Final = table_of(PollList)
PART_BYTES: Final = 256 * 1024
_AT_ONCE: Final = 500


def put(connection: Connection, poll: str, ballots: Iterable[tuple[bytes, Ballot]]) -> None:
    """Lay ballots down by place, in the open transaction. One that lies there already stays one."""
    rows = [
        {"poll": poll, "place": place, "nonce": one.nonce, "choice": one.choice, "signature": one.signature}
        for place, one in sorted(ballots, key=lambda each: each[0])
    ]
    if rows:
        connection.execute(_once(connection), rows)


def _once(connection: Connection) -> Insert:
    """The two dialects say the same, each in a class of its own."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(_BALLOT).on_conflict_do_nothing()
    return postgresql.insert(_BALLOT).on_conflict_do_nothing()


def among(connection: Connection, poll: str, places: Collection[bytes]) -> set[bytes]:
    """Which of these places are taken."""
    found = select(_BALLOT.c.place).where(_BALLOT.c.poll == poll, _BALLOT.c.place.in_(places))
    return {bytes(place) for place in connection.execute(found).scalars()}


def ballots(connection: Connection, poll: str) -> list[tuple[bytes, Ballot]]:
    """All that lie there, by place."""
    found = select(_BALLOT).where(_BALLOT.c.poll == poll).order_by(_BALLOT.c.place)
    return [
        (bytes(row.place), Ballot(nonce=bytes(row.nonce), choice=row.choice, signature=bytes(row.signature)))
        for row in connection.execute(found)
    ]


def empty(connection: Connection, poll: str) -> None:
    """Take all ballots of a poll out of the box."""
    connection.execute(delete(_BALLOT).where(_BALLOT.c.poll == poll))


def lay_open(connection: Connection, poll: str, content: bytes) -> None:
    """Keep the list of a closed poll in the place of its box."""
    empty(connection, poll)
    for number, begin in enumerate(range(0, len(content), PART_BYTES)):
        part = content[begin : begin + PART_BYTES]
        connection.execute(insert(_LIST), {"poll": poll, "number": number, "content": part})


def listed(connection: Connection, poll: str) -> bytes:
    """The list of a closed poll, as it was hashed."""
    found = select(_LIST.c.content).where(_LIST.c.poll == poll).order_by(_LIST.c.number)
    return b"".join(bytes(part) for part in connection.execute(found).scalars())


def destroy(connection: Connection, poll: str) -> None:
    """Ballots and list of a poll that is void."""
    empty(connection, poll)
    connection.execute(delete(_LIST).where(_LIST.c.poll == poll))
