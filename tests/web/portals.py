"""Portal clients of the town: registered over the API, and in with tokens that they fetched themselves."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, NamedTuple

import httpx2

from tests.web.conftest import API, Town, client_of

EVERYTHING = ("cases", "table", "register", "open", "act", "prepare")


class Registered(NamedTuple):
    id: str
    secret: str


async def register(town: Town, by: str = "firm.boss", **more: Any) -> Registered:
    body: dict[str, Any] = {"name": "接入系统", "enterprise": town.ids["firm"], "scopes": list(EVERYTHING)} | more
    made = await town.made(by, "/portal-clients", **{name: one for name, one in body.items() if one is not None})
    return Registered(made["client"]["id"], made["secret"])


def basic(client: Registered) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{client.id}:{client.secret}".encode()).decode()}


async def fetch(town: Town, client: Registered, **form: str) -> httpx2.Response:
    fields = {"grant_type": "client_credentials"} | form
    return await town.door.post("/oauth/token", data=fields, headers=basic(client))


async def token_of(town: Town, client: Registered, **form: str) -> str:
    answer = await fetch(town, client, **form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def enter(town: Town, client: Registered, name: str = "portal", **form: str) -> httpx2.AsyncClient:
    return await town.enter(name, await token_of(town, client, **form))


async def portal(town: Town, *scopes: str) -> httpx2.AsyncClient:
    """A portal of the firm with these scopes, or all of them."""
    return await enter(town, await register(town, scopes=list(scopes or EVERYTHING)))


__all__ = ["API", "EVERYTHING", "Registered", "basic", "client_of", "enter", "fetch", "portal", "register", "token_of"]
