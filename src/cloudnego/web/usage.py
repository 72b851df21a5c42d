"""How much a portal is used, over HTTP: for itself, and for those who let it in.

Figures follow from what the portal sees: one that is told of the table is told the more, the more is said there. So
of the days on which it could see the table only its owner, who alone could open that, and it itself are shown figures.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.responses import Response

from cloudnego.identity.clients import Client
from cloudnego.identity.portals import EVERY
from cloudnego.identity.sessions import Who
from cloudnego.identity.usage import OWNERS, Quota, Used, User
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.portal_clients import granted_by
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["portals"])

DAYS_MAX: Final = 90

Days = Annotated[int, Query(ge=1, le=DAYS_MAX)]


class QuotaDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Requests a day, how many are left today, and for how many seconds more. A day is one of China."""

    per_day: int
    left: int
    renewed_in_s: int


class DayDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One day. `errors`: of the requests those that got no yes; `limited`: those beyond the quota, not among them;
    `told`: events a webhook delivered, `failed`: tries that failed."""

    day: date
    requests: int
    errors: int
    limited: int
    told: int
    failed: int


class UsageDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a client was used for one enterprise ("*": for all at once), days without use left out. `hidden`: it sees
    the table there, so its figures are for itself and the owner; `quota` is then null."""

    enterprise: str
    hidden: bool
    quota: QuotaDocument | None
    last_used: date | None
    days: tuple[DayDocument, ...]


class UsageList(msgspec.Struct, frozen=True, kw_only=True):
    """By enterprise, of the last so many days with today."""

    client: str
    last_days: int
    rows: tuple[UsageDocument, ...]


class _Eyes(msgspec.Struct, frozen=True):
    """Of which enterprises somebody is shown figures of a client, and of which of them all."""

    enterprises: tuple[str, ...]
    whole: frozenset[str]


def _eyes(site: Site, who: Who, client: Client) -> _Eyes:
    if who.portal is None:
        his = granted_by(site, who, client)
        return _Eyes(tuple(his), frozenset(one for one, owned in his.items() if owned))
    if who.person != client.id:
        return _Eyes((), frozenset())
    granted = [one.enterprise for one in client.grants]
    mine = (EVERY, *granted) if who.portal.enterprise == EVERY else (who.portal.enterprise,)
    return _Eyes(mine, frozenset(mine))


@router.get(
    "/portal-clients/{client_id}/usage", **described("portal_usage", UsageList, codes=("not_found", "malformed"))
)
async def get_usage(site: TheSite, who: SignedIn, client_id: PathId, days: Days = 30) -> Response:
    """For a portal its own figures, for the enterprise it asks for; else those of the enterprises somebody speaks
    for."""

    def read() -> UsageList:
        client = site.portals.clients.get(client_id)
        eyes = _eyes(site, who, client) if client is not None and client.district == who.district else None
        if client is None or eyes is None or not eyes.enterprises:
            raise Problem("not_found")
        used = site.portals.usage.of(client_id, eyes.enterprises, days)
        rows = tuple(_row(site, client, one, used, whole=one in eyes.whole) for one in eyes.enterprises)
        return UsageList(client=client_id, last_days=days, rows=rows)

    return answer(await site.threads.run(read))


def _row(site: Site, client: Client, enterprise: str, used: list[Used], *, whole: bool) -> UsageDocument:
    hidden = not whole and OWNERS in client.scopes_for(enterprise)
    there = [] if hidden else [one for one in used if one.enterprise == enterprise]
    shown = [one for one in there if whole or not one.wide]
    counted = not hidden and len(shown) == len(there)
    return UsageDocument(
        enterprise=enterprise, hidden=hidden, quota=_quota(site, client.id, enterprise) if counted else None,
        last_used=shown[-1].day if shown else None, days=tuple(map(_day, shown)),
    )  # fmt: skip


def _quota(site: Site, client: str, enterprise: str) -> QuotaDocument:
    user = User(client, enterprise, wide=False)
    site.portals.usage.know(user)
    found: Quota = site.portals.usage.left(user)
    return QuotaDocument(per_day=found.per_day, left=found.left, renewed_in_s=found.lasts_s)


def _day(one: Used) -> DayDocument:
    return DayDocument(
        day=one.day, requests=one.requests, errors=one.errors, limited=one.limited, told=one.told, failed=one.failed
    )
