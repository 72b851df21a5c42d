"""All that lets somebody in, ended at once: whoever held one of the old means must not come back by another."""

from __future__ import annotations

from sqlmodel import Session, col, delete, select, update

from cloudnego.identity.admission import Slip, Worker
from cloudnego.identity.factor_tables import Authenticator, Letter, MailAddress, OneTimeCode, Passkey, PhoneNumber
from cloudnego.identity.portal_tables import OAuthRequest
from cloudnego.identity.tables import OutsideLink, SignIn


def end_all_means(session: Session, person: str, now_s: int, by: str | None) -> None:
    """Everything but the account itself, in the open transaction: sessions, factors, letters, slips, outside logins,
    and the portals that act for him. `by`: who is said to have revoked his letters."""
    for table in (Authenticator, Passkey, MailAddress, PhoneNumber, OneTimeCode, OutsideLink, SignIn):
        session.exec(delete(table).where(col(table.person) == person))
    letters = update(Letter).where(col(Letter.person) == person, col(Letter.revoked_s).is_(None))
    session.exec(letters.values(revoked_s=now_s, revoked_by=by))
    lines = select(Worker.id).where(Worker.person == person)
    slips = update(Slip).where(col(Slip.worker).in_(lines), col(Slip.voided_s).is_(None))
    session.exec(slips.values(voided_s=now_s))
    let = update(OAuthRequest).where(col(OAuthRequest.person) == person, col(OAuthRequest.ended_s).is_(None))
    session.exec(let.values(ended_s=now_s))
