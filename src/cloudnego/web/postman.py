"""Tells webhooks what happened: each reads the feed from where it stands until it has been told all, one case in order
and a few cases side by side.

A try that fails is made again, later and later; as long as it fails no more is told, so nothing is passed over, and
nothing of a case told out of order. Whatever process tells has a lease; of one that dies another takes over where it
had noted, and tells a few events again under the same ids.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from typing import Final, NamedTuple

import msgspec
import structlog
from sqlmodel import Session

from cloudnego.identity.hooks import PING, Hook, Outcome, Tried, Why, signed
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.outward import Away, Line, NotThere
from cloudnego.logs import kinds_of
from cloudnego.web import lanes
from cloudnego.web.answers import encode
from cloudnego.web.feed import EventDocument, Seen, Wanted, look
from cloudnego.web.quotas import user_for
from cloudnego.web.site import Site

AFTER_S: Final = (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""How long after each failure it is tried again; after the last, three days on, the webhook rests."""

DEAD_AFTER: Final = 6
_THIS_ONE: Final = frozenset({400, 409, 413, 415, 422})
"""Answers that may be about this one event; all others are about the receiver."""

SIDE_BY_SIDE: Final = 4
"""Posts that may be on their way to one webhook, each of another case."""

_GONE: Final = 410
_JITTER: Final = 0.2
_AT_ONCE: Final = 32
PAGE: Final = 50
"""Events that are looked at together. So many may be told again after a crash."""

_NOTED_EVERY: Final = 16
_NOTED_S: Final = 1.0
_LOOK_S: Final = 5.0
_SWEEP_S: Final = 60.0  # whatever became of the bell, everything is looked at so soon
_SOON_S: Final = 0.2
_SETTLE_S: Final = 0.05

_log: Final = structlog.get_logger(__name__)
_dice: Final = secrets.SystemRandom()


class PingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Which webhook was tried."""

    webhook: str


class Ping(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook gets that is tried: an event of a type there is none of."""

    id: str
    timestamp: str
    data: PingFacts
    type: str = PING


class _Stand(NamedTuple):
    """How far the log is, and which grants stand: while neither moves, who had nothing left has nothing."""

    end: int
    epoch: int


_NOWHERE: Final = _Stand(-1, -1)


class _Told(NamedTuple):
    """How a webhook stands after a page, and whether there may be more for it now."""

    hook: Hook
    goes_on: bool


class _Ahead(NamedTuple):
    """What was told before one that was not taken, and how the webhook stood then. A process that ends forgets it, and
    another tells them again."""

    stands: tuple[int, int]
    told: frozenset[str]


class Postman:
    """One in each process. All of it on the event loop, reading and noting in threads. `tick`: a monotonic clock in
    seconds."""

    def __init__(self, site: Site, tick: Callable[[], float] = time.monotonic) -> None:
        self._site: Final = site
        self._tick: Final = tick
        self._me: Final = secrets.token_hex(8)
        self._gate: Final = asyncio.Semaphore(_AT_ONCE)
        self._running: Final[dict[str, asyncio.Task[None]]] = {}
        self._again: Final[set[str]] = set()
        self._ahead: Final[dict[str, _Ahead]] = {}
        # How far one was told when nothing was left, and how all stood then.
        self._idle: Final[dict[str, tuple[int, _Stand]]] = {}

    async def forever(self) -> None:
        """Tell what there is to be told, until cancelled."""
        if self._site.log.store.sqlite:
            await self._site.threads.run(self._site.hooks.begin)
        try:
            await self._look_out()
        finally:  # what they had is taken up where it was noted last
            self._again.clear()
            begun = tuple(self._running.values())
            for task in begun:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)

    async def _look_out(self) -> None:
        swept = -_SWEEP_S
        with self._site.stir.wait(self._site.log, "", None, 1_000) as waiting:
            while True:
                rang, cases = waiting.moved.is_set(), frozenset(waiting.cases)
                waiting.moved.clear()
                waiting.cases.clear()
                whole = (rang and not cases) or self._tick() - swept >= _SWEEP_S
                swept = self._tick() if whole else swept
                try:
                    await self.round(None if whole else cases)
                except Exception as wrong:  # the next round tries again
                    _log.error("webhooks_not_looked_at", error=kinds_of(wrong))
                try:
                    await asyncio.wait_for(waiting.moved.wait(), _LOOK_S)
                    await asyncio.sleep(_SETTLE_S)
                except TimeoutError:
                    pass

    async def round(self, cases: frozenset[str] | None) -> None:
        """Begin to tell those whose time has come, or that hear of these cases; None: of all."""
        if cases is None or cases:
            self._again.update(self._running)
        stand, due = await self._site.threads.run(self._due, cases)
        for id_, place in due.items():
            if id_ not in self._running and self._idle.get(id_) != (place, stand):
                self._begin(id_, stand)

    async def settled(self) -> None:
        """Wait until nobody is being told: for tests."""
        while self._running:
            await asyncio.wait(set(self._running.values()))

    def _due(self, cases: frozenset[str] | None) -> tuple[_Stand, dict[str, int]]:
        stand = _Stand(self._site.log.feed.end(), self._site.sessions.epoch())
        enterprises = None if cases is None else self._site.log.feed.parties(cases)
        return stand, self._site.hooks.due(enterprises)

    def _begin(self, id_: str, stand: _Stand = _NOWHERE) -> None:
        self._again.discard(id_)
        task = self._running[id_] = asyncio.ensure_future(self._tell(id_, stand))
        task.add_done_callback(lambda _: self._ended(id_))

    def _ended(self, id_: str) -> None:
        task = self._running.pop(id_)
        if id_ in self._again and not task.cancelled():
            self._begin(id_)

    async def _tell(self, id_: str, stand: _Stand) -> None:
        """Tell one. Most that are looked at have nothing to be told: that is found out without a lease."""
        site = self._site
        async with self._gate:
            try:
                hook = await site.threads.run(site.hooks.get, id_)
                seen = await site.threads.run(self._seen, hook) if hook is not None else None
                if hook is None or seen is None or not (seen.rows or seen.more):
                    self._left(id_, hook, stand, whole=seen is None or seen.whole)
                    return
                leased = await site.threads.run(site.hooks.lease, id_, self._me)
                if leased is None:
                    return
                told = _Told(leased, goes_on=True)
                while told.goes_on:
                    told = await self._page(told.hook, seen if leased.place == hook.place else None)
                    seen = None
                await self._note(told.hook, [], done=True)
            except Exception as wrong:  # the lease runs out, and it is taken up where it was noted last
                _log.error("webhook_not_told", webhook=id_, error=kinds_of(wrong))

    def _left(self, id_: str, hook: Hook | None, stand: _Stand, *, whole: bool) -> None:
        """There is nothing to be told now. Where something is still being written, it is looked again soon."""
        if hook is None:
            self._idle.pop(id_, None)
        elif whole:
            self._idle[id_] = (hook.place, stand)
        else:
            asyncio.get_running_loop().call_later(_SOON_S, self._once_more, id_)

    def _once_more(self, id_: str) -> None:
        if id_ not in self._running:
            self._begin(id_)

    def _seen(self, hook: Hook) -> Seen:
        """Blocks."""
        eyes = self._site.portals.eyes(hook.client, hook.enterprise, hook.scopes)
        return look(self._site, eyes, hook.place, Wanted(types=hook.types, cases=hook.cases), PAGE)

    async def _page(self, hook: Hook, seen: Seen | None) -> _Told:
        if seen is None:
            seen = await self._site.threads.run(self._seen, hook)
        if not seen.rows:
            if not seen.whole:
                asyncio.get_running_loop().call_later(_SOON_S, self._once_more, hook.id)
            return _Told(msgspec.structs.replace(hook, place=seen.read_to), seen.more)
        try:
            async with self._site.hooks.outward.line(hook.url) as line:
                return await self._told(hook, seen, line)
        except Away as wrong:
            first = seen.rows[0][1]
            return await self._failed(hook, [self._away(first, wrong)], seen.rows[0][0])

    async def _told(self, hook: Hook, seen: Seen, line: Line) -> _Told:
        """Post a page of events: of each case in order, of several at once. The place that is noted is that of the last
        event up to which all were told."""
        places, documents = [one for one, _ in seen.rows], [one for _, one in seen.rows]
        passed, noted = self._passed(hook, documents), self._tick()
        tried: list[Tried] = []
        failed: dict[int, Tried] = {}

        def at_once() -> int:
            return 1 if hook.tries else SIDE_BY_SIDE  # a receiver that failed is asked once, and then more

        going = lanes.told(documents, passed, lambda one: self._post(line, hook, one), at_once)
        async with aclosing(going):
            async for number, one in going:
                if one.outcome is not Outcome.DELIVERED:
                    failed[number] = one
                    continue
                tried.append(one)
                passed.add(number)
                hook = _up_to(hook, places, passed)
                if len(tried) >= _NOTED_EVERY or self._tick() - noted >= _NOTED_S:
                    if not await self._note(hook, tried):
                        return _Told(hook, goes_on=False)
                    tried, noted = [], self._tick()
        if failed:
            first = min(failed)
            last = failed.pop(first)
            after = await self._failed(_up_to(hook, places, passed), [*tried, *failed.values(), last], places[first])
            self._ahead[hook.id] = _Ahead(_stands(after.hook), frozenset(documents[one].id for one in passed))
            return after
        hook = _at(hook, seen.read_to)
        return _Told(hook, await self._note(hook, tried) and (seen.more or not seen.whole))

    def _passed(self, hook: Hook, documents: Sequence[EventDocument]) -> set[int]:
        """Which of these were told when one before them was not. Who asked for all of it anew stands elsewhere."""
        ahead = self._ahead.pop(hook.id, None)
        if ahead is None or ahead.stands != _stands(hook):
            return set()
        return {number for number, one in enumerate(documents) if one.id in ahead.told}

    async def _failed(self, hook: Hook, tried: list[Tried], place: int) -> _Told:
        """What follows from a try that failed, the last of these: again later, past it, or rest."""
        last, now = tried[-1], self._site.now_s()
        tries = hook.tries + 1
        if last.status in _THIS_ONE and tries >= DEAD_AFTER:
            dead = msgspec.structs.replace(last, outcome=Outcome.DEAD)
            hook = _at(hook, place)
            return _Told(hook, await self._note(hook, [*tried, dead]))
        wait = AFTER_S[min(tries, len(AFTER_S)) - 1] * (1 + _JITTER * (2 * _dice.random() - 1))
        hook = msgspec.structs.replace(
            hook, tries=tries, next_s=now + round(wait), failing_since_s=hook.failing_since_s or now
        )
        await self._note(hook, tried)
        if last.status == _GONE or tries > len(AFTER_S):
            await self._rest(hook, Why.GONE if last.status == _GONE else Why.FAILING)
        return _Told(hook, goes_on=False)

    async def _rest(self, hook: Hook, why: Why) -> None:
        """Let a webhook rest, and tell the person who let its program in."""
        site = self._site
        keeper = await site.threads.run(site.hooks.pause, hook, why)
        _log.warning("webhook_rests", webhook=hook.id, why=why.value)
        if keeper is not None:
            kind = MessageKind.WEBHOOK_RESTS
            await site.threads.run(lambda: site.factors.inbox.tell(hook.district, keeper, kind, webhook=hook.id))

    async def _note(self, hook: Hook, tried: list[Tried], *, done: bool = False) -> bool:
        site, user, well = self._site, user_for(hook), sum(one.outcome is Outcome.DELIVERED for one in tried)
        failed = sum(one.outcome not in (Outcome.DELIVERED, Outcome.DEAD) for one in tried)

        def also(session: Session) -> None:
            site.portals.usage.delivered(session, user, told=well, failed=failed)

        return await site.threads.run(lambda: site.hooks.note(hook, self._me, tried, also, done=done))

    # --- one try ---------------------------------------------------------------------------------------------------

    async def ping(self, hook: Hook, document: Ping) -> Tried:
        """Tell something that did not happen, at once and once."""
        try:
            async with self._site.hooks.outward.line(hook.url) as line:
                tried = await self._post(line, hook, document)
        except Away as wrong:
            tried = self._away(document, wrong)
        await self._site.threads.run(self._site.hooks.log, hook, tried)
        return tried

    async def _post(self, line: Line, hook: Hook, document: EventDocument | Ping) -> Tried:
        body, at_s, began = encode(document), self._site.now_s(), self._tick()
        outcome, status = await _outcome(line.post(body, signed(hook, document.id, at_s, body)))
        took_ms = round((self._tick() - began) * 1000)
        return Tried(event=document.id, type=document.type, at_s=at_s, took_ms=took_ms, outcome=outcome, status=status)

    def _away(self, document: EventDocument | Ping, wrong: Away) -> Tried:
        outcome = Outcome.FORBIDDEN if isinstance(wrong, NotThere) else Outcome.NO_ANSWER
        return Tried(
            event=document.id, type=document.type, at_s=self._site.now_s(), took_ms=0, outcome=outcome, status=None
        )  # fmt: skip


def _stands(hook: Hook) -> tuple[int, int]:
    return hook.place, hook.tries


def _up_to(hook: Hook, places: Sequence[int], passed: Collection[int]) -> Hook:
    """A webhook that was told these of a page: it stands at the last up to which it was told all."""
    count = next((number for number in range(len(places)) if number not in passed), len(places))
    moved = count > 0 and places[count - 1] > hook.place
    return _at(hook, places[count - 1]) if moved else hook


def _at(hook: Hook, place: int) -> Hook:
    """A webhook that was told up to a place."""
    return msgspec.structs.replace(hook, place=place, tries=0, failing_since_s=None)


async def _outcome(posted: Awaitable[int]) -> tuple[Outcome, int | None]:
    try:
        status = await posted
    except TimeoutError:
        return Outcome.TOO_SLOW, None
    except Away:
        return Outcome.NO_ANSWER, None
    return (Outcome.DELIVERED if 200 <= status < 300 else Outcome.ANSWERED), status
