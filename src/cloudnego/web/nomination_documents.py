"""Nominations as the API shows them: to the workers who stands, to the union all it decides by."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

import msgspec

from cloudnego.core.benches import composition_of
from cloudnego.core.moment import Law, Standing
from cloudnego.core.nominations import may_be_asked, may_stand, not_voted_yet, of_an_enterprise, rep_of
from cloudnego.core.refusals import Obstacle
from cloudnego.core.vocabulary import Seat
from cloudnego.identity import nominations as kept
from cloudnego.identity.nominations import Decided, Nominee
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.web.case_documents import names_of
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.documents import ObstacleDocument
from cloudnego.web.errors import obstacle_as_said
from cloudnego.web.invitations import instant
from cloudnego.web.site import Site

Words = Literal["none", "waiting", "shown", "held"]

_HELD: Final = frozenset({Decided.HELD})
_REFUSED: Final = frozenset({Decided.REFUSED})


class CallDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The union asks for nominations: as many a worker as there are `seats`, until the end of a day."""

    id: str
    seats: int
    until: date
    open: bool


class StandingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One who stands. `words`: his own, once the union has looked them through."""

    id: str
    person: str
    name: str
    post: str | None
    words: str | None
    mine: bool


class NamedByMe(msgspec.Struct, frozen=True, kw_only=True):
    """One whom the reader put forward; `stands`: whether he consents, null until he says."""

    name: str
    stands: bool | None


class OwnCandidacy(msgspec.Struct, frozen=True, kw_only=True):
    """The reader's own candidacy. `reason`: why his words are held back, or why he is not on the list."""

    stands: bool | None
    post: str | None
    words: str | None
    shown: Words
    listed: bool | None
    reason: str | None


class DecisionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What the union decided about a candidacy or its words."""

    kind: Decided
    reason: str | None
    by: str
    at: datetime


class CandidacyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One who was nominated, as the union sees him. `backed`: by how many; by whom nobody is told. `marks`: what the
    union entered of him."""

    id: str
    person: str
    name: str
    stands: bool | None
    backed: int
    left: bool
    post: str | None
    words: str | None
    shown: Words
    listed: bool | None
    marks: tuple[str, ...]
    decisions: tuple[DecisionDocument, ...]
    in_the_way: ObstacleDocument | None


class NominationDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What the union puts the list together by. `composition`: what the law says of the list as it stands;
    `in_the_way`: why nominations cannot be asked for."""

    rows: tuple[CandidacyDocument, ...]
    composition: tuple[ObstacleDocument, ...]
    in_the_way: ObstacleDocument | None


class NominationsDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Nominations of a case as the reader sees them. `left`: how many he may still name; `proposed`: the list of
    candidates is in the case; `desk`: for the union alone."""

    call: CallDocument | None
    proposed: bool
    may_nominate: bool
    may_stand: bool
    left: int
    standing: tuple[StandingDocument, ...]
    named: tuple[NamedByMe, ...]
    own: OwnCandidacy | None
    desk: NominationDesk | None


def nominations_shown(site: Site, who: Who, found: Found) -> NominationsDocument:
    """What the reader sees of them. Blocks."""
    law, enterprise = pinned_law(site, found.case), enterprise_of(found)
    standing = found.standing(law)
    with reading(site.engine) as session:
        call = kept.call_of(session, found.district, found.id)
        rows = kept.nominees(session, call) if call is not None else []
        listed = kept.on_roster(session, enterprise, who.person)
    proposed, today = bool(found.case.election.candidates), found.at.date()
    runs = call is not None and today <= call.until and not proposed
    own = next((one for one in rows if one.person == who.person), None)
    named = [one for one in rows if who.person in one.backers]
    changes = call is not None and not_voted_yet(standing) is None and found.case.benches.worker.chief is None
    return NominationsDocument(
        call=CallDocument(id=call.id, seats=call.seats, until=call.until, open=runs) if call is not None else None,
        proposed=proposed,
        may_nominate=runs and listed,
        may_stand=listed and changes and (runs if own is None else own.stands is True or not proposed),
        left=max(0, call.seats - len(named)) if call is not None else 0,
        standing=tuple(_standing(one, who) for one in rows if one.stands and one.listed is not False and not one.left),
        named=tuple(NamedByMe(name=one.name, stands=one.stands) for one in named),
        own=_own(own) if own is not None else None,
        desk=_desk(site, found, law, rows) if Seat.UNION in found.seats else None,
    )


def enterprise_of(found: Found) -> str:
    """The enterprise whose workers elect."""
    assert found.case.opened is not None, "a case that was found has been opened"
    return found.case.opened.enterprise


def _standing(one: Nominee, who: Who) -> StandingDocument:
    return StandingDocument(
        id=one.id, person=one.person, name=one.name, post=one.post, words=one.words if one.shown else None,
        mine=one.person == who.person,
    )  # fmt: skip


def _own(one: Nominee) -> OwnCandidacy:
    kinds = (_HELD if one.shown is False else frozenset()) | (_REFUSED if one.listed is False else frozenset())
    said = [step.reason for step in one.steps if step.kind in kinds]
    return OwnCandidacy(
        stands=one.stands, post=one.post, words=one.words, shown=_words(one), listed=one.listed,
        reason=said[-1] if said else None,
    )  # fmt: skip


def _words(one: Nominee) -> Words:
    if one.words is None:
        return "none"
    return "waiting" if one.shown is None else "shown" if one.shown else "held"


def _said(one: Obstacle, law: Law) -> ObstacleDocument:
    return msgspec.convert(obstacle_as_said(one, law.pack), ObstacleDocument)


def _maybe(one: Obstacle | None, law: Law) -> ObstacleDocument | None:
    return _said(one, law) if one is not None else None


def _desk(site: Site, found: Found, law: Law, rows: list[Nominee]) -> NominationDesk:
    standing = found.standing(law)
    names = names_of(site, found, {step.by for one in rows for step in one.steps}, set())
    people = tuple(rep_of(one.person, one.marks) for one in rows if one.listed)
    return NominationDesk(
        rows=tuple(_candidacy(standing, one, names) for one in rows),
        composition=tuple(_said(one, law) for one in composition_of(standing, people)),
        in_the_way=_maybe(may_be_asked(standing) if of_an_enterprise(standing) else None, law),
    )


def _candidacy(standing: Standing, one: Nominee, names: dict[str, str]) -> CandidacyDocument:
    return CandidacyDocument(
        id=one.id, person=one.person, name=one.name, stands=one.stands, backed=len(one.backers), left=one.left,
        post=one.post, words=one.words, shown=_words(one), listed=one.listed, marks=one.marks,
        decisions=tuple(
            DecisionDocument(kind=step.kind, reason=step.reason, by=names.get(step.by, ""), at=instant(step.at_s))
            for step in one.steps
        ),
        in_the_way=_maybe(may_stand(standing, one.person), standing.law),
    )  # fmt: skip
