"""What waits for the reader over all his cases and offices, and whom his cases wait for. Home for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core import commands as c
from cloudnego.core.deadlines import Running, is_open
from cloudnego.core.moment import Law
from cloudnego.core.overview import Overview
from cloudnego.core.sight import Possible, moment_of, next_for, seen_overview, seen_terms, sees_all_joint
from cloudnego.core.state import Negotiation
from cloudnego.core.turns import Turn, before_topics, turns, turns_of
from cloudnego.core.vocabulary import Light, Office, Seat, Side
from cloudnego.identity.kinds import REGIONAL
from cloudnego.identity.sessions import Who
from cloudnego.ports import Filter, Listed, Within
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import tagged
from cloudnego.web.case_views import deadline_document
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.commands import PREFIX, kebab
from cloudnego.web.cursors import cursor_of, read_cursor
from cloudnego.web.described import described
from cloudnego.web.documents import DeadlineDocument, WaitingAct, WaitingFor, WaitingPage
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import Cursor, PageSize
from cloudnego.web.lists import organisation_names, page
from cloudnego.web.met import Met, capacities, meet
from cloudnego.web.site import Site

CASES_MAX: Final = 20
"""Cases looked into for one page: each is folded, so an official's page costs the same in every district."""
_OTHERS_MAX: Final = 3
"""Of whom a case waits for, the most urgent of each case are named."""
_CALLS: Final[dict[Office, frozenset[str]]] = {
    Office.DISTRICT_UNION: frozenset({"red", "guidance"}),
    Office.TOWN_UNION: frozenset({"red", "guidance"}),
    Office.AUTHORITY: frozenset({"authority", "grey", "dispute", "guidance"}),
    Office.EMPLOYERS_BODY: frozenset({"guidance"}),
    Office.AUDITOR: frozenset(),
}
"""Which cases of his area can wait for an official: by light, by whose turn it is, by what lies over them."""
_NEVER: Final = date.max

router = Endpoints(prefix="/api/v1", tags=["accounts"])


@router.get("/me/waiting", **described("get_waiting", WaitingPage, codes=("malformed", "bad_cursor"), tagged=True))
async def get_waiting(
    request: Request, site: TheSite, who: SignedIn, cursor: Cursor = None, limit: PageSize = CASES_MAX
) -> Response:
    """What waits for you, the most urgent first, and whom your cases wait for."""
    place = read_cursor(cursor, "waiting") if cursor else {}

    def read() -> WaitingPage:
        return _Page(site, who, min(limit, CASES_MAX)).read(place)

    return tagged(request, await site.threads.run(read))


class _Page:
    """One page: first the cases one belongs to, then those of the area that call for an official."""

    def __init__(self, site: Site, who: Who, limit: int) -> None:
        self._site: Final = site
        self._who: Final = who
        self._limit: Final = limit
        self._at: Final = site.world.clock(who.district)
        self._held: Final = [one for one in who.held if one.in_force(self._at.date())]
        self.mine: Final[list[WaitingAct]] = []
        self.others: Final[list[WaitingFor]] = []

    def read(self, place: dict[str, Any]) -> WaitingPage:
        """The page that begins at this place."""
        sources = list(self._sources())
        number, at = int(place.get("of", 0)), str(place.get("at", "")) or None
        left, following = self._limit, None
        while number < len(sources):
            found = page(self._site, sources[number], at, left)
            for one in found.rows:
                self._look(one)
            left -= len(found.rows)
            number, at = (number, found.cursor) if found.cursor is not None else (number + 1, None)
            if left <= 0 and number < len(sources):
                following = cursor_of("waiting", {"of": number, "at": at or ""})
                break
        return self._answer(following)

    def _sources(self) -> Iterator[Filter]:
        """Live cases: his own, then for each area those that can wait for one of his offices there."""
        parties = {one.organisation for one in self._held if one.office is not Office.OPERATOR}
        parties |= {one.upper for one in self._held if one.organisation_kind == "enterprise_union" and one.upper}
        own = Within(parties=frozenset(parties), person=self._who.person)
        wanted = Filter(district=self._who.district, live=True)
        yield msgspec.structs.replace(wanted, within=own)
        regional = [one for one in self._held if one.office in REGIONAL]
        areas = {one.region for one in regional}
        for area in sorted(one for one in areas if not any(one != upper and one.startswith(upper) for upper in areas)):
            offices = {one.office for one in regional if one.region.startswith(area)}
            calls = frozenset[str]().union(*(_CALLS[office] for office in offices))
            if calls:
                yield msgspec.structs.replace(wanted, within=Within(region=area), without=own, calls=calls)

    def _answer(self, following: str | None) -> WaitingPage:
        found = {one.enterprise for one in self.mine} | {one.enterprise for one in self.others}
        names = organisation_names(self._site, self._who.district, found)
        return WaitingPage(
            today=self._at.date(),
            sandbox=self._site.clocks.district(self._who.district).kind == "sandbox",
            rows=tuple(sorted(self.mine, key=_urgency)),
            waiting=tuple(sorted(self.others, key=_urgency)),
            names=names,
            next=following,
        )

    def _look(self, one: Listed) -> None:
        """One case, in each capacity he has in it."""
        case = self._site.log.state(one.case)
        if case is None:
            return
        law, told = pinned_law(self._site, case), False
        for acting_as, met in self._capacities(case):
            found = Found.of(one.case, self._who, case, met, self._at)
            told = _InCase(self._site, found, law, one.overview, acting_as).tell(self, others=not told) or told

    def _capacities(self, case: Negotiation) -> list[tuple[str | None, Met]]:
        """Who he is in a case: one member, or one for each side or office that he must name when he acts."""
        today = self._at.date()
        found = [(name, meet(self._who, case, name, today)) for name in capacities(self._who, case, today)]
        return [(name, met) for name, met in found if met is not None]


class _InCase:
    """One case for one member: his turns, and those of others as far as he sees them."""

    def __init__(self, site: Site, found: Found, law: Law, row: Overview, acting_as: str | None) -> None:
        self._found: Final = found
        self._law: Final = law
        self._acting_as: Final = acting_as
        self._caucus: Final = site.log.caucus(found.id, found.caucus_of) if found.caucus_of is not None else None
        standing = found.standing(law)
        self._terms: Final = seen_terms(standing, found.member)
        self._row: Final = seen_overview(standing, found.member, row)
        self._turns: Final = turns(standing, self._terms)

    def tell(self, into: _Page, *, others: bool) -> bool:
        """Add what there is to a page; whether that says whom the case waits for."""
        moment = moment_of(self._found.standing(self._law), self._found.member, self._caucus)
        possible = next_for(moment)
        own = [self._before(turn, one, possible) for turn, one in turns_of(self._turns, possible, moment.side)]
        own += self._urging(possible)
        known = {(one.case, one.command, one.side) for one in into.mine}
        acts = (self._act(turn, one, moment.seats) for turn, one in own)
        into.mine.extend(one for one in acts if (one.case, one.command, one.side) not in known)
        if others:
            taken = {(turn.command, turn.side) for turn, _ in own}
            into.others.extend(self._waited(taken)[:_OTHERS_MAX])
        return others

    def _before(self, turn: Turn, one: Possible, possible: tuple[Possible, ...]) -> tuple[Turn, Possible]:
        """Before a side's topics are ready it collects and drafts, in its own stream, which he sees or does not."""
        if turn.act is not c.DeclareTopicsReady or self._found.caucus_of is not turn.side:
            return turn, one
        act = before_topics(self._caucus)
        name = act.model_fields["type"].default
        first = next((other for other in possible if other.open and other.command == name), None)
        return (turn, one) if first is None else (msgspec.structs.replace(turn, command=name, act=act), first)

    def _urging(self, possible: tuple[Possible, ...]) -> list[tuple[Turn, Possible]]:
        """Something is late and nobody has urged: that is an upper union's (HZ 43)."""
        upper = self._found.seats & {Seat.TOWN_UNION, Seat.DISTRICT_UNION}
        may = next((one for one in possible if one.open and one.command == "urge"), None)
        if not upper or may is None or self._row.light != Light.RED or self._found.case.urged:
            return []
        late = (one for one in self._terms if _late(self._found.case, one, self._found.at.date()))
        turn = Turn(command="urge", act=c.Urge, side=None, seats=tuple(sorted(upper)), term=next(late, None))
        return [(turn, may)]

    def _waited(self, taken: set[tuple[str, Side | None]]) -> list[WaitingFor]:
        """Whom the case waits for, as far as he sees it: the table, how far it is, or the terms between notices."""
        if sees_all_joint(self._found.streams):
            left = [one for one in self._turns if (one.command, one.side) not in taken]
            return [self._waiting(one.command, one.side, one.seats, None, one.term) for one in left]
        owed = [one for one in self._terms if is_open(self._found.case, one)]
        rows = [self._waiting(None, one.side, (one.seat,) if one.seat else (), one.timer, one) for one in owed]
        if not rows and self._row.turn_seat is not None:  # else he does not see the progress
            side, seat = self._row.turn_side, Seat(self._row.turn_seat)
            rows = [self._waiting(None, Side(side) if side else None, (seat,), self._row.stuck, None)]
        return rows

    def _act(self, turn: Turn, one: Possible, seats: frozenset[Seat]) -> WaitingAct:
        return WaitingAct(
            case=self._found.id,
            enterprise=self._row.enterprise,
            wage_year=self._row.wage_year,
            step=self._row.step,
            light=self._row.light,
            command=turn.command,
            path=f"{PREFIX}/{self._found.id}/{kebab(turn.command)}",
            binding=one.binding,
            on_paper=one.on_paper,
            side=turn.side,
            seats=tuple(sorted(seats & set(turn.seats))),
            acting_as=self._acting_as,
            reason=self._row.light_reason if turn.command == "urge" else None,
            deadline=self._deadline(turn.term),
        )

    def _waiting(
        self, command: str | None, side: Side | None, seats: tuple[Seat, ...], reason: str | None, term: Running | None
    ) -> WaitingFor:
        return WaitingFor(
            case=self._found.id,
            enterprise=self._row.enterprise,
            wage_year=self._row.wage_year,
            step=self._row.step,
            command=command,
            side=side,
            seats=seats,
            reason=reason,
            deadline=self._deadline(term),
        )

    def _deadline(self, term: Running | None) -> DeadlineDocument | None:
        return None if term is None else deadline_document(self._found, self._law, term)


def _late(case: Negotiation, term: Running, today: date) -> bool:
    return is_open(case, term) and term.latest is not None and term.latest < today


def _urgency(one: WaitingAct | WaitingFor) -> tuple[date, str, str]:
    latest = one.deadline.latest if one.deadline is not None else None
    return (latest or _NEVER, one.case, str(one.command))
