"""Reading the logs of many cases in one order: what of them is later than a place, without its words.

The order is that of the commits. It is a number of the store's own, and never leaves it: what is said to anybody is the
case, the stream and the seq of an event.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from threading import Lock
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, and_, func, or_, select

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import sql
from cloudnego.eventlog.tables import OverviewRow

_OVERVIEW: Final = sql.table_of(OverviewRow)
_ALL: Final = 2**62
_AGAIN_S: Final = 0.005
_TRIES: Final = 10
_PENDING_MAX: Final = 64


class At(NamedTuple):
    """One event: its place among all, where it stands, and the exact bytes of its leaf."""

    pos: int
    case: str
    stream: Stream
    seq: int
    leaf: bytes


class Horizon:
    """How far the log may be read without missing what commits later at an earlier place.

    On PostgreSQL places are drawn from a sequence by transactions that end in any order. Whoever drew one up to `last`
    had its number of transaction by then (it locks the heads first), so it has ended when every transaction older than
    the next one at that time has.
    """

    def __init__(self) -> None:
        self._guard: Final = Lock()
        self._pending: Final[deque[tuple[int, int]]] = deque(maxlen=_PENDING_MAX)
        self._safe = 0

    def of(self, connection: Connection) -> tuple[int, int]:
        """Up to which place, and the last that was drawn. Needs a snapshot a statement (READ COMMITTED)."""
        if connection.dialect.name == "sqlite":
            return _ALL, _ALL
        last = connection.exec_driver_sql("SELECT last_value FROM leaf_pos_seq WHERE is_called").scalar() or 0
        oldest, following = connection.exec_driver_sql(
            "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s"
        ).one()
        with self._guard:
            self._pending.append((int(last), int(following)))
            over = [one for one in self._pending if one[1] <= oldest]
            self._safe = max([self._safe, *(place for place, _ in over)])
            for one in over:
                self._pending.remove(one)
            return self._safe, int(last)


class Feed:
    """Blocking, safe in any number of threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine: Final = engine
        self._horizon: Final = Horizon()

    def horizon(self) -> tuple[int, bool]:
        """Up to which place may be read now, and whether that is all there was when it was asked; waits a moment for
        who is just committing, and for nobody who comes later."""
        wanted: int | None = None
        for left in range(_TRIES, 0, -1):
            with self._engine.connect() as connection:
                upto, last = self._horizon.of(connection)
            wanted = last if wanted is None else wanted
            if upto >= wanted or left == 1:
                return upto, upto >= wanted
            time.sleep(_AGAIN_S)
        raise AssertionError("it was looked at least once")

    def end(self) -> int:
        """The place of the last entry of the log, whatever it is of."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.max(sql.LEAF.c.pos))).scalar() or 0

    def cases_of(self, district: str, enterprises: Collection[str]) -> list[str]:
        """The cases of a district to which one of these enterprises is party."""
        c, names = _OVERVIEW.c, sorted(enterprises)
        covered = or_(*(c.covers.contains(f" {name} ", autoescape=True) for name in names))
        mine = or_(c.enterprise.in_(names), c.employer_organ.in_(names), and_(c.covers != "", covered))
        query = select(c.case_id).where(c.district == district, mine).order_by(c.case_id)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def parties(self, cases: Collection[str]) -> frozenset[str]:
        """The enterprises that are party to any of these cases."""
        c = _OVERVIEW.c
        query = select(c.enterprise, c.employer_organ, c.covers)
        with self._engine.connect() as connection:
            rows = [
                row for some in _lots(sorted(cases)) for row in connection.execute(query.where(c.case_id.in_(some)))
            ]
        return frozenset(name for row in rows for name in (row[0], row[1], *row[2].split()))

    def ends(self, cases: Iterable[str], streams: Collection[Stream]) -> dict[str, dict[Stream, int]]:
        """Of each stream of these cases that has any event, the place of the last."""
        s, leaf, found = sql.STREAM.c, sql.LEAF.c, dict[str, dict[Stream, int]]()
        ids = [f"{case}/{stream.value}" for case in cases for stream in streams]
        name = func.substr(s.id, func.length(s.case_id) + 2)
        last = and_(leaf.case_id == s.case_id, leaf.stream == name, leaf.seq == s.size)
        query = select(s.case_id, leaf.stream, leaf.pos).select_from(sql.STREAM.join(sql.LEAF, last))
        with self._engine.connect() as connection:
            for some in _lots(ids):
                for case, stream, pos in connection.execute(query.where(s.id.in_(some))):
                    found.setdefault(case, {})[Stream(stream)] = pos
        return found

    def read(self, seen: Mapping[str, Collection[Stream]], after: int, upto: int, limit: int) -> list[At]:
        """The first events of these streams of cases after one place and up to another, in order."""
        c, groups = sql.LEAF.c, dict[frozenset[Stream], list[str]]()
        place = c.pos + 0  # so that the index of the cases is walked, and not the whole log from there on
        for case, streams in seen.items():
            groups.setdefault(frozenset(streams), []).append(case)
        chosen: list[Any] = []
        with self._engine.connect() as connection:
            for streams, cases in groups.items():
                for some in _lots(sorted(cases)):
                    of = and_(c.case_id.in_(some), c.stream.in_(sorted(one.value for one in streams)))
                    later = select(c.pos).where(of, place > after, place <= upto).order_by(place).limit(limit)
                    chosen += connection.execute(later).scalars()
            first = sorted(chosen)[:limit]
            if not first:
                return []
            query = select(c.pos, c.case_id, c.stream, c.seq, c.leaf).where(c.pos.in_(first)).order_by(c.pos)
            return [At(row[0], row[1], Stream(row[2]), row[3], bytes(row[4])) for row in connection.execute(query)]

    def with_leaves(self, holding: bytes, after: int, upto: int, limit: int) -> tuple[list[str], int]:
        """The cases with a leaf in which this stands, among the first entries after one place and up to another, each
        once; and the place of the last of these entries, or where it began."""
        c = sql.LEAF.c
        query = select(c.pos, c.case_id, c.leaf).where(c.pos > after, c.pos <= upto).order_by(c.pos).limit(limit)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        found = dict.fromkeys(case for _, case, leaf in rows if holding in bytes(leaf))
        return list(found), rows[-1][0] if rows else after

    def place(self, case: str, stream: str, seq: int) -> int | None:
        """The place of an event; None if there is none."""
        c = sql.LEAF.c
        query = select(c.pos).where(c.case_id == case, c.stream == stream, c.seq == seq)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()


_LOT: Final = 500


def _lots(names: list[str]) -> Iterable[list[str]]:
    return (names[start : start + _LOT] for start in range(0, len(names), _LOT))
