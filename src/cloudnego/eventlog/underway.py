"""Work that goes on while nobody waits, and how far it is.

On PostgreSQL that stands in its row, once a second, for every node to read; of whom nothing was heard for long has
stopped. On SQLite there is one process, which says it out of its memory: the one lock may be held by the work itself.
What is not in its memory was another's, which is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from sqlalchemy import Engine, Table, update

from cloudnego.eventlog.database import writing

_SAY_S: Final = 1
_OVER_S: Final = 5
_OVER: Final[dict[str, int]] = {}
"""When what this process did was over: for who read its row just before that and looks here just after."""

_MINE: Final[dict[str, dict[str, Any]]] = {}
"""What this process does, by the ids of its rows, and what is to be said of it that is not in its row."""

Teller = Callable[[int], None]
"""Called with how much more was done."""


class Underway:
    """Rows of one table, with `id`, `state`, `done` and `touched_s`. `states`: of what is on its way. All of it
    blocks."""

    def __init__(
        self, engine: Engine, table: Table, now_s: Callable[[], int], states: Collection[str], lost_s: int
    ) -> None:
        self._engine: Final = engine
        self._table: Final = table
        self._now_s: Final = now_s
        self._states: Final = states
        self._lost_s: Final = lost_s
        self._alone: Final = engine.dialect.name == "sqlite"

    def take_on(self, id_: str) -> None:
        """It is done in this process, now or when its turn comes; to be said before its row is there."""
        _MINE[id_] = {}

    def let_go(self, id_: str) -> None:
        """It is over, and its row says how."""
        now_s = self._now_s()
        _OVER[id_] = now_s
        _MINE.pop(id_, None)
        for one in [one for one, at_s in _OVER.items() if now_s - at_s > _OVER_S]:
            _OVER.pop(one, None)

    def say(self, id_: str, **values: object) -> None:
        """Write down how it stands."""
        with writing(self._engine).begin() as connection:
            told = update(self._table).where(self._table.c.id == id_)
            connection.execute(told.values(touched_s=self._now_s(), **values))

    def teller(self, id_: str, **also: object) -> Teller:
        """Says how far it is from now on, and `also`: at once what is new, then once a second."""
        done, said_s = 0, 0 if also else self._now_s()

        def told(more: int) -> None:
            nonlocal done, said_s
            done += more
            if self._alone:
                _MINE[id_] = {"done": done, **also}
                return
            now_s = self._now_s()
            if now_s - said_s >= _SAY_S:
                said_s = now_s
                self.say(id_, done=done, **also)

        return told

    def stands(self, id_: str, state: str, touched_s: int) -> Mapping[str, Any]:
        """What is to be said of it that its row does not: it failed with its process, or is further by now."""
        if state not in self._states:
            return {}
        now_s = self._now_s()
        mine = id_ in _MINE or now_s - _OVER.get(id_, -_OVER_S - 1) <= _OVER_S
        gone = not mine if self._alone else now_s - touched_s > self._lost_s
        return {"state": "failed"} if gone else _MINE.get(id_, {})
