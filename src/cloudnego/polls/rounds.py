"""What the clock does with votes on the platform: it opens what the log says is open, counts what has closed, and
destroys what is of use to nobody any more. The log alone says what is; roll and box follow it, whatever crashed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from cloudnego.core import commands as c
from cloudnego.core.polls import ends
from cloudnego.core.refusals import Refused
from cloudnego.core.state import Negotiation, Poll
from cloudnego.core.vocabulary import CLOCK
from cloudnego.handle import handle
from cloudnego.logs import kinds_of
from cloudnego.polls.closing import Closing
from cloudnego.polls.desk import Home, Polls
from cloudnego.polls.history import History, question_of
from cloudnego.ports import Broken, Busy, KeyReused, NoCase, World
from cloudnego.texts import say

_log = structlog.get_logger(__name__)


class Rounds:
    """Safe on several nodes, and after any crash: each step may be done twice."""

    def __init__(
        self,
        world: World,
        polls: Polls,
        run: Callable[..., Awaitable[Any]],
        told: Callable[[str], None],
    ) -> None:
        """`run` does blocking work in a thread; `told` hears the outcome of each count, for the figures."""
        self._world: Final = world
        self._polls: Final = polls
        self.history: Final = History(world.log)
        self._run: Final = run
        self._told: Final = told

    async def of_district(self, district: str) -> int:
        """All that is due in one district by its own clock; returns how many votes were counted."""
        return sum([await self._settled(one) for one in await self._run(self._polls.unsettled, district)])

    async def of_case(self, district: str, case: str) -> None:
        """What an act has just changed of one case's vote."""
        for one in await self._run(self._polls.unsettled, district):
            if one.case == case:
                await self._settled(one)

    async def _settled(self, one: Home) -> int:
        """One that is damaged keeps no other from being counted, and the next round looks at it again."""
        try:
            return await self._settle(one)
        except Exception as wrong:
            _log.error("poll_not_settled", poll=one.poll, error=kinds_of(wrong))
            return 0

    async def _settle(self, one: Home) -> int:
        at = self._world.clock(one.district)
        case = await self._run(self._world.log.state, one.case)
        running = _running(case, one.poll)
        if running is not None and one.state == "restored":
            words = say("polls.restored")
            return await self._brought(one, c.VoidPoll(poll=one.poll, reason=f"{words['zh']} {words['en']}"))
        if running is None:
            await self._run(self._over, one, case is not None)
            return 0
        await self._run(self.let_open, one.case, running, at)
        way = await self._run(self._polls.stands_in_the_way, one.poll, int(at.timestamp()))
        if way:
            return 0
        found: Closing = await self._run(self._polls.count, one.poll, int(at.timestamp()))
        tellers = sorted(await self._run(self._polls.entered, one.poll))
        return await self._brought(one, as_counted(running, found, tellers))

    def let_open(self, case_id: str, poll: Poll, at: datetime) -> None:
        """Issue ballots of a vote that the log says is open. Blocks; once more changes nothing."""
        if self._polls.home(poll.id).state == "prepared":
            opening = self.history.opening(case_id, poll.id).opening
            self._polls.open(poll.id, question_of(opening), int(ends(poll, at).timestamp()))

    def _over(self, one: Home, known: bool) -> None:
        """The log does not know it as running: not opened yet, counted, or voided, maybe with its case."""
        if one.state == "prepared" or not known:
            return  # who opens it is on the way, or has failed: then `tidy` drops it
        if one.state != "restored" and self.history.of(one.case, one.poll).counted is not None:
            self._polls.bury(one.poll)
        else:
            self._polls.void(one.poll)

    async def _brought(self, one: Home, command: c.CountPoll | c.VoidPoll) -> int:
        """The clock's word on a vote, once; then keys and what nobody needs any more are destroyed."""
        counts = isinstance(command, c.CountPoll)
        try:
            key = f"{'count' if counts else 'void'}-{one.poll}"
            await handle(self._world, one.district, one.case, command, CLOCK, key)
        except (Busy, NoCase, KeyReused, Broken, Refused) as no:
            self._told(type(no).__name__.lower())
            if isinstance(no, Refused):
                _log.error("count_refused", poll=one.poll, reasons=[o.reason for o in no.obstacles])
            return 0
        self._told("granted")
        await self._run(self._polls.bury if counts else self._polls.void, one.poll)
        return int(counts)


def _running(case: Negotiation | None, poll: str) -> Poll | None:
    """The vote as the case has it, if it runs or waits to be counted."""
    return case.polls.get(poll) if case is not None and case.live else None


def as_counted(poll: Poll, found: Closing, tellers: Sequence[str]) -> c.CountPoll:
    """What was found at the close, in the words of the log: box and urn together, and the urn alone."""
    paper = found.paper
    urn = paper.counts if paper is not None else {}
    choices = [one.choice for one in poll.options]
    return c.CountPoll(
        poll=poll.id,
        poll_hash=found.poll,
        issued=found.issued,
        took_paper=found.on_paper,
        cast=found.cast,
        papers=paper.papers if paper is not None else 0,
        spoiled=paper.spoiled if paper is not None else 0,
        counts=tuple(c.Tally(choice=one, votes=found.counts[one] + urn.get(one, 0)) for one in choices),
        urn=tuple(c.Tally(choice=one, votes=urn[one]) for one in choices if one in urn),
        tellers=tuple(tellers) if paper is not None else (),
        list_hash=found.listed,
        roll_hash=found.roll_hash,
    )
