"""The texts people accept, and who accepted which: open to read, accepted by whoever signed in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal

import msgspec
from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.eventlog.districts import NoDistrict
from cloudnego.identity.notices import BY_PERSON, AcceptedByAct, NotAsItStands, Notice
from cloudnego.identity.sessions import Who
from cloudnego.ports import CHINA
from cloudnego.texts import Said
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import AcceptBody, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["accounts"])

DistrictQuery = Annotated[str | None, Query(max_length=64)]
VersionQuery = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._\-]{1,32}$")]
TextName = Annotated[str, Path(pattern=r"^[a-z\-]{1,24}$")]
_ACT: Final = "act"


class TextHead(msgspec.Struct, frozen=True, kw_only=True):
    """A text people accept, without its words. `digest`: SHA-256 of what stands on the screen, which acceptance says.
    `accepted_by`: `person`, or `act` where the acceptance is an act in a case, `command`."""

    name: str
    version: str
    from_on: date
    title: Said
    digest: str
    accepted_by: Literal["person", "act"]
    command: str | None


class TextDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it stands, and all its versions, oldest first."""

    text: TextHead
    body: Said
    versions: tuple[str, ...]


class TextList(msgspec.Struct, frozen=True, kw_only=True):
    """The texts in force in a district."""

    district: str
    texts: tuple[TextHead, ...]


class AcceptedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """That one accepted a version. `in_force`: no newer one has come."""

    name: str
    version: str
    digest: str
    at: str
    in_force: bool


class AcceptedList(msgspec.Struct, frozen=True, kw_only=True):
    """What one accepted, oldest first, and what is to be accepted: the versions in force that he has not."""

    accepted: tuple[AcceptedDocument, ...]
    to_accept: tuple[TextHead, ...]


def _head(one: Notice) -> TextHead:
    act = one.accepted_by != BY_PERSON
    return TextHead(
        name=one.name,
        version=one.version,
        from_on=one.from_on,
        title=one.title,
        digest=one.digest,
        accepted_by=_ACT if act else BY_PERSON,
        command=one.accepted_by if act else None,
    )


def _district(site: Site, wanted: str | None) -> tuple[str, str, date]:
    """Id, name and day of a district; without `wanted` the one people sign in at. Raises `Problem` 404. Blocks."""
    id_ = wanted or site.default_district()
    try:
        row = site.clocks.district(id_)
    except (NoDistrict, KeyError):
        raise Problem("not_found") from None
    return id_, row.name, site.today(id_)


def _list(site: Site, wanted: str | None) -> TextList:
    district, called, today = _district(site, wanted)
    return TextList(district=district, texts=tuple(map(_head, site.notices.in_force(district, called, today))))


def _whole(site: Site, name: str, version: str | None, wanted: str | None) -> TextDocument:
    district, called, today = _district(site, wanted)
    versions = site.notices.all(district, called).get(name, ())
    in_force = [one for one in site.notices.in_force(district, called, today) if one.name == name]
    found = [one for one in versions if one.version == version] if version is not None else in_force
    if not found:
        raise Problem("not_found")
    return TextDocument(text=_head(found[0]), body=found[0].body, versions=tuple(one.version for one in versions))


def _accepted(site: Site, who: Who) -> AcceptedList:
    district, called, today = _district(site, who.district)
    in_force = {one.name: one for one in site.notices.in_force(district, called, today)}
    given = site.notices.accepted(who.person)
    had = {(one.name, one.digest) for one in given}
    return AcceptedList(
        accepted=tuple(
            AcceptedDocument(
                name=one.name,
                version=one.version,
                digest=one.digest,
                at=datetime.fromtimestamp(one.at_s, UTC).astimezone(CHINA).isoformat(timespec="seconds"),
                in_force=in_force[one.name].digest == one.digest,
            )
            for one in given
        ),
        to_accept=tuple(
            _head(one)
            for one in in_force.values()
            if one.accepted_by == BY_PERSON and (one.name, one.digest) not in had
        ),
    )


def _accept(site: Site, who: Who, body: AcceptBody) -> bool:
    district, called, today = _district(site, who.district)
    named = [one for one in site.notices.in_force(district, called, today) if one.name == body.name]
    if not named:
        raise Problem("not_found")
    try:
        if named[0].version != body.version:
            raise NotAsItStands(body.name)
        return site.notices.accept(who.person, district, named[0], body.digest, site.now_s())
    except NotAsItStands:
        raise Problem("text_changed") from None
    except AcceptedByAct as act:
        raise Problem("accepted_by_act", facts={"command": act.command}) from None


@router.get("/texts", **described("texts", TextList, codes=("not_found", "malformed"), tagged=True, open_to_all=True))
async def texts(request: Request, site: TheSite, district: DistrictQuery = None) -> Response:
    """The texts in force in a district."""
    return tagged(request, await site.threads.run(_list, site, district))


@router.get(
    "/texts/{text}",
    **described("read_text", TextDocument, codes=("not_found", "malformed"), tagged=True, open_to_all=True),
)
async def one_text(
    request: Request, site: TheSite, text: TextName, version: VersionQuery = None, district: DistrictQuery = None
) -> Response:
    """One text in full: the version in force, or the one asked for."""
    return tagged(request, await site.threads.run(_whole, site, text, version, district))


@router.get("/me/accepted", **described("accepted_texts", AcceptedList))
async def accepted(site: TheSite, who: SignedIn) -> Response:
    """What I accepted, and what waits to be accepted."""
    return answer(await site.threads.run(_accepted, site, who))


@router.post(
    "/me/accepted",
    **described(
        "accept_text", AcceptedList, body=AcceptBody, status=201, codes=("not_found", "text_changed", "accepted_by_act")
    ),
)
async def accept(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Accept the version in force as it stands on the screen. Accepting it again changes nothing."""
    body = parsed(request, AcceptBody)
    await site.threads.run(_accept, site, who, body)
    return answer(await site.threads.run(_accepted, site, who), 201)
