"""Who is asking: token → session → person. Authentication comes first, before anything is looked for or parsed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final

from cloudnego.identity.sessions import Sessions, Who, token_hash
from cloudnego.web.errors import Problem
from cloudnego.web.pace import Pace
from cloudnego.web.threads import Threads

CUSTOM_HEADER: Final = "x-cloudnego"
ACTING_AS: Final = "x-acting-as"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_BELIEVED_S: Final = 1.0  # how long a session read from the database is believed; a revocation reaches all nodes in it
_REMEMBERED_MAX: Final = 20_000
_TOKEN_MAX: Final = 128

Headers = Mapping[str, str]


class Token:
    """What the client showed, and through which door."""

    __slots__ = ("door", "value")

    def __init__(self, value: str, door: str) -> None:
        self.value = value
        self.door = door


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
    ) -> None:
        self.sessions = sessions
        self.cookie = "__Host-cloudnego" if secure else "cloudnego"
        self.secure = secure
        self._threads = threads
        self._pace = pace
        self._tick = tick
        self._origins = frozenset(origin.rstrip("/").casefold() for origin in origins)
        self._known: OrderedDict[str, tuple[float, Who]] = OrderedDict()
        self._forgotten = 0

    def token(self, headers: Headers) -> Token | None:
        """The token of a request: a bearer token before a cookie."""
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.casefold() == "bearer" and 0 < len(value.strip()) <= _TOKEN_MAX:
            return Token(value.strip(), "bearer")
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return None
        return Token(found.value, "cookie") if found is not None and 0 < len(found.value) <= _TOKEN_MAX else None

    async def who(self, method: str, scheme: str, headers: Headers) -> Who:
        """Who asks. Raises `Problem`: 401 no session, 403 an unsafe request from elsewhere, 429 too fast."""
        token = self.token(headers)
        who = await self._look_up(token) if token is not None else None
        if token is None or who is None or who.door != token.door:
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
        origin = headers.get("origin", "").casefold()
        own = f"{scheme}://{headers.get('host', '')}".casefold()
        if headers.get(CUSTOM_HEADER) != "1" or not origin or (origin != own and origin not in self._origins):
            raise Problem("cross_site")

    def check_pace(self, name: str) -> None:
        """Raises `Problem` 429 where `name` asks too fast."""
        wait = self._pace.wait_s(name)
        if wait > 0:
            raise Problem("too_fast", retry_after_s=wait)

    def forget(self) -> None:
        """Believe nothing read before now: a session ended or a membership changed through this process."""
        self._known.clear()
        self._forgotten += 1

    async def _look_up(self, token: Token) -> Who | None:
        name = token_hash(token.value)
        now = self._tick()
        known = self._known.get(name)
        if known is not None and now < known[0]:
            return known[1]
        forgotten = self._forgotten
        who = await self._threads.run(self.sessions.who, token.value)
        if who is None:
            self._known.pop(name, None)
            return None
        if forgotten != self._forgotten:  # read before something ended: good for this request, not for the next
            return who
        self._known[name] = (now + _BELIEVED_S, who)
        self._known.move_to_end(name)
        if len(self._known) > _REMEMBERED_MAX:
            self._known.popitem(last=False)
        return who
