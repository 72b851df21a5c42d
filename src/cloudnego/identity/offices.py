"""From a person's memberships to the `Member` of one case: which of them fit, and what they make of him there.

Offices come from here, seats come from the case (`core.moment.seats_of`): a mandate that died in the case is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from cloudnego.core.state import Negotiation
from cloudnego.core.vocabulary import JOINT, Member, Office, Side, Stream, Via
from cloudnego.identity.kinds import REGIONAL, SIDES, OrganisationKind, covers
from cloudnego.identity.mandates import mandate_covers
from cloudnego.identity.sessions import Held


class Parties(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a case concerns: its place, the organisations that are party to it, the organs of each side, and of a case
    of many the enterprises it covers."""

    town: str
    organisations: frozenset[str]
    worker_organ: str | None = None
    employer_organ: str | None = None
    covered: frozenset[str] = frozenset()
    managers: frozenset[str] = frozenset()  # who sits on the employer's bench: an employee, yet no worker of this case


class MandateDoesNotCover(Exception):
    """He belongs to the case, but no mandate of his that counts here covers this act today."""


class ActingAsRequired(Exception):
    """Several of the person's capacities fit the case, on different sides of it or above it: he must say which."""


def parties_of(case: Negotiation) -> Parties | None:
    """The parties of a case as it stands; None before it was opened."""
    opened = case.opened
    if opened is None:
        return None
    covered = frozenset(one.enterprise for one in case.covers)
    named = {opened.enterprise, opened.worker_organ, opened.employer_organ, *covered}
    return Parties(
        town=opened.town,
        organisations=frozenset(named),
        worker_organ=opened.worker_organ,
        employer_organ=opened.employer_organ,
        covered=covered,
        managers=frozenset(rep.person for rep in case.benches.employer.seated),
    )


def side_in(held: Held, parties: Parties, person: str = "") -> Side | None:
    """The side a membership stands on in this case: its office's; a union or body has one only as a side's organ.

    An employee whom the employer's side has seated is no worker here, whatever the roster makes of him elsewhere.
    """
    if held.office is Office.WORKER and person in parties.managers:
        return Side.EMPLOYER
    if held.office in SIDES:
        return held.side or SIDES[held.office]
    if held.organisation == parties.worker_organ and held.office in (Office.TOWN_UNION, Office.DISTRICT_UNION):
        return Side.WORKER
    if held.organisation == parties.employer_organ and held.office is Office.EMPLOYERS_BODY:
        return Side.EMPLOYER
    return held.side if held.organisation in parties.organisations else None


def fits(held: Held, parties: Parties, today: date) -> bool:
    """Whether a membership counts in this case: its organisation is party to it, or its office reaches its place."""
    return held.in_force(today) and _belongs(held, parties)


def _belongs(held: Held, parties: Parties) -> bool:
    if held.organisation in parties.organisations or _of_a_party(held, parties):
        return True
    return held.office in REGIONAL and covers(held.region, parties.town)


def _of_a_party(held: Held, parties: Parties) -> bool:
    """The union of an enterprise that is party, where another organ speaks for the workers: as one of those covered."""
    return held.organisation_kind == OrganisationKind.ENTERPRISE_UNION and held.upper in parties.organisations


def only_of_others(held: Iterable[Held], case: Negotiation, enterprise: str, today: date) -> bool:
    """Whether somebody is in a case of many enterprises for others of them alone, and nothing in it besides."""
    parties, others = parties_of(case), {one.enterprise for one in case.covers} - {enterprise}
    mine = [one for one in held if parties is not None and fits(one, parties, today)]
    unions = OrganisationKind.ENTERPRISE_UNION
    return bool(mine) and all(
        one.organisation in others or (one.organisation_kind == unions and one.upper in others) for one in mine
    )


def member_for(
    person: str, held: Sequence[Held], parties: Parties, *, acting_as: str | None, today: date, via: Via = Via.PERSON
) -> Member | None:
    """The member a person is in a case, as `own_member_for` says; through a portal he sees what its scopes open.

    The table is opened only in the enterprise's own case: in one of a region it would show the talks of others.
    """
    scopes = next((one.opens for one in held if one.opens is not None), None)
    if scopes is None:
        return own_member_for(person, held, parties, acting_as=acting_as, today=today, via=via)
    found = own_member_for(person, held, parties, acting_as=acting_as, today=today, via=Via.PORTAL)
    own = any(one.organisation == parties.employer_organ for one in held)
    reads = frozenset(JOINT) if "table" in scopes and own else frozenset({Stream.NOTICE})
    return found if found is None else msgspec.structs.replace(found, via=Via.PORTAL, reads=reads)


def own_member_for(
    person: str, held: Sequence[Held], parties: Parties, *, acting_as: str | None, today: date, via: Via = Via.PERSON
) -> Member | None:
    """The member a person is in a case.

    With `acting_as` the one membership named, or None if it does not fit. Without: all that fit, if they stand on one
    side (or are of one organisation); a bare member if none fits, who is somebody only where the case itself names
    him. Raises `ActingAsRequired` where they stand on different sides.
    """
    fitting = [one for one in held if fits(one, parties, today)]
    if acting_as is not None:
        named = [one for one in held if one.membership == acting_as and one.in_force(today)]
        if not named:
            return None
        chosen = [one for one in named if one in fitting]
        return _merged(person, chosen, parties, via) if chosen else Member(person=person, via=via)
    if len({_capacity(one, parties, person) for one in fitting}) > 1:
        raise ActingAsRequired
    return _merged(person, fitting, parties, via)


def check_mandate(held: Sequence[Held], parties: Parties, act: str, *, acting_as: str | None, today: date) -> None:
    """Raises `MandateDoesNotCover` where what somebody holds in this case is all beyond its scope or its days.

    Who holds nothing here came by a seat of the case alone, whose mandate the core keeps.
    """
    mine = [one for one in held if _belongs(one, parties) and acting_as in (None, one.membership)]
    if mine and not any(mandate_covers(one, act, today) for one in mine):
        raise MandateDoesNotCover


def _capacity(held: Held, parties: Parties, person: str) -> str:
    side = side_in(held, parties, person)
    return side.value if side is not None else held.organisation


def _merged(person: str, held: Iterable[Held], parties: Parties, via: Via) -> Member:
    chosen = tuple(held)
    return Member(
        person=person,
        side=next((side for one in chosen if (side := side_in(one, parties, person)) is not None), None),
        offices=frozenset(one.office for one in chosen),
        via=Via.PORTAL if any(one.office is Office.PORTAL for one in chosen) else via,
        mandate=next((one.mandate for one in chosen if one.mandate is not None), None),
        reads=frozenset({Stream.NOTICE}) if any(one.office is Office.PORTAL for one in chosen) else frozenset(),
        covered=_covered(chosen, parties),
    )


_SPEAK: Final = frozenset({Office.UNION, Office.HR, Office.LEGAL_REPRESENTATIVE})


def _covered(chosen: Iterable[Held], parties: Parties) -> frozenset[str]:
    """The covered enterprises of somebody who speaks for no side of the case: its organs do (HZ 32, 34). Where the
    employers have no body, the union talks with the enterprises themselves, and theirs speak."""
    none = frozenset[str]()
    if not parties.covered:
        return none
    speaking = [one for one in chosen if one.office in _SPEAK]
    organs = {parties.worker_organ, parties.employer_organ}
    bodiless = parties.employer_organ == parties.worker_organ
    if any(one.organisation in organs or (bodiless and one.office is not Office.UNION) for one in speaking):
        return none
    unions = OrganisationKind.ENTERPRISE_UNION
    of = {one.upper if one.organisation_kind == unions else one.organisation for one in speaking}
    return parties.covered.intersection(name for name in of if name is not None)
