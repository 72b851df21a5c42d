"""How often somebody may fail: an address at the doors where one signs in, a portal's client at the token door.

Only failures count. A factory is one address: five hundred workers who sign in rightly from it are never refused, and
where people vote, answer or use their slip no address is looked at at all. Who guesses one name is stopped by the
lock of that name, which lies in the database; this here stops who tries many names. It is counted in the memory of each
process: see decision 0019.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudnego.web.errors import Problem, respond

Door = tuple[str, str]

BY_ADDRESS: Final[frozenset[Door]] = frozenset(
    {
        ("POST", "/api/v1/session"),
        ("POST", "/api/v1/session/passkey"),
        ("POST", "/api/v1/session/password"),
    }
)
"""Open doors at which somebody proves who he is with what can be guessed: an address that keeps failing waits."""

NEVER_BY_ADDRESS: Final[Mapping[Door, str]] = {
    ("POST", "/api/v1/session/passkey/options"): "it gives a challenge and proves nothing; its pace is bounded",
    ("POST", "/api/v1/session/slip"): "a factory is one address; the lock lies on the slip",
    ("POST", "/api/v1/session/phone/codes"): "a factory is one address; codes are bounded by phone",
    ("POST", "/api/v1/session/phone"): "a factory is one address; tries are bounded by code, and codes by phone",
    ("POST", "/api/v1/ballots"): "a factory is one address, and it is not looked at where ballots come",
    ("POST", "/api/v1/invitation/read"): "256 bits are not guessed",
    ("POST", "/api/v1/invitation/accept"): "256 bits are not guessed, and no answer is 401",
    ("POST", "/api/v1/opinions/follow"): "80 bits are not guessed, and a factory is one address",
    ("POST", "/api/v1/links/read"): "256 bits are not guessed, and a link lets nobody in",
    ("POST", "/api/v1/sandbox"): "it proves nothing; the number of sandboxes is bounded",
    ("GET", "/api/v1/procedure"): "the law is open to all",
    ("GET", "/api/v1/packs"): "the law is open to all",
    ("GET", "/api/v1/outside"): "what may be chosen to sign in with is open to all",
    ("GET", "/api/v1/signing-authority"): "a certificate is open to all",
    ("GET", "/api/v1/texts"): "who is to accept a text must be able to read it before",
}
"""All other open doors, each with the reason why no address is looked at there. Doors where workers vote, answer or
use a slip belong here for good: their guesses are bounded by the slip or the poll itself."""

_FAILED: Final = 401
_CODES_AN_HOUR: Final = 5  # half of what a phone gets: who knows a number must not use up its owner's
_CALENDARS_AN_HOUR: Final = 60  # a program that asks every five minutes, on five devices
_V6_PREFIX: Final = 64  # what one subscriber of IPv6 has; he can take another address for every try


class Failing(StrEnum):
    """What kind of name failures are counted for."""

    ADDRESS = "address"
    CLIENT = "client"  # as named from one address: web/oauth.py
    CALENDAR = "calendar"  # a link that is fetched: no failure either
    PHONE = "phone"  # codes one address asked to have sent to one phone: no failure, but bounded alike


class Tries:
    """Failures by name in a moving window. Safe in any thread."""

    def __init__(self, *, per_address: int, per_client: int, window_s: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._most: dict[Failing, RateLimitItem] = {
            Failing.ADDRESS: RateLimitItemPerSecond(per_address, window_s),
            Failing.CLIENT: RateLimitItemPerSecond(per_client, window_s),
            Failing.PHONE: RateLimitItemPerHour(_CODES_AN_HOUR),
            Failing.CALENDAR: RateLimitItemPerHour(_CALENDARS_AN_HOUR),
        }

    def check(self, kind: Failing, name: str) -> None:
        """Raises `Problem` 429 where this name has failed as often as it may. When the next try is free is not said to
        the second: it would tell when others behind the same address failed."""
        if not self._limiter.test(self._most[kind], kind.value, name):
            raise Problem("too_fast", retry_after_s=self._most[kind].get_expiry())

    def failed(self, kind: Failing, name: str) -> None:
        """Note one failure."""
        self._limiter.hit(self._most[kind], kind.value, name)


def address_of(scope: Scope) -> str:
    """Where a request comes from, as the server behind the trusted proxies knows it; of IPv6 the network of the
    subscriber. Empty where it is not known (a socket of the machine itself)."""
    client = scope.get("client")
    try:
        address = ip_address(client[0]) if client else None
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _V6_PREFIX), strict=False))
    return str(address or "")


class Doorstep:
    """Before the doors of `BY_ADDRESS`: who failed too often is answered here; a 401 from behind is a failure."""

    def __init__(self, inner: ASGIApp, tries: Tries) -> None:
        self._inner = inner
        self._tries = tries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (scope["method"], scope["path"]) not in BY_ADDRESS:
            await self._inner(scope, receive, send)
            return
        address = address_of(scope)
        try:
            self._tries.check(Failing.ADDRESS, address)
        except Problem as wait:
            await respond(wait)(scope, receive, send)
            return

        async def seen(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == _FAILED:
                self._tries.failed(Failing.ADDRESS, address)
            await send(message)

        await self._inner(scope, receive, seen)
