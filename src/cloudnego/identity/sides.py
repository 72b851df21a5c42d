"""One person, one side of a case (ZJ 10; N2004 24): what identity knows of people whom a command would seat."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date

from sqlmodel import Session

from cloudnego.core.vocabulary import Office, Side
from cloudnego.identity.offices import Parties, fits, side_in
from cloudnego.identity.sessions import held_by


def barred_from(
    session: Session, parties: Parties, side: Side, persons: AbstractSet[str], today: date
) -> frozenset[str]:
    """Those of these persons who hold offices in a case of these parties, today, and none of them on `side`.

    Who holds offices on both may sit on one bench, and acts for the other no more (`web.acting`). Being on the roster
    of workers counts for neither: the managers who speak for an employer are its employees too.
    """
    barred = set()
    for person in sorted(persons):
        held = [
            one for one in held_by(session, person) if one.office is not Office.WORKER and fits(one, parties, today)
        ]
        if {side_in(one, parties) for one in held} - {None} == {side.other}:
            barred.add(person)
    return frozenset(barred)
