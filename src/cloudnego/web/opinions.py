"""Where an opinion went (意见去向): looked through by the union with a reason, led to topic, clause and outcome, and
followed by whoever has its code, without a session."""

from __future__ import annotations

from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.ports import CHINA
from cloudnego.surveys.opinions import (
    DECISIONS,
    NotLookedThrough,
    OpinionAct,
    Step,
    Told,
    followed,
    opinions_of,
    take_step,
)
from cloudnego.surveys.store import Running
from cloudnego.texts import Said, say
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import parsed
from cloudnego.web.cases import pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.survey_bodies import FollowBody, OpinionStepBody
from cloudnego.web.surveys import decides, insider, organiser, organises, read_opinion_code, survey_of

router = Endpoints(prefix="/api/v1", tags=["surveys"])


class OpinionStepDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done with it. `to`: the head, the clause, or the outcome."""

    act: OpinionAct
    on: str
    reason: str
    to: str | None


class OpinionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An opinion as the reader may see it: as it was written for who looks it through, as it was published for the
    others. `text`: null where it was not."""

    id: str
    question: int
    head: str | None
    text: str | None
    decided: OpinionAct | None
    steps: tuple[OpinionStepDocument, ...]


class OpinionList(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, in no order. `policy`: by what it is looked through."""

    rows: tuple[OpinionDocument, ...]
    policy: Said
    decides: bool
    leads: bool


class FollowedOpinion(msgspec.Struct, frozen=True, kw_only=True):
    """Where the opinion went. `received`: the day the survey closes or closed: when it was written nobody knows."""

    received: str
    closed: bool
    text: str
    steps: tuple[OpinionStepDocument, ...]
    policy: Said


def _steps(told: Told) -> tuple[OpinionStepDocument, ...]:
    return tuple(OpinionStepDocument(act=one.act, on=one.on, reason=one.reason, to=one.to) for one in told.steps)


def _document(told: Told, *, whole: bool) -> OpinionDocument:
    return OpinionDocument(
        id=told.id,
        question=told.said.question,
        head=told.said.head,
        text=told.said.text if whole else told.shown,
        decided=told.decided,
        steps=_steps(told),
    )


def _policy() -> Said:
    return say("surveys.policy")


@router.get(
    "/negotiations/{case_id}/surveys/{survey_id}/opinions",
    **described("list_opinions", OpinionList, codes=(*OF_A_CASE, "survey_running"), tagged=True),
)
async def list_opinions(
    *, request: Request, site: TheSite, who: SignedIn, case_id: CaseId, survey_id: PathId, acting_as: ActingAs = None
) -> Response:
    """What was written, after the close: all of it for who looks it through, what was published for the side."""
    found = await insider(site, who, case_id, acting_as)
    whole = decides(found)

    def read() -> OpinionList:
        kept = survey_of(site, found, survey_id)
        try:
            told = opinions_of(site.surveys, kept)
        except Running:
            raise Problem("survey_running") from None
        rows = [_document(one, whole=whole) for one in told if whole or one.shown is not None]
        return OpinionList(rows=tuple(rows), policy=_policy(), decides=whole, leads=organises(found))

    return tagged(request, await site.threads.run(read))


@router.post(
    "/negotiations/{case_id}/surveys/{survey_id}/opinions/{opinion_id}/steps",
    **described(
        "lead_opinion",
        OpinionDocument,
        body=OpinionStepBody,
        status=201,
        codes=(*OF_A_CASE, "survey_running", "opinion_unions_to_decide", "opinion_waits", "survey_head"),
    ),
)
async def lead_opinion(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    survey_id: PathId,
    opinion_id: PathId,
    acting_as: ActingAs = None,
) -> Response:
    """Look an opinion through, or lead it on, with the reason: its writer reads it."""
    found = await organiser(site, who, case_id, acting_as)
    body = parsed(request, OpinionStepBody)
    whole = decides(found)
    if body.act in DECISIONS and not whole:
        raise Problem("opinion_unions_to_decide")
    step = Step(
        act=body.act, by=who.person, on=found.at.date().isoformat(), reason=body.reason, to=body.to, text=body.text
    )

    def write() -> Told | None:
        if body.act is OpinionAct.TOPIC and body.to not in pinned_law(site, found.case).pack.topics.codes:
            raise Problem("survey_head", facts={"head": body.to or ""})
        return take_step(site.surveys, survey_of(site, found, survey_id), opinion_id, step)

    try:
        told = await site.threads.run(write)
    except Running:
        raise Problem("survey_running") from None
    except NotLookedThrough:
        raise Problem("opinion_waits") from None
    if told is None:
        raise Problem("not_found")
    return answer(_document(told, whole=whole), 201)


@router.post(
    "/opinions/follow",
    **described("follow_opinion", FollowedOpinion, body=FollowBody, codes=("opinion_unknown",), open_to_all=True),
)
async def follow_opinion(request: Request, site: TheSite) -> Response:
    """Where an opinion went, for whoever has its code. No session is asked for, and none is looked at."""
    code = read_opinion_code(parsed(request, FollowBody).code)
    found = await site.threads.run(followed, site.surveys, code)
    if found is None:
        raise Problem("opinion_unknown")
    told, closes_s, closed = found
    day = datetime.fromtimestamp(closes_s, CHINA).date().isoformat()
    return answer(
        FollowedOpinion(received=day, closed=closed, text=told.said.text, steps=_steps(told), policy=_policy())
    )
