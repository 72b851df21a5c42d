"""Acts that a portal prepared: the draft of what binds, sealed, until the person who may do it does it or it runs out.

They lie in no stream: a draft is the enterprise's own paper, and nobody else learns that there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, func, select

from cloudnego.identity.custody import Custody
from cloudnego.identity.portal_tables import PortalClient, Prepared
from cloudnego.identity.roster import NewId
from cloudnego.identity.store import reading, writing

LASTS_S: Final = 30 * 86_400
"""A draft nobody came for in a month is gone."""

OPEN_MAX: Final = 20
"""Drafts of one client in one case at once: a person reads them one by one."""


class TooManyPrepared(Exception):
    """The client has as many drafts in this case as it may have."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft without its words. `client_name`: of the portal that wrote it."""

    id: str
    case: str
    command: str
    client: str
    client_name: str
    created_s: int
    expires_s: int


class PreparedActs:
    """All of it synchronous: the web calls it in a thread. `now_s` is real time in whole seconds."""

    def __init__(self, engine: Engine, custody: Custody, new_id: NewId, now_s: Callable[[], int]) -> None:
        self._engine = engine
        self._custody = custody
        self._new_id = new_id
        self._now_s = now_s

    def keep(self, district: str, case: str, client: str, command: str, words: bytes) -> str:
        """Keep a draft. Returns its id. Raises `TooManyPrepared`."""
        id_, now = self._new_id("d"), self._now_s()
        sealed = self._custody.seal(district, words.decode(), "prepared", id_).encode()
        with writing(self._engine) as session:
            session.exec(delete(Prepared).where(col(Prepared.expires_s) <= now))
            count = select(func.count()).select_from(Prepared)
            if session.exec(count.where(Prepared.client == client, Prepared.case_id == case)).one() >= OPEN_MAX:
                raise TooManyPrepared
            session.add(
                Prepared(
                    id=id_,
                    district=district,
                    case_id=case,
                    client=client,
                    command=command,
                    sealed=sealed,
                    created_s=now,
                    expires_s=now + LASTS_S,
                )
            )
        return id_

    def of(self, case: str) -> list[Draft]:
        """The drafts in a case that have not run out, oldest first: whose they are is the caller's to look at."""
        query = select(Prepared).where(Prepared.case_id == case, col(Prepared.expires_s) > self._now_s())
        with reading(self._engine) as session:
            return [
                _said(session, row)
                for row in session.exec(query.order_by(col(Prepared.created_s), col(Prepared.id))).all()
            ]

    def words(self, draft: Draft) -> bytes:
        """What the draft says, as JSON; empty where it was dropped meanwhile."""
        with reading(self._engine) as session:
            row = session.get(Prepared, draft.id)
            found = None if row is None else (row.district, bytes(row.sealed).decode())
        return b"" if found is None else self._custody.open(*found, "prepared", draft.id).encode()

    def drop(self, draft: Draft) -> None:
        """It is done, or nobody wants it."""
        with writing(self._engine) as session:
            session.exec(delete(Prepared).where(col(Prepared.id) == draft.id))


def _said(session: Session, row: Prepared) -> Draft:
    client = session.get(PortalClient, row.client)
    return Draft(
        id=row.id,
        case=row.case_id,
        command=row.command,
        client=row.client,
        client_name=client.name if client is not None else "",
        created_s=row.created_s,
        expires_s=row.expires_s,
    )
