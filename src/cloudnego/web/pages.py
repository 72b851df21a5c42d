"""The pages: what `frontend/` was built into, served by the same process; every address that is no other's is theirs.

They are the same bytes for everybody, so they are answered before anybody is asked who he is. The built files are read
once and kept: a file that was not there at the first request is no page, whatever the address says.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cloudnego.texts import LANGUAGES, catalogue
from cloudnego.web.wire import headers_of

BUILT: Final = Path(__file__).resolve().parent / "static"
"""Where `hatch_build.py` lays them, in a wheel as in a checkout."""

OTHERS: Final = frozenset(
    {
        "api",
        "oauth",
        "calendar",
        ".well-known",
        "healthz",
        "readyz",
        "openapi.json",
        "docs",
        "slips.css",
        "papers.css",
        "register",
    }
)
"""First parts of addresses that are never a page's, whatever is asked for there: what is not found there stays so."""

_INDEX: Final = "index.html"
_HASHED: Final = "assets/"  # the name of a file there has the hash of what it holds
_TWINS: Final = (("br", ".br"), ("gzip", ".gz"))  # the smaller first
_KEEP: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_KINDS: Final = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}
_IN_UTF_8: Final = ("text/", "application/manifest+json", "application/json", "image/svg+xml")
_REFUSED: Final = re.compile(r";\s*q=0(?:\.0*)?\s*$")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One built file, as it is and as it may be sent. `kind`: its media type; `bodies`: by encoding, "" is none."""

    kind: str
    keep: str
    tag: str
    bodies: Mapping[str, bytes]


class Pages:
    """Answers for the pages, and hands all else on. `built`: the folder of the built files, which may be missing."""

    def __init__(self, inner: ASGIApp, built: Path | None = None) -> None:
        self._inner = inner
        self._built = built or BUILT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or _is_others(scope["path"]):
            await self._inner(scope, receive, send)
            return
        headers = headers_of(scope)
        name = scope["path"][1:] or _INDEX
        pages = _read(self._built)
        if name not in pages and _is_place(name, headers.get("accept", "")):
            name = _INDEX
        if name in pages:
            await _sent(pages[name], headers)(scope, receive, send)
        elif name == _INDEX:
            await _not_built()(scope, receive, send)
        else:
            await self._inner(scope, receive, send)


def _is_others(path: str) -> bool:
    return path[1:].partition("/")[0] in OTHERS


def _is_place(name: str, accept: str) -> bool:
    """Whether a person may come to this address: a browser asks for a page there, not a program or a page for data, and
    it is not the name of a file. What the place shows, the application knows."""
    if name.startswith(_HASHED) or "." in name.rpartition("/")[2]:
        return False
    return any(one.partition(";")[0].strip() == "text/html" for one in accept.lower().split(","))


@cache
def _read(built: Path) -> Mapping[str, Page]:
    """All built files by address, without the twins and what tools left for tools. Blocks, once."""
    return {name: _page_of(built, name) for name in _names(built)}


def _names(built: Path) -> Iterator[str]:
    twins = tuple(end for _, end in _TWINS)
    for path in sorted(built.rglob("*")):
        name = path.relative_to(built)
        if path.is_file() and not path.name.endswith(twins) and not any(part.startswith(".") for part in name.parts):
            yield name.as_posix()


def _page_of(built: Path, name: str) -> Page:
    content = (built / name).read_bytes()
    bodies = {"": content}
    for encoding, end in _TWINS:
        twin = built / f"{name}{end}"
        if twin.is_file():
            bodies[encoding] = twin.read_bytes()
    kind = _KINDS.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Page(
        kind=f"{kind}; charset=utf-8" if kind.startswith(_IN_UTF_8) else kind,
        keep=_KEEP if name.startswith(_HASHED) else _ASK_AGAIN,
        tag=hashlib.sha256(content).hexdigest()[:32],
        bodies=bodies,
    )


def _sent(page: Page, asked: Mapping[str, str]) -> Response:
    encoding = _best(page, asked.get("accept-encoding", ""))
    tag = f'"{page.tag}{"-" if encoding else ""}{encoding}"'
    headers = {"Cache-Control": page.keep, "ETag": tag}
    if len(page.bodies) > 1:
        headers["Vary"] = "Accept-Encoding"
    if _known(asked.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(page.bodies[encoding], headers={"Content-Type": page.kind, **headers})


def _best(page: Page, accepted: str) -> str:
    """The smallest that the browser takes; "" where it takes none, or we have none."""
    takes = {one.partition(";")[0].strip() for one in accepted.lower().split(",") if not _REFUSED.search(one)}
    return next((encoding for encoding, _ in _TWINS if encoding in takes and encoding in page.bodies), "")


def _known(asked: str, tag: str) -> bool:
    """Whether the browser has these bytes (RFC 9110, 13.1.2: a weak tag compares like a strong one)."""
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in asked.split(","))


def _not_built() -> Response:
    """A service without pages answers programs all the same, and says to people what it lacks."""
    said = "\n\n".join(catalogue(language)["pages.not_built"] for language in LANGUAGES)
    return Response(said + "\n", 503, {"Cache-Control": "no-store"}, "text/plain")
