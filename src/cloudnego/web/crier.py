"""Calls people to what is theirs: three, one and no working days before a term ends, and when it is over.

The clock notes these marks in the log (`deadline_noted`); whoever serves reads on from where the last one stood, and
for each mark writes a message to those alone whose act would end the term, or who have to know that it is over. What
waits to leave the program is then handed over. Both may be done by several nodes at once, and twice does nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Final, Literal, NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from cloudnego.core.deadlines import END_OF_DAY, Running, deadlines, is_open
from cloudnego.core.moment import Standing
from cloudnego.core.sight import moment_of, open_for, seen_terms
from cloudnego.core.turns import Turn, turns_for
from cloudnego.core.vocabulary import Seat
from cloudnego.eventlog.tables import SeatRow
from cloudnego.identity.inbox import InboxEntry, MessageKind, NewReminder
from cloudnego.identity.listeners import people_near, somebody
from cloudnego.identity.offices import parties_of
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.logs import kinds_of
from cloudnego.notify.delivery import Delivery
from cloudnego.notify.outbox import Outbox
from cloudnego.ports import CHINA
from cloudnego.texts import say
from cloudnego.web.cases import Found, home_of, pinned_law
from cloudnego.web.lists import organisation_names
from cloudnego.web.met import capacities, meet
from cloudnego.web.reminding import about_term
from cloudnego.web.site import Site
from cloudnego.web.threads import Threads

LADDER: Final = {"T-3": 1, "T-1": 2, "T0": 3, "T+1": 4}
"""The marks people are called at, each with its number among the reminders of a term."""

_OVER: Final = "T+1"
_KINDS: Final = {"T0": MessageKind.TERM_TODAY, _OVER: MessageKind.TERM_OVER}
_OF_TERMS: Final = frozenset(
    {MessageKind.TERM_NEAR, MessageKind.TERM_TODAY, MessageKind.TERM_OVER, MessageKind.TERM_URGE}
)
_UPPER: Final = frozenset({Seat.TOWN_UNION, Seat.DISTRICT_UNION})
_NOTED: Final = b'deadline_noted"'
_PAGE: Final = 5_000
_DUE: Final = 200
_LOOK_S: Final = 5.0
_CARRIERS: Final = 3  # letters under way at once: a server that hangs must not hold the threads that send codes

_log: Final = structlog.get_logger(__name__)


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except Exception as wrong:  # what it says may hold content; where it happened does not
            _log.error("notices_failed", error=kinds_of(wrong))
        await asyncio.sleep(_LOOK_S)


class _Mark(NamedTuple):
    """A mark of a term that was noted, in its case as it stands now."""

    district: str
    case_id: str
    s: Standing
    term: Running
    mark: str


class Crier:
    """One in each process. It waits on the event loop; all else is done in threads."""

    def __init__(self, site: Site) -> None:
        self._site: Final = site
        self._outbox: Final[Outbox] = site.outbox
        self._carriers: Final = Threads(_CARRIERS, "carrier")
        self._delivery: Final = Delivery(site.outbox, site.factors.inbox, site.now_s, site.public_url)

    async def forever(self) -> None:
        """Look again and again until cancelled. A round that fails is logged, and the next one tries again."""
        if self._site.log.store.sqlite:
            await self._site.threads.run(self._outbox.begin)
        try:  # a mail server that hangs keeps nobody from being told in the program
            await asyncio.gather(_again_and_again(self.call), _again_and_again(self.hand_over))
        finally:
            self._carriers.close()

    async def round(self) -> None:
        """Call to what was noted since, then hand over what is to leave now: for tests."""
        await self.call()
        await self.hand_over()

    async def call(self) -> None:
        """Call to what was noted since."""
        while await self._site.threads.run(self.read_on):
            pass

    async def hand_over(self) -> None:
        """Hand over what is to leave now."""
        due = await self._site.threads.run(self._outbox.due, _DUE)
        await asyncio.gather(*(self._carriers.run(self._all_for, *one) for one in due))

    # --- calling ----------------------------------------------------------------------------------------------------

    def read_on(self) -> bool:
        """Call to what a page of the log noted; whether there may be another page. Blocks."""
        feed, after = self._site.log.feed, self._outbox.place()
        upto, _ = feed.horizon()
        cases, read_to = feed.with_leaves(_NOTED, after, upto, _PAGE)
        for case in cases:
            try:
                self._call(case)
            except SQLAlchemyError:
                raise  # the next round tries again
            except Exception as wrong:  # one case keeps nobody else from being told; its next mark calls to it anew
                _log.error("case_not_called", error=kinds_of(wrong))
        if read_to > after:
            self._outbox.moved(read_to)
        return read_to > after

    def _call(self, case_id: str) -> None:
        """The marks of a case as they stand noted: of each term the last one, and each once."""
        found = self._standing(case_id)
        if found is None:
            return
        district, s = found
        for term in deadlines(s.case, s.law):
            mark = s.case.noted.get(term.mark_key)
            if mark in LADDER and is_open(s.case, term):
                self._call_to(_Mark(district, case_id, s, term, mark))

    def _call_to(self, at: _Mark) -> None:
        inbox, about, number = self._site.factors.inbox, about_term(at.case_id, at.term.mark_key), LADDER[at.mark]
        if inbox.was_reminded(about, number):
            return
        parties = parties_of(at.s.case)
        assert parties is not None, "a case with a term has been opened"
        offices = at.term.side is None or at.term.seat is not None or at.mark == _OVER
        with reading(self._site.engine) as session:
            seated = session.exec(select(SeatRow.person).where(col(SeatRow.case_id) == at.case_id)).all()
            near = people_near(session, at.district, parties, seated, offices=offices)
        called = dict(self._concerned(at, near))
        new = NewReminder(district=at.district, about=about, by="clock", at_s=int(at.s.at.timestamp()))
        inbox.call(new, number, called, _ends_s(at), **self._facts(at))

    def _concerned(self, at: _Mark, people: Iterable[Who]) -> Iterator[tuple[str, MessageKind]]:
        """Of these the ones who may do now what would end the term; once it is over the upper unions, too, while they
        may urge (HZ 43)."""
        ways = turns_for(at.s, at.term)
        for who in people:
            found = [self._role(at, ways, who, acting_as) for acting_as in capacities(who, at.s.case, at.s.today)]
            if "acts" in found:
                yield who.person, _KINDS.get(at.mark, MessageKind.TERM_NEAR)
            elif at.mark == _OVER and "urges" in found:
                yield who.person, MessageKind.TERM_URGE

    def _role(
        self, at: _Mark, ways: Sequence[Turn], who: Who, acting_as: str | None
    ) -> Literal["acts", "urges"] | None:
        met = meet(who, at.s.case, acting_as, at.s.today)
        if met is None:
            return None
        found = Found.of(at.case_id, who, at.s.case, met, at.s.at)
        if all(one.mark_key != at.term.mark_key for one in seen_terms(at.s, found.member)):
            return None
        caucus = self._site.log.caucus(at.case_id, found.caucus_of) if found.caucus_of is not None else None
        moment = moment_of(at.s, found.member, caucus)
        may = frozenset(open_for(moment))
        if any(turn.command in may and turn.side in (None, moment.side) for turn in ways):
            return "acts"
        return "urges" if "urge" in may and found.seats & _UPPER else None

    def _facts(self, at: _Mark) -> dict[str, str]:
        """What a message says: names and days that its reader sees in the case."""
        opened, term = at.s.case.opened, at.term
        firm = opened.enterprise if opened is not None else ""
        label, sure = at.s.law.pack.timers[term.timer].label, say("notify.provisional")
        return {
            "case": at.case_id,
            "about": term.mark_key,
            "mark": at.mark,
            "enterprise": organisation_names(self._site, at.district, {firm}).get(firm, ""),
            "term_zh": label.zh,
            "term_en": label.en,
            "day": str(term.latest),
            "left": at.mark.removeprefix("T-"),
            "provisional_zh": sure["zh"] if term.due.provisional else "",
            "provisional_en": sure["en"] if term.due.provisional else "",
        }

    def _standing(self, case_id: str) -> tuple[str, Standing] | None:
        district, state = home_of(self._site, case_id), self._site.log.state(case_id)
        if district is None or state is None or state.opened is None:
            return None
        return district, Standing(state, self._site.world.clock(district), pinned_law(self._site, state))

    # --- handing over -----------------------------------------------------------------------------------------------

    def _all_for(self, person: str, channel: str) -> None:
        """Whatever waits for one person by one channel. What fails is logged, and waits for its lease to run out."""
        try:
            while self._delivery.next_of(person, channel, self.still):
                pass
        except Exception as wrong:
            _log.error("notice_not_handed_over", channel=channel, error=kinds_of(wrong))

    def still(self, person: str, one: InboxEntry) -> bool:
        """Whether a message still has anything to tell: he who has acted since, or may not any more, is not told."""
        if one.kind not in _OF_TERMS:
            return True
        case_id = one.facts["case"]
        found = self._standing(case_id)
        if found is None:
            return False
        district, s = found
        named = (term for term in deadlines(s.case, s.law) if term.mark_key == one.facts["about"])
        term = next((term for term in named if is_open(s.case, term)), None)
        with reading(self._site.engine) as session:
            who = somebody(session, district, person)
        if term is None or who is None:
            return False
        return any(self._concerned(_Mark(district, case_id, s, term, one.facts["mark"]), [who]))


def _ends_s(at: _Mark) -> int | None:
    """When the last day of its term ends, in China; None once it is over."""
    last = at.term.latest
    if last is None or at.mark == _OVER:
        return None
    if at.term.ends_at == END_OF_DAY:
        ends = datetime.combine(last + timedelta(days=1), time(), CHINA)
    else:
        ends = datetime.combine(last, time.fromisoformat(at.term.ends_at), CHINA)
    return int(ends.timestamp())
