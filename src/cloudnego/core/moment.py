"""A case at a time under its law, and someone asking, with his seats and the streams he sees: what rules look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

from cloudnego.core.calendar import Calendar
from cloudnego.core.events import Covered, Event, Reference
from cloudnego.core.pack import Pack
from cloudnego.core.state import BenchState, Caucus, Negotiation
from cloudnego.core.vocabulary import JOINT, SIDES, Member, Office, Origin, Scope, Seat, Side, Stream, Via


class Law(Struct, frozen=True, kw_only=True):
    """The pack and the calendar a case is pinned to."""

    pack: Pack
    calendar: Calendar


class Register(Struct, frozen=True, kw_only=True):
    """The enterprise register's word on the parties, given by the door to a command that opens a case.

    `open_offers`: cases of the same sides and scope with an open offer; `this_year`: live ones of the same wage year.
    """

    enterprise: str
    region: str
    town: str
    industry: str
    headcount: int
    above_scale: bool
    has_union: bool
    worker_organ: str
    employer_organ: str
    women: int = 0
    disabled: int = 0
    dispatched: int = 0
    is_branch: bool = False
    speaks_for_many: bool = False  # the subject is a union or a body of employers, no enterprise
    covers: tuple[Covered, ...] = ()
    open_offers: tuple[str, ...] = ()
    this_year: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    regional_rate: str | None = None
    regional_minimum_fen: int | None = None
    previous_expires_on: date | None = None


class Drawn(Struct, frozen=True, kw_only=True):
    """What the door has drawn for a vote: who may vote, as a number and a hash, and the keys it will be held with."""

    poll: str
    roll: int
    roll_hash: str
    modulus: str
    thumbprint: str
    receipt_key: str


class Named(Struct, frozen=True, kw_only=True):
    """What the door says of the person an ask names, or of who asks, and what it has drawn for it.

    `origin`: of whom he stands in the pool of instructors on that day, None if he does not. `of_party`: he belongs to
    an organisation that is party to the case. `offices`: what he is there by his memberships. `in_room`: whoever asks
    has shown the code that stands on the screen of the meeting. `drawn`: the roll and keys of a vote that is opened.
    """

    origin: Origin | None = None
    of_party: bool = False
    offices: frozenset[Office] = frozenset()
    in_room: bool = False
    drawn: Drawn | None = None


_OFFICE_SEATS = {o: Seat(o.value) for o in Office if o is not Office.OPERATOR}
_OF_COVERED = {
    Seat.UNION: Seat.COVERED_UNION,
    Seat.HR: Seat.COVERED_ENTERPRISE,
    Seat.LEGAL_REPRESENTATIVE: Seat.COVERED_ENTERPRISE,
}
"""An industry or region is spoken for by its union and its body of employers (HZ 32, 34): whoever is of a covered
enterprise votes there, publishes there and sees how far it is; he opens, files and ends nothing for all."""
_OFFICE_SIDES = {
    Office.UNION: Side.WORKER,
    Office.WORKER: Side.WORKER,
    Office.HR: Side.EMPLOYER,
    Office.LEGAL_REPRESENTATIVE: Side.EMPLOYER,
    Office.TOWN_UNION: Side.WORKER,
    Office.DISTRICT_UNION: Side.WORKER,
    Office.EMPLOYERS_BODY: Side.EMPLOYER,
}


def side_of(case: Negotiation, by: Member) -> Side | None:
    """The side someone acts for: the bench that names him, else his membership's, else his office's."""
    for side in SIDES:
        if case.benches.of(side).has(by.person) and by.side in (None, side):
            return side
    if by.side is not None:
        return by.side
    return next((side for office, side in _OFFICE_SIDES.items() if office in by.offices), None)


def seats_of(case: Negotiation, by: Member, today: date | None = None) -> frozenset[Seat]:
    """Offices from identity, seats from this case as it stands now: a mandate that died is gone."""
    seats = {_OFFICE_SEATS[o] for o in by.offices if o in _OFFICE_SEATS}
    if by.covered:
        seats = {_OF_COVERED.get(seat, seat) for seat in seats}
    seats |= _as_organ(case, by)
    for side in SIDES:
        bench = case.benches.of(side)
        if bench.has(by.person) and by.side in (None, side):
            seats.add(Seat.REPRESENTATIVE)
            if acts_as_chief(bench, by.person, today):
                seats.add(Seat.CHIEF)
    if by.person == case.meeting.recorder:
        seats.add(Seat.RECORDER)
    if by.person in case.congress.scrutineers or by.person in case.election.scrutineers:
        seats.add(Seat.SCRUTINEER)
    role = case.invited.get(by.person)
    if role is not None:
        seats.add({"coordinator": Seat.COORDINATOR, "instructor": Seat.INSTRUCTOR}.get(str(role), Seat.INVITED))
    return frozenset(seats)


def _as_organ(case: Negotiation, by: Member) -> set[Seat]:
    """Where an upper union or an employers' body is itself a side's organ, it does what that side's organ does.

    The local union runs the election where there is no union (HZ 18), a regional union and the body of the employers
    speak for their sides in a regional case (HZ 32, 34). Their membership then carries the side.
    """
    if case.opened is None or (case.scope is Scope.ENTERPRISE and case.has_union):
        return set()
    if by.side is Side.WORKER and by.offices & {Office.TOWN_UNION, Office.DISTRICT_UNION}:
        return {Seat.UNION}
    regional = case.scope is not Scope.ENTERPRISE
    return {Seat.HR} if regional and by.side is Side.EMPLOYER and Office.EMPLOYERS_BODY in by.offices else set()


def acts_as_chief(bench: BenchState, person: str, today: date | None) -> bool:
    """The chief himself, or the representative he delegated in writing, as long as that runs (N2004 20)."""
    if bench.chief == person:
        return person not in bench.vacant
    if bench.delegate != person or bench.delegate_until is None:
        return False
    return today is None or today <= bench.delegate_until


_TABLE = frozenset(
    {
        Seat.REPRESENTATIVE, Seat.CHIEF, Seat.RECORDER, Seat.INSTRUCTOR, Seat.COORDINATOR, Seat.INVITED, Seat.AUDITOR,
    }
)  # fmt: skip
_FILING = frozenset({Seat.AUTHORITY, Seat.HR, Seat.LEGAL_REPRESENTATIVE, Seat.SCRUTINEER})
_NOTICE = frozenset(
    {
        Seat.WORKER, Seat.UNION, Seat.TOWN_UNION, Seat.DISTRICT_UNION, Seat.EMPLOYERS_BODY, Seat.PORTAL,
        Seat.COVERED_UNION, Seat.COVERED_ENTERPRISE,
    }
)  # fmt: skip
_FROM_SEATS = {
    **dict.fromkeys(_TABLE, frozenset({Stream.TABLE, Stream.FILING, Stream.NOTICE})),
    **dict.fromkeys(_FILING, frozenset({Stream.FILING, Stream.NOTICE})),
    **dict.fromkeys(_NOTICE, frozenset({Stream.NOTICE})),
}
_NOTHING: frozenset[Stream] = frozenset()
_RECEIVES = frozenset({Seat.UNION, Seat.HR, Seat.LEGAL_REPRESENTATIVE})


def seats_that_see(stream: Stream) -> frozenset[Seat]:
    """The seats that see a joint stream as such, however the case stands."""
    return frozenset(seat for seat, streams in _FROM_SEATS.items() if stream in streams)


def streams_of(case: Negotiation, by: Member) -> frozenset[Stream]:
    """The streams of a case a member sees. Empty: for this member the case does not exist.

    A caucus is its bench's alone: no office opens it, that of an auditor closes it, and nobody else learns that it
    exists. As long as a side's chief seat is empty, its organ and its legal representative see the table for it, for
    they speak for it: an offer reaches somebody who may answer it (HZ 24; decision 12).
    A program sees what the enterprise's scopes open to it, whatever its offices; a caucus is not among them.
    """
    seats = seats_of(case, by)
    seen = _NOTHING.union(*[_FROM_SEATS.get(seat, _NOTHING) for seat in seats])
    if not seats.isdisjoint(_RECEIVES) and has_no_chief(case, side_of(case, by)):
        seen |= frozenset(JOINT)
    for side in SIDES:
        if case.benches.of(side).has(by.person) and by.side in (None, side) and Office.AUDITOR not in by.offices:
            seen |= {Stream.caucus(side)}
    if by.via is Via.PORTAL:
        granted = by.reads & frozenset(JOINT)
        return granted if Seat.PORTAL in seats else seen & granted
    return seen


def who_is_who(case: Negotiation) -> tuple[object, ...]:
    """All of a case that `streams_of` looks at. While it stands, so does what was found of somebody; it changes seldom,
    so that mostly each part is the very object it was."""
    return (
        *(case.opened, case.covers, case.benches, case.invited, case.meeting.recorder),
        *(case.election.scrutineers, case.congress.scrutineers),
    )


def has_no_chief(case: Negotiation, side: Side | None) -> bool:
    """Whether nobody sits in a side's first seat at the table: none was named, or he has left."""
    if side is None:
        return False
    bench = case.benches.of(side)
    return bench.chief is None or bench.chief in bench.vacant


T = TypeVar("T")


class once(Generic[T]):
    """`functools.cached_property` without the lock it takes in Python 3.11: one thread looks at a moment."""

    def __init__(self, find: Callable[[Any], T]) -> None:
        self._find = find
        self.__doc__ = find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, found_of: Any, owner: type | None = None) -> T:
        value: T = self._find(found_of)
        found_of.__dict__[self._name] = value
        return value


class Standing:
    """A case at a time under its law. Conditions look at this: they do not know who asks."""

    __slots__ = ("__dict__", "at", "case", "law")

    def __init__(self, case: Negotiation, at: datetime, law: Law) -> None:
        self.case = case
        self.at = at
        self.law = law

    @once
    def today(self) -> date:
        return self.at.date()


class Moment(Standing):
    """A standing with someone asking, and the one other stream or register the ask is judged by.

    `heads`: how many entries each stream of the case holds, from which ids of what is said are minted. `fact`: the
    event of the case that the ask speaks of. `named`: what identity says of the person it names. `roots`: the root of
    a stream of the case as it stands; given to whoever decides, asked only where minutes are laid. `signed`: the ask
    came with the signature of a key on the asker's own device, which the door has checked.
    """

    __slots__ = (
        "by", "case_id", "caucus", "fact", "for_side", "heads", "named", "new_law", "other", "register", "roots",
        "signed",
    )  # fmt: skip

    def __init__(
        self,
        case: Negotiation,
        at: datetime,
        law: Law,
        by: Member,
        *,
        case_id: str = "",
        heads: Mapping[Stream, int] | None = None,
        roots: Callable[[Stream], str] | None = None,
        caucus: Caucus | None = None,
        register: Register | None = None,
        other: Negotiation | None = None,
        new_law: Law | None = None,
        fact: Event | None = None,
        named: Named | None = None,
        for_side: Side | None = None,
        signed: bool = False,
    ) -> None:
        super().__init__(case, at, law)
        self.by = by
        self.case_id = case_id
        self.heads = heads or {}
        self.roots = roots
        self.caucus = caucus
        self.register = register
        self.other = other
        self.new_law = new_law
        self.fact = fact
        self.named = named
        self.for_side = for_side
        self.signed = signed

    @once
    def side(self) -> Side | None:
        """The side the act is one of: of the asker, or of the side a paper is entered for."""
        return self.for_side or side_of(self.case, self.by)

    @once
    def own_side(self) -> Side:
        """The side of an ask whose row admits only people who have one."""
        assert self.side is not None, "a seat without a side reached a rule that needs one"
        return self.side

    @once
    def seats(self) -> frozenset[Seat]:
        return seats_of(self.case, self.by, self.today)

    @once
    def streams(self) -> frozenset[Stream]:
        """What the asker sees of the case."""
        return streams_of(self.case, self.by)

    @property
    def bench(self) -> BenchState:
        return self.case.benches.of(self.own_side)

    def root(self, stream: Stream) -> str:
        """What names a stream as it stands: the root of its hash tree."""
        assert self.roots is not None, "a moment to look at was decided on"
        return self.roots(stream)

    def fresh(self, stream: Stream, ahead: int = 0) -> str:
        """The id of the next thing said in a stream: it derives from (stream, seq), never from one counter."""
        return f"{stream.value}.{self.heads.get(stream, 0) + 1 + ahead}"
