"""Votes on the platform over HTTP: what is voted on, a ballot signed unseen, the box, the roll, papers, the list.

Two doors that never know of each other: a ballot is signed for whoever is signed in and stands on the roll; a ballot is
taken from anybody, without session or cookie, and nothing of the taking is measured or kept (decision 0038).
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

from fastapi import Path
from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core import events as e
from cloudnego.core.polls import ends
from cloudnego.core.vocabulary import FEW_VOTERS, Code, Count, Message, PersonId, Seat, Stream
from cloudnego.identity.sessions import Who
from cloudnego.polls.ballots import BadBallot
from cloudnego.polls.blind import BadBlinded, Forged
from cloudnego.polls.closing import Closing
from cloudnego.polls.desk import GRACE_S, Home
from cloudnego.polls.history import Entered, fixed
from cloudnego.polls.refused import (
    BadCount,
    Issued,
    NoPoll,
    NotATeller,
    NotOnRoll,
    NotOpen,
    NotYet,
    OnPaper,
    PollClosed,
)
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, nothing
from cloudnego.web.bodies import parsed
from cloudnego.web.case_documents import names_of
from cloudnego.web.cases import Found, find
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.errors import Problem
from cloudnego.web.lists import organisation_names
from cloudnego.web.poll_documents import (
    BallotSigned,
    MyPoll,
    MyPolls,
    PollChoice,
    PollDocument,
    PollKey,
    PollResult,
    PollRoll,
    PollVoterRow,
)
from cloudnego.web.poll_sight import concerns, keeps_roll
from cloudnego.web.queries import ActingAs
from cloudnego.web.reminding import reminders
from cloudnego.web.site import Site
from cloudnego.web.surveys import of_workers

_STATES: Final[dict[str, Literal["open", "closed", "void"]]] = {
    "open": "open",
    "counted": "closed",
    "buried": "closed",
    "voided": "void",
    "restored": "void",  # the clock is about to say so
}

_PROBLEMS: Final[dict[type[Exception], str]] = {
    NotOnRoll: "not_on_the_roll", Issued: "ballot_issued", OnPaper: "ballot_on_paper", PollClosed: "poll_closed",
    NotOpen: "poll_closed", BadBlinded: "bad_blinded", BadBallot: "ballot_invalid", Forged: "ballot_forged",
    BadCount: "count_impossible", NotATeller: "not_a_teller", NotYet: "poll_runs", NoPoll: "not_found",
}  # fmt: skip

PollId = Annotated[str, Path(max_length=96)]
Base64 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_\-]{512}$")]

GRACE: Final = timedelta(seconds=GRACE_S)
"""A ballot that was signed in time may come so long after the close."""

router = Endpoints(prefix="/api/v1", tags=["polls"])


class BlindedBody(Message):
    """A ballot as the browser has blinded it: 384 bytes, base64url."""

    blinded: Base64


class StrikeBody(Message):
    """Who votes on paper."""

    person: PersonId


class PaperCountBody(Message):
    """What one teller found in the urn: votes by choice, papers that say nothing lawful, and all papers; the last may
    be left out where one vote stands on a paper."""

    counts: dict[Code, Count]
    spoiled: Count = 0
    papers: Count | None = None


# --- for whoever sees the case ------------------------------------------------------------------------------------


@router.get("/polls/{poll}", **described("get_poll", PollDocument, codes=OF_A_CASE))
async def get_poll(site: TheSite, who: SignedIn, poll: PollId, acting_as: ActingAs = None) -> Response:
    """A vote on the platform: all that was fixed at its opening, and what has become of your own ballot."""
    home, found = await _found(site, who, poll, acting_as)
    return answer(await site.threads.run(_document, site, who, found, home))


@router.get("/polls/{poll}/closing", **described("get_poll_closing", Closing, codes=(*OF_A_CASE, "poll_runs")))
async def get_poll_closing(site: TheSite, who: SignedIn, poll: PollId, acting_as: ActingAs = None) -> Response:
    """The record of the close, as the standalone recount reads it."""
    _, found = await _found(site, who, poll, acting_as)
    await site.threads.run(_may_count, site, found, poll)
    record = await done(site, site.polls.closing, poll, runs=True)
    return answer(record)


@router.get(
    "/polls/{poll}/list",
    **described("get_poll_list", None, codes=(*OF_A_CASE, "poll_runs"), gives=("text/plain",)),
)
async def get_poll_list(site: TheSite, who: SignedIn, poll: PollId, acting_as: ActingAs = None) -> Response:
    """Every ballot that was cast, sorted by a hash: each voter finds his own line, and anybody can count again."""
    _, found = await _found(site, who, poll, acting_as)
    await site.threads.run(_may_count, site, found, poll)
    content = await done(site, site.polls.listed, poll, runs=True)
    if not content and (await done(site, site.polls.closing, poll, runs=True)).cast:
        raise Problem("not_found")  # it was destroyed, a year after its contract
    attached = f'attachment; filename="{poll}.ballots.txt"'
    return Response(
        content, 200, {"Cache-Control": "no-store", "Content-Type": "text/plain", "Content-Disposition": attached}
    )


@router.get("/me/polls", **described("my_polls", MyPolls))
async def my_polls(site: TheSite, who: SignedIn) -> Response:
    """The votes that run and on whose roll you stand, the first to close first."""

    def read() -> MyPolls:
        at, found = site.world.clock(who.district), []
        for home, mine in site.polls.of_voter(who.district, who.person):
            case, opening = site.log.state(home.case), site.rounds.history.opening(home.case, home.poll).opening
            assert case is not None, "its opening was found"
            assert case.opened is not None, "its opening was found"
            closes = ends(opening, at)
            if at < closes + GRACE:
                found.append(
                    MyPoll(
                        poll=home.poll, negotiation=home.case, kind=opening.kind,
                        enterprise=opening.enterprise or case.opened.enterprise,
                        closes_at=closes, mine=mine,
                    )
                )  # fmt: skip
        names = organisation_names(site, who.district, {one.enterprise for one in found})
        return MyPolls(rows=tuple(sorted(found, key=lambda one: (one.closes_at, one.poll))), names=names)

    return answer(await site.threads.run(read))


# --- for voters ---------------------------------------------------------------------------------------------------


@router.post(
    "/polls/{poll}/issue",
    **described(
        "issue_ballot", BallotSigned, body=BlindedBody,
        codes=(*OF_A_CASE, "not_on_the_roll", "ballot_issued", "ballot_on_paper", "poll_closed", "bad_blinded"),
    ),
)  # fmt: skip
async def issue_ballot(
    request: Request, site: TheSite, who: SignedIn, poll: PollId, acting_as: ActingAs = None
) -> Response:
    """Have your one ballot signed, unseen: the server learns that you take part, not what you chose. The same bytes get
    the same answer until the close."""
    _, found = await _found(site, who, poll, acting_as)
    blinded = _unpadded(parsed(request, BlindedBody).blinded)
    now_s = int(found.at.timestamp())
    signature = await done(site, site.polls.issue, poll, who.person, blinded, now_s)
    return answer(BallotSigned(signature=padless(signature)))


# --- for the union and the scrutineers ----------------------------------------------------------------------------


@router.get("/polls/{poll}/roll", **described("get_poll_roll", PollRoll, codes=OF_A_CASE))
async def get_poll_roll(site: TheSite, who: SignedIn, poll: PollId, acting_as: ActingAs = None) -> Response:
    """Who may vote, who has a ballot, who votes on paper. Never what ballots came."""
    _, found = await _found(site, who, poll, acting_as, officer=True)

    def read() -> PollRoll:
        rows, figures = site.polls.roll(poll), site.polls.figures(poll)
        names = names_of(site, found, {person for person, _ in rows}, set())
        entered = site.polls.entered(poll)
        return PollRoll(
            roll=figures.roll,
            issued=figures.issued,
            on_paper=figures.on_paper,
            rows=tuple(PollVoterRow(person=person, name=names.get(person, ""), state=state) for person, state in rows),
            tellers=tuple(sorted(entered)),
            in_the_way=tuple(site.polls.stands_in_the_way(poll, int(found.at.timestamp()))),
            reminders=reminders(site, poll),
        )

    return answer(await done(site, read))


@router.post(
    "/polls/{poll}/papers",
    **described(
        "strike_voter", None, body=StrikeBody, status=204,
        codes=(*OF_A_CASE, "not_on_the_roll", "ballot_issued", "poll_closed"),
    ),
)  # fmt: skip
async def strike_voter(
    request: Request, site: TheSite, who: SignedIn, poll: PollId, acting_as: ActingAs = None
) -> Response:
    """Strike a voter from the roll because he takes a paper. One way: no ballot is signed for him afterwards."""
    _, found = await _found(site, who, poll, acting_as, officer=True)
    person = parsed(request, StrikeBody).person
    await done(site, site.polls.strike, poll, person, int(found.at.timestamp()))
    return nothing()


@router.post(
    "/polls/{poll}/paper-counts",
    **described(
        "enter_paper_count", None, body=PaperCountBody, status=204,
        codes=(*OF_A_CASE, "poll_runs", "poll_closed", "count_impossible", "not_a_teller"),
    ),
)  # fmt: skip
async def enter_paper_count(
    request: Request, site: TheSite, who: SignedIn, poll: PollId, acting_as: ActingAs = None
) -> Response:
    """What you found in the urn, as one of two tellers. They count apart; only where both say the same is it closed."""
    _, found = await _found(site, who, poll, acting_as)
    if Seat.SCRUTINEER not in found.seats:
        raise Problem("not_found")
    body, now_s = parsed(request, PaperCountBody), int(found.at.timestamp())

    def enter() -> None:
        site.polls.enter(poll, who.person, body.counts, body.spoiled, now_s=now_s, papers=body.papers)

    await done(site, enter)
    return nothing()


# --- finding and saying -------------------------------------------------------------------------------------------


async def _found(
    site: Site, who: Who, poll: str, acting_as: str | None, *, officer: bool = False
) -> tuple[Home, Found]:
    """The vote and the case for somebody who sees its notices; 404 for everybody else, as if there were none."""
    try:
        home = await site.threads.run(site.polls.home, poll)
    except NoPoll:
        raise Problem("not_found") from None
    found = await find(site, who, home.case, acting_as)
    if Stream.NOTICE not in found.streams or home.state == "prepared":
        raise Problem("not_found")
    enterprise = (await site.threads.run(site.rounds.history.opening, home.case, poll)).opening.enterprise
    if not await site.threads.run(concerns, site, found, who, poll, enterprise):
        raise Problem("not_found")
    if officer and not keeps_roll(found, who, enterprise):
        raise Problem("not_found")
    return home, found


async def done(site: Site, work: Any, *given: Any, runs: bool = False) -> Any:
    """What the desk answers, its refusals as problems."""
    try:
        return await site.threads.run(work, *given)
    except tuple(_PROBLEMS) as no:
        raise Problem("poll_runs" if runs and isinstance(no, NotOpen) else _PROBLEMS[type(no)]) from None


def _may_count(site: Site, found: Found, poll: str) -> None:
    """Under ten voters the list itself may tell who voted what: it lies in the sealed part of an export alone."""
    if site.rounds.history.opening(found.id, poll).opening.roll < FEW_VOTERS:
        raise Problem("not_found")


def _candidates(found: Found, kind: str, *, inside: bool) -> str | None:
    return f"{router.prefix}/negotiations/{found.id}/candidates" if kind == "election" and inside else None


def _document(site: Site, who: Who, found: Found, home: Home) -> PollDocument:
    poll, closed = home.poll, home.state in ("counted", "buried")
    entered = (site.rounds.history.of if closed else site.rounds.history.opening)(found.id, poll)
    event, content = entered.opening, fixed(entered.opening)
    closes = ends(event, found.at)
    figures = site.polls.figures(poll) if keeps_roll(found, who, event.enterprise) else None
    firms = {event.enterprise} if event.enterprise is not None else set()
    names = names_of(site, found, {one.person for one in event.options if one.person is not None}, firms)
    return PollDocument(
        poll=poll,
        negotiation=found.id,
        kind=event.kind,
        enterprise=names.get(event.enterprise, "") if event.enterprise is not None else None,
        opening=json.loads(content),
        hash=sha256(content).hexdigest(),
        key=PollKey(modulus=event.modulus, thumbprint=event.thumbprint),
        receipt_key=event.receipt_key,
        state=_STATES[home.state] if home.state != "open" or found.at < closes else "closing",
        opened_at=entered.opened.at,
        closes_at=closes,
        roll=event.roll,
        quorum=event.quorum,
        needed=event.needed,
        picks=event.picks,
        choices=tuple(
            PollChoice(code=one.choice, person=one.person, name=names.get(one.person or "")) for one in event.options
        ),
        few=event.roll < FEW_VOTERS,
        method=event.method,
        mine=site.polls.standing(poll, found.member.person),
        issued=figures.issued if figures is not None else None,
        on_paper=figures.on_paper if figures is not None else None,
        candidates=_candidates(found, event.kind, inside=of_workers(who, found)),
        result=_result(entered, found) if closed else None,
    )


def _result(entered: Entered, found: Found) -> PollResult | None:
    """The counts for whoever sees them where they stand; for everybody else what two scrutineers made valid."""
    counted, outcome = entered.counted, entered.outcome
    if counted is None or outcome is None:
        return None
    valid, came = entered.valid is not None, _came_to(outcome.event)
    if counted.stream not in found.streams:
        return PollResult(
            counts=None, issued=None, on_paper=None, cast=None, spoiled=None, outcome=came[0] if valid else None,
            elected=came[1] if valid else (), valid=valid,
        )  # fmt: skip
    event = counted.event
    assert isinstance(event, e.PollCounted)
    return PollResult(
        counts={one.choice: one.votes for one in event.counts}, issued=event.issued, on_paper=event.took_paper,
        cast=event.cast, spoiled=event.spoiled, outcome=came[0], elected=came[1], valid=valid,
    )  # fmt: skip


def _came_to(event: e.Event) -> tuple[str, tuple[str, ...]]:
    if isinstance(event, e.BallotRecorded):
        return event.result, ()
    if isinstance(event, e.CoveredBallotRecorded):
        return "passed" if event.passed else "failed", ()
    assert isinstance(event, e.ElectionRecorded)
    return "quorum" if event.quorum else "no_quorum", event.elected


def _unpadded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text)
    except binascii.Error:
        raise Problem("bad_blinded") from None


def padless(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
