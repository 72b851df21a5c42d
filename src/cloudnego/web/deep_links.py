"""Links that a portal makes for its users, and the page of ours they land on.

The landing page says who made the link and where it leads before anything happens, and then goes on by itself, on our
own site: to the place, or first to the way in that the link names. What it leads to is a name and never an address; who
follows it is let in by nothing in it.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Final

import msgspec
from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message
from cloudnego.identity.deep_links import PLACES, DeepLink, Sealer, names_in, path_of
from cloudnego.identity.portals import EVERY
from cloudnego.texts import Said, say
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.answers import answer
from cloudnego.web.bodies import parsed
from cloudnego.web.cases import find
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.lists import organisation_names
from cloudnego.web.outside import OutsideProvider
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["portals"])

LANDING: Final = "/go"
"""Our page that reads a link, behind the `#` of its address."""

LASTS_S: Final = 86_400
LASTS_MAX_S: Final = 30 * 86_400
_LASTS_MIN_S: Final = 60

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{1,96}$")]
PlaceName = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,32}$")]


class DeepLinkBody(Message):
    """A link to be made. `place` by its name, with what that place needs (`case`, `act`, `draft`, `poll`, `survey`);
    `provider`: of those for this enterprise, by which its user comes in; `lasts_s`: a minute to thirty days."""

    place: PlaceName
    case: Name | None = None
    act: Name | None = None
    draft: Name | None = None
    poll: Name | None = None
    survey: Name | None = None
    provider: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")] | None = None
    lasts_s: Annotated[int, Field(ge=_LASTS_MIN_S, le=LASTS_MAX_S)] = LASTS_S


class DeepLinkReadBody(Message):
    """What stands behind the `#` of a link's address."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class DeepLinkMade(msgspec.Struct, frozen=True, kw_only=True):
    """A link's address, and until when it leads anywhere."""

    url: str
    expires_at: str


class DeepLinkDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a link says. `made_by`: the program, `enterprise_name`: for which it speaks; `where`: the place in words,
    `path`: on this site; `provider`: by which its user comes in, where the link says so."""

    made_by: str
    enterprise_name: str | None
    place: str
    where: Said
    path: str
    provider: OutsideProvider | None
    district: str
    expires_at: str


def _sealer(site: Site) -> Sealer:
    return Sealer(partial(site.log.ring.derived, "deep link"))


@router.post(
    "/links",
    **described(
        "create_link",
        DeepLinkMade,
        body=DeepLinkBody,
        status=201,
        codes=("not_found", "acting_as_required", "place_unknown", "place_needs", "provider_unknown"),
    ),
)
async def create_link(request: Request, site: TheSite, who: SignedIn) -> Response:
    """For portals: a link into our pages for a user of theirs. It lets nobody in, and leads to no case the portal does
    not see itself."""
    if who.portal is None or who.lets is not None:
        raise Problem("not_found")
    body = parsed(request, DeepLinkBody)
    names = _names(body)
    if "case" in names:
        await find(site, who, names["case"], None)
    enterprise = None if who.portal.enterprise == EVERY else who.portal.enterprise
    if body.provider is not None:
        found = site.outside.providers.get(body.provider)
        if found is None or not found.serves(enterprise):
            raise Problem("provider_unknown", facts={"provider": body.provider})
    until_s = site.now_s() + body.lasts_s
    link = DeepLink(
        place=body.place, names=names, client=who.portal.client, enterprise=enterprise, provider=body.provider,
        district=who.district, audience=site.public_url, until_s=until_s,
    )  # fmt: skip
    token = await site.threads.run(lambda: _sealer(site).close(link))
    return answer(DeepLinkMade(url=f"{site.public_url}{LANDING}#{token}", expires_at=instant(until_s)), 201)


def _names(body: DeepLinkBody) -> dict[str, str]:
    """What stands in the path of the place. Raises `Problem` 422 where that is another thing than was named."""
    if body.place not in PLACES:
        raise Problem("place_unknown", facts={"places": "、".join(PLACES)})
    given = {name: getattr(body, name) for name in ("case", "act", "draft", "poll", "survey")}
    names = {name: str(value) for name, value in given.items() if value is not None}
    wanted = names_in(body.place)
    if names.keys() != wanted:
        raise Problem("place_needs", facts={"place": body.place, "names": "、".join(sorted(wanted)) or "—"})
    return names


@router.post(
    "/links/read",
    **described("read_link", DeepLinkDocument, body=DeepLinkReadBody, codes=("not_found",), open_to_all=True),
)
async def read_link(request: Request, site: TheSite) -> Response:
    """What a link says, for the page it lands on. One that is none, or over, or whose program has ended or is let in
    by that enterprise no more, is none."""
    body = parsed(request, DeepLinkReadBody)
    return answer(await site.threads.run(_read, site, body.token))


def _read(site: Site, token: str) -> DeepLinkDocument:
    """Raises `Problem` 404. Blocks."""
    link = _sealer(site).open(token, site.public_url, site.now_s())
    client = None if link is None else site.portals.clients.get(link.client)
    if link is None or client is None or client.district != link.district:
        raise Problem("not_found")
    if link.enterprise is not None and not client.scopes_for(link.enterprise):
        raise Problem("not_found")
    names = organisation_names(site, link.district, {link.enterprise} if link.enterprise is not None else set())
    found = site.outside.providers.get(link.provider or "")
    serves = found is not None and found.serves(link.enterprise)
    return DeepLinkDocument(
        made_by=client.name,
        enterprise_name=names.get(link.enterprise or ""),
        place=link.place,
        where=say(f"links.places.{link.place}"),
        path=path_of(link),
        provider=OutsideProvider(id=found.id, name={"zh": found.name.zh, "en": found.name.en})
        if found is not None and serves
        else None,
        district=link.district,
        expires_at=instant(link.until_s),
    )
