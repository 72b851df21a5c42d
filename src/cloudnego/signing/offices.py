"""Papers of an office that are signed: the authority's review opinion, and the agreement that its coordination of a
dispute came to (N2004 45, 54); who has a place on them, and what his device signed.

The log has what was said: the opinion stands when it is served, the agreement with the scan with which the coordination
ends. A signature here adds a form that readers know and changes nothing in the case, so it is kept with the file that
bears it, and is over the paper as it was made (decision 0059).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal, NamedTuple

import msgspec

from cloudnego.core import events as e
from cloudnego.core.moment import acts_as_chief, seats_of, side_of
from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import SIDES, Member, Seat, Side
from cloudnego.papers.sources import Source
from cloudnego.ports import Recorded

Role = Literal["chief", "reviewer", "coordinator"]

DOCS: Final = frozenset({"D17", "D22"})
STAMPED: Final = "%Y-%m-%d %H:%M"
"""How a time stands beside a signature."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place on such a paper: of a side's chief, of a coordinator who is named, or of whoever is of the authority."""

    role: Role
    side: Side | None = None
    person: str | None = None


class PaperSignature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature on such a paper: whose, in which place, the entry the paper is of ("stream/seq"), when (RFC 3339, to
    the minute), under which key of a device (its mark), and what that signed (`acts.over_paper`)."""

    role: Role
    side: Side | None
    person: str
    entry: str
    at: str
    mark: str
    sig: str

    @property
    def place(self) -> Place:
        """The place it stands in."""
        return Place(role=self.role, side=self.side, person=self.person if self.role == "coordinator" else None)

    def fills(self, place: Place) -> bool:
        """Whether it stands in this place."""
        return self.place == place


class OfficePaper(NamedTuple):
    """One that can be signed: what it is called here, its kind, what it is about, its entry, and its places in the
    order in which they stand on it."""

    what: Literal["opinion", "agreement"]
    doc: str
    about: str
    entry: Recorded
    places: tuple[Place, ...]


def office_papers(source: Source) -> Iterator[OfficePaper]:
    """All of a case, oldest first. An opinion the authority gave on paper is signed there."""
    coordinators: tuple[str, ...] = ()
    for one in source.entries(e.ContractObjected, e.ContractInForce, e.DisputeAccepted, e.DisputeClosed):
        match one.event:
            case e.ContractObjected(external=False) | e.ContractInForce(why="no_objection"):
                reviewer = (Place(role="reviewer"),)
                yield OfficePaper("opinion", "D17", f"{one.stream.value}.{one.seq}", one, reviewer)
            case e.DisputeAccepted(coordinators=named):
                coordinators = named
            case e.DisputeClosed(agreement=True):
                chiefs = (Place(role="chief", side=side) for side in SIDES)
                by_name = (Place(role="coordinator", person=person) for person in coordinators)
                yield OfficePaper("agreement", "D22", f"closed-{one.seq}", one, (*chiefs, *by_name))
            case _:
                pass


def place_of(case: Negotiation, member: Member, places: tuple[Place, ...], today: date) -> Place | None:
    """The place that is somebody's own, as the case stands; a side's is its chief's, or a delegate's whose mandate
    covers signing (N2004 20). Who sits on a bench reviews and coordinates nothing of it."""
    party = any(case.benches.of(side).has(member.person) for side in SIDES)
    for one in places:
        match one:
            case Place(role="chief", side=Side() as side):
                bench = case.benches.of(side)
                delegate = bench.delegate == member.person != bench.chief
                mandated = bench.delegate_may_sign if delegate else bench.may_sign
                own = side_of(case, member) is side and acts_as_chief(bench, member.person, today) and mandated
            case Place(role="coordinator", person=person):
                own = person == member.person and not party
            case _:
                own = Seat.AUTHORITY in seats_of(case, member, today) and not party
        if own:
            return one
    return None
