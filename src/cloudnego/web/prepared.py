"""Acts a portal prepared: it leaves the draft and gets a link; who may do the act reads it and does it himself.

Nothing here judges a case. The draft is checked for its shape alone; whether the act is possible is seen when the
person asks it, in his own session, with his own proof.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.commands import COMMANDS
from cloudnego.core.gate import of_his_seats
from cloudnego.core.moment import seats_of
from cloudnego.core.procedure import PLACES
from cloudnego.core.vocabulary import Code, Message, Side
from cloudnego.identity.prepared import Draft, TooManyPrepared
from cloudnego.identity.sessions import Who
from cloudnego.texts import Said, say
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import parsed
from cloudnego.web.cases import Found, find
from cloudnego.web.commands import ASKS, kebab
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.scopes import SCOPES, PortalScope
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["portals"])


class PreparedBody(Message):
    """A draft: the command and its words, exactly as its own operation takes them."""

    command: Code
    words: dict[str, Any] = Field(default_factory=dict)


class PreparedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A draft. `link`: where the person does it; `words`: null in lists; `portal`: the client that wrote it."""

    id: str
    case: str
    command: str
    title: Said
    portal: str
    portal_name: str
    link: str
    created_at: str
    expires_at: str
    words: dict[str, Any] | None


class PreparedList(msgspec.Struct, frozen=True, kw_only=True):
    """Drafts, oldest first: a portal's own, or those of acts the reader may do."""

    rows: tuple[PreparedDocument, ...]


def _his(who: Who, found: Found, draft: Draft) -> bool:
    """Whether a draft is there for somebody: for the portal that wrote it, and for whoever may do the act for the
    enterprise. To everybody else there is none."""
    if who.portal is not None:
        return draft.client == who.portal.client
    place, seats = PLACES[COMMANDS[draft.command]], seats_of(found.case, found.member, found.at.date())
    return found.member.side is Side.EMPLOYER and of_his_seats(place, seats, found.streams)


def _document(site: Site, draft: Draft, words: dict[str, Any] | None = None) -> PreparedDocument:
    return PreparedDocument(
        id=draft.id,
        case=draft.case,
        command=draft.command,
        title=say(f"commands.{draft.command}", {}),
        portal=draft.client,
        portal_name=draft.client_name,
        link=f"{site.public_url}/negotiations/{draft.case}/prepared/{draft.id}",
        created_at=instant(draft.created_s),
        expires_at=instant(draft.expires_s),
        words=words,
    )


@router.post(
    "/negotiations/{case_id}/prepared",
    **described(
        "prepare_act",
        PreparedDocument,
        body=PreparedBody,
        status=201,
        codes=(*OF_A_CASE, "not_binding", "too_many_prepared"),
        headed=("Location",),
    ),
)
async def prepare_act(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """For portals: leave the draft of an act that binds. People do such acts themselves, and need none."""
    found = await find(site, who, case_id, acting_as)
    if who.portal is None:
        raise Problem("not_found")
    client = who.portal.client
    body = parsed(request, PreparedBody)
    ask = ASKS.get(kebab(body.command))
    if ask is None or not ask.kind.binding or SCOPES[ask.name] is not PortalScope.PREPARE:
        raise Problem("not_binding", facts={"command": body.command})
    words = json.dumps(body.words, ensure_ascii=False).encode()
    ask.parse({"content-type": "application/json"}, words)

    def keep() -> PreparedDocument:
        id_ = site.prepared.keep(who.district, found.id, client, ask.name, words)
        made = next(one for one in site.prepared.of(found.id) if one.id == id_)
        return _document(site, made, body.words)

    try:
        made = await site.threads.run(keep)
    except TooManyPrepared:
        raise Problem("too_many_prepared") from None
    return answer(made, 201, {"Location": f"/api/v1/negotiations/{found.id}/prepared/{made.id}"})


@router.get("/negotiations/{case_id}/prepared", **described("list_prepared", PreparedList, codes=OF_A_CASE))
async def list_prepared(site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None) -> Response:
    """The drafts that wait for somebody, without their words."""
    found = await find(site, who, case_id, acting_as)
    drafts = await site.threads.run(site.prepared.of, found.id)
    return answer(PreparedList(rows=tuple(_document(site, one) for one in drafts if _his(who, found, one))))


async def _draft(site: Site, who: Who, found: Found, prepared_id: str) -> Draft:
    """A draft that is there for him. Raises `Problem` 404."""
    drafts = await site.threads.run(site.prepared.of, found.id)
    mine = [one for one in drafts if one.id == prepared_id and _his(who, found, one)]
    if not mine:
        raise Problem("not_found")
    return mine[0]


@router.get(
    "/negotiations/{case_id}/prepared/{prepared_id}", **described("get_prepared", PreparedDocument, codes=OF_A_CASE)
)
async def get_prepared(
    site: TheSite, who: SignedIn, case_id: CaseId, prepared_id: PathId, acting_as: ActingAs = None
) -> Response:
    """The draft as it was written; its words are what the operation of the act takes, from the person himself."""
    draft = await _draft(site, who, await find(site, who, case_id, acting_as), prepared_id)
    words = await site.threads.run(site.prepared.words, draft)
    if not words:
        raise Problem("not_found")
    return answer(_document(site, draft, json.loads(words)))


@router.delete(
    "/negotiations/{case_id}/prepared/{prepared_id}",
    **described("drop_prepared", None, status=204, codes=OF_A_CASE, unsafe=True),
)
async def drop_prepared(
    site: TheSite, who: SignedIn, case_id: CaseId, prepared_id: PathId, acting_as: ActingAs = None
) -> Response:
    """Take a draft away: the portal its own, the person one he did or does not want."""
    draft = await _draft(site, who, await find(site, who, case_id, acting_as), prepared_id)
    await site.threads.run(site.prepared.drop, draft)
    return nothing()
