"""Asking as somebody of the town, and those who watch: what each received in either house."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, Final, NamedTuple

from starlette.types import ASGIApp

from claims.hidden import not_asked_by
from claims.town import Twin
from tests.secrecy.ground import ABOVE, person
from tests.secrecy.wire import Request, Said, ask, bearing

API: Final = "/api/v1"

LOOKS: Final = ("", "/timeline", "/draft", "/deadlines", "/next", "/files", "/prepared", "/views", "/score")
UNNOTED: Final = ("/deadlines", "/next", "/files")
"""Looks that read no material: where a side looks on, it sees in its views who read what it gave."""

LISTS: Final = (
    "/negotiations", "/negotiations?by_due=true", "/negotiations?light=green", "/negotiations?limit=1",
    "/negotiations?closed=false&text=W", "/enterprises", "/organisations", "/cockpit", "/me", "/reference-values",
    "/negotiations/export.csv", "/negotiations/deadlines.ics", "/calendar-links", "/enterprises/export.csv",
    "/instructors", "/court-orders", "/letters", "/resets", "/portal-clients", "/me/inbox", "/me/sign-ins",
    "/me/portals", "/me/waiting", "/events?limit=2", "/events?after=latest", "/webhooks",
)  # fmt: skip
TERMS: Final = "/negotiations/deadlines.ics"
"""An entry counts what the table of its case had: who sees other firms' tables may see there what others hid before."""

OF_THE_FIRM: Final = (
    "/enterprises/{0}", "/enterprises/{0}/workers", "/enterprises/{0}/slip-prints", "/organisations/U{0}",
    "/organisations/U{0}/members", "/organisations/U{0}/invitations", "/organisations/{0}/invitations",
)  # fmt: skip
"""What there is of the firm that hides something."""

OF_PROGRAMS: Final = ("/portal-clients/{0.client}/usage", "/webhooks/{0.hook}", "/webhooks/{0.hook}/deliveries")
"""What there is of a program, also of one to which the firm opened its table."""


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
        self.firm = firm
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


def first_other(one: Sequence[Any], two: Sequence[Any]) -> str:
    """The first that is another."""
    at = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return f"{len(one)} and {len(two)}, at {at}: {one[at : at + 1]} {two[at : at + 1]}"[:600]


def difference(first: Said, second: Said) -> str:
    """In what two answers differ."""
    if first.status != second.status:
        return f"{first.status} {first.code} {first.reasons} and {second.status} {second.code} {second.reasons}"
    if first.headers != second.headers:
        return f"headers {sorted(set(first.headers) ^ set(second.headers))}"
    at = next((n for n, (a, b) in enumerate(zip(first.body, second.body, strict=False)) if a != b), -1)
    near = first.body[max(0, at - 60) : at + 60]
    return f"bodies of {len(first.body)} and {len(second.body)} bytes, from {at}: {near!r}"


async def all_at_once(place: int, first: Awaitable[Said], *others: Awaitable[Any]) -> list[Any]:
    """Wait for all of them, begun with the first at this place among the others; what they gave, that of the first
    first."""
    begun = [*others[:place], first, *others[place:]]
    given: list[Any] = list(await asyncio.gather(*begun))
    return [given.pop(place), *given]
