"""Webhooks over HTTP: where a portal wants to be told of what its feed has, and what became of that.

The portal makes and changes its own. Whoever keeps the portal for an enterprise (`portal_clients`) sees them, lets them
rest and wakes them, and takes them away.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Final, Self

import msgspec
from fastapi import Query
from pydantic import Field, StringConstraints, model_validator
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message, Stream
from cloudnego.identity.hooks import OVERLAP_S, Hook, NewHook, Outcome, TooManyHooks, Tried, Why
from cloudnego.identity.outward import NotThere, checked_to_post
from cloudnego.identity.portals import EVERY
from cloudnego.identity.sessions import Who
from cloudnego.identity.usage import OWNERS
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import Url, parsed
from cloudnego.web.cursors import cursor_of, read_cursor
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import Cursor, PageSize
from cloudnego.web.errors import Problem
from cloudnego.web.events import known_types
from cloudnego.web.feed import BEGINNING, LATEST, Cursors, Wanted, end_of, look
from cloudnego.web.portal_clients import SecretDocument, granted_by, kept_client, kept_clients
from cloudnego.web.postman import Ping, PingFacts, Postman
from cloudnego.web.queries import CaseId
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["portals"])

_CASE: Final = r"^[A-Za-z0-9_\-]{1,96}$"

Types = Annotated[tuple[Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")], ...], Field(max_length=50)]
Cases = Annotated[tuple[Annotated[str, StringConstraints(pattern=_CASE)], ...], Field(max_length=50)]
FeedCursor = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,400}$")]
EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{1,96}\.[a-z]{1,16}\.[0-9]{1,9}$")]


class WebhookBody(Message):
    """A webhook to be made. `after`: a cursor of the feed for the same enterprise, `latest` (from now on), or
    `beginning`; `types`, `cases`: of these alone, of all where there are none."""

    url: Url
    types: Types = ()
    cases: Cases = ()
    after: FeedCursor = LATEST


class WebhookChanges(Message):
    """What is to be changed. `active` false lets it rest; true wakes it, and it is told what it missed."""

    url: Url | None = None
    types: Types | None = None
    cases: Cases | None = None
    active: bool | None = None


class WebhookSecretBody(Message):
    """A new secret. `end_others`: the old one was seen by others, so it does not sign beside the new one."""

    end_others: bool = False


class ReplayBody(Message):
    """Whence to tell again: after a cursor of the feed, or from an event on."""

    after: FeedCursor | None = None
    event: EventId | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.after is None) == (self.event is None):
            raise ValueError("either after or event")
        return self


class WebhookDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook. `why` it rests; `tries`: how often the event that waits was tried, again at `next_at`."""

    id: str
    client: str
    enterprise: str
    url: str
    types: tuple[str, ...]
    cases: tuple[str, ...]
    active: bool
    why: Why | None
    tries: int
    failing_since: str | None
    next_at: str | None
    created_at: str


class WebhookOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook and its secret, which is said this once."""

    webhook: WebhookDocument
    secret: str


class WebhookList(msgspec.Struct, frozen=True, kw_only=True):
    """Webhooks, the oldest first."""

    rows: tuple[WebhookDocument, ...]


class DeliveryDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One try to tell one event."""

    event: str
    type: str
    at: str
    took_ms: int
    outcome: Outcome
    status: int | None


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Tries, the latest first."""

    rows: tuple[DeliveryDocument, ...]
    next: str | None


def _document(hook: Hook, *, whole: bool = True) -> WebhookDocument:
    """`whole`: also whether something waits to be told, and since when."""
    if not whole:
        hook = msgspec.structs.replace(hook, tries=0, failing_since_s=None)
    return WebhookDocument(
        id=hook.id, client=hook.client, enterprise=hook.enterprise, url=hook.url, types=tuple(sorted(hook.types)),
        cases=tuple(sorted(hook.cases)), active=hook.active, why=Why(hook.why) if hook.why else None, tries=hook.tries,
        failing_since=instant(hook.failing_since_s) if hook.failing_since_s is not None else None,
        next_at=instant(hook.next_s) if hook.tries else None, created_at=instant(hook.created_s),
    )  # fmt: skip


def _delivery(one: Tried) -> DeliveryDocument:
    return DeliveryDocument(
        event=one.event, type=one.type, at=instant(one.at_s), took_ms=one.took_ms, outcome=one.outcome,
        status=one.status,
    )  # fmt: skip


def _itself(who: Who) -> bool:
    """Whether a program asks for itself, and not a person through it."""
    return who.portal is not None and who.lets is None


def _his(site: Site, who: Who, webhook_id: str) -> Hook:
    """A webhook that is his to look at. Raises `Problem` 404. Blocks."""
    hook = site.hooks.get(webhook_id)
    if hook is None or hook.district != who.district:
        raise Problem("not_found")
    if who.portal is None:
        kept_client(site, who, hook.client)
    elif not _itself(who) or hook.client != who.person or who.portal.enterprise not in (EVERY, hook.enterprise):
        raise Problem("not_found")
    return hook


def _sees_all(site: Site, who: Who, hook: Hook) -> bool:
    """Whether all a webhook is told may be known to him. What it is told of the table is known to its program and to
    the owner, who alone could open the table to it: to whoever else keeps it, how much was told would tell how much was
    said there. Blocks."""
    if who.portal is not None or OWNERS not in hook.scopes:
        return True
    client = site.portals.clients.get(hook.client)
    return client is not None and granted_by(site, who, client).get(hook.enterprise, False)


def _shown(site: Site, who: Who, hook: Hook) -> WebhookDocument:
    """Blocks."""
    return _document(hook, whole=_sees_all(site, who, hook))


def _checked(site: Site, url: str) -> str:
    """Raises `Problem` 422 for an address nothing may be posted to, whatever it leads to."""
    try:
        checked_to_post(url, loopback=site.hooks.outward.loopback)
    except NotThere:
        raise Problem("webhook_url") from None
    return url


@router.get("/webhooks", **described("list_webhooks", WebhookList, codes=()))
async def list_webhooks(site: TheSite, who: SignedIn) -> Response:
    """A portal's own; of the portals somebody keeps."""

    def read() -> WebhookList:
        if who.portal is None:
            found = site.hooks.of(kept_clients(site, who))
        else:
            mine = (EVERY, who.portal.enterprise)
            all_ = site.hooks.of([who.person]) if _itself(who) else []
            found = [one for one in all_ if one.enterprise in mine or who.portal.enterprise == EVERY]
        return WebhookList(rows=tuple(_shown(site, who, one) for one in found))

    return answer(await site.threads.run(read))


@router.post(
    "/webhooks",
    **described(
        "create_webhook",
        WebhookOpened,
        body=WebhookBody,
        status=201,
        codes=("not_found", "webhook_url", "event_unknown", "bad_cursor", "too_many_webhooks"),
        headed=("Location",),
    ),
)
async def post_webhook(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Be told of what the feed of this client has. The secret is said in this answer and never again."""
    if not _itself(who):
        raise Problem("not_found")
    body = parsed(request, WebhookBody)

    def write() -> WebhookOpened:
        assert who.portal is not None, "it was looked at"
        eyes = site.portals.eyes(who.person, who.portal.enterprise, who.portal.scopes)
        wanted = Wanted(types=known_types(list(body.types)), cases=frozenset(body.cases))
        if body.after == LATEST:
            last = end_of(site, eyes, Wanted())
            place = BEGINNING if last is None else last.pos
        else:
            place = BEGINNING if body.after == "beginning" else _place(site, who.person, who, body.after)
        new = NewHook(
            district=who.district, client=who.person, enterprise=who.portal.enterprise, scopes=who.portal.scopes,
            url=_checked(site, body.url), types=wanted.types, cases=wanted.cases, place=place, by=who.person,
        )  # fmt: skip
        hook = site.hooks.make(new)
        return WebhookOpened(webhook=_document(hook), secret=hook.secrets[0])

    try:
        made = await site.threads.run(write)
    except TooManyHooks:
        raise Problem("too_many_webhooks") from None
    site.stir.ring({})
    return answer(made, 201, {"Location": f"/api/v1/webhooks/{made.webhook.id}"})


@router.get("/webhooks/{webhook_id}", **described("get_webhook", WebhookDocument, codes=("not_found", "malformed")))
async def get_webhook(site: TheSite, who: SignedIn, webhook_id: CaseId) -> Response:
    """One webhook, and how it stands."""
    return answer(await site.threads.run(lambda: _shown(site, who, _his(site, who, webhook_id))))


@router.patch(
    "/webhooks/{webhook_id}",
    **described(
        "change_webhook",
        WebhookDocument,
        body=WebhookChanges,
        codes=("not_found", "malformed", "webhook_url", "event_unknown"),
    ),
)
async def patch_webhook(request: Request, site: TheSite, who: SignedIn, webhook_id: CaseId) -> Response:
    """Change where it leads and what it hears of, let it rest, or wake it. A person may only do the last two."""
    hook = await site.threads.run(_his, site, who, webhook_id)
    body = parsed(request, WebhookChanges)
    if not _itself(who) and (body.url, body.types, body.cases) != (None, None, None):
        raise Problem("not_found")

    def write() -> WebhookDocument:
        types = None if body.types is None else known_types(list(body.types))
        cases = None if body.cases is None else frozenset(body.cases)
        url = None if body.url is None else _checked(site, body.url)
        site.hooks.change(hook, url=url, types=types, cases=cases, active=body.active)
        return _shown(site, who, _his(site, who, webhook_id))

    changed = await site.threads.run(write)
    site.stir.ring({})
    return answer(changed)


@router.post(
    "/webhooks/{webhook_id}/secrets",
    **described(
        "renew_webhook_secret", SecretDocument, body=WebhookSecretBody, status=201, codes=("not_found", "malformed")
    ),
)
async def post_webhook_secret(request: Request, site: TheSite, who: SignedIn, webhook_id: CaseId) -> Response:
    """A new secret; the one before signs beside it for another week, unless it was seen by others."""
    hook = await site.threads.run(_his, site, who, webhook_id)
    if not _itself(who):
        raise Problem("not_found")
    body = parsed(request, WebhookSecretBody)
    secret = await site.threads.run(lambda: site.hooks.renew_secret(hook, end_others=body.end_others))
    return answer(SecretDocument(secret=secret, others_for_s=0 if body.end_others else OVERLAP_S), 201)


@router.post(
    "/webhooks/{webhook_id}/ping",
    **described("ping_webhook", DeliveryDocument, codes=("not_found", "malformed"), unsafe=True),
)
async def ping_webhook(site: TheSite, who: SignedIn, webhook_id: CaseId) -> Response:
    """Post something of the type `ping` at once, and say how that went."""
    hook = await site.threads.run(_his, site, who, webhook_id)
    now = site.now_s()
    ping = Ping(id=f"ping_{secrets.token_hex(8)}", timestamp=instant(now), data=PingFacts(webhook=hook.id))
    return answer(_delivery(await Postman(site).ping(hook, ping)))


@router.post(
    "/webhooks/{webhook_id}/replay",
    **described("replay_webhook", WebhookDocument, body=ReplayBody, codes=("not_found", "malformed", "bad_cursor")),
)
async def replay_webhook(request: Request, site: TheSite, who: SignedIn, webhook_id: CaseId) -> Response:
    """Tell again all that is after a place, under the same ids; with it what lies among the dead letters."""
    hook = await site.threads.run(_his, site, who, webhook_id)
    body = parsed(request, ReplayBody)

    def write() -> WebhookDocument:
        if body.event and not _sees_all(site, who, hook) and f".{Stream.NOTICE}." not in body.event:
            raise Problem("bad_cursor")
        place = _from_event(site, hook, body.event) if body.event else _after(site, hook, who, body.after or "")
        site.hooks.replay(hook, place)
        return _shown(site, who, _his(site, who, webhook_id))

    moved = await site.threads.run(write)
    site.stir.ring({})
    return answer(moved)


@router.get(
    "/webhooks/{webhook_id}/deliveries",
    **described("list_deliveries", DeliveryPage, codes=("not_found", "malformed", "bad_cursor")),
)
async def list_deliveries(
    *,
    site: TheSite,
    who: SignedIn,
    webhook_id: CaseId,
    dead: Annotated[bool, Query()] = False,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Response:
    """What was tried and how it went, the latest first; `dead`: what was given up."""
    hook = await site.threads.run(_his, site, who, webhook_id)
    skip = read_cursor(cursor, "deliveries").get("skip") if cursor else 0
    if not isinstance(skip, int) or not 0 <= skip < 2**31:
        raise Problem("bad_cursor")

    def read() -> list[Tried]:
        return site.hooks.deliveries(hook, skip, limit, dead=dead, notices=not _sees_all(site, who, hook))

    found = await site.threads.run(read)
    more = cursor_of("deliveries", {"skip": skip + limit}) if len(found) == limit else None
    return answer(DeliveryPage(rows=tuple(map(_delivery, found)), next=more))


@router.delete(
    "/webhooks/{webhook_id}",
    **described("remove_webhook", None, status=204, codes=("not_found", "malformed"), unsafe=True),
)
async def delete_webhook(site: TheSite, who: SignedIn, webhook_id: CaseId) -> Response:
    """Take it away, with the log of its deliveries."""
    await site.threads.run(lambda: site.hooks.remove(_his(site, who, webhook_id)))
    return nothing()


def _place(site: Site, client: str, who: Who, cursor: str) -> int:
    return Cursors(site.factors.custody, msgspec.structs.replace(who, person=client)).place(site.log, cursor)


def _after(site: Site, hook: Hook, who: Who, cursor: str) -> int:
    """The place of a cursor of the feed of the same client for the same enterprise. Blocks."""
    if cursor == "beginning":
        return BEGINNING
    if who.portal is None or who.portal.enterprise != hook.enterprise:
        raise Problem("bad_cursor")
    return _place(site, hook.client, who, cursor)


def _from_event(site: Site, hook: Hook, event: str) -> int:
    """The place before an event this webhook sees. Raises `Problem` 422 for one there is not, or not for it. Blocks."""
    case, stream, seq = event.rsplit(".", 2)
    place = site.log.feed.place(case, stream, int(seq))
    if place is not None:
        eyes = site.portals.eyes(hook.client, hook.enterprise, hook.scopes)
        seen = look(site, eyes, place - 1, Wanted(cases=frozenset({case})), 1)
        if seen.rows and seen.rows[0][1].id == event:
            return place - 1
    raise Problem("bad_cursor")
