"""The socket of a room: lets in who shows a ticket, gives him what happens, and carries his frames to where HTTP's go.

`docs/LIVE.md` says it to people; who may see what is judged where it always is.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message as Said
from starlette.types import Receive, Scope, Send

from cloudnego.core.sight import seen_streams
from cloudnego.core.state import EMPTY_CAUCUS, Caucus, Negotiation
from cloudnego.core.vocabulary import Message, Office, Seat, Side, Stream
from cloudnego.eventlog.codec import facts_of, words_of
from cloudnego.identity.offices import ActingAsRequired
from cloudnego.identity.sessions import Who
from cloudnego.live.frames import (
    Ask,
    Auth,
    Cursor,
    Frame,
    Look,
    NoFrame,
    Signal,
    answer_frame,
    event_frame,
    id_of,
    read,
)
from cloudnego.live.readers import Reader
from cloudnego.live.rooms import Joined
from cloudnego.live.wire import Gone, Sink, TooSlow, sink_of
from cloudnego.ports import Recorded
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, encode
from cloudnego.web.auth import ACTING_AS, Token
from cloudnego.web.bodies import parsed
from cloudnego.web.cases import Found, find
from cloudnego.web.commands import ASKS, PREFIX, Carrier, kebab
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem, problem_of, respond
from cloudnego.web.queries import ActingAs
from cloudnego.web.site import Site
from cloudnego.web.tickets import LASTS_S, Bound
from cloudnego.web.viewing import note, shown_of, unnoted
from cloudnego.web.watch import OVER
from cloudnego.web.wire import check_json, headers_of

AUTH_S: Final = 5.0
ASKED_MAX: Final = 16  # of one socket at once; the next is read when one is answered
SOCKETS_MAX: Final = 16  # of one session
STRANGERS_MAX: Final = 1_000  # sockets that have not shown who they are
STRIKES_MAX: Final = 32  # refused frames in a row

MALFORMED: Final = 4400
NOT_THERE: Final = 4404
TOO_LATE: Final = 4408
TOO_MANY: Final = 4429
"""Codes the socket is closed with, beside those of `live.rooms`; each says what the HTTP status says."""

_JSON: Final = {"content-type": "application/json"}

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


class LiveTicketBody(Message):
    """The case whose room one wants to enter."""

    case: str


class LiveTicket(msgspec.Struct, frozen=True, kw_only=True):
    """For the first frame of a socket; shown once, within so many seconds, by the session it was given to."""

    ticket: str
    lasts_s: int


@router.post(
    "/live-ticket",
    **described("live_ticket", LiveTicket, body=LiveTicketBody, status=201, codes=(*OF_A_CASE, "cross_site")),
)
async def live_ticket(request: Request, site: TheSite, who: SignedIn, acting_as: ActingAs = None) -> Response:
    """A ticket for the room of a case one sees."""
    body = parsed(request, LiveTicketBody)
    found = await find(site, who, body.case, acting_as)
    token = site.doorkeeper.token(request.headers)
    session = name_of(who, token)
    return answer(LiveTicket(ticket=site.tickets.give(Bound(session, found.id, acting_as)), lasts_s=LASTS_S), 201)


def name_of(who: Who, token: Token | None) -> str:
    """What a ticket is bound to: a session by its name; of a program the very token, for it has no other session."""
    return who.session or (token.name if token is not None else "")


def frame_of(one: Recorded) -> Frame:
    """An event as everybody gets it."""
    return event_frame(one, facts_of(one.event), words_of(one.event), shows=bool(shown_of((one,))))


def case_of(path: str) -> str | None:
    """The case whose room is at a path; None: there is no room."""
    case, _, last = path.removeprefix(f"{PREFIX}/").partition("/")
    return case if path.startswith(f"{PREFIX}/") and case and last == "live" else None


class Sight:
    """The eye of one reader: who he is in the case, judged anew whenever the case or he has changed."""

    def __init__(self, site: Site, who: Who, found: Found, acting_as: str | None) -> None:
        self._site: Final = site
        self._acting_as: Final = acting_as
        self.who = who
        self.found = found
        self._shown = _shown(who, found)

    @property
    def person(self) -> str:
        return self.who.person

    def shown(self) -> frozenset[Stream]:
        return self._shown

    def streams(self, case: Negotiation) -> frozenset[Stream]:
        site, at = self._site, self._site.world.clock(self.who.district)
        try:
            met = site.meetings.met(self.who, self.found.id, case, self._acting_as, at.date())
        except ActingAsRequired:
            return frozenset()
        if met is None:
            return frozenset()
        found = Found.of(self.found.id, self.who, case, met, at)
        seen = seen_streams(case, met.member, at, self._caucus)
        called = frozenset(side for side in Side if Stream.caucus(side) in seen - met.streams)
        self.found = msgspec.structs.replace(found, streams=seen, called_into=called)
        self._shown = _shown(self.who, self.found)
        return seen

    @property
    def passing(self) -> bool:
        """Whether what he sees may end by itself: a call into a caucus is for a time."""
        return any(one.is_caucus for one in self.found.streams) and self.found.caucus_of is None

    def _caucus(self, side: Side) -> Caucus:
        return self._site.log.settled_caucus(self.found.id, side) or EMPTY_CAUCUS

    def unnoted(self, shown: Sequence[Recorded]) -> bool:
        return unnoted(self._site, self.who, self.found, tuple(shown_of(shown)))

    async def note(self, shown: Sequence[Recorded]) -> None:
        await note(self._site, self.who, self.found, tuple(shown_of(shown)))


_AT_TABLE: Final = frozenset({Seat.REPRESENTATIVE, Seat.RECORDER, Seat.INSTRUCTOR, Seat.COORDINATOR, Seat.INVITED})


def _shown(who: Who, found: Found) -> frozenset[Stream]:
    """Where somebody is shown to others: at the table who has a seat there, in a caucus who is let in. Nobody learns
    that a program, an auditor or an office looks on."""
    if who.portal is not None or Office.AUDITOR in found.member.offices:
        return frozenset()
    at_table = {Stream.TABLE} if not _AT_TABLE.isdisjoint(found.seats) else set[Stream]()
    return found.streams & (at_table | {one for one in Stream if one.is_caucus})


class Member:
    """Somebody in a room."""

    def __init__(self, token: Token, sight: Sight, reader: Reader, acting_as: str | None) -> None:
        self.token: Final = token
        self.sight: Final = sight
        self.reader: Final = reader
        self.acting_as: Final = acting_as
        self.asking: Final[set[asyncio.Task[None]]] = set()
        self.gate: Final = asyncio.Semaphore(ASKED_MAX)
        self.strikes = 0

    @property
    def case(self) -> str:
        return self.sight.found.id

    @property
    def passing(self) -> bool:
        return self.sight.passing

    def renew(self, who: Who) -> None:
        self.sight.who = who


class Live:
    """The application behind the sockets."""

    def __init__(self, site: Site) -> None:
        self._site: Final = site
        self._carrier: Final = Carrier(site)
        self._strangers = 0
        self._sockets: Final[Counter[str]] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        case = case_of(scope["path"])
        await receive()  # that somebody wants to connect
        try:
            if case is None or self._strangers >= STRANGERS_MAX:
                raise Problem("not_found")
            token = self._site.doorkeeper.check_socket(scope["scheme"], headers_of(scope))
        except Problem:
            await send({"type": "websocket.close", "code": 1008})
            return
        await send({"type": "websocket.accept"})
        sink = sink_of(dict(scope), send)
        try:
            code = await self._met(case, token, sink, receive)
        except (Gone, TooSlow):
            code = 1013
        await sink.close(code)

    async def _met(self, case: str, token: Token | None, sink: Sink, receive: Receive) -> int:
        """From the first frame to the last. Returns the code to close with."""
        self._strangers += 1
        try:
            async with asyncio.timeout(AUTH_S):
                said = await receive()
        except TimeoutError:
            return TOO_LATE
        finally:
            self._strangers -= 1
        if said["type"] == "websocket.disconnect":
            raise Gone
        try:
            frame = _frame(said)
        except Problem as wrong:
            await _answer(sink, None, wrong)
            return MALFORMED
        if not isinstance(frame, Auth):
            await _answer(sink, None, Problem("malformed"))
            return MALFORMED
        member = await self._admitted(case, token, sink, frame)
        if member is None:
            await _answer(sink, "auth", Problem("not_found"))
            return NOT_THERE
        name = member.sight.who.session or member.token.name
        if self._sockets[name] >= SOCKETS_MAX:
            return TOO_MANY
        self._sockets[name] += 1
        try:
            after = frame.after
            del said, frame  # else they lie here as long as he stays
            return await self._served(member, after, receive)
        finally:
            self._sockets[name] -= 1
            if not self._sockets[name]:
                del self._sockets[name]

    async def _admitted(self, case: str, token: Token | None, sink: Sink, frame: Auth) -> Member | None:
        """Who shows a ticket of his for this case, and sees it; whatever is wrong, it is as if there were no case."""
        try:
            entered = await self._site.doorkeeper.entering(token)
            if entered is None:
                return None
            who, kept = entered
            bound = await self._site.tickets.take(frame.ticket, name_of(who, token), case)
            if bound is None:
                return None
            found = await find(self._site, who, case, bound.acting_as)
        except Problem:
            return None
        sight = Sight(self._site, who, found, bound.acting_as)
        return Member(kept, sight, Reader(sink, sight, found.streams), bound.acting_as)

    async def _served(self, member: Member, after: Mapping[str, Cursor], receive: Receive) -> int:
        rooms, reader = self._site.rooms, member.reader
        listening: asyncio.Task[int] | None = None
        try:
            begins = await rooms.join(member.case, reader, after)
            if not reader.ended.done():
                await _put(reader.sink, answer_frame("auth", 200, _welcome(member.case, begins)))
                self._site.watch.enter(member)
                rooms.open(member.case, reader)
                listening = asyncio.ensure_future(self._listen(member, receive))
                await asyncio.wait((listening, reader.ended), return_when=asyncio.FIRST_COMPLETED)
            if reader.ended.done():
                return reader.ended.result()
            assert listening is not None
            return listening.result()
        finally:
            self._site.watch.leave(member)
            rooms.leave(member.case, reader)
            for task in (*member.asking, *((listening,) if listening is not None else ())):
                task.cancel()

    # --- what he says ---------------------------------------------------------------------------------------------

    async def _listen(self, member: Member, receive: Receive) -> int:
        """His frames, one after the other, until he goes or is sent away; the code to close with."""
        sink = member.reader.sink
        while member.strikes < STRIKES_MAX:
            said = await receive()
            if said["type"] == "websocket.disconnect":
                raise Gone
            try:
                frame = _frame(said)
                self._site.doorkeeper.check_pace(member.sight.who.person)
            except Problem as wrong:
                member.strikes += 1
                await _answer(sink, _called(said), wrong)
                continue
            match frame:
                case Ask():
                    await member.gate.acquire()
                    task = asyncio.ensure_future(self._ask(member, frame))
                    member.asking.add(task)
                    task.add_done_callback(member.asking.discard)
                case Signal():
                    rooms, case = self._site.rooms, member.case
                    if not rooms.signal(case, member.reader, frame.stream, frame.kind, on=frame.on):
                        member.strikes += 1
                        await _answer(sink, None, Problem("not_found"))
                case Look():
                    await self._looked(member, frame)
                case _:
                    member.strikes += 1
                    await _answer(sink, None, Problem("malformed"))
        return TOO_MANY

    async def _ask(self, member: Member, frame: Ask) -> None:
        """A command of his, as over HTTP."""
        try:
            said = await self._asked(member, frame)
            member.strikes = 0 if said.status_code < 400 else member.strikes
            await _put(member.reader.sink, _told(frame.id, said))
        except (Gone, TooSlow):
            member.reader.end(1013)
        finally:
            member.gate.release()

    async def _looked(self, member: Member, frame: Look) -> None:
        """Where the streams end that he sees, as this room knows it; while it is in doubt who he is, nothing."""
        await member.reader.freed()
        ends = self._site.rooms.ends(member.case, member.reader)
        await _put(member.reader.sink, answer_frame(frame.id, 200, _ends(member.case, ends)))

    async def _asked(self, member: Member, frame: Ask) -> Response:
        headers = dict(_JSON)
        if frame.key is not None:
            headers["idempotency-key"] = frame.key
        if member.acting_as is not None:
            headers[ACTING_AS] = member.acting_as
        try:
            who = await self._site.doorkeeper.still(member.token)
            if who is None:
                member.reader.end(OVER)
                raise Problem("not_signed_in")
            door = ASKS.get(kebab(frame.command))
            return await self._carrier.ask(door, member.case, who, headers, bytes(frame.words))
        except Exception as wrong:
            return respond(problem_of(wrong))


def _frame(said: Said) -> Auth | Ask | Signal | Look:
    """The frame of a message. Raises `Problem` 422."""
    text = said.get("text")
    if text is None:
        raise Problem("malformed")
    content = text.encode("utf-8", "surrogatepass")
    check_json(_JSON, content)
    try:
        return read(content)
    except NoFrame:
        raise Problem("malformed") from None


def _called(said: Said) -> str | None:
    return id_of((said.get("text") or "").encode("utf-8", "surrogatepass"))


async def _put(sink: Sink, wire: bytes) -> None:
    await sink.room()
    await sink.put((wire,))


async def _answer(sink: Sink, id_: str | None, problem: Problem) -> None:
    await _put(sink, _told(id_, respond(problem)))


def _told(id_: str | None, said: Response) -> bytes:
    """An answer of HTTP as a frame."""
    wait = said.headers.get("retry-after")
    return answer_frame(id_, said.status_code, bytes(said.body), None if wait is None else int(wait))


def _welcome(case: str, begins: Mapping[Stream, Joined]) -> bytes:
    """What the first frame is answered with: where each stream begins."""
    return encode({"case": case, "streams": {one.value: joined._asdict() for one, joined in begins.items()}})


def _ends(case: str, ends: Mapping[Stream, tuple[int, int]]) -> bytes:
    """How far each stream is, as epoch and last seq: what cursors are made of."""
    return encode({"case": case, "streams": {one.value: list(end) for one, end in ends.items()}})
