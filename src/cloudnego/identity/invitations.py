"""Invitations: whoever is entitled asks one person to take one office. A link good once; accepting it says yes.

What somebody may give is looked at twice, when he invites and when the other accepts: an official who has left since
brings nobody in. Neither door says whether a person, a login or a telephone is known here.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office
from cloudnego.identity.admission import Invitation
from cloudnego.identity.kinds import OFFICES, OrganisationKind, covers
from cloudnego.identity.mandates import INVITE, covering
from cloudnego.identity.organisations import Body, body
from cloudnego.identity.roster import NewId, NewMembership, NewPerson, Roster, RosterError
from cloudnego.identity.sessions import Held, held_by
from cloudnego.identity.tables import Account

_BY_ROSTER: Final = frozenset({Office.WORKER, Office.PORTAL})
"""Workers come by the roster and its slips, programs by their registration."""

_EMPLOYER: Final = frozenset({Office.HR, Office.LEGAL_REPRESENTATIVE})
_DIGITS: Final = 4
_TRIES: Final = 20


class InvitationOver(Exception):
    """There is no such invitation, or it is used, revoked or past its day, or its giver may not give it any more."""


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True):
    """What is offered to whom, and for how long."""

    organisation: str
    office: Office
    name: str
    mandate: str | None = None
    mandate_scope: str | None = None
    mandate_from: date | None = None
    mandate_to: date | None = None


class NewAccount(msgspec.Struct, frozen=True):
    """The word a login begins with, and the hash of the password, made outside the transaction."""

    wanted: str
    password_hash: str


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as those who may give it see it; the token is nowhere."""

    id: str
    organisation: str
    name: str
    office: Office
    created_by: str
    created_s: int
    expires_s: int
    used_s: int | None
    revoked_s: int | None


def token_hash(token: str) -> str:
    """Under this name a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def may_appoint(held: tuple[Held, ...], to: Body, office: Office) -> bool:
    """Whether one of these memberships, all covered by their mandates, lets its holder give this office there.

    District officials give every office of the area but their operator's; a town union the first offices of its
    enterprises and their unions. A union's people give their union's, HR and the legal representative the employer's:
    never one side the other's.
    """
    if office not in OFFICES[to.kind] or office in _BY_ROSTER or to.kind is OrganisationKind.OPERATOR:
        return False
    return any(_gives(one, to, office) for one in held)


def _gives(one: Held, to: Body, office: Office) -> bool:
    match one.office:
        case Office.DISTRICT_UNION:
            return covers(one.region, to.region)
        case Office.TOWN_UNION:
            below = (OrganisationKind.ENTERPRISE, OrganisationKind.ENTERPRISE_UNION)
            return to.kind in below and covers(one.region, to.region)
        case Office.UNION:
            return one.organisation == to.id
        case Office.HR | Office.LEGAL_REPRESENTATIVE:
            return one.organisation == to.id and office in _EMPLOYER
        case _:
            return False


def invite(
    session: Session, district: str, new: NewInvitation, *, new_id: NewId, by: str, now_s: int, lasts_s: int
) -> tuple[Invited, str]:
    """Make an invitation. Returns it with its token (256 bit), which is said once."""
    token = secrets.token_urlsafe(32)
    row = Invitation(
        id=new_id("i"),
        district=district,
        token_hash=token_hash(token),
        organisation=new.organisation,
        name=new.name,
        office=new.office.value,
        mandate=new.mandate,
        mandate_scope=new.mandate_scope,
        mandate_from=new.mandate_from,
        mandate_to=new.mandate_to,
        created_s=now_s,
        created_by=by,
        expires_s=now_s + lasts_s,
    )
    session.add(row)
    session.flush()
    return _said(row), token


def invitations(session: Session, organisation: str, after: str, limit: int) -> list[Invited]:
    """Invitations to an organisation, by id, beginning after `after`."""
    query = (
        select(Invitation)
        .where(Invitation.organisation == organisation, col(Invitation.id) > after)
        .order_by(col(Invitation.id))
        .limit(limit)
    )
    return [_said(row) for row in session.exec(query)]


def invitation(session: Session, district: str, invitation_id: str) -> Invited | None:
    """One invitation of the district, or None."""
    row = session.get(Invitation, invitation_id)
    return _said(row) if row is not None and row.district == district else None


def revoke(session: Session, invitation_id: str, now_s: int) -> None:
    """End an invitation that is open. Raises `InvitationOver` if it is not."""
    if not _settled(session, invitation_id, now_s, revoked_s=now_s):
        raise InvitationOver


def read(session: Session, token: str, now_s: int) -> tuple[Invitation, Body]:
    """The open invitation of a token and the organisation it is for. Raises `InvitationOver`."""
    row = session.exec(select(Invitation).where(Invitation.token_hash == token_hash(token))).first()
    if row is None or row.used_s is not None or row.revoked_s is not None or row.expires_s <= now_s:
        raise InvitationOver
    to = body(session, row.district, row.organisation)
    if to is None:
        raise InvitationOver
    return row, to


def check_giver(session: Session, row: Invitation, to: Body, today: date) -> None:
    """Raises `InvitationOver` where whoever invited may not give this office any more."""
    held = covering(held_by(session, row.created_by), INVITE, today)
    if not may_appoint(held, to, Office(row.office)):
        raise InvitationOver


def accept(session: Session, roster: Roster, row: Invitation, person: str, now_s: int) -> str:
    """Make the person a member. Returns the membership's id. Of several at once one wins.

    Raises `InvitationOver`; `RosterError` where he holds this very office there already.
    """
    if not _settled(session, row.id, now_s, used_s=now_s, used_by=person):
        raise InvitationOver
    there = [(one.organisation, one.office) for one in held_by(session, person)]
    if (row.organisation, Office(row.office)) in there:
        raise RosterError("membership_exists")
    made = roster.add_membership(
        NewMembership(
            person=person,
            organisation=row.organisation,
            office=Office(row.office),
            mandate=row.mandate,
            mandate_scope=row.mandate_scope,
            mandate_from=row.mandate_from,
            mandate_to=row.mandate_to,
        )
    )
    return made.id


def accept_anew(session: Session, roster: Roster, row: Invitation, new: NewAccount, now_s: int) -> tuple[str, str]:
    """The same for somebody without an account here: a person and an account are made. Returns membership and login.

    The login is the wanted word with digits behind it, always: an answer "taken" would say who is here.
    """
    login = _free_login(session, row.district, new.wanted)
    person = roster.add_person(NewPerson(name=row.name, login=login, password_hash=new.password_hash))
    return accept(session, roster, row, person.id, now_s), login


def _free_login(session: Session, district: str, wanted: str) -> str:
    for _ in range(_TRIES):
        login = f"{wanted}.{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
        if (
            session.exec(select(Account.person).where(Account.district == district, Account.login == login)).first()
            is None
        ):
            return login
    return f"{wanted}.{secrets.randbelow(10 ** (2 * _DIGITS)):0{2 * _DIGITS}}"


def _settled(session: Session, invitation_id: str, now_s: int, **values: object) -> bool:
    """Whether the open invitation took these values; of several at once one does."""
    done = session.connection().execute(
        update(Invitation)
        .where(
            col(Invitation.id) == invitation_id,
            col(Invitation.used_s).is_(None),
            col(Invitation.revoked_s).is_(None),
            col(Invitation.expires_s) > now_s,
        )
        .values(**values)
    )
    assert isinstance(done, CursorResult)
    return done.rowcount == 1


def _said(row: Invitation) -> Invited:
    return Invited(
        id=row.id,
        organisation=row.organisation,
        name=row.name,
        office=Office(row.office),
        created_by=row.created_by,
        created_s=row.created_s,
        expires_s=row.expires_s,
        used_s=row.used_s,
        revoked_s=row.revoked_s,
    )
