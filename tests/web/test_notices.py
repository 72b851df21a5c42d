"""Texts people accept: as they stand, by version and words; a district's own before the shipped one; none by a click
that the law wants signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.core.commands import COMMANDS
from cloudnego.identity.notices import BY_PERSON, NAMES, NoticeError, Notices, shipped
from cloudnego.main import House
from tests.web.conftest import API, Town

OWN = """
version: xs-1
from_on: 2026-01-01
title: {zh: 本区告知, en: Our notice}
body: {zh: '由{district}处理。', en: 'Handled by {district}.'}
"""


async def texts(door: httpx2.AsyncClient, town: Town) -> dict[str, Any]:
    answer = await door.get(f"{API}/texts", params={"district": town.district})
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["texts"]}


async def accept(client: httpx2.AsyncClient, head: dict[str, Any], **change: str) -> httpx2.Response:
    words = {name: head[name] for name in ("name", "version", "digest")} | change
    return await client.post(f"{API}/me/accepted", json=words)


async def test_the_texts_can_be_read_before_anybody_signs_in(door: httpx2.AsyncClient, town: Town) -> None:
    found = await texts(door, town)
    assert list(found) == list(NAMES)
    for name in NAMES:
        answer = await door.get(f"{API}/texts/{name}", params={"district": town.district})
        whole = answer.json()
        assert whole["text"] == found[name]
        assert all("{" not in text for text in whole["body"].values()), "the district is named"
        known = await door.get(
            f"{API}/texts/{name}", params={"district": town.district}, headers={"If-None-Match": answer.headers["etag"]}
        )
        assert known.status_code == 304
    assert (await door.get(f"{API}/texts/nothing")).status_code == 404
    assert (await door.get(f"{API}/texts", params={"district": "nowhere"})).status_code == 404
    assert (await door.get(f"{API}/texts/terms", params={"version": "1999"})).status_code == 404


async def test_what_was_accepted_is_recorded_once_and_for_oneself(door: httpx2.AsyncClient, town: Town) -> None:
    heads = await texts(door, town)
    before = (await town["firm.chair"].get(f"{API}/me/accepted")).json()
    assert before["accepted"] == []
    assert [one["name"] for one in before["to_accept"]] == ["privacy", "terms", "ballot"]
    for _ in range(2):
        answer = await accept(town["firm.chair"], heads["terms"])
        assert answer.status_code == 201
        (one,) = answer.json()["accepted"]
        assert (one["version"], one["digest"], one["in_force"]) == (
            heads["terms"]["version"], heads["terms"]["digest"], True,
        )  # fmt: skip
        assert [one["name"] for one in answer.json()["to_accept"]] == ["privacy", "ballot"]
    assert (await town["firm.boss"].get(f"{API}/me/accepted")).json()["accepted"] == []
    assert (await door.get(f"{API}/me/accepted")).status_code == 401


async def test_words_one_did_not_see_cannot_be_accepted(door: httpx2.AsyncClient, town: Town) -> None:
    terms = (await texts(door, town))["terms"]
    for change in ({"digest": "0" * 64}, {"version": "2020-01"}):
        answer = await accept(town["firm.chair"], terms, **change)
        assert (answer.status_code, answer.json()["code"]) == (409, "text_changed")
    assert (await accept(town["firm.chair"], terms, name="nothing")).status_code == 404
    assert (await town["firm.chair"].get(f"{API}/me/accepted")).json()["accepted"] == []


async def test_electronic_service_is_confirmed_by_an_act_of_the_case_and_by_nothing_else(
    door: httpx2.AsyncClient, town: Town
) -> None:
    delivery = (await texts(door, town))["e-delivery"]
    assert (delivery["accepted_by"], delivery["command"]) == ("act", "confirm_electronic_service")
    answer = await accept(town["firm.chair"], delivery)
    assert (answer.status_code, answer.json()["code"]) == (409, "accepted_by_act")
    assert "confirm_electronic_service" in answer.json()["detail"]["zh"]
    acts = {file.accepted_by for file in shipped().values()} - {BY_PERSON}
    assert acts <= COMMANDS.keys()
    assert all(COMMANDS[act].binding for act in acts)


async def test_a_newer_version_asks_again_and_the_older_one_stays_readable(
    house: House, door: httpx2.AsyncClient, town: Town
) -> None:
    old = (await texts(door, town))["privacy"]
    assert (await accept(town["firm.chair"], old)).status_code == 201
    house.site.notices.put(town.district, "privacy", OWN, 1)
    new = (await texts(door, town))["privacy"]
    assert new["version"] == "xs-1"
    said = (await town["firm.chair"].get(f"{API}/me/accepted")).json()
    assert [(one["version"], one["in_force"]) for one in said["accepted"]] == [(old["version"], False)]
    assert "privacy" in [one["name"] for one in said["to_accept"]]
    assert (await accept(town["firm.chair"], old)).json()["code"] == "text_changed"
    assert (await accept(town["firm.chair"], new)).status_code == 201
    params = {"district": town.district}
    whole = (await door.get(f"{API}/texts/privacy", params=params)).json()
    assert whole["versions"] == [old["version"], "xs-1"]
    assert house.site.clocks.district(town.district).name in whole["body"]["zh"]
    before = (await door.get(f"{API}/texts/privacy", params={**params, "version": old["version"]})).json()
    assert before["text"]["digest"] == old["digest"]


def test_a_version_is_never_changed(house: House) -> None:
    notices = Notices(house.site.engine)
    notices.put("d", "terms", OWN, 1)
    shipped_version = shipped()["terms"].versions[0].version
    for text in (OWN, OWN.replace("本区", "另一"), OWN.replace("xs-1", f"'{shipped_version}'")):
        with pytest.raises(NoticeError, match="cannot be changed"):
            notices.put("d", "terms", text, 2)
    for text in ("", "version: x", "- [", OWN + "more: 1", OWN.replace("en: Our notice", "fr: Notre avis")):
        with pytest.raises(NoticeError, match="cannot be used"):
            notices.put("d", "terms", text, 2)
    with pytest.raises(NoticeError, match="no text"):
        notices.put("d", "cookies", OWN, 2)


RELEASED = {
    "ballot": ["2026-11"],
    "e-delivery": ["2026-11"],
    "privacy": ["2026-11"],
    "terms": ["2026-11"],
}


def test_every_version_that_was_shipped_still_is() -> None:
    """Somebody may have accepted it. A change of words is a new version, added here."""
    assert {name: [one.version for one in file.versions] for name, file in shipped().items()} == RELEASED
    for file in shipped().values():
        assert [one.from_on for one in file.versions] == sorted(one.from_on for one in file.versions)
        for one in file.versions:
            assert all(one.title.values())
            assert all(one.body.values())


def test_an_operator_puts_a_districts_own_text(
    house: House, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOUDNEGO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "own.yaml").write_text(OWN, "utf-8")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["admin", "texts", *words])  # type: ignore[return-value]

    put = run("put", "privacy", str(tmp_path / "own.yaml"), "--district", town.district)
    assert put.exit_code == 0, put.output
    assert "xs-1" in run("list").stdout
    again = run("put", "privacy", str(tmp_path / "own.yaml"), "--district", town.district)
    assert (again.exit_code, "cannot be changed" in again.stderr) == (1, True)
