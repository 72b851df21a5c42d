"""All that lets somebody in, ended at once: whoever held one of the old means must not come back by another. And all
that lets anybody into a sandbox, when it ends."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select, update

from cloudnego.audit.tables import DeviceKey
from cloudnego.eventlog.tables import District
from cloudnego.identity.admission import Invitation, Slip, Worker
from cloudnego.identity.factor_tables import Authenticator, Letter, MailAddress, OneTimeCode, Passkey, PhoneNumber
from cloudnego.identity.link_tables import CalendarLink
from cloudnego.identity.portal_tables import OAuthRequest, PortalClient, Refresh
from cloudnego.identity.store import writing
from cloudnego.identity.tables import OutsideLink, Person, SignIn


def end_all_means(session: Session, person: str, now_s: int, by: str | None) -> None:
    """Everything but the account itself, in the open transaction: sessions, factors, letters, slips, outside logins,
    the keys on his devices, and the portals that act for him. `by`: who is said to have revoked his letters."""
    means = (Authenticator, Passkey, MailAddress, PhoneNumber, OneTimeCode, OutsideLink, SignIn, CalendarLink)
    for table in means:
        session.exec(delete(table).where(col(table.person) == person))
    letters = update(Letter).where(col(Letter.person) == person, col(Letter.revoked_s).is_(None))
    session.exec(letters.values(revoked_s=now_s, revoked_by=by))
    keys = update(DeviceKey).where(col(DeviceKey.person) == person, col(DeviceKey.until_s).is_(None))
    session.exec(keys.values(until_s=now_s))
    lines = select(Worker.id).where(Worker.person == person)
    slips = update(Slip).where(col(Slip.worker).in_(lines), col(Slip.voided_s).is_(None))
    session.exec(slips.values(voided_s=now_s))
    let = update(OAuthRequest).where(col(OAuthRequest.person) == person, col(OAuthRequest.ended_s).is_(None))
    session.exec(let.values(ended_s=now_s))


def end_sandbox(session: Session, district: str, now_s: int) -> bool:
    """Put a sandbox away, in the open transaction: nobody comes in any more, no clock asks there, and its place is
    free. What was written stays where it is. False where there is none, or it has ended; a live district never does."""
    there = session.get(District, district, with_for_update=True)
    if there is None or there.kind != "sandbox" or there.ended_s is not None:
        return False
    there.ended_s = now_s
    session.add(there)
    people = select(Person.id).where(Person.district == district)
    session.exec(delete(Refresh).where(col(Refresh.person).in_(people)))
    session.exec(delete(SignIn).where(col(SignIn.district) == district))
    for table, over in ((Person, "ended_s"), (PortalClient, "ended_s"), (Invitation, "revoked_s"), (Slip, "voided_s")):
        still = update(table).where(col(table.district) == district, getattr(table, over).is_(None))
        session.exec(still.values({over: now_s}))
    return True


def end_overdue(engine: Engine, now_s: int) -> int:
    """Put away every sandbox whose time is over; how many there were. Blocks."""
    over = select(District.id).where(col(District.ends_s) <= now_s, col(District.ended_s).is_(None))
    with writing(engine) as session:
        return sum(end_sandbox(session, one, now_s) for one in session.exec(over).all())
