"""The map of a district: a tile for each place, and the shapes of the places where its union has laid them down.

Geometry and the code of a place, nothing else: what a shape says besides is refused, so that no map carries anything.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message, Office
from cloudnego.identity.roster import regions
from cloudnego.identity.sessions import Held, Who
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import DistrictMap
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.acting import registering
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import RegionCode, parsed
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.site import Site

_PLACES_MAX: Final = 200
_ACROSS: Final = 6
"""Tiles in a row where nobody has laid them out: places by code, the district itself left out."""

router = Endpoints(prefix="/api/v1", tags=["register"])

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Point = tuple[Longitude, Latitude]
Ring = Annotated[tuple[Point, ...], Field(min_length=4, max_length=2_000)]
Rings = Annotated[tuple[Ring, ...], Field(min_length=1, max_length=20)]


class PolygonBody(Message):
    """RFC 7946 §3.1.6: rings of points, longitude first; the first ring is the outer one."""

    type: Literal["Polygon"]
    coordinates: Rings


class MultiPolygonBody(Message):
    """RFC 7946 §3.1.7: a place of several pieces."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[tuple[Rings, ...], Field(min_length=1, max_length=20)]


class OfPlaceBody(Message):
    """Which place a shape is of."""

    code: RegionCode


class FeatureBody(Message):
    """RFC 7946 §3.2: one place with its shape."""

    type: Literal["Feature"]
    properties: OfPlaceBody
    geometry: Annotated[PolygonBody | MultiPolygonBody, Field(discriminator="type")]


class ShapesBody(Message):
    """RFC 7946 §3.3: the shapes of places."""

    type: Literal["FeatureCollection"]
    features: Annotated[tuple[FeatureBody, ...], Field(min_length=1, max_length=_PLACES_MAX)]


class TileBody(Message):
    """Where the tile of a place lies: column and row, from the top left."""

    code: RegionCode
    x: Annotated[int, Field(ge=0, le=39)]
    y: Annotated[int, Field(ge=0, le=39)]


class MapBody(Message):
    """The map of a district, whole: what is not in it is taken away."""

    tiles: Annotated[tuple[TileBody, ...], Field(max_length=_PLACES_MAX)] = ()
    shapes: ShapesBody | None = None


class TileDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The tile of a place, column and row from the top left."""

    code: str
    name_zh: str
    name_en: str
    x: int
    y: int


class Geometry(msgspec.Struct, frozen=True, kw_only=True):
    """A Polygon or MultiPolygon of RFC 7946."""

    type: str
    coordinates: list[Any]


class OfPlace(msgspec.Struct, frozen=True, kw_only=True):
    """The code of the place a shape is of."""

    code: str


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One place with its shape."""

    type: str
    properties: OfPlace
    geometry: Geometry


class Shapes(msgspec.Struct, frozen=True, kw_only=True):
    """A FeatureCollection of RFC 7946."""

    type: str
    features: tuple[Feature, ...]


class MapDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Every place of the district has a tile: as laid out, else in rows by code. `laid_out`: whether its union did;
    `shapes`: GeoJSON, null where nobody has loaded any."""

    laid_out: bool
    tiles: tuple[TileDocument, ...]
    shapes: Shapes | None


@router.get("/map", **described("get_map", MapDocument, tagged=True))
async def get_map(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Where the tile of each place lies, and the shapes of the places."""
    return tagged(request, await site.threads.run(_read, site, who))


@router.put(
    "/map",
    **described("put_map", MapDocument, body=MapBody, codes=("not_found", "mandate_does_not_cover", "region_unknown")),
)
async def put_map(request: Request, site: TheSite, who: SignedIn) -> Response:
    """Lay the map of the district down anew. For officials of the district's union."""
    registering(site, who, _of_the_district)
    body = parsed(request, MapBody)

    def write() -> MapDocument:
        with writing(site.engine) as session:
            _check(session, who.district, body)
            row = session.get(DistrictMap, who.district) or DistrictMap(
                district=who.district, body=b"", entered_by=who.person, entered_s=0
            )
            row.body, row.entered_by = body.model_dump_json().encode(), who.person
            row.entered_s = site.now_s()
            session.add(row)
        return _read(site, who)

    return answer(await site.threads.run(write))


def _of_the_district(held: tuple[Held, ...]) -> bool:
    return any(one.office is Office.DISTRICT_UNION for one in held)


def _check(session: Session, district: str, body: MapBody) -> None:
    """Every code is a place of the district, once. Raises `Problem`."""
    known = {one.code for one in regions(session, district)}
    features = body.shapes.features if body.shapes is not None else ()
    for codes in ([one.code for one in body.tiles], [one.properties.code for one in features]):
        wrong = next((code for place, code in enumerate(codes) if code not in known or code in codes[:place]), None)
        if wrong is not None:
            raise Problem("region_unknown", facts={"region": wrong})


def _read(site: Site, who: Who) -> MapDocument:
    with reading(site.engine) as session:
        places = regions(session, who.district)
        row = session.get(DistrictMap, who.district)
        kept = MapBody.model_validate_json(row.body, strict=False) if row is not None else MapBody()
    laid = {one.code: (one.x, one.y) for one in kept.tiles}
    root = min((one.code for one in places), key=len, default=None)
    below = sorted(one.code for one in places if one.code != root)
    rows = {code: (place % _ACROSS, place // _ACROSS) for place, code in enumerate(below)}
    shown = laid or rows
    tiles = (
        TileDocument(code=one.code, name_zh=one.name_zh, name_en=one.name_en, x=at[0], y=at[1])
        for one in places
        if (at := shown.get(one.code)) is not None
    )
    shapes = kept.shapes.model_dump(mode="json") if kept.shapes is not None else None
    return MapDocument(
        laid_out=bool(laid), tiles=tuple(tiles), shapes=msgspec.convert(shapes, Shapes) if shapes is not None else None
    )
