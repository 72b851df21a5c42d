"""Who is asking: token → session → person. Authentication comes first, before anything is looked for or parsed."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from cloudnego.identity.portals import NoEnterprise, Portals
from cloudnego.identity.sessions import Known, Sessions, Who, token_hash
from cloudnego.identity.tokens import TOKEN_MAX
from cloudnego.web.errors import Problem
from cloudnego.web.pace import Pace
from cloudnego.web.threads import Threads
from cloudnego.web.wire import cookie_of

CUSTOM_HEADER: Final = "x-cloudnego"
ACTING_AS: Final = "x-acting-as"
PERSON: Final = "x-person"
ENTERPRISE: Final = "cloudnego-enterprise"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_BELIEVED_S: Final = 1.0  # how long the identity epoch is believed to stand; a revocation reaches all nodes in it
_REMEMBERED_MAX: Final = 20_000
_TOKEN_MAX: Final = 128
_ENTERPRISE_MAX: Final = 64

Headers = Mapping[str, str]


class Token:
    """What the client showed, and through which door; a portal also says for which enterprise it asks."""

    __slots__ = ("door", "enterprise", "value")

    def __init__(self, value: str, door: str, enterprise: str | None = None) -> None:
        self.value = value
        self.door = door
        self.enterprise = enterprise

    @property
    def name(self) -> str:
        """Under which what was found of it is remembered: for each enterprise a portal is somebody else."""
        if self.door == SOCKET:
            return f"{SOCKET} {self.value}"
        return token_hash(self.value if self.enterprise is None else f"{self.value}\0{self.enterprise}")


SOCKET: Final = "socket"
"""The door of who holds a session on a socket: by its name, for the session goes on under other tokens."""


class _Believed(NamedTuple):
    """Who had a session in an identity epoch, and until when, by `tick`, that needs no other look."""

    epoch: int
    until: float
    who: Who


class Doorkeeper:
    """Answers for each request who asks, or ends it with 401, 403 or 429."""

    def __init__(
        self,
        sessions: Sessions,
        threads: Threads,
        pace: Pace,
        tick: Callable[[], float],
        *,
        secure: bool,
        origins: tuple[str, ...],
        portals: Portals | None = None,
    ) -> None:
        self.sessions = sessions
        self._portals = portals
        self.cookie = "__Host-cloudnego" if secure else "cloudnego"
        self.secure = secure
        self._threads = threads
        self._pace = pace
        self._tick = tick
        self.origins = origins
        self._origins = frozenset(origin.rstrip("/").casefold() for origin in origins)
        self._known: OrderedDict[str, _Believed] = OrderedDict()
        self._epoch: int | None = None
        self._looked = -math.inf  # when it was read, by `tick`
        self._looking: asyncio.Future[bool] | None = None
        self._doubts = 0
        self.doubted: list[Callable[[], None]] = []

    def token(self, headers: Headers) -> Token | None:
        """The token of a request: a bearer token before a cookie. One in three parts is a portal's."""
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.casefold() == "bearer" and value.count(".") == 2 and len(value) <= TOKEN_MAX:
            enterprise = headers.get(ENTERPRISE)
            return Token(value, "portal", None if enterprise is None else enterprise[: _ENTERPRISE_MAX + 1])
        if scheme.casefold() == "bearer" and 0 < len(value.strip()) <= _TOKEN_MAX:
            return Token(value.strip(), "bearer")
        found = cookie_of(headers, self.cookie)
        return Token(found, "cookie") if 0 < len(found) <= _TOKEN_MAX else None

    async def who(self, method: str, scheme: str, headers: Headers) -> Who:
        """Who asks. Raises `Problem`: 401 no session, or that of somebody else than the page shows (in another tab he
        signed in, and the cookie is his), 403 an unsafe request from elsewhere, 422 a platform that does not say for
        whom, 429 too fast."""
        token = self.token(headers)
        who = await self._look_up(token) if token is not None else None
        if token is None or who is None or who.door != token.door:
            raise Problem("not_signed_in")
        if headers.get(PERSON, who.person) != who.person:
            raise Problem("not_signed_in")
        if token.door == "cookie" and method not in _SAFE:
            self.check_origin(scheme, headers)
        self.check_pace(who.person)
        return who

    def check_origin(self, scheme: str, headers: Headers) -> None:
        """A browser's unsafe request must carry our header and come from our own pages. Raises `Problem` 403.

        The header alone makes a foreign page ask first (preflight), the origin says who asks: both, because either
        may be misconfigured.
        """
        if headers.get(CUSTOM_HEADER) != "1" or not self._from_here(scheme, headers):
            raise Problem("cross_site")

    def check_socket(self, scheme: str, headers: Headers) -> Token | None:
        """What a handshake shows. Raises `Problem` 403 where a foreign page opens it: a browser asks nobody first, says
        where it comes from, and sends the cookie along; a program says no origin."""
        token = self.token(headers)
        browser = "origin" in headers or (token is not None and token.door == "cookie")
        if browser and not self._from_here("https" if scheme == "wss" else "http", headers):
            raise Problem("cross_site")
        return token

    def _from_here(self, scheme: str, headers: Headers) -> bool:
        origin = headers.get("origin", "").casefold()
        own = f"{scheme}://{headers.get('host', '')}".casefold()
        return bool(origin) and (origin == own or origin in self._origins)

    async def entering(self, token: Token | None) -> tuple[Who, Token] | None:
        """Who comes in at a socket, and by what he is known there from now on."""
        who = await self._look_up(token) if token is not None else None
        if token is None or who is None or who.door != token.door:
            return None
        return who, token if token.door == "portal" else Token(who.session, SOCKET)

    async def still(self, token: Token) -> Who | None:
        """Who is behind a token of `entering` now; None: nobody. The same object as long as nothing changed."""
        return await self._look_up(token)

    async def changed(self) -> int | None:
        """The identity epoch as it is believed now: where it has moved, somebody may be somebody else."""
        now = self._tick()
        return self._epoch if now < self._looked + _BELIEVED_S else await self._look(now)

    def check_pace(self, name: str) -> None:
        """Raises `Problem` 429 where `name` asks too fast."""
        wait = self._pace.wait_s(name)
        if wait > 0:
            raise Problem("too_fast", retry_after_s=wait)

    def forget(self) -> None:
        """Look before believing again: a session ended or a membership changed through this process."""
        self._looked = -math.inf
        self._doubts += 1
        for told in self.doubted:
            told()

    async def _look_up(self, token: Token) -> Who | None:
        name, now = token.name, self._tick()
        epoch = self._epoch if now < self._looked + _BELIEVED_S else await self._look(now)
        known = self._known.get(name)
        if known is not None and known.epoch == epoch and now < known.until:
            return known.who
        found = await self._threads.run(self._known_now, token, epoch)
        if found is None:
            self._known.pop(name, None)
            return None
        if epoch is not None:
            self._known[name] = _Believed(epoch, now + found.for_s, found.who)
            self._known.move_to_end(name)
            if len(self._known) > _REMEMBERED_MAX:
                self._known.popitem(last=False)
        return found.who

    def _known_now(self, token: Token, epoch: int | None) -> Known | None:
        if token.door == SOCKET:
            return self.sessions.known_as(token.value)
        if token.door != "portal":
            return self.sessions.known(token.value)
        try:
            return None if self._portals is None else self._portals.known(token.value, token.enterprise, epoch)
        except NoEnterprise:
            raise Problem("enterprise_required") from None

    async def _look(self, now: float) -> int | None:
        """The identity epoch, read once for all who came by `now` and wait for it. None where it could not be read:
        then each looks for himself, and gets what is wrong for an answer."""
        while self._looked + _BELIEVED_S <= now:
            if self._looking is None:
                self._looking = asyncio.ensure_future(self._read_epoch())
            if not await asyncio.shield(self._looking):
                return None
        return self._epoch

    async def _read_epoch(self) -> bool:
        began, doubts = self._tick(), self._doubts
        try:
            epoch = await self._threads.run(self.sessions.epoch)
        except Exception:
            return False
        finally:
            self._looking = None
        if doubts == self._doubts:  # else it may have been read before what gave cause to doubt
            self._epoch, self._looked = epoch, began
        return True
