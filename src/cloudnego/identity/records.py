"""Who came and went: written in the transaction that opens or ends the session, read by the person himself."""

from __future__ import annotations

import secrets
from typing import Literal

from sqlmodel import Session, col, select

from cloudnego.identity.record_tables import SignInRecord

SHOWN_MAX = 100

What = Literal["in", "out", "all_out", "failed"]


def note(
    session: Session,
    district: str,
    what: What,
    at_s: int,
    *,
    person: str | None = None,
    name_hash: str | None = None,
    door: str | None = None,
) -> None:
    """Add one line. Of a failure only the hash of the name is known, and not whether anybody has it."""
    session.add(
        SignInRecord(
            id="r" + secrets.token_hex(12),
            district=district,
            person=person,
            name_hash=name_hash,
            what=what,
            door=door,
            at_s=at_s,
        )
    )


def of_person(session: Session, person: str) -> list[SignInRecord]:
    """The last lines about somebody, newest first."""
    query = select(SignInRecord).where(SignInRecord.person == person)
    newest = query.order_by(col(SignInRecord.at_s).desc(), col(SignInRecord.id)).limit(SHOWN_MAX)
    return list(session.exec(newest))
