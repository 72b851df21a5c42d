"""Portal clients of the town: registered over the API, and in with tokens that they fetched themselves."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

import httpx2

from cloudnego.identity import tokens
from cloudnego.identity.grades import Grade
from tests.web.conftest import API, Town

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BACK = "https://hr.example/back"
EVERYTHING = ("cases", "table", "register", "open", "act", "prepare")


class Registered(NamedTuple):
    id: str
    secret: str


async def proved(town: Town, who: str) -> str:
    """What somebody is called in another session of his, in which he has just proved that it is he."""
    person, name = town.ids[who], f"{who}, proved"
    await town.enter(name, town.house.site.sessions.open(town.district, person, person, "bearer", proof=Grade.LETTER))
    return name


async def register(town: Town, by: str = "firm.boss", **more: Any) -> Registered:
    body: dict[str, Any] = {"name": "接入系统", "enterprise": town.ids["firm"], "scopes": list(EVERYTHING)} | more
    made = await town.made(
        await proved(town, by), "/portal-clients", **{name: one for name, one in body.items() if one is not None}
    )
    return Registered(made["client"]["id"], made["secret"])


def basic(client: Registered) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{client.id}:{client.secret}".encode()).decode()}


def signed_for(issuer: str) -> str:
    """An assertion that says it is of this client; nobody signed it."""
    parts = (b'{"alg":"ES256","kid":"k"}', json.dumps({"iss": issuer}).encode(), b"-" * 64)
    return ".".join(urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts)


def named(client: str) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Each way in which somebody says which client he is, with a proof that is none: fields of a form, headers."""
    shown = {"client_assertion_type": ASSERTION, "client_assertion": signed_for(client)}
    encoded = b64encode(f"{quote(client)}:cns_wrong".encode()).decode()
    return [
        ({}, {"Authorization": f"Basic {encoded}"}),
        ({"client_id": client, "client_secret": "cns_wrong"}, {}),
        (shown, {}),
    ]


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


# --- private_key_jwt ------------------------------------------------------------------------------------------------


async def keyed(town: Town) -> tuple[Registered, tokens.SigningKey]:
    client = await register(town)
    key, document = tokens.signing_key(tokens.new_signing_key())
    await town.made(await proved(town, "firm.hr"), f"/portal-clients/{client.id}/keys", **document)
    return client, key


def assertion(town: Town, client: str, key: tokens.SigningKey, **changed: Any) -> str:
    now = town.house.site.now_s()
    claims = {
        "iss": client, "sub": client, "aud": f"{town.house.site.portals.issuer}/oauth/token",
        "iat": now, "exp": now + 60, "jti": secrets.token_hex(8),
    }  # fmt: skip
    return tokens.sign(claims | changed, key, "JWT")


async def by_assertion(town: Town, shown: str, **form: str) -> int:
    fields = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": shown}
    return (await town.door.post("/oauth/token", data=fields | form)).status_code


# --- a person lets it act for him ---------------------------------------------------------------------------------


class Flow(NamedTuple):
    """A client, its verifier, and the request that waits."""

    client: Registered
    verifier: str
    request: str


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


async def authorize(town: Town, client: Registered, verifier: str, **changed: str | None) -> httpx2.Response:
    fields = {
        "response_type": "code", "client_id": client.id, "redirect_uri": BACK, "scope": "cases act prepare",
        "state": "s t&te", "code_challenge": challenge_of(verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    wanted = {name: value for name, value in (fields | changed).items() if value is not None}
    return await town.door.get("/oauth/authorize", params=wanted)


async def begin(town: Town, **changed: str | None) -> Flow:
    client, verifier = await register(town, redirect_uris=[BACK]), secrets.token_urlsafe(48)
    answer = await authorize(town, client, verifier, **changed)
    assert answer.status_code == 302, answer.text
    page = answer.headers["Location"]
    assert page.startswith(f"{town.house.site.public_url}/consent/")
    return Flow(client, verifier, page.rsplit("/", 1)[1])


async def approve(town: Town, flow: Flow, who: str = "firm.boss") -> dict[str, str]:
    await town.step_up(who)
    answer = await town[who].post(f"{API}/oauth/requests/{flow.request}/approve")
    assert answer.status_code == 200, answer.text
    return said(answer.json()["redirect_to"])


def said(address: str) -> dict[str, str]:
    assert address.startswith(BACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query, strict_parsing=True).items()}


async def exchange(town: Town, flow: Flow, code: str, **changed: str) -> httpx2.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": flow.verifier}
    return await town.door.post("/oauth/token", data=form | changed, headers=basic(flow.client))


async def refresh(town: Town, flow: Flow, token: str) -> httpx2.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return await town.door.post("/oauth/token", data=form, headers=basic(flow.client))


async def let_in(town: Town) -> tuple[Flow, Any]:
    flow = await begin(town)
    answer = await exchange(town, flow, (await approve(town, flow))["code"])
    assert answer.status_code == 200, answer.text
    return flow, answer.json()
