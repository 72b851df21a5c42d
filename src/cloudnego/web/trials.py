"""试接: test clients. Whoever is signed in makes a program to try the API with, in a sandbox of its own: an invented
firm whose case stands at a step, everybody one can be there, and a clock that moves when he says so.

It is a client of that sandbox and of nothing else: no enterprise of another district can grant it anything.
"""

from __future__ import annotations

import asyncio
import secrets
from datetime import date
from typing import Final

import msgspec
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message, Seat, Step
from cloudnego.eventlog.tables import District
from cloudnego.identity.clients import Client, Grant, NewClient
from cloudnego.identity.ending import end_sandbox
from cloudnego.identity.portal_tables import PortalClient
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading, writing
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import Name, PracticeBody, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.practice import PracticePerson, begun
from cloudnego.web.sandbox import hash_of
from cloudnego.web.scopes import PortalScope
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1/sandbox/clients", tags=["sandbox"])

TRIALS_MAX: Final = 3
"""Of one person at a time: one for each of his versions, and no flood of districts."""

_OPERATOR: Final = "admin"


class TrialBody(Message):
    """A test client. `step`: where the case of its firm stands."""

    name: Name
    step: Step = Step.OFFER


class TrialDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A test client: the sandbox it is in, its firm, and until when it lasts. `requests`: of the last thirty days."""

    client: str
    name: str
    district: str
    enterprise: str
    made_at: str
    ends_at: str | None
    requests: int
    last_used: date | None


class TrialOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A test client and all that is said this once: its secret, and the password of everybody in its sandbox. `admin`
    is the login of who moves its clock."""

    trial: TrialDocument
    secret: str
    case: str
    now: str
    password: str
    admin: str
    people: tuple[PracticePerson, ...]


class TrialList(msgspec.Struct, frozen=True, kw_only=True):
    """One's own test clients, the newest first, and how many one may have."""

    rows: tuple[TrialDocument, ...]
    most: int


@router.get("", **described("list_trials", TrialList, codes=()))
async def list_trials(site: TheSite, who: SignedIn) -> Response:
    """The test clients somebody made that have not ended."""
    return answer(TrialList(rows=tuple(await site.threads.run(_of, site, who)), most=TRIALS_MAX))


@router.post(
    "",
    **described(
        "open_trial",
        TrialOpened,
        body=TrialBody,
        status=201,
        codes=("not_found", "too_many_trials", "too_many_sandboxes"),
    ),
)
async def open_trial(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Make a test client in a sandbox of its own. 404 on servers that offer no sandboxes."""
    if not site.limits.allow_sandboxes:
        raise Problem("not_found")
    site.doorkeeper.check_pace(f"practice {who.person}")
    body = parsed(request, TrialBody)
    if len(await site.threads.run(_of, site, who)) >= TRIALS_MAX:
        raise Problem("too_many_trials", facts={"most": TRIALS_MAX})
    password = secrets.token_urlsafe(12)
    made = await hash_of(site, password)
    loop = asyncio.get_running_loop()
    opened = await site.threads.run(lambda: _open(site, loop, who, body, password=password, made=made))
    return answer(opened, 201)


def _open(
    site: Site, loop: asyncio.AbstractEventLoop, who: Who, body: TrialBody, *, password: str, made: str
) -> TrialOpened:
    """Blocks as long as a practice takes to be written."""
    practice, enterprise = begun(site, loop, PracticeBody(step=body.step, seat=Seat.HR), password, made)
    grants = (Grant(enterprise, frozenset(scope.value for scope in PortalScope)),)
    new = NewClient(name=body.name, grants=grants)
    client, secret = site.portals.clients.register(practice.district, new, who.person)
    row = next(one for one in _of(site, who) if one.client == client)
    return TrialOpened(
        trial=row, secret=secret, case=practice.case, now=practice.now, password=password, admin=_OPERATOR,
        people=practice.people,
    )  # fmt: skip


@router.delete(
    "/{client_id}", **described("end_trial", None, status=204, codes=("not_found", "malformed"), unsafe=True)
)
async def delete_trial(site: TheSite, who: SignedIn, client_id: PathId) -> Response:
    """End a test client of one's own, and its sandbox with it."""

    def end() -> None:
        found = next((one for one in _of(site, who) if one.client == client_id), None)
        if found is None:
            raise Problem("not_found")
        with writing(site.engine) as session:
            end_sandbox(session, found.district, site.now_s())

    await site.threads.run(end)
    site.doorkeeper.forget()
    return nothing()


def _of(site: Site, who: Who) -> list[TrialDocument]:
    """What somebody made elsewhere than where he is: there a client is an enterprise's. Blocks."""
    query = (
        select(PortalClient, District)
        .join(District, col(District.id) == col(PortalClient.district))
        .where(PortalClient.created_by == who.person, col(PortalClient.ended_s).is_(None))
        .where(District.kind == "sandbox", District.id != who.district, col(District.ended_s).is_(None))
        .where(col(District.ends_s) > site.now_s())
        .order_by(col(PortalClient.created_s).desc(), col(PortalClient.id))
    )
    with reading(site.engine) as session:
        rows = [(client.id, client.created_s, district.ends_s) for client, district in session.exec(query).all()]
    there = [(site.portals.clients.get(client), made_s, ends_s) for client, made_s, ends_s in rows]
    return [_document(site, client, made_s, ends_s) for client, made_s, ends_s in there if client is not None]


def _document(site: Site, client: Client, made_s: int, ends_s: int | None) -> TrialDocument:
    enterprise = client.grants[0].enterprise
    used = site.portals.usage.of(client.id, [enterprise], 30)
    return TrialDocument(
        client=client.id, name=client.name, district=client.district, enterprise=enterprise, made_at=instant(made_s),
        ends_at=None if ends_s is None else instant(ends_s), requests=sum(one.requests for one in used),
        last_used=used[-1].day if used else None,
    )  # fmt: skip
