"""Time stamps (RFC 3161) over the head of a district's log, once a day: somebody else's clock says that it stood then.

Who stamps is a seam: a server that the operator names, or the installation's own, which is labelled for what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

import structlog
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.audit.notes import Head
from cloudnego.audit.tables import DistrictStamp
from cloudnego.eventlog.database import writing

EVERY_S: Final = 86_400
_AGAIN_S: Final = 3_600
"""A server that did not answer is asked again after so long."""

_log: Final = structlog.get_logger(__name__)


class Stamp(NamedTuple):
    """A token (DER) over the text of a head. `issuer`: as its certificate names it; `internal`: it is our own."""

    size: int
    root: bytes
    at_s: int
    issuer: str
    internal: bool
    token: bytes


class Stamped(NamedTuple):
    """What a server gave."""

    issuer: str
    token: bytes


class Stamper(Protocol):
    """Whoever stamps. `internal`: no law makes it a time-stamping authority."""

    internal: bool

    def stamp(self, message: bytes) -> Stamped:
        """A token over the SHA-256 of a message. Blocks. Raises OSError and whatever else a network may raise."""
        ...


class Stamps:
    """The stamps of all districts of one database. Blocking; several nodes may stamp: both are kept."""

    def __init__(self, engine: Engine, stamper: Callable[[], Stamper], now_s: Callable[[], int]) -> None:
        self._engine: Final = engine
        self._stamper: Final = stamper
        self._now_s: Final = now_s
        self._asked: Final[dict[str, int]] = {}

    def daily(self, district: str, head: Head) -> bool:
        """Have a head stamped if the last stamp is a day old; whether it was. That nobody answers keeps nothing from
        going on: it is said in the operator's log and tried again in an hour."""
        now_s = self._now_s()
        if now_s - self._asked.get(district, -EVERY_S) < _AGAIN_S:
            return False
        last = self.last(district)
        if not head.size or (last is not None and (now_s - last.at_s < EVERY_S or last.size >= head.size)):
            return False
        self._asked[district] = now_s
        try:
            stamper = self._stamper()
            made = stamper.stamp(head.text.encode())
        except Exception as wrong:
            _log.warning("district_not_stamped", district=district, error=type(wrong).__name__)
            return False
        with Session(writing(self._engine)) as session:
            session.merge(
                DistrictStamp(
                    district=district, size=head.size, root=head.root, at_s=now_s, issuer=made.issuer[:200],
                    internal=stamper.internal, token=made.token,
                )
            )  # fmt: skip
            session.commit()
        return True

    def last(self, district: str) -> Stamp | None:
        """The stamp of the longest head that has one."""
        return newest(self._engine, district)


def newest(engine: Engine, district: str, upto: int | None = None) -> Stamp | None:
    """The stamp of the longest head of a district that has one, no longer than `upto`."""
    query = select(DistrictStamp).where(DistrictStamp.district == district).order_by(col(DistrictStamp.size).desc())
    with Session(engine) as session:
        row = session.exec(query if upto is None else query.where(col(DistrictStamp.size) <= upto)).first()
    if row is None:
        return None
    return Stamp(row.size, bytes(row.root), row.at_s, row.issuer, row.internal, bytes(row.token))
