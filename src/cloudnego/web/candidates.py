"""The candidates over HTTP, what came of the vote, and objections while the elected are publicised (HZ 18): for the
workers' side of a case alone, as nominations are."""

from __future__ import annotations

from typing import Final

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Message, Office, PersonId
from cloudnego.identity import election_objections
from cloudnego.identity.inbox import MessageKind
from cloudnego.identity.nominations import on_roster
from cloudnego.identity.organisations import officers_of
from cloudnego.identity.register import enterprise
from cloudnego.identity.roster import Roster
from cloudnego.web.account import SignedIn, TheSite
from cloudnego.web.answers import answer, tagged
from cloudnego.web.bodies import parsed
from cloudnego.web.candidate_documents import CandidatesDocument, candidates_shown, told_of
from cloudnego.web.cases import Found
from cloudnego.web.delegates import Said
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.nomination_documents import enterprise_of
from cloudnego.web.nominations import for_union
from cloudnego.web.organisations import written
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.surveys import insider

_ANSWERING: Final = (Office.UNION, Office.TOWN_UNION, Office.DISTRICT_UNION)

router = Endpoints(prefix="/api/v1", tags=["negotiations"])


class ElectionObjectionBody(Message):
    """What is wrong about one of the elected, or (without `about`) about the vote or the list."""

    about: PersonId | None = None
    reason: Said


class ElectionAnswerBody(Message):
    """What the union says to an objection."""

    answer: Said


@router.get(
    "/negotiations/{case_id}/candidates",
    **described("get_candidates", CandidatesDocument, codes=OF_A_CASE, tagged=True),
)
async def get_candidates(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Who stands for election, how many are chosen and how; what came of it, and what was objected to it."""
    found = await insider(site, who, case_id, acting_as)
    if not found.case.election.candidates:
        raise Problem("not_found")
    return tagged(request, await site.threads.run(candidates_shown, site, who, found))


@router.post(
    "/negotiations/{case_id}/candidates/objections",
    **described(
        "object_to_election", CandidatesDocument, body=ElectionObjectionBody, status=201,
        codes=(*OF_A_CASE, "objections_closed", "objected_already"),
    ),
)  # fmt: skip
async def object_to_election(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Object to one of the elected or to the whole while the list is publicised; the union answers, and both stay."""
    found = await insider(site, who, case_id, acting_as)
    if not found.case.election.candidates:
        raise Problem("not_found")
    sent = parsed(request, ElectionObjectionBody)

    def write(session: Session, roster: Roster) -> None:
        if not on_roster(session, enterprise_of(found), who.person):
            raise Problem("not_found")
        _, posted = told_of(site, found)
        if posted is None or not posted.open:
            raise Problem("objections_closed")
        if sent.about is not None and sent.about not in found.case.election.chosen:
            raise Problem("not_found")
        at_s = int(found.at.timestamp())
        election_objections.object_to(session, roster, found.id, sent.about, sent.reason, at_s=at_s)
        facts = {"enterprise": _firm(session, found), "until": posted.until_on.isoformat()}
        for one in _union(session, found):
            site.factors.inbox.tell_in(session, found.district, one, MessageKind.ELECTION_OBJECTION, **facts)

    await site.threads.run(written, site, who, write)
    return answer(await site.threads.run(candidates_shown, site, who, found), 201)


@router.post(
    "/negotiations/{case_id}/candidates/objections/{election_objection_id}/answer",
    **described("answer_election_objection", CandidatesDocument, body=ElectionAnswerBody, codes=OF_A_CASE),
)
async def answer_election_objection(
    *,
    request: Request,
    site: TheSite,
    who: SignedIn,
    case_id: CaseId,
    election_objection_id: PathId,
    acting_as: ActingAs = None,
) -> Response:
    """Answer an objection, once; both stay."""
    found = await for_union(site, who, case_id, acting_as)
    sent = parsed(request, ElectionAnswerBody)

    def write(session: Session, roster: Roster) -> None:
        at_s, kind = int(found.at.timestamp()), MessageKind.OBJECTION_ANSWERED
        raised_by = election_objections.answer(session, roster, found.id, election_objection_id, sent.answer, at_s=at_s)
        if raised_by is None:
            raise Problem("not_found")
        site.factors.inbox.tell_in(session, found.district, raised_by, kind, enterprise=_firm(session, found))

    await site.threads.run(written, site, who, write)
    return answer(await site.threads.run(candidates_shown, site, who, found))


def _union(session: Session, found: Found) -> list[str]:
    """Who answers for the workers' organ of the case, and has an account."""
    organ = found.parties.worker_organ
    offices = () if organ is None else _ANSWERING
    return sorted({one for office in offices for one in officers_of(session, organ or "", office, found.at.date())})


def _firm(session: Session, found: Found) -> str:
    entry = enterprise(session, found.district, enterprise_of(found))
    return "" if entry is None else entry.name
