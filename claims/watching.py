"""Asking as somebody of the town, and those who watch: what each received in either house."""

from __future__ import annotations

from typing import Final, NamedTuple

from starlette.types import ASGIApp

from claims.hidden import not_asked_by
from claims.town import Twin
from tests.secrecy.ground import ABOVE, person
from tests.secrecy.wire import Request, Said, ask, bearing

API: Final = "/api/v1"


class Ask(NamedTuple):
    """A request of somebody."""

    who: str
    method: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.headers)} {(self.body or b'')[:80].decode(errors='replace')}"


def get(who: str, path: str, **headers: str) -> Ask:
    """A look."""
    return Ask(who, "GET", path, None, tuple(headers.items()))


class Half(NamedTuple):
    """One house of a pair, with everybody's token."""

    twin: Twin
    app: ASGIApp
    tokens: dict[str, str]

    async def ask(self, one: Ask) -> Said:
        """Ask as somebody."""
        path, _, query = one.path.partition("?")
        request = Request(
            one.method, f"{API}{path}", one.body, query, bearing(self.tokens[one.who], **dict(one.headers))
        )
        return await ask(self.app, request)


class Heard(NamedTuple):
    """One thing an observer received."""

    asked: str
    said: Said


class Watcher:
    """An observer of a history: of what kind, and what he received in each house."""

    def __init__(self, kind: str, firm: str) -> None:
        self.kind = kind
        self.id = person(kind, "above" if kind in ABOVE else firm)
        self.heard: tuple[list[Heard], list[Heard]] = ([], [])
        self.tags: dict[str, str] = {}
        self.next = ""
        self.not_asked = not_asked_by(kind)

    def keep(self, one: Ask, heard: list[Said]) -> None:
        """What he received from each house when he asked this."""
        for mine, said in zip(self.heard, heard, strict=True):
            mine.append(Heard(str(one), said))
        tag = heard[0].header("etag")
        if one.method == "GET" and tag is not None:
            self.tags[one.path] = tag
        if one.path.endswith("/timeline") and heard[0].status == 200:
            self.next = str(heard[0].document["next"])
