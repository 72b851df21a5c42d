"""The roll of congress delegates over HTTP, for the union that keeps it as it keeps the roster (ZJDM 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Day, Id, Message
from cloudnego.identity import delegate_rolls as rolls
from cloudnego.identity import delegates
from cloudnego.identity.mandates import KEEP_ROSTER
from cloudnego.identity.roster import Roster
from cloudnego.identity.sessions import Who
from cloudnego.identity.workers import BULK_MAX
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import Title, parsed, visible
from cloudnego.web.delegate_documents import DelegateRoll, roll_shown
from cloudnego.web.described import described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.organisations import written
from cloudnego.web.site import Site
from cloudnego.web.workers import NOT_FOR_EVERYBODY, keeper_of

router = Endpoints(prefix="/api/v1", tags=["roster"])

Said = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), AfterValidator(visible)]


class DelegateBody(Message):
    """A delegate: a line of the workers' roster. `dispatched`: attends without vote (ZJDM 11)."""

    worker: Id
    manager: bool = False
    woman: bool = False
    dispatched: bool = False
    since: Day


class DelegatesBody(Message):
    """Delegates to be entered, all or none. `reason` is wanted once a roll has been frozen."""

    delegates: Annotated[tuple[DelegateBody, ...], Field(min_length=1, max_length=BULK_MAX)]
    reason: Title | None = None


class EndingBody(Message):
    """Why a delegate is one no more."""

    reason: Title


class PostingBody(Message):
    """The last day on which workers object."""

    until: Day


class FreezingBody(Message):
    """`term_until`: the end of the congress's term; `reason` is wanted for every roll after the first."""

    term_until: Day | None = None
    reason: Title | None = None


class AnswerBody(Message):
    """The union's answer to an objection."""

    answer: Said


@router.get(
    "/enterprises/{enterprise_id}/delegates",
    **described("get_delegate_roll", DelegateRoll, codes=(*NOT_FOR_EVERYBODY, "malformed"), tagged=True),
)
async def get_roll(request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId) -> Response:
    """The roll with all that became of it, for the union."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, KEEP_ROSTER)
    return tagged(request, await site.threads.run(roll_shown, site, who, entry))


async def _changed(
    site: Site, who: Who, enterprise_id: str, write: Callable[[Session, Roster], None], status: int
) -> Response:
    """One change by the union, answered with the whole roll."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, KEEP_ROSTER)
    await site.threads.run(written, site, who, write)
    return answer(await site.threads.run(roll_shown, site, who, entry), status)


@router.post(
    "/enterprises/{enterprise_id}/delegates",
    **described(
        "enter_delegates",
        DelegateRoll,
        body=DelegatesBody,
        status=201,
        codes=(*NOT_FOR_EVERYBODY, "worker_unknown", "delegate_there", "roll_full", "reason_wanted"),
    ),
)
async def post_delegates(request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId) -> Response:
    """Enter delegates, all or none, up to 500 at once."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, KEEP_ROSTER)
    sent = parsed(request, DelegatesBody)
    new = [
        delegates.NewDelegate(
            worker=one.worker, manager=one.manager, woman=one.woman, dispatched=one.dispatched, since=one.since
        )
        for one in sent.delegates
    ]

    def write(session: Session, roster: Roster) -> None:
        delegates.enter(session, roster, entry.id, new, sent.reason)

    return await _changed(site, who, entry.id, write, 201)


@router.post(
    "/enterprises/{enterprise_id}/delegates/{delegate_id}/ending",
    **described("end_delegate", DelegateRoll, body=EndingBody, codes=NOT_FOR_EVERYBODY),
)
async def post_ending(
    request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId, delegate_id: PathId
) -> Response:
    """A delegate is one no more, with the reason; the line stays to be read."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, KEEP_ROSTER)
    sent = parsed(request, EndingBody)

    def write(session: Session, roster: Roster) -> None:
        _found(delegates.end(session, roster, entry.id, delegate_id, sent.reason))

    return await _changed(site, who, entry.id, write, 200)


@router.post(
    "/enterprises/{enterprise_id}/delegate-posting",
    **described(
        "post_delegate_roll",
        DelegateRoll,
        body=PostingBody,
        status=201,
        codes=(*NOT_FOR_EVERYBODY, "roll_empty", "posting_too_short"),
    ),
)
async def post_posting(request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId) -> Response:
    """Post the roll to the enterprise's workers."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, KEEP_ROSTER)
    sent, today = parsed(request, PostingBody), site.today(who.district)

    def write(session: Session, roster: Roster) -> None:
        rolls.post(session, roster, entry.id, sent.until, today)

    return await _changed(site, who, entry.id, write, 201)


@router.post(
    "/enterprises/{enterprise_id}/delegate-objections/{objection_id}/answer",
    **described("answer_objection", DelegateRoll, body=AnswerBody, codes=NOT_FOR_EVERYBODY),
)
async def post_answer(
    request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId, objection_id: PathId
) -> Response:
    """Answer an objection, once; both stay."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, KEEP_ROSTER)
    sent = parsed(request, AnswerBody)

    def write(session: Session, roster: Roster) -> None:
        _found(rolls.answer(session, roster, entry.id, objection_id, sent.answer, at_s=site.clock_s(who.district)))

    return await _changed(site, who, entry.id, write, 200)


_NOT_FROZEN: Final = (
    "roll_empty", "not_posted", "posting_runs", "objections_wait", "delegates_left", "reason_wanted", "roll_unchanged",
)  # fmt: skip


@router.post(
    "/enterprises/{enterprise_id}/delegate-roll",
    **described(
        "freeze_delegate_roll",
        DelegateRoll,
        body=FreezingBody,
        status=201,
        codes=(*NOT_FOR_EVERYBODY, *_NOT_FROZEN),
    ),
)
async def post_frozen(request: Request, site: TheSite, who: SignedIn, enterprise_id: PathId) -> Response:
    """Freeze the roll by hash."""
    entry = await site.threads.run(keeper_of, site, who, enterprise_id, KEEP_ROSTER)
    sent, today = parsed(request, FreezingBody), site.today(who.district)

    def write(session: Session, roster: Roster) -> None:
        rolls.freeze(session, roster, entry.id, reason=sent.reason, term_until=sent.term_until, today=today)

    return await _changed(site, who, entry.id, write, 201)


def _found(there: bool) -> None:
    if not there:
        raise Problem("not_found")
