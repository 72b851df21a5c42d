"""A congress before it votes: who received the draft, who is present, what delegates say of it, what the union does.

Delegates are those of the roll the case carries, where it was frozen on the platform. What they say the worker side
reads as well; the employer does not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Final, Literal

import msgspec
from pydantic import AfterValidator, StringConstraints
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.steps.congress import majority
from cloudnego.core.vocabulary import Message, Seat, Side, Step
from cloudnego.identity import congress as assembly
from cloudnego.identity.congress import Electorate, Sitting
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.roster import Roster
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import Title, parsed, visible
from cloudnego.web.case_documents import named
from cloudnego.web.cases import Found, find, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import ReminderDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.invitations import instant
from cloudnego.web.organisations import written
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.reminding import remind, reminders
from cloudnego.web.site import Site

router = Endpoints(prefix="/api/v1", tags=["negotiations"])

Said = Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True), AfterValidator(visible)]

_OF_THE_WORKERS: Final = frozenset({Seat.UNION, Seat.CHIEF, Seat.REPRESENTATIVE})


class CommentBody(Message):
    """What a delegate says of the draft."""

    text: Said


class HidingBody(Message):
    """Why a comment is hidden."""

    reason: Title


class DraftComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment; of a hidden one there is no text, but why it was hidden."""

    id: str
    name: str
    mine: bool
    at: datetime
    text: str | None
    hidden_why: str | None


class CongressDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A congress of this round, as far as the reader takes part in it.

    `on_platform`: its delegates are known here; where they are not, receipts and roll call are on paper, and every
    number is null. `roll`: how many of them vote. `quorum`, `needed`: how many must be present and how many votes
    carry, of `total`. `missing`: who has not confirmed, for the union. `comments` is null for who neither takes part
    nor is of the worker side.
    """

    day: date | None
    form: Literal["delegates", "general_meeting"] | None
    total: int
    quorum: int | None
    needed: int
    on_platform: bool
    roll: int | None
    received: int | None
    present: int | None
    takes_part: bool
    votes: bool
    has_received: bool
    is_present: bool
    may_receive: bool
    may_answer: bool
    may_comment: bool
    organises: bool
    missing: tuple[str, ...]
    reminders: tuple[ReminderDocument, ...]
    comments: tuple[DraftComment, ...] | None


class _Congress(msgspec.Struct, frozen=True, kw_only=True):
    """A congress as somebody found it."""

    found: Found
    sitting: Sitting
    people: Electorate | None

    @property
    def takes_part(self) -> bool:
        return self.people is not None and self.people.has(self.found.member.person)

    @property
    def organises(self) -> bool:
        return Seat.UNION in self.found.seats and self.found.member.side is Side.WORKER

    @property
    def sees_talk(self) -> bool:
        of_the_workers = self.found.member.side is Side.WORKER and not _OF_THE_WORKERS.isdisjoint(self.found.seats)
        return self.takes_part or of_the_workers

    @property
    def is_sitting(self) -> bool:
        """Delegates may act: the case is before them, and no counts are entered yet."""
        case = self.found.case
        return case.step is Step.CONGRESS and case.congress.submitted_on is not None and case.congress.recorded is None

    @property
    def may_receive(self) -> bool:
        return self.is_sitting and self.found.case.congress.materials_on is not None

    @property
    def may_answer(self) -> bool:
        day = self.found.case.congress.day
        return self.is_sitting and day is not None and day <= self.found.at.date()

    @property
    def may_comment(self) -> bool:
        """Before the ballot opens and never while it runs."""
        return self.is_sitting and not self.found.case.polls


async def _congress(site: Site, who: Who, case_id: str, acting_as: str | None) -> _Congress:
    found = await find(site, who, case_id, acting_as)
    return await site.threads.run(_of, site, found)


def _of(site: Site, found: Found) -> _Congress:
    case = found.case
    assert case.opened is not None, "a case that was found has been opened"
    form, people = case.congress.form or "delegates", None
    with reading(site.engine) as session:
        if form == "general_meeting" or case.roll is not None:  # a roll the case does not carry is not this congress's
            roll_hash = case.roll.roll_hash if case.roll is not None else None
            people = assembly.electorate(session, found.district, case.opened.enterprise, roll_hash, form)
    sitting = Sitting(district=found.district, case=found.id, round=case.round, sitting=case.congress.no_quorum)
    return _Congress(found=found, sitting=sitting, people=people)


# --- looking ------------------------------------------------------------------------------------------------------


@router.get(
    "/negotiations/{case_id}/congress", **described("get_congress", CongressDocument, codes=OF_A_CASE, tagged=True)
)
async def get_congress(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """The congress of this round: numbers for its delegates and the worker side, and what the reader may do."""
    one = await _congress(site, who, case_id, acting_as)
    return tagged(request, await site.threads.run(_shown, site, one))


def _shown(site: Site, one: _Congress) -> CongressDocument:
    found, case, person = one.found, one.found.case, one.found.member.person
    standing = found.standing(pinned_law(site, case))
    rule = standing.law.pack.congress_for(case.scope)
    with reading(site.engine) as session:
        received = assembly.received(session, one.sitting)
        present = assembly.present(session, one.sitting)
        said = assembly.comments(session, one.sitting) if one.sees_talk else None
    people = one.people if one.sees_talk else None
    left = people.voting - received if people is not None and one.organises else frozenset[str]()
    total, each = case.congress.total, case.opened is not None and case.opened.ballot_per_enterprise
    return CongressDocument(
        day=case.congress.day,
        form=case.congress.form,
        total=total,
        quorum=rule.quorum.needed(total) if rule.quorum is not None and not each else None,
        needed=majority(standing).needed(total),
        on_platform=one.people is not None,
        roll=len(people.voting) if people is not None else None,
        received=len(received & people.voting) if people is not None else None,
        present=len(present & people.voting) if people is not None else None,
        takes_part=one.takes_part,
        votes=one.people is not None and person in one.people.voting,
        has_received=person in received,
        is_present=person in present,
        may_receive=one.may_receive,
        may_answer=one.may_answer,
        may_comment=one.may_comment,
        organises=one.organises,
        missing=tuple(sorted(named(site, found.district, set(left), set()).values())),
        reminders=reminders(site, _about(one)) if one.organises else (),
        comments=tuple(_comment(row, person) for row in said) if said is not None else None,
    )


def _comment(row: assembly.Comment, reader: str) -> DraftComment:
    return DraftComment(
        id=row.id,
        name=row.name,
        mine=row.person == reader,
        at=instant(row.at_s),
        text=row.text,
        hidden_why=row.hidden_why,
    )


# --- the delegates' ------------------------------------------------------------------------------------------------


async def _done(site: Site, who: Who, one: _Congress, write: Callable[[Session, Roster], None]) -> Response:
    try:
        await site.threads.run(written, site, who, write)
    except IntegrityError:  # he said it twice in the same moment
        raise Problem("busy", retry_after_s=1) from None
    return answer(await site.threads.run(_shown, site, one))


@router.post(
    "/negotiations/{case_id}/congress/receipt",
    **described(
        "confirm_congress_receipt",
        CongressDocument,
        codes=(*OF_A_CASE, "not_a_delegate", "congress_not_yet"),
        unsafe=True,
    ),
)
async def post_receipt(site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None) -> Response:
    """A delegate confirms that he received the draft and its explanation."""
    one = await _congress(site, who, case_id, acting_as)
    _may(one, one.may_receive)
    return await _done(site, who, one, lambda s, roster: assembly.confirm_receipt(s, roster, one.sitting, who.person))


@router.post(
    "/negotiations/{case_id}/congress/presence",
    **described(
        "answer_roll_call", CongressDocument, codes=(*OF_A_CASE, "not_a_delegate", "congress_not_yet"), unsafe=True
    ),
)
async def post_presence(site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None) -> Response:
    """A delegate says that he is present, on the day of the congress or after."""
    one = await _congress(site, who, case_id, acting_as)
    _may(one, one.may_answer)
    return await _done(site, who, one, lambda s, roster: assembly.answer_roll_call(s, roster, one.sitting, who.person))


@router.post(
    "/negotiations/{case_id}/congress/comments",
    **described(
        "comment_on_draft",
        CongressDocument,
        body=CommentBody,
        codes=(*OF_A_CASE, "not_a_delegate", "comments_closed"),
    ),
)
async def post_comment(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """A delegate says what he thinks of the draft, before the ballot opens."""
    one = await _congress(site, who, case_id, acting_as)
    sent = parsed(request, CommentBody)
    _may(one, one.may_comment, "comments_closed")
    return await _done(
        site, who, one, lambda s, roster: assembly.comment(s, roster, one.sitting, who.person, sent.text)
    )


def _may(one: _Congress, open_now: bool, code: str = "congress_not_yet") -> None:
    if not one.takes_part:
        raise Problem("not_a_delegate")
    if not open_now:
        raise Problem(code)


# --- the union's ---------------------------------------------------------------------------------------------------


@router.post(
    "/negotiations/{case_id}/congress/comments/{comment_id}/hiding",
    **described("hide_comment", CongressDocument, body=HidingBody, codes=(*OF_A_CASE, "not_the_organiser")),
)
async def post_hiding(
    *, request: Request, site: TheSite, who: SignedIn, case_id: CaseId, comment_id: PathId, acting_as: ActingAs = None
) -> Response:
    """The union hides a comment with a reason, which is shown in its place."""
    one = await _congress(site, who, case_id, acting_as)
    sent = parsed(request, HidingBody)
    if not one.organises:
        raise Problem("not_the_organiser")

    def write(session: Session, roster: Roster) -> None:
        if not assembly.hide(session, roster, one.sitting, comment_id, sent.reason):
            raise Problem("not_found")

    return await _done(site, who, one, write)


@router.post(
    "/negotiations/{case_id}/congress/reminders",
    **described(
        "remind_delegates",
        CongressDocument,
        codes=(*OF_A_CASE, "not_the_organiser", "congress_not_yet", "reminded_lately", "nobody_to_remind"),
        unsafe=True,
    ),
)
async def post_reminder(site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None) -> Response:
    """The union reminds the delegates who have not confirmed; how many it reminded is kept."""
    one = await _congress(site, who, case_id, acting_as)
    if not one.organises:
        raise Problem("not_the_organiser")
    if not one.may_receive:
        raise Problem("congress_not_yet")

    firm = one.found.case.opened.enterprise if one.found.case.opened is not None else ""
    called = await site.threads.run(named, site, one.found.district, set(), {firm})

    def tell() -> CongressDocument:
        people = one.people.voting | one.people.attending if one.people is not None else frozenset[str]()
        with reading(site.engine) as session:
            left = sorted(people - assembly.received(session, one.sitting))
        remind(site, one.found, _about(one), left, MessageKind.CONGRESS_MATERIALS, enterprise=called.get(firm, firm))
        return _shown(site, one)

    return answer(await site.threads.run(tell))


def _about(one: _Congress) -> str:
    return f"congress {one.found.id} {one.found.case.round}"
