"""The pages over real HTTP: what is theirs, what stays the API's, how long a browser keeps them, in which encoding."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi.routing import APIRoute

from cloudnego.web import pages
from cloudnego.web.app import ROUTERS
from cloudnego.web.pages import OTHERS
from cloudnego.web.shield import CSP_OF_PAGES
from tests.house.tree import ROOT
from tests.web.conftest import API, settings_for
from tests.web.served import Served, serving
from tests.web.test_shield import shielded

INDEX = "<!doctype html><title>云协商</title><script type=module src=/assets/app-1a2b.js></script>"
SCRIPT = "export const rules = 0;\n" * 100
PERSON = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
PROGRAM = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with what a build leaves, in small."""
    place = tmp_path_factory.mktemp("pages")
    folder = place / "static"
    for name, content in {
        "index.html": INDEX.encode(),
        "icon.svg": b"<svg/>",
        "sw.js": b"self",
        "app.webmanifest": b"{}",
        ".built.json": b"{}",
        ".vite/manifest.json": b"{}",
        "assets/app-1a2b.js": SCRIPT.encode(),
        "assets/app-1a2b.js.br": b"brotli of it",
        "assets/app-1a2b.js.gz": gzip.compress(SCRIPT.encode(), mtime=0),
        "assets/app-1a2b.css": b"p{}",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (place / "secret.txt").write_bytes(b"not a page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "BUILT", folder)
        with serving(settings_for(place / "data")) as found:
            yield found


@pytest.fixture
def client(served: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=served.url, headers=PERSON) as made:
        yield made


def test_where_a_person_may_come_to_the_application_is(client: httpx2.Client) -> None:
    for path in ("/", "/index.html", "/signin", "/c/n7f3/offer", "/c/n7f3/room?topic=2", "/docs-of-ours", "/apiary"):
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (200, INDEX), path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers.get_list("content-security-policy") == [CSP_OF_PAGES]
        assert shielded(answer) == []


def test_the_first_page_is_there_for_whoever_asks(client: httpx2.Client) -> None:
    assert client.get("/", headers={"Accept": "*/*"}).text == INDEX
    head = client.head("/")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(INDEX.encode())))


def test_the_policy_lets_nothing_inline_or_strange_in() -> None:
    rules = dict(part.strip().split(" ", 1) for part in CSP_OF_PAGES.split(";"))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    for name in ("script-src", "style-src", "connect-src", "manifest-src", "worker-src", "form-action", "font-src"):
        assert rules[name] == "'self'", name
    assert rules["img-src"] == "'self' data: blob:"
    assert "unsafe" not in CSP_OF_PAGES


@pytest.mark.parametrize("path", ["/assets/app-gone.js", "/assets/nothing", "/nothing.png", "/.built.json"])
def test_a_file_that_was_not_built_is_not_there(client: httpx2.Client, path: str) -> None:
    for headers in (PERSON, PROGRAM):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert "immutable" not in answer.headers.get("cache-control", "")


@pytest.mark.parametrize(
    "path",
    [
        "/.vite/manifest.json",
        "/assets/app-1a2b.js.br",
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "//secret.txt",
        "/%2e%2e/secret.txt",
    ],
)
def test_nothing_else_of_the_disk_is_there(served: Served, path: str) -> None:
    with httpx2.Client() as bare:
        answer = bare.send(httpx2.Request("GET", served.url, extensions={"target": path.encode()}))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/nothing", "/c/n7f3", "/api", "/api/", "/api/v2/me", "/docs", "/oauth/nothing"])
def test_what_is_no_page_is_said_to_a_program_as_before(served: Served, path: str) -> None:
    answer = httpx2.get(served.url + path, headers=PROGRAM)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_what_is_not_ones_own_stays_byte_for_byte_what_does_not_exist(client: httpx2.Client) -> None:
    """Also for a browser, which asks for a page first."""
    for path in (f"{API}/negotiations/n1", f"{API}/files/f1", "/api/nothing", "/.well-known/x", "/oauth/x", "/docs/x"):
        as_person, as_program = client.get(path), client.get(path, headers=PROGRAM)
        assert as_person.status_code in (401, 404), path
        assert as_person.content == as_program.content
        assert "<title>" not in as_person.text


def test_only_reading_finds_a_page(client: httpx2.Client) -> None:
    for method in ("POST", "PUT", "DELETE"):
        for path in ("/", "/signin", "/assets/app-1a2b.js"):
            assert client.request(method, path).status_code == 404


def test_no_endpoint_is_hidden_by_a_page(client: httpx2.Client) -> None:
    found: dict[str, set[str]] = {}
    for route in (one for router in ROUTERS for one in router.routes):
        assert isinstance(route, APIRoute)
        found.setdefault(route.path.split("/")[1], set()).update(route.methods or ())
    posted = found.pop("unsubscribe")  # a mail program posts where a person finds a page: one address (RFC 8058)
    assert posted == {"POST"}, "a page answers who looks"
    assert found.keys() <= OTHERS
    for path in ("/healthz", "/readyz", "/openapi.json", "/.well-known/jwks.json", "/slips.css"):
        assert "<title>" not in client.get(path).text, path


def test_the_service_worker_leaves_alone_what_is_no_page(client: httpx2.Client) -> None:
    source = (ROOT / "frontend" / "scripts" / "worker.js").read_text(encoding="utf-8")
    named = re.search(r"^const OTHERS = (\[.*\])$", source, re.MULTILINE)
    assert named is not None
    assert set(json.loads(named[1].replace("'", '"'))) == OTHERS
    answer = client.get("/sw.js", headers={"Accept": "*/*"})
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache", "a browser asks for it again, and finds a new release"
    assert answer.headers["content-security-policy"] == CSP_OF_PAGES, "what it may fetch is what a page may"


def test_a_file_with_a_hash_is_kept_for_a_year_and_comes_as_small_as_the_browser_takes_it(
    client: httpx2.Client,
) -> None:
    for accepted, encoding, said in (
        ("gzip, deflate, br, zstd", "br", b"brotli of it"),
        ("gzip;q=0.5", "gzip", gzip.compress(SCRIPT.encode(), mtime=0)),
        ("br;q=0, gzip", "gzip", gzip.compress(SCRIPT.encode(), mtime=0)),
        ("identity", None, SCRIPT.encode()),
        ("br; q=0.0, gzip;q=0", None, SCRIPT.encode()),
        ("", None, SCRIPT.encode()),
    ):
        with client.stream("GET", "/assets/app-1a2b.js", headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join(answer.iter_raw())
        assert (answer.headers.get("content-encoding"), raw) == (encoding, said), accepted
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get("/assets/app-1a2b.css").headers["content-type"] == "text/css; charset=utf-8"
    assert client.get("/app.webmanifest").headers["content-type"] == "application/manifest+json; charset=utf-8"
    assert client.get("/icon.svg").headers["cache-control"] == "no-cache", "its name says nothing of what it holds"


def test_what_the_browser_has_is_not_sent_again(client: httpx2.Client) -> None:
    first = client.get("/signin")
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get("/c/n7f3", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), known
        assert shielded(again) == []
    assert client.get("/", headers={"If-None-Match": '"other"'}).status_code == 200
    twins = {
        client.get("/assets/app-1a2b.js", headers={"Accept-Encoding": one}).headers["etag"]
        for one in ("gzip", "identity")
    }
    assert len(twins) == 2, "two encodings are two representations"


def test_a_service_without_pages_says_so_and_answers_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "BUILT", tmp_path / "nowhere")
    with serving(settings_for(tmp_path / "data")) as served:
        for path in ("/", "/signin"):
            answer = httpx2.get(served.url + path, headers=PERSON)
            assert (answer.status_code, answer.headers["content-type"]) == (503, "text/plain; charset=utf-8")
            assert "没有装页面" in answer.text
            assert "without its pages" in answer.text
            assert shielded(answer) == []
        assert httpx2.get(f"{served.url}{API}/procedure").status_code == 200
        assert httpx2.get(f"{served.url}/assets/app.js").status_code == 404
