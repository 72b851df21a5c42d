"""The document of one case: what its reader sees, the words in it, and the names of those who stand in it."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import bindparam, union_all
from sqlmodel import col, select

from cloudnego.core.moment import Law
from cloudnego.core.overview import Overview
from cloudnego.core.state import Caucus
from cloudnego.identity.portal_tables import PortalClient
from cloudnego.identity.store import reading
from cloudnego.identity.tables import Person
from cloudnego.ports import Recorded
from cloudnego.web.answers import plain
from cloudnego.web.case_views import capacity, shown_substates
from cloudnego.web.cases import Found
from cloudnego.web.documents import CaseDocument
from cloudnego.web.lists import organisation_names
from cloudnego.web.site import Site


def case_document(
    site: Site, found: Found, law: Law, shown: Overview, versions: dict[str, tuple[int, int]]
) -> CaseDocument:
    """The case now."""
    gist, caucus = site.log.gist(found.id, found.streams), own_caucus(site, found)
    state = plain(found.case) if found.sees_all_joint else None
    opened = found.case.opened
    assert opened is not None, "a case that was found has been opened"
    persons = {*gist.persons, *ids_in(state)}
    return CaseDocument(
        id=found.id,
        sandbox=site.clocks.district(found.district).kind == "sandbox",
        now=found.at.replace(microsecond=0),
        stood_at=None,
        me=capacity(found),
        overview=shown,
        substates=shown_substates(found, law, caucus),
        pack=opened.pack,
        pack_version=opened.pack_version,
        calendar=found.case.calendar,
        state=state,
        caucus=plain(caucus) if caucus is not None else None,
        called_into={side.value: plain(site.log.caucus(found.id, side)) for side in sorted(found.called_into)},
        words=gist.words,
        names=names_of(
            site, found, persons, {shown.enterprise, shown.worker_organ, shown.employer_organ, *shown.covers}
        ),
        versions=versions,
    )


def versions_of(site: Site, found: Found) -> dict[str, tuple[int, int]]:
    """Epoch and last seq of each stream the reader sees."""
    return {stream.value: version for stream, version in site.log.versions(found.id).items() if stream in found.streams}


def own_caucus(site: Site, found: Found) -> Caucus | None:
    """What the reader's side keeps to itself, if he sits in it."""
    return site.log.caucus(found.id, found.caucus_of) if found.caucus_of is not None else None


def caucus_he_speaks_in(site: Site, found: Found) -> Caucus | None:
    """His side's; of a guest, one he is called into: a call is all that his voice waits for, and each is one."""
    guest = next(iter(sorted(found.called_into)), None)
    return own_caucus(site, found) if guest is None else site.log.caucus(found.id, guest)


def persons_in(events: list[Recorded]) -> set[str]:
    """Who acted, and whom the facts name."""
    return {one.actor for one in events} | {found for one in events for found in ids_in(plain(one.event))}


_MAY_BE_AN_ID: Final = re.compile(r"[\w-]{1,64}").fullmatch


def ids_in(value: Any) -> list[str]:
    """Texts that may be ids of persons: each is looked for among them, and most are none."""
    if isinstance(value, str):
        return [value] if _MAY_BE_AN_ID(value) else []
    if isinstance(value, dict):
        return [one for item in value.items() for part in item for one in ids_in(part)]
    return [one for item in value for one in ids_in(item)] if isinstance(value, list) else []


_NAMED: Final = union_all(
    *(
        select(one.id, one.name).where(
            one.district == bindparam("district"), col(one.id).in_(bindparam("ids", expanding=True))
        )
        for one in (Person, PortalClient)
    )
).order_by("id")
"""Built once: a statement of two hundred ids costs more to put together than to carry out."""


def names_of(site: Site, found: Found, persons: set[str], organisations: set[str]) -> dict[str, str]:
    """Names of persons, portals and organisations of the case's district by id."""
    return named(site, found.district, persons, organisations)


def named(site: Site, district: str, persons: set[str], organisations: set[str]) -> dict[str, str]:
    """The same of a list that is of no case. Blocks."""
    with reading(site.engine) as session:
        asked = {"district": district, "ids": sorted(persons)}
        known = {row.id: row.name for row in session.connection().execute(_NAMED, asked)}
    return {**known, **organisation_names(site, district, organisations)}
