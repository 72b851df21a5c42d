"""Founding a district's people: the places, the offices of the area, and the first person who may sign in."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cloudnego.core.vocabulary import Office
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.roster import NewMembership, NewPerson, Roster


class Place(msgspec.Struct, frozen=True):
    """A place with its code in the GB/T 2260 tree."""

    code: str
    name_zh: str
    name_en: str


XIAOSHAN = (
    Place("330109", "萧山区", "Xiaoshan District"),
    Place("330109001", "城厢街道", "Chengxiang"),
    Place("330109002", "北干街道", "Beigan"),
    Place("330109003", "蜀山街道", "Shushan"),
)
"""The places of a sandbox that names none."""


class Founded(msgspec.Struct, frozen=True, kw_only=True):
    """What was made: the ids by which the rest is added."""

    person: str
    operator: str
    district_union: str
    authority: str
    employers_body: str
    places: tuple[str, ...]


def found(roster: Roster, name: str, places: Sequence[Place], admin: NewPerson) -> Founded:
    """Make the places, the four bodies of the area, and the first person: operator, and official of its union.

    `places` begin with the district itself. Raises `RosterError` where a place does not lie in it.
    """
    root = places[0].code
    for place in places:
        roster.add_region(place.code, place.name_zh, place.name_en)
    union = roster.add_organisation(OrganisationKind.DISTRICT_UNION, f"{name}总工会", root)
    operator = roster.add_organisation(OrganisationKind.OPERATOR, f"{name}平台运维", root, upper=union.id)
    authority = roster.add_organisation(OrganisationKind.AUTHORITY, f"{name}人力资源和社会保障局", root)
    employers = roster.add_organisation(OrganisationKind.EMPLOYERS_BODY, f"{name}企业联合会", root)
    person = roster.add_person(admin)
    for organisation, office in ((operator, Office.OPERATOR), (union, Office.DISTRICT_UNION)):
        roster.add_membership(NewMembership(person=person.id, organisation=organisation.id, office=office))
    return Founded(
        person=person.id,
        operator=operator.id,
        district_union=union.id,
        authority=authority.id,
        employers_body=employers.id,
        places=tuple(place.code for place in places),
    )
