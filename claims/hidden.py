"""What else people do that an observer must not see: files, drafts, rosters, slips, invitations, court orders, letters,
messages, exports, failed sign-ins and proofs.

Each is asked at the door where that costs little, else of the store behind the door: what is proved is that nothing of
what lies there afterwards, or was on its way, reaches somebody else.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from random import Random
from typing import Any, Final, NamedTuple

from starlette.types import ASGIApp

from claims.town import DISTRICT, Firm, case_of, client_of, story
from cloudnego.core.vocabulary import Office, Side, Stream
from cloudnego.files.kinds import FileKind
from cloudnego.files.store import Full, NewFile
from cloudnego.identity.court_orders import OrderPaper, note_reading, request
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.invitations import NewInvitation, invite
from cloudnego.identity.prepared import TooManyPrepared
from cloudnego.identity.register import enterprise
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.slips import PEPPER, print_slips
from cloudnego.identity.store import writing
from cloudnego.identity.workers import NewWorker, add_workers
from cloudnego.main import House
from tests.secrecy.ground import person
from tests.secrecy.wire import Request, ask, bearing

ADDRESS: Final = "192.0.2.7"  # whoever guesses sits elsewhere
_KEEPERS: Final = frozenset({"worker_chief", "union_admin", "town_union", "district_union"})
_STREAMS: Final = {"worker": Stream.WORKER, "employer": Stream.EMPLOYER}


class Doing(NamedTuple):
    """Somebody of a firm, about to do something in one house."""

    house: House
    app: ASGIApp
    tokens: Mapping[str, str]
    firm: Firm
    who: str
    dice: Random

    @property
    def side(self) -> Side:
        """Whose caucus the firm hides; any, where it hides more."""
        return Side(self.firm.hides) if self.firm.hides in _STREAMS else self.dice.choice(list(Side))

    @property
    def stream(self) -> Stream:
        """Where a paper is hidden here."""
        return _STREAMS.get(self.firm.hides, Stream.TABLE)

    def roster(self, session: Any) -> Roster:
        """The roster of his district, with him writing."""
        return Roster(session, DISTRICT, self.house.site.new_id, self.house.site.now_s(), self.who)

    async def at(self, method: str, path: str, body: Any = None) -> int:
        """The status of a request of his."""
        sent = json.dumps(body).encode() if body is not None else None
        path, _, query = path.partition("?")
        token = self.tokens[self.who] if path != "/session" else None
        asked = Request(method, f"/api/v1{path}", sent, query, bearing(token))
        return (await ask(self.app, asked, ADDRESS)).status


async def _lay(one: Doing) -> bool:
    case, content = case_of(one.firm), one.dice.randbytes(one.dice.randrange(1, 400)).hex().encode()
    scene = story(one.firm)
    new = NewFile(
        id=one.house.site.new_id("f"), case=case, stream=one.stream, side=scene.member(one.who).side,
        name=f"{one.dice.randrange(10**6)}.txt", kind=FileKind.TXT, received_sha256=64 * "0", by=one.who,
        at=one.house.site.world.clock(DISTRICT).replace(microsecond=0),
    )  # fmt: skip
    try:
        one.house.site.files.keep(new, content)
    except Full:
        return False
    return True


async def _read(one: Doing) -> bool:
    """Take away a file he laid there, as it is kept: who reads another's is noted for that side to see."""
    await _lay(one)
    laid = one.house.site.files.listed(case_of(one.firm), [one.stream])
    mine = [file.id for file in laid if file.facts.by == one.who]
    path = f"/negotiations/{case_of(one.firm)}/files/{one.dice.choice(mine)}?original=true"
    return await one.at("GET", path) == 200


async def _prepare(one: Doing) -> bool:
    """A program of the firm leaves the draft of an offer."""
    words = json.dumps({"remark": one.dice.randrange(10**9)}).encode()
    try:
        one.house.site.prepared.keep(DISTRICT, case_of(one.firm), client_of(one.firm), "send_offer", words)
    except TooManyPrepared:
        return False
    return True


async def _enrol(one: Doing) -> bool:
    with writing(one.house.site.engine) as session:
        return bool(_line(one, session))


def _line(one: Doing, session: Any) -> list[Any]:
    entry = enterprise(session, DISTRICT, one.firm.name)
    assert entry is not None, "a firm of the town"
    number = str(one.dice.randrange(10**12))
    try:
        return add_workers(session, one.roster(session), entry, [NewWorker(number, f"工{number}")])
    except RosterError:
        return []


async def _print(one: Doing) -> bool:
    site = one.house.site
    pepper = site.districts.pepper(DISTRICT, PEPPER)
    with writing(site.engine) as session:
        lines = [line.id for line in _line(one, session)]
        if not lines:
            return False
        printed = print_slips(
            session, one.roster(session), one.firm.name, pepper, lines, why="first", remark=None, most=500
        )
    return bool(printed)


async def _invite(one: Doing) -> bool:
    site, new = one.house.site, NewInvitation(organisation=f"U{one.firm.name}", name="受邀的人", office=Office.UNION)
    with writing(site.engine) as session:
        invite(session, DISTRICT, new, new_id=site.new_id, by=one.who, now_s=site.now_s(), lasts_s=86_400)
    return True


def _ordered(one: Doing, session: Any) -> str:
    site = one.house.site
    paper = OrderPaper(
        case=case_of(one.firm), side=one.side, order_no=str(one.dice.randrange(10**9)), court="区人民法院",
        ordered_on=date(2026, 6, 1), scan_sha256=64 * "c",
    )  # fmt: skip
    return request(session, DISTRICT, paper, row_id=site.new_id("k"), by="operator-above", now_s=site.now_s()).id


async def _order(one: Doing) -> bool:
    with writing(one.house.site.engine) as session:
        return bool(_ordered(one, session))


async def _take_out(one: Doing) -> bool:
    """A caucus is taken out under an order: its own side reads of that, and nobody else."""
    site = one.house.site
    with writing(site.engine) as session:
        order = _ordered(one, session)
        note_reading(
            session, order, row_id=site.new_id("r"), by="operator-above", at_s=site.now_s(), events=1, sha256=64 * "d"
        )
    return True


async def _print_letter(one: Doing) -> bool:
    known = one.house.site.sessions.who(one.tokens[person("worker_rep", one.firm.name)])
    assert known is not None, "everybody of the town has a session"
    one.house.site.factors.letters.issue(DISTRICT, known.held[0].membership, person("union_admin", one.firm.name))
    return True


async def _tell(one: Doing) -> bool:
    one.house.site.factors.inbox.tell(DISTRICT, one.who, MessageKind.RESET_ASKED, why=str(one.dice.random()))
    return True


async def _sign_in(one: Doing) -> bool:
    login = one.dice.choice((one.who, f"nobody-{one.dice.randrange(100)}"))
    body = {"login": login, "password": "not-the-password", "district": DISTRICT, "door": "bearer"}
    return await one.at("POST", "/session", body) in (401, 429)


async def _prove(one: Doing) -> bool:
    return await one.at("POST", "/session/step-up", {"means": "inbox", "code": "000000"}) in (403, 429)


async def _export(one: Doing) -> bool:
    return await one.at("GET", one.dice.choice(("/negotiations/export.csv", "/enterprises/export.csv"))) == 200


class Secret(NamedTuple):
    """One kind of them: how it is done, in which table it leaves something, which kinds of people may see it, and
    where (`{0}` is the firm)."""

    do: Callable[[Doing], Awaitable[bool]]
    table: str
    seen_by: frozenset[str] = frozenset()
    seen_at: tuple[str, ...] = ()


SECRETS: Final[Mapping[str, Secret]] = {
    "a file laid": Secret(_lay, "file"),
    "a file read": Secret(_read, "material_view"),
    "a draft": Secret(_prepare, "prepared", frozenset({"employer_chief"}), ("/prepared",)),
    "the roster": Secret(_enrol, "worker", _KEEPERS, ("/enterprises/{0}/workers",)),
    "slips": Secret(_print, "slip_print", _KEEPERS, ("/enterprises/{0}/slip-prints",)),
    "an invitation": Secret(_invite, "invitation", _KEEPERS, ("/organisations/U{0}/invitations",)),
    "a court's order": Secret(_order, "court_order", frozenset({"authority"}), ("/court-orders",)),
    "a caucus taken out": Secret(_take_out, "court_order_reading", frozenset({"authority"}), ("/court-orders",)),
    "a letter": Secret(_print_letter, "letter", _KEEPERS | {"worker_rep"}, ("/letters", "/me")),
    "a message": Secret(_tell, "inbox_message"),
    "a failed sign-in": Secret(_sign_in, "sign_in_record"),
    "a failed proof": Secret(_prove, "sign_in_failure"),
    "an export": Secret(_export, ""),
}


def hidden_from(kind: str, hides: str) -> list[str]:
    """What somebody of this kind must not see of a firm that hides so much from him; from another firm, any of it."""
    return [name for name, one in SECRETS.items() if hides == "case" or kind not in one.seen_by]


def not_asked_by(kind: str) -> frozenset[str]:
    """Where he may see some of it, and so does not look: what others hid in this house before would be there."""
    return frozenset(place for one in SECRETS.values() if kind in one.seen_by for place in one.seen_at)
