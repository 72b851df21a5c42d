"""A whole house over ASGI, a sandbox in it, and the people of one enterprise who can sign in."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from cloudnego.main import House, build, install
from cloudnego.settings import Settings
from tests.web.documented import document_of, undocumented

PASSWORD = "correct horse battery"
API = "/api/v1"


def settings_for(place: Path, **more: Any) -> Settings:
    facts: dict[str, Any] = {
        "data_dir": place,
        "port": 0,
        "allow_sandboxes": True,
        "cookie_secure": False,
        "password_memory_kib": 8,
        "asks_per_second": 100_000.0,
        "asks_burst": 1_000_000,
        "worker_threads": 2,
        "passkey_domain": "test",
    }
    return Settings(**(facts | more))


def client_of(house: House, address: str = "127.0.0.1", **more: Any) -> httpx2.AsyncClient:
    """A client in this process; every answer it gets must be one that the OpenAPI document promises."""
    document = document_of(house)

    async def documented(answer: httpx2.Response) -> None:
        content = await answer.aread()
        is_json = "json" in answer.headers.get("Content-Type", "")
        assert undocumented(document, answer, json.loads(content) if is_json else None) == []

    transport = httpx2.ASGITransport(app=house.front, raise_app_exceptions=False, client=(address, 1))
    hooks = {"response": [documented]}
    return httpx2.AsyncClient(transport=transport, base_url="http://test", event_hooks=hooks, **more)


class Town:
    """A sandbox with one enterprise, its union and the offices above, and a client for each of its people."""

    def __init__(self, house: House, door: httpx2.AsyncClient, stack: AsyncExitStack) -> None:
        self.house = house
        self.door = door
        self._stack = stack
        self.district = ""
        self.ids: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.people: dict[str, httpx2.AsyncClient] = {}

    def __getitem__(self, who: str) -> httpx2.AsyncClient:
        return self.people[who]

    async def made(self, who: str, path: str, **body: Any) -> Any:
        answer = await self[who].post(API + path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def sign_in(self, name: str, login: str, password: str) -> httpx2.AsyncClient:
        body = {"login": login, "password": password, "district": self.district, "door": "bearer"}
        answer = await self.door.post(f"{API}/session", json=body)
        assert answer.status_code == 201, answer.text
        self.ids[name] = answer.json()["me"]["person"]
        return await self.enter(name, answer.json()["token"])

    async def enter(self, name: str, token: str) -> httpx2.AsyncClient:
        self.tokens[name] = token
        client = client_of(self.house, headers={"Authorization": f"Bearer {token}"})
        self.people[name] = await self._stack.enter_async_context(client)
        return client

    async def letter(self, who: str) -> str:
        """The code of somebody's mandate letter, from the administrator of the sandbox."""
        return str((await self.made("admin", "/sandbox/letters", person=self.ids[who]))["code"])

    async def step_up(self, who: str) -> None:
        """Let somebody show the code of his letter; his client goes on with the new token."""
        proof = {"means": "letter", "code": await self.letter(who), "password": PASSWORD}
        answer = await self[who].post(f"{API}/session/step-up", json=proof)
        assert answer.status_code == 200, answer.text
        self.took(who, answer.json()["token"])

    def took(self, who: str, token: str) -> None:
        """Somebody's session goes on under another token."""
        self.tokens[who] = token
        self[who].headers["Authorization"] = f"Bearer {token}"

    async def person(self, name: str, *memberships: dict[str, Any]) -> httpx2.AsyncClient:
        await self.made(
            "admin", "/sandbox/people", name=name, login=name, password=PASSWORD, memberships=list(memberships)
        )
        return await self.sign_in(name, name, PASSWORD)

    async def found(self) -> None:
        answer = await self.door.post(f"{API}/sandbox", json={"starts_at": "2026-03-02T09:00:00+08:00"})
        assert answer.status_code == 201, answer.text
        opened = answer.json()
        self.district = opened["district"]
        self.ids |= {
            f"the {name}": opened["founded"][name] for name in ("district_union", "authority", "employers_body")
        }
        await self.sign_in("admin", opened["login"], opened["password"])
        for firm in ("firm", "other"):
            await self._firm(firm)
        town = await self.made(
            "admin", "/sandbox/organisations", kind="town_union", name="城厢街道总工会", region="330109001"
        )
        await self.person("town", {"organisation": town["id"], "office": "town_union"})
        await self.person("authority", {"organisation": self.ids["the authority"], "office": "authority"})
        await self.person("auditor_less")

    async def _firm(self, firm: str) -> None:
        made = await self.made(
            "admin", "/enterprises",
            name=f"演示{firm}", credit_code=f"TEST-{firm.upper()}", address="演示路 1 号", region="330109001",
            industry="C1761", headcount=[{"year": 2026, "total": 30}],
        )  # fmt: skip
        self.ids[firm] = made["id"]
        union = await self.made(
            "admin", "/sandbox/organisations",
            kind="enterprise_union", name=f"演示{firm}工会", region="330109001", upper=made["id"],
        )  # fmt: skip
        answer = await self["admin"].patch(
            f"{API}/enterprises/{made['id']}", json={"has_union": True, "union_organisation": union["id"]}
        )
        assert answer.status_code == 200, answer.text
        await self.person(f"{firm}.chair", {"organisation": union["id"], "office": "union", "seat_hint": "chief"})
        await self.person(f"{firm}.worker", {"organisation": made["id"], "office": "worker"})
        await self.person(f"{firm}.boss", {"organisation": made["id"], "office": "legal_representative"})
        await self.person(f"{firm}.hr", {"organisation": made["id"], "office": "hr"})

    async def open_case(self, firm: str = "firm", by: str = "chair", **more: Any) -> str:
        body = {"enterprise": self.ids[firm], "wage_year": 2026, **more}
        answer = await self[f"{firm}.{by}"].post(f"{API}/negotiations", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["case"])


class Founded(NamedTuple):
    """A town as it was left, to be begun with again and again."""

    place: Path
    district: str
    ids: dict[str, str]
    tokens: dict[str, str]


async def found_town(settings: Settings) -> Founded:
    """An installation with the town in it."""
    install(settings)
    house = build(settings)
    async with client_of(house) as door, AsyncExitStack() as stack:
        town = Town(house, door, stack)
        await town.found()
    house.close()
    return Founded(settings.data_dir, town.district, town.ids, town.tokens)


@asynccontextmanager
async def town_in(house: House, founded: Founded) -> AsyncIterator[Town]:
    """The town as it was left, in a house that has it."""
    async with client_of(house) as door, AsyncExitStack() as stack:
        made = Town(house, door, stack)
        made.district = founded.district
        made.ids = dict(founded.ids)
        for name, token in founded.tokens.items():
            await made.enter(name, token)
        yield made


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """Founded once: fifteen people who signed in are a second of passwords and fsyncs."""
    return asyncio.run(found_town(settings_for(tmp_path_factory.mktemp("town") / "data")))


@pytest.fixture
def house(tmp_path: Path, founded: Founded) -> Iterator[House]:
    """A house of its own for each test; the sandbox of `town` is in it."""
    shutil.copytree(founded.place, tmp_path / "data")
    made = build(settings_for(tmp_path / "data"))
    yield made
    made.close()


@pytest.fixture
async def door(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody who has not signed in."""
    async with client_of(house) as client:
        yield client


@pytest.fixture
async def town(house: House, founded: Founded) -> AsyncIterator[Town]:
    async with town_in(house, founded) as made:
        yield made
