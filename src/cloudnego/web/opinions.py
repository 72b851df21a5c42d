"""Where an opinion went (意见去向): looked through by the union with a reason, led to topic, clause and outcome, and
followed by whoever has its code, without a session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.state import EMPTY, Negotiation
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.ports import CHINA
from cloudnego.surveys.destinations import ClauseStanding, heads_to_lead_to, standing_of
from cloudnego.surveys.opinions import (
    DECISIONS,
    ClauseGone,
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
from cloudnego.web.answers import answer, plain, tagged
from cloudnego.web.bodies import parsed
from cloudnego.web.case_views import submitted_draft
from cloudnego.web.cases import Found, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import DraftClauseDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId, events_in
from cloudnego.web.site import Site
from cloudnego.web.survey_bodies import FollowBody, OpinionStepBody
from cloudnego.web.surveys import decides, insider, organiser, organises, read_opinion_code, survey_of

router = Endpoints(prefix="/api/v1", tags=["surveys"])


class OpinionStepDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done with it. `to`: the head, the clause, or the outcome. Of a clause of the case: its `head`,
    how it `stands` for the reader, and once it lies before those whom it binds its `wording`; who does not see the
    table is told no clause's name before."""

    act: OpinionAct
    on: str
    reason: str
    to: str | None
    head: str | None
    stands: ClauseStanding | None
    wording: DraftClauseDocument | None


class OpinionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An opinion as the reader may see it: as it was written for who looks it through, as it was published for the
    others. `text`: null where it was not."""

    id: str
    question: int
    head: str | None
    text: str | None
    decided: OpinionAct | None
    steps: tuple[OpinionStepDocument, ...]


class OpinionTopic(msgspec.Struct, frozen=True, kw_only=True):
    """A head it can be led to. `answer`: what the own sheet says of it, for who sees that."""

    head: str
    answer: str | None


class OpinionClause(msgspec.Struct, frozen=True, kw_only=True):
    """A clause it can be led to, with its values as the case has them."""

    clause: str
    head: str
    values: tuple[dict[str, Any], ...]
    stands: ClauseStanding


class OpinionList(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, in no order. `policy`: by what it is looked through. `topics`, `clauses`: where whoever leads
    it on can lead it."""

    rows: tuple[OpinionDocument, ...]
    policy: Said
    decides: bool
    leads: bool
    topics: tuple[OpinionTopic, ...]
    clauses: tuple[OpinionClause, ...]


class FollowedOpinion(msgspec.Struct, frozen=True, kw_only=True):
    """Where the opinion went. `received`: the day the survey closes or closed: when it was written nobody knows."""

    received: str
    closed: bool
    text: str
    steps: tuple[OpinionStepDocument, ...]
    policy: Said


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """The clauses of a case as one reader sees them. `submitted`: those of the draft that lies before the workers."""

    case: Negotiation
    sees_table: bool
    submitted: dict[str, DraftClauseDocument] | None

    @classmethod
    def of(cls, site: Site, case_id: str, case: Negotiation, *, sees_table: bool) -> Ways:
        """Blocks."""
        draft = submitted_draft(case, lambda: events_in(site, case_id, Stream.NOTICE))
        lies = None if draft is None else {one.clause: one for one in draft.clauses}
        return cls(case=case, sees_table=sees_table, submitted=lies)

    @classmethod
    def found(cls, site: Site, found: Found) -> Ways:
        """The same for who found the case. Blocks."""
        return cls.of(site, found.id, found.case, sees_table=Stream.TABLE in found.streams)

    def stands(self, clause: str) -> ClauseStanding:
        """How one of them stands."""
        return standing_of(self.case, clause, self.submitted, sees_table=self.sees_table)

    def clauses(self) -> tuple[OpinionClause, ...]:
        """Those an opinion can be led to."""
        if self.submitted is not None:
            lying = [(one.clause, one.head, one.values) for one in self.submitted.values()]
        else:
            table = self.case.clauses if self.sees_table else {}
            lying = [(name, one.head, tuple(plain(each) for each in one.values)) for name, one in sorted(table.items())]
        return tuple(
            OpinionClause(clause=name, head=head, values=values, stands=self.stands(name))
            for name, head, values in lying
        )

    def steps(self, told: Told) -> tuple[OpinionStepDocument, ...]:
        """What was done with an opinion."""
        return tuple(self._step(one) for one in told.steps)

    def _step(self, one: Step) -> OpinionStepDocument:
        known = one.act is OpinionAct.CLAUSE and one.head is not None and one.to is not None
        wording = (self.submitted or {}).get(one.to or "") if known else None
        named = not known or self.sees_table or wording is not None
        return OpinionStepDocument(
            act=one.act, on=one.on, reason=one.reason, to=one.to if named else None, head=one.head,
            stands=self.stands(one.to) if known and one.to is not None else None, wording=wording,
        )  # fmt: skip


def _document(told: Told, ways: Ways, *, whole: bool) -> OpinionDocument:
    return OpinionDocument(
        id=told.id,
        question=told.said.question,
        head=told.said.head,
        text=told.said.text if whole else told.shown,
        decided=told.decided,
        steps=ways.steps(told),
    )


def _policy() -> Said:
    return say("surveys.policy")


def _topics(site: Site, found: Found) -> dict[str, str | None]:
    rows = pinned_law(site, found.case).pack.topics
    own = site.log.caucus(found.id, Side.WORKER) if found.caucus_of is Side.WORKER else None
    return heads_to_lead_to([one.code for one in (*rows.heads, *rows.extra)], own)


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
        ways, leads = Ways.found(site, found), organises(found)
        rows = [_document(one, ways, whole=whole) for one in told if whole or one.shown is not None]
        topics = _topics(site, found).items() if leads else ()
        return OpinionList(
            rows=tuple(rows), policy=_policy(), decides=whole, leads=leads,
            topics=tuple(OpinionTopic(head=head, answer=said) for head, said in topics),
            clauses=ways.clauses() if leads else (),
        )  # fmt: skip

    return tagged(request, await site.threads.run(read))


@router.post(
    "/negotiations/{case_id}/surveys/{survey_id}/opinions/{opinion_id}/steps",
    **described(
        "lead_opinion",
        OpinionDocument,
        body=OpinionStepBody,
        status=201,
        codes=(
            *OF_A_CASE,
            "survey_running",
            "opinion_unions_to_decide",
            "opinion_waits",
            "opinion_clause_gone",
            "survey_head",
            "opinion_clause",
        ),
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

    def write() -> OpinionDocument | None:
        ways = Ways.found(site, found)
        step = _step(site, found, ways, who.person, body)
        kept = survey_of(site, found, survey_id)
        told = take_step(
            site.surveys, kept, opinion_id, step, gone=lambda one: ways.stands(one) is ClauseStanding.DROPPED
        )
        return None if told is None else _document(told, ways, whole=whole)

    try:
        made = await site.threads.run(write)
    except Running:
        raise Problem("survey_running") from None
    except NotLookedThrough:
        raise Problem("opinion_waits") from None
    except ClauseGone:
        raise Problem("opinion_clause_gone") from None
    if made is None:
        raise Problem("not_found")
    return answer(made, 201)


def _step(site: Site, found: Found, ways: Ways, by: str, body: OpinionStepBody) -> Step:
    """Raises `Problem` where the head or the clause is none it can be led to."""
    head = None
    if body.act is OpinionAct.TOPIC and body.to not in _topics(site, found):
        raise Problem("survey_head", facts={"head": body.to or ""})
    if body.act is OpinionAct.CLAUSE:
        head = next((one.head for one in ways.clauses() if one.clause == body.to), None)
        if head is None:
            raise Problem("opinion_clause")
    return Step(
        act=body.act, by=by, on=found.at.date().isoformat(), reason=body.reason, to=body.to, head=head, text=body.text
    )


@router.post(
    "/opinions/follow",
    **described("follow_opinion", FollowedOpinion, body=FollowBody, codes=("opinion_unknown",), open_to_all=True),
)
async def follow_opinion(request: Request, site: TheSite) -> Response:
    """Where an opinion went, for whoever has its code. No session is asked for, and none is looked at."""
    code = read_opinion_code(parsed(request, FollowBody).code)

    def read() -> FollowedOpinion | None:
        found = followed(site.surveys, code)
        if found is None:
            return None
        ways = Ways.of(site, found.case, site.log.state(found.case) or EMPTY, sees_table=False)
        return FollowedOpinion(
            received=datetime.fromtimestamp(found.closes_s, CHINA).date().isoformat(), closed=found.closed,
            text=found.told.said.text, steps=ways.steps(found.told), policy=_policy(),
        )  # fmt: skip

    where = await site.threads.run(read)
    if where is None:
        raise Problem("opinion_unknown")
    return answer(where)
