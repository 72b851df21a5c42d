"""What every answer carries, and what no request may be: headers, policy, odd methods, addresses, bodies."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cloudnego.main import House
from cloudnego.web.errors import Problem
from cloudnego.web.shield import HEADERS_MAX, PATH_MAX, QUERY_MAX, Shield, is_private
from cloudnego.web.wire import DEPTH_MAX, DIGITS_MAX, MEMBERS_MAX, check_json
from tests.web.conftest import API, Town

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
JSON = {"content-type": "application/json"}


@pytest.fixture
async def outside(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    """A client whose answers are not held against the document: it asks what is no operation."""
    transport = httpx2.ASGITransport(app=house.front, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def shielded(answer: httpx2.Response) -> list[str]:
    """What is wrong with the headers of an answer; nothing where it is shielded."""
    said = answer.headers
    wrong = [name for name, value in ALWAYS.items() if said.get_list(name) != [value]]
    wrong += [name for name in ("date", "server", "x-powered-by") if name in said]
    policy = said.get("content-security-policy", "")
    if "default-src 'none'" not in policy or "frame-ancestors 'none'" not in policy or "unsafe" in policy:
        wrong.append(f"content-security-policy {policy!r}")
    if "geolocation=()" not in said.get("permissions-policy", ""):
        wrong.append("permissions-policy")
    if is_private(answer.request.url.path) and said.get_list("cache-control") != ["no-store"]:
        wrong.append(f"cache-control {said.get_list('cache-control')}")
    if "unsafe" in policy or ("strict-transport-security" in said) != (answer.request.url.scheme == "https"):
        wrong.append("strict-transport-security")
    return wrong


async def test_the_answer_of_every_operation_is_shielded_signed_in_or_not(
    house: House, town: Town, outside: httpx2.AsyncClient
) -> None:
    document = (await outside.get("/openapi.json")).json()
    bearer = {"Authorization": f"Bearer {town.tokens['firm.chair']}"}
    asked = 0
    for path, methods in document["paths"].items():
        if path.endswith("/session"):
            continue  # signing out would end what the others need
        for method in methods:
            address = re.sub(r"\{[^}]+\}", "n0", path)
            for headers in ({}, bearer):
                answer = await outside.request(method.upper(), address, headers=headers)
                assert shielded(answer) == [], f"{method} {path} {answer.status_code}"
                asked += 1
    assert asked > 150


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/nothing", 404),
        ("POST", "/healthz", 405),
        ("DELETE", f"{API}/procedure", 401),
        ("GET", f"{API}/procedure", 200),
        ("GET", f"{API}/packs/nowhere", 404),
        ("GET", f"{API}/me", 401),
        ("POST", f"{API}/session", 422),
        ("GET", "/oauth/nothing", 404),
        ("GET", "/%00", 404),
        ("TRACE", "/healthz", 405),
        ("TRACE", f"{API}/me", 405),
        ("PROPFIND", f"{API}/negotiations", 405),
        ("GET", "/" + "a" * PATH_MAX, 414),
        ("GET", f"{API}/me?" + "a" * (QUERY_MAX + 1), 414),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_whatever_it_answers_it_is_shielded(
    house: House, method: str, path: str, status: int, scheme: str
) -> None:
    transport = httpx2.ASGITransport(app=house.front, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=f"{scheme}://test") as client:
        answer = await client.request(method, path, headers=JSON, content=b"{}" if method == "POST" else None)
    assert (answer.status_code, shielded(answer)) == (status, [])


async def test_headers_beyond_all_use_are_not_looked_at(outside: httpx2.AsyncClient) -> None:
    many = {f"x-{number}": "1" for number in range(HEADERS_MAX + 1)}
    for headers in (many, {"cookie": "a" * 20_000}):
        for path in (f"{API}/me", "/healthz", "/nothing"):
            answer = await outside.get(path, headers=headers)
            assert (answer.status_code, answer.json()["code"], shielded(answer)) == (431, "headers_too_long", [])


async def test_a_defect_is_shielded_and_says_nothing(
    outside: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, town: Town
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the bottom line")

    monkeypatch.setattr("cloudnego.web.health.answer", broken)
    monkeypatch.setattr("cloudnego.web.account._me", broken)
    bearer = {"Authorization": f"Bearer {town.tokens['firm.chair']}"}
    for path in ("/healthz", f"{API}/me"):
        answer = await outside.get(path, headers=bearer)
        assert (answer.status_code, answer.json()["code"], shielded(answer)) == (500, "defect", [])
        assert "bottom" not in answer.text


async def _answer(app: Any, path: str, body: bytes = b"") -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://t") as client:
        return await client.post(path, content=body)


async def test_what_breaks_outside_every_handler_is_answered_and_goes_no_further() -> None:
    async def broken(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("the bottom line")

    answer = await _answer(Shield(broken, 1000), "/anything")
    assert (answer.status_code, shielded(answer)) == (500, [])


async def test_an_answer_may_bring_a_policy_of_its_own_and_no_other_header_of_the_shield() -> None:
    policy = "default-src 'none'; sandbox; frame-ancestors 'none'"

    async def attachment(scope: Scope, receive: Receive, send: Send) -> None:
        own = {"Content-Security-Policy": policy, "X-Frame-Options": "ALLOW", "Cache-Control": "public", "Server": "x"}
        await Response(b"", headers=own)(scope, receive, send)

    answer = await _answer(Shield(attachment, 1000), f"{API}/files/f")
    assert answer.headers.get_list("content-security-policy") == [policy]
    assert shielded(answer) == []


async def test_a_body_outside_the_api_is_bounded_as_it_comes_in() -> None:
    async def reading(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await Response(b"read")(scope, receive, send)

    assert (await _answer(Shield(reading, 1000), "/oauth/token", b"a" * 1000)).status_code == 200
    answer = await _answer(Shield(reading, 1000), "/oauth/token", b"a" * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_long")


# --- bodies, before any parser ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1),
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a":' + b"9" * (DIGITS_MAX + 1) + b"}",
        b'{"a":1e400}',
        b'{"a":1E2}',
        b"[" + b"0," * MEMBERS_MAX + b"0,0]",
    ],
)
def test_what_nests_lists_or_counts_too_far_reaches_no_parser(body: bytes) -> None:
    with pytest.raises(Problem) as raised:
        check_json(JSON, body)
    assert raised.value.code == "too_complex"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEPTH_MAX + b"]" * DEPTH_MAX,
        b"{}",
        b"[" + b"{}," * 500 + b"{}]",
        b'{"hash":"' + b"9e" * 32 + b'"}',
        b'{"text":"' + b"[{" * 500 + b'"}',
        b'{"text":"' + b'\\"[,:' * 5000 + b'"}',
        b'{"fen":' + b"9" * DIGITS_MAX + b"}",
    ],
)
def test_what_is_only_written_in_words_is_not_counted(body: bytes) -> None:
    check_json(JSON, body)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/json5",
        "application/json; charset=gbk",
        "text/json",
        "application/json, text/plain",
    ],
)
async def test_only_json_in_utf_8_is_read(town: Town, kind: str) -> None:
    case = await town.open_case()
    for path in (f"/negotiations/{case}/publish-list", "/sandbox/people"):
        answer = await town["firm.chair"].post(API + path, content=b"{}", headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "not_json")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_may_say_that_it_is_in_utf_8(kind: str) -> None:
    check_json({"content-type": kind}, b"{}")


async def test_deep_json_is_refused_at_every_door_that_reads_one(town: Town) -> None:
    case, deep = await town.open_case(), b"[" * 64 + b"]" * 64
    for path in (f"/negotiations/{case}/publish-list", "/sandbox/people", "/negotiations"):
        answer = await town["firm.chair"].post(API + path, content=deep, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (422, "too_complex")


@pytest.mark.parametrize("text", [b'\\"' * 120_000, b'"\\' * 120_000, b'"' * 240_001, b"\\" * 240_001])
def test_a_text_without_an_end_costs_no_more_than_its_length(text: bytes) -> None:
    """Looked for again at each quote it took eight minutes of the event loop, and strangers may send it."""
    body = b'{"a": 1' + b"1" * 30 + b', "' + text
    began = time.process_time()
    with suppress(Problem):
        check_json(JSON, body)
    assert time.process_time() - began < 1
