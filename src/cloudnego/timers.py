"""Timers: find what has fallen due and ask for it through `handle`, as the clock. The core says what is due."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import Any, Final, Protocol, TypeVar, TypeVarTuple

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from cloudnego.core.calendar import CalendarYear
from cloudnego.core.commands import AdoptCalendar, Command, RecordSupersession
from cloudnego.core.moment import Standing
from cloudnego.core.refusals import Refused
from cloudnego.core.sight import clock_asks
from cloudnego.core.vocabulary import CLOCK
from cloudnego.eventlog.districts import District
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.tables import OverviewRow
from cloudnego.handle import handle
from cloudnego.law import merge
from cloudnego.logs import kinds_of
from cloudnego.ports import Broken, Busy, Filter, KeyReused, NoCase, World

T = TypeVar("T")
Args = TypeVarTuple("Args")

_AT_ONCE: Final = 64  # cases asked for together: one batch of the writer, and no more of its queue than that
_CASES_A_TURN: Final = 500
_TURNS_MAX: Final = 40  # one ask may make the next one due; a case that never comes to rest must not keep the clock

_log = structlog.get_logger(__name__)


class Threads(Protocol):
    """Where blocking work is done."""

    def run(self, work: Callable[[*Args], T], *args: *Args) -> Awaitable[T]:
        """Run `work` in a thread."""
        ...


class Timers:
    """The clock's asks of all districts. Safe in several processes: what two ask, the writer grants once."""

    def __init__(
        self,
        world: World,
        engine: Engine,
        threads: Threads,
        districts: Callable[[], list[District]],
        told: Callable[[str], None],
        *,
        timed: Callable[[], AbstractContextManager[object]] = nullcontext,
        beside: Callable[[str], Awaitable[int]] | None = None,
    ) -> None:
        """`districts` reads all of them (blocking); for the figures `told` hears the outcome of each ask, and `timed`
        measures each round. `beside`: what else falls due in a district, and how much of it was granted."""
        self._world = world
        self._engine = engine
        self._threads = threads
        self._districts = districts
        self._told = told
        self._timed = timed
        self._beside = beside

    async def forever(self, every_s: float) -> None:
        """Look again and again until cancelled. A round that fails is logged, and the next one tries again."""
        while True:
            try:
                await self.round()
            except Exception as wrong:  # what it says may hold content; where it happened does not
                _log.error("timers_failed", error=kinds_of(wrong))
            await asyncio.sleep(every_s)

    async def round(self) -> int:
        """Once through all districts; returns how many asks were granted."""
        granted = 0
        with self._timed():
            for district in await self._threads.run(self._districts):
                granted += await self.of_district(district.id)
        return granted

    async def of_district(self, district: str) -> int:
        """All that is due in one district by its own clock; returns how many asks were granted."""
        granted = 0
        for _ in range(_TURNS_MAX):
            turn = await self._turn(district)
            turn += await self._beside(district) if self._beside is not None else 0
            granted += turn
            if turn == 0:
                return granted
        _log.warning("timers_do_not_come_to_rest", turns=_TURNS_MAX)
        return granted

    async def _turn(self, district: str) -> int:
        today = self._world.clock(district).date()
        due = await self._threads.run(self._world.log.due, district, today, _CASES_A_TURN)
        asks: list[tuple[str, tuple[Command, ...], str]] = []
        for case in due:
            asks.append((case, *await self._threads.run(self._due_in, district, case)))
        asks += await self._threads.run(self._superseded, district, today)
        granted = 0
        for first in range(0, len(asks), _AT_ONCE):
            some = asks[first : first + _AT_ONCE]
            granted += sum(await asyncio.gather(*(self._ask(district, *one) for one in some)))
        return granted

    def _due_in(self, district: str, case: str) -> tuple[tuple[Command, ...], str]:
        """What the clock has to ask in a case, and a word that is the same only while the same thing is asked."""
        state = self._world.log.state(case)
        if state is None or state.opened is None:
            return (), ""
        at = self._world.clock(district)
        law = self._world.law(state.opened.pack, state.opened.pack_version, state.calendar)
        return clock_asks(Standing(state, at, law)), f"{at.date()} {state.round} {state.filing.refile}"

    def _superseded(self, district: str, today: date) -> list[tuple[str, tuple[Command, ...], str]]:
        """Contracts whose renewal, amendment or ending has come into force: the parent learns by the clock."""
        parent = aliased(OverviewRow)
        query: Any = (
            select(col(OverviewRow.case_id), col(parent.case_id))
            .join(parent, col(parent.case_id) == col(OverviewRow.parent))
            .where(col(OverviewRow.district) == district, col(OverviewRow.in_force_from) <= today)
            .where(col(parent.ending).is_(None))
            .order_by(col(OverviewRow.case_id))
            .limit(_CASES_A_TURN)
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
        return [(above, (RecordSupersession(child=child),), str(today)) for child, above in found]

    async def _ask(self, district: str, case: str, commands: tuple[Command, ...], word: str) -> int:
        """Ask one after the other; returns how many were granted. A refusal is an answer like any other."""
        outcomes: Counter[str] = Counter()
        for command in commands:
            key = hashlib.sha256(f"{case} {word} {command.model_dump_json()}".encode()).hexdigest()
            try:
                receipt = await handle(self._world, district, case, command, CLOCK, f"clock-{key}")
                outcome = "repeated" if receipt.repeated else "granted"
            except Refused:
                outcome = "refused"
            except (Busy, NoCase, KeyReused) as later:
                outcome = type(later).__name__.lower()
            except Broken:
                _log.error("clock_ask_broken", command=command.type)
                outcome = "broken"
            outcomes[outcome] += 1
            self._told(outcome)
        return outcomes["granted"]


async def adopt_calendar(
    world: World, log: SqlLog, years: Sequence[CalendarYear], done: Callable[[int], None]
) -> tuple[int, int]:
    """Lay these years over the calendar of every district and of every open case, through `handle`.

    `done` hears of each case. Returns how many open cases were asked, and in how many the calendar is new.
    """
    asked = adopted = 0
    for district in log.districts.all():
        calendar = merge(log.districts.law((district.pack, district.pack_version, district.calendar)).calendar, years)
        log.districts.adopt(district.id, calendar=calendar)
        command = AdoptCalendar(calendar=calendar.version)
        cursor: str | None = None
        while True:
            page = log.cases(Filter(district=district.id, live=True), cursor, _CASES_A_TURN)
            for row in page.rows:
                asked += 1
                try:
                    key = f"calendar-{calendar.version}"
                    adopted += not (await handle(world, district.id, row.case, command, CLOCK, key)).repeated
                except Refused:
                    pass  # it goes by this calendar already
                done(1)
            cursor = page.cursor
            if cursor is None:
                break
    return asked, adopted
