"""The map of a district: places and geometry, laid down by its union, and nothing besides."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.conftest import API
from tests.web.granted import Looking, clock, look, people, still

__all__ = ["clock", "look", "people", "still"]

TOWN, OTHER = "330109102", "330109103"
RING = [[120.2, 30.1], [120.3, 30.1], [120.3, 30.2], [120.2, 30.1]]


def shape(code: str = TOWN, **more: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [RING]}
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry, **more}


def drawn(ring: list[Any]) -> dict[str, Any]:
    return {**shape(), "geometry": {"type": "Polygon", "coordinates": [ring]}}


def shapes(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


async def test_every_place_has_a_tile_before_anybody_laid_it_out(look: Looking) -> None:
    found = (await look("w9").get(f"{API}/map")).json()
    assert not found["laid_out"]
    assert [(one["code"], one["x"], one["y"]) for one in found["tiles"]] == [(TOWN, 0, 0), (OTHER, 1, 0)]
    assert found["shapes"] is None


async def test_the_districts_union_lays_it_down_and_everybody_sees_it(look: Looking) -> None:
    body = {"tiles": [{"code": TOWN, "x": 3, "y": 1}, {"code": OTHER, "x": 4, "y": 2}], "shapes": shapes(shape())}
    answer = await look("district").put(f"{API}/map", json=body)
    assert answer.status_code == 200, answer.text
    found = (await look("w9").get(f"{API}/map")).json()
    assert found == answer.json()
    assert [(one["code"], one["x"], one["y"]) for one in found["tiles"]] == [(TOWN, 3, 1), (OTHER, 4, 2)]
    assert found["shapes"]["features"][0]["geometry"] == {"type": "Polygon", "coordinates": [RING]}
    assert (await look("district").put(f"{API}/map", json={})).json()["shapes"] is None, "the whole map, anew"


async def test_nobody_else_lays_it_down(look: Looking) -> None:
    for who in ("town", "authority", "w1", "hr", "stranger"):
        assert (await look(who).put(f"{API}/map", json={})).status_code == 404


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"tiles": [{"code": "330110", "x": 0, "y": 0}]}, "region_unknown"),
        ({"tiles": [{"code": TOWN, "x": 0, "y": 0}, {"code": TOWN, "x": 1, "y": 0}]}, "region_unknown"),
        ({"shapes": shapes(shape("330110"))}, "region_unknown"),
        ({"tiles": [{"code": TOWN, "x": 40, "y": 0}]}, "malformed"),
        ({"shapes": shapes(shape(id="x"))}, "malformed"),
        ({"shapes": shapes({**shape(), "properties": {"code": TOWN, "note": "云帆厂"}})}, "malformed"),
        ({"shapes": shapes({**shape(), "geometry": {"type": "Point", "coordinates": [120, 30]}})}, "malformed"),
        ({"shapes": shapes(drawn([[200, 30]] * 4))}, "malformed"),
        ({"shapes": shapes(drawn(RING[:3]))}, "malformed"),
    ],
)
async def test_what_is_no_place_or_no_geometry_is_refused(look: Looking, body: dict[str, Any], code: str) -> None:
    answer = await look("district").put(f"{API}/map", json=body)
    assert answer.json()["code"] == code
    assert answer.status_code in (409, 422)
