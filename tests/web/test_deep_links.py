"""A portal's link leads to places of ours by name, for a while, and lets nobody in: nothing else can be made of one."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from cloudnego.identity.deep_links import PLACES, Sealer, names_in
from cloudnego.main import House
from tests.house.tree import ROOT
from tests.oidc.people import sent_back
from tests.oidc.running import issuer
from tests.web import test_outside
from tests.web.conftest import API, Founded, Town, client_of
from tests.web.portals import enter, register
from tests.web.test_outside import begun
from tests.web.test_outside import link as linked

__all__ = ["issuer"]

LINKS = f"{API}/links"


async def made(program: httpx2.AsyncClient, **body: Any) -> str:
    """What stands behind the `#` of a new link."""
    answer = await program.post(LINKS, json=body)
    assert answer.status_code == 201, answer.text
    url = str(answer.json()["url"])
    assert "/go#" in url
    return url.partition("#")[2]


async def read(door: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await door.post(f"{LINKS}/read", json={"token": token})


async def case_of(program: httpx2.AsyncClient, town: Town) -> str:
    opened = {"enterprise": town.ids["firm"], "wage_year": 2031}
    answer = await program.post(f"{API}/negotiations", json=opened, headers={"Idempotency-Key": "deep"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["case"])


def test_every_place_is_a_page_of_ours() -> None:
    source = (ROOT / "frontend" / "src" / "router.ts").read_text(encoding="utf-8")
    pages = {*re.findall(r"path: '([^']*)'", source), *re.findall(r"'([a-z]+)'", source)}
    for name, path in PLACES.items():
        end = re.sub(r"\{(\w+)\}", r":\1", path.removeprefix("/c/{case}/"))
        known = {"/c/:case": "/c/:id", "do/:act": "do/:command", "prepared/:draft": "prepared/:prepared"}
        end = known.get(end, end).replace("/s/:case/", "/s/:id/")
        assert end in pages, name


async def test_a_link_says_who_made_it_and_where_it_leads_and_lets_nobody_in(town: Town) -> None:
    program = await enter(town, await register(town, scopes=["cases", "open"]))
    case = await case_of(program, town)
    token = await made(program, place="act", case=case, act="send-offer")
    said = (await read(town.door, token)).json()
    assert (said["path"], said["made_by"], said["provider"]) == (f"/c/{case}/do/send-offer", "接入系统", None)
    assert said["enterprise_name"]
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"cloudnego={token}"}):
        async with client_of(town.house, headers=headers) as stranger:
            assert (await stranger.get(f"{API}/negotiations/{case}")).status_code == 401
    foreign = {"place": "case", "case": "n" + 32 * "f"}
    assert (await program.post(LINKS, json=foreign)).status_code == 404
    assert (await town["firm.boss"].post(LINKS, json={"place": "todo"})).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "https"},
        {"place": "//evil.example"},
        {"place": "todo", "case": "n1"},
        {"place": "case"},
        {"place": "case", "case": "../../x"},
        {"place": "case", "case": "//evil.example/"},
        {"place": "todo", "then": "https://evil.example"},
        {"place": "todo", "provider": "nobody"},
        {"place": "todo", "lasts_s": 30 * 86_400 + 1},
        {"place": "todo", "lasts_s": 1},
    ],
    ids=str,
)
async def test_what_is_no_place_makes_no_link(town: Town, wrong: dict[str, Any]) -> None:
    program = await enter(town, await register(town, scopes=["cases"]))
    assert (await program.post(LINKS, json=wrong)).status_code == 422


async def test_a_link_that_was_changed_is_over_or_made_elsewhere_is_none(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await register(town, scopes=["cases"])
    program, site = await enter(town, client), town.house.site
    token = await made(program, place="todo", lasts_s=60)
    keys = site.log.ring.derived("deep link")
    sealer, now = Sealer(lambda: keys), site.now_s()
    link = sealer.open(token, site.public_url, now)
    assert link is not None
    assert link.until_s - now in (59, 60)
    whole = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for at in range(len(whole)):
        bent = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        assert sealer.open(urlsafe_b64encode(bent).decode().rstrip("="), site.public_url, now) is None
    strange = [
        sealer.close(msgspec.structs.replace(link, audience="https://other.example")),
        sealer.close(msgspec.structs.replace(link, place="evil")),
        sealer.close(msgspec.structs.replace(link, names={"case": "n1"})),
        sealer.close(msgspec.structs.replace(link, until_s=now)),
        sealer.close(msgspec.structs.replace(link, client="c-nobody")),
        sealer.close(msgspec.structs.replace(link, district="elsewhere")),
        Sealer(lambda: [b"k" * 32]).close(link),
        *("x", "é", "=" * 9),
    ]
    none = await read(town.door, "none")
    for one in strange:
        answer = await read(town.door, one)
        assert (answer.status_code, answer.content) == (404, none.content)
    assert (await read(town.door, Sealer(lambda: [b"n" * 32, *keys]).close(link))).status_code == 404
    turned = [b"n" * 32, *keys]
    monkeypatch.setattr(site.log.ring, "derived", lambda _: turned)
    assert (await read(town.door, token)).status_code == 200, "an old key reads while it is there"
    monkeypatch.undo()
    gone = await town["firm.boss"].delete(f"{API}/portal-clients/{client.id}/grants/{town.ids['firm']}")
    assert gone.status_code == 204
    assert (await read(town.door, token)).status_code == 404


def test_names_of_a_place_are_those_of_its_path() -> None:
    assert {name: names_in(name) for name in ("home", "act", "survey")} == {
        "home": frozenset(),
        "act": frozenset({"case", "act"}),
        "survey": frozenset({"case", "survey"}),
    }


class TestSignOn:
    """With a real OpenID provider."""

    @pytest.fixture
    def house(self, tmp_path: Path, founded: Founded, issuer: str) -> Iterator[House]:
        yield from test_outside.house.__wrapped__(tmp_path, founded, issuer)  # type: ignore[attr-defined]

    @pytest.fixture
    async def browser(self, house: House) -> AsyncIterator[httpx2.AsyncClient]:
        async with client_of(house) as client:
            yield client

    async def test_the_link_names_a_provider_and_its_user_ends_at_the_place(
        self, browser: httpx2.AsyncClient, town: Town
    ) -> None:
        await linked(browser, town, "firm.hr")
        program = await enter(town, await register(town, scopes=["cases", "open"]))
        case = await case_of(program, town)
        said = (await read(browser, await made(program, place="filing", case=case, provider="real"))).json()
        assert said["provider"]["id"] == "real"
        location = await begun(browser, town, said["provider"]["id"], then=said["path"])
        back = await browser.get(sent_back(location))
        assert (back.status_code, back.headers["location"]) == (303, f"/c/{case}/filing")
        assert (await browser.get(f"{API}/negotiations/{case}")).status_code == 200

    async def test_who_does_not_get_in_reads_why_on_a_page(self, browser: httpx2.AsyncClient, town: Town) -> None:
        location = await begun(browser, town, "real", then="/todo")
        back = await browser.get(sent_back(location, "mallory"), headers={"Accept": "text/html"})
        assert back.status_code == 303
        wanted = f"/signin?because=outside_not_linked&then=%2Ftodo&district={town.district}"
        assert back.headers["location"] == wanted
        assert (await browser.get(f"{API}/me")).status_code == 401

    async def test_a_provider_of_one_enterprise_stands_in_its_links_alone(
        self, browser: httpx2.AsyncClient, town: Town
    ) -> None:
        providers = town.house.site.outside.providers
        program = await enter(town, await register(town, scopes=["cases"]))
        for firms, made_it in (({"o-other"}, 422), ({town.ids["firm"]}, 201)):
            own = {**providers, "real-es": msgspec.structs.replace(providers["real-es"], enterprises=frozenset(firms))}
            object.__setattr__(town.house.site.outside, "providers", own)
            answer = await program.post(LINKS, json={"place": "todo", "provider": "real-es"})
            assert answer.status_code == made_it, firms
        assert [one["id"] for one in (await browser.get(f"{API}/outside")).json()["providers"]] == ["real"]
