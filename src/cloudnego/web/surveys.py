"""Opinion collection over HTTP, for the workers' side of a case alone: for the employer's people, and for whoever
stands above, there is none."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.core.vocabulary import Seat, Side
from cloudnego.identity.offices import fits, side_in
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading
from cloudnego.identity.workers import electorate
from cloudnego.surveys.questionnaire import About, QuestionKind, Questionnaire, asked_again, words_counted
from cloudnego.surveys.questionnaire import fits as answers_it
from cloudnego.surveys.shield import LEAST_QUESTION
from cloudnego.surveys.store import (
    Answered,
    CodeTaken,
    Given,
    Kept,
    NewOpinion,
    NewSurvey,
    Over,
    Written,
)
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.answers import answer, encode, tagged
from cloudnego.web.bodies import parsed
from cloudnego.web.cases import Found, find, pinned_law
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import ReminderDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.lists import organisation_names
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.reminding import reminders
from cloudnego.web.site import Site
from cloudnego.web.survey_bodies import SurveyAnswerBody, SurveyBody

router = Endpoints(prefix="/api/v1", tags=["surveys"])

SURVEYS_MAX: Final = 10
SHORTEST_S: Final = 3_600
LONGEST_S: Final = 60 * 86_400
_LAST_STEP: Final = 5  # after it the results can no more be entered (`record_opinions`)
_ABOVE: Final = frozenset({Seat.TOWN_UNION, Seat.DISTRICT_UNION})  # where no union of its own speaks for the workers
_ORGANISES: Final = frozenset({Seat.UNION, Seat.CHIEF, Seat.REPRESENTATIVE}) | _ABOVE
_DECIDES: Final = frozenset({Seat.UNION, Seat.CHIEF}) | _ABOVE
_ANSWERS: Final = frozenset({Seat.WORKER, Seat.UNION, Seat.COVERED_UNION})


class SurveyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A questionnaire as it was frozen (`digest`), and what the reader may do with it. `returned`, `issued`,
    `reminders`: for who organises it; while it runs nothing else is told. `answered`: of the reader himself."""

    id: str
    case: str
    enterprise_name: str
    asked: Questionnaire
    digest: str
    closes_at: str
    open: bool
    may_answer: bool
    answered: bool
    organises: bool
    decides: bool
    issued: int | None
    returned: int | None
    reminders: tuple[ReminderDocument, ...] | None


class SurveyList(msgspec.Struct, frozen=True, kw_only=True):
    """Surveys, the one that closes last first; in a case whether the reader may open another, or ask how
    the contract is found. `told`: what he cannot ask again, for it is being asked, or what came of it is told."""

    rows: tuple[SurveyDocument, ...]
    may_open: bool
    may_ask_satisfaction: bool = False
    told: tuple[str, ...] = ()


class SurveyAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer is kept. Nothing in it says which one it is."""

    kept: bool


# --- who may ----------------------------------------------------------------------------------------------------------


def of_workers(who: Who, found: Found) -> bool:
    """Whether he stands on the workers' side and, in whatever capacity, nowhere on the employer's."""
    if found.member.side is not Side.WORKER:
        return False
    mine = (one for one in who.held if fits(one, found.parties, found.at.date()))
    return all(side_in(one, found.parties, who.person) is not Side.EMPLOYER for one in mine)


def organises(found: Found) -> bool:
    """Whether he may open a survey and read what is told of it."""
    return not found.seats.isdisjoint(_ORGANISES)


def decides(found: Found) -> bool:
    """Whether he looks opinions through."""
    return not found.seats.isdisjoint(_DECIDES)


async def insider(site: Site, who: Who, case_id: str, acting_as: str | None) -> Found:
    """The case, for one of the workers' side. Raises `Problem` 404."""
    found = await find(site, who, case_id, acting_as)
    if who.portal is not None or not of_workers(who, found):
        raise Problem("not_found")
    return found


async def organiser(site: Site, who: Who, case_id: str, acting_as: str | None) -> Found:
    """The same for one who organises. Raises `Problem` 404."""
    found = await insider(site, who, case_id, acting_as)
    if not organises(found):
        raise Problem("not_found")
    return found


def survey_of(site: Site, found: Found, survey_id: str) -> Kept:
    """A survey of the case, closed if its time has come. Raises `Problem` 404. Blocks."""
    kept = site.surveys.get(found.id, survey_id)
    if kept is None:
        raise Problem("not_found")
    return settled(site, found, kept)


def settled(site: Site, found: Found, kept: Kept, *, now: bool = False) -> Kept:
    """A survey as it stands now: at its end it is closed, once and for all. Blocks."""
    clock_s = clock_of(found)
    if kept.closed_s is not None or not (now or clock_s >= kept.closes_s):
        return kept
    site.surveys.settle(kept, clock_s, len(asked_people(site, found)), now=now)
    return site.surveys.get(kept.case, kept.id) or kept


def clock_of(found: Found) -> int:
    """The clock of the district in whole seconds."""
    return int(found.at.timestamp())


def asked_people(site: Site, found: Found) -> frozenset[str]:
    """All who are asked in a case. Blocks."""
    with reading(site.engine) as session:
        return electorate(session, found.district, found.parties, found.at.date())


def _document(site: Site, who: Who, found: Found, kept: Kept) -> SurveyDocument:
    mine, running = organises(found), kept.closed_s is None
    return SurveyDocument(
        id=kept.id,
        case=kept.case,
        enterprise_name=organisation_names(site, found.district, {kept.enterprise}).get(kept.enterprise, ""),
        asked=kept.asked,
        digest=sha256(encode(kept.asked)).hexdigest(),
        closes_at=instant(kept.closes_s if kept.closed_s is None else kept.closed_s),
        open=running,
        may_answer=running and not found.seats.isdisjoint(_ANSWERS),
        answered=site.surveys.took_part(kept.id, who.person),
        organises=mine,
        decides=decides(found),
        issued=kept.issued if mine else None,
        returned=site.surveys.returned(kept.id) if mine else None,
        reminders=reminders(site, kept.id) if mine else None,
    )  # fmt: skip


# --- open, read, answer -----------------------------------------------------------------------------------------------


@router.post(
    "/negotiations/{case_id}/surveys",
    **described(
        "open_survey",
        SurveyDocument,
        body=SurveyBody,
        status=201,
        codes=(
            *OF_A_CASE,
            "survey_time",
            "survey_head",
            "survey_too_late",
            "survey_too_early",
            "survey_asked_before",
            "too_many_surveys",
        ),
        headed=("Location",),
    ),
)
async def open_survey(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """Ask the workers: the questionnaire is frozen as it is sent, and closes at its time."""
    found = await organiser(site, who, case_id, acting_as)
    body = parsed(request, SurveyBody)

    def write() -> SurveyDocument:
        new = _new(site, who, found, body)
        for one in site.surveys.of_case(found.id):
            settled(site, found, one)
        site.surveys.open(new, lambda before: _stands_beside(site, new, before))
        return _document(site, who, found, survey_of(site, found, new.id))

    made = await site.threads.run(write)
    return answer(made, 201, {"Location": f"/api/v1/negotiations/{found.id}/surveys/{made.id}"})


def _new(site: Site, who: Who, found: Found, body: SurveyBody) -> NewSurvey:
    """Raises `Problem` where it cannot be asked so, or not now."""
    clock_s, closes_s = clock_of(found), int(body.closes_at.timestamp())
    if body.about is About.SATISFACTION and not _may_ask_satisfaction(found):
        raise Problem("survey_too_early")
    if body.about is About.OPINIONS and not _may_open(found):
        raise Problem("survey_too_late")
    if not SHORTEST_S <= closes_s - clock_s <= LONGEST_S:
        raise Problem("survey_time")
    strange = body.heads() - pinned_law(site, found.case).pack.topics.codes
    if strange:
        raise Problem("survey_head", facts={"head": min(strange)})
    opened = found.case.opened
    assert opened is not None, "a case that was found has been opened"
    return NewSurvey(
        id=site.new_id("v") + site.new_id(""),
        district=found.district,
        case=found.id,
        enterprise=opened.enterprise,
        by=who.person,
        closes_s=closes_s,
        since_s=site.now_s() + closes_s - clock_s,
        issued=len(asked_people(site, found)),
        asked=body.asked(),
    )


def _stands_beside(site: Site, new: NewSurvey, before: Sequence[Kept]) -> None:
    """Raises `Problem` where the case has enough of them, or asks or has told of the same."""
    if len(before) >= SURVEYS_MAX:
        raise Problem("too_many_surveys")
    again = asked_again(new.asked, _told(site, before))
    if again is not None:
        raise Problem("survey_asked_before", facts={"question": again})


def _told(site: Site, before: Sequence[Kept]) -> list[Questionnaire]:
    """What is being asked, or was answered by so many that it is told (decision 41): asked again, one of the two sums
    less the other would be of those who came to one alone. Where nothing was told it may be asked again. Blocks."""
    return [one.asked for one in before if one.closed_s is None or site.surveys.returned(one.id) >= LEAST_QUESTION]


def _may_open(found: Found) -> bool:
    return found.case.live and found.case.step is not None and found.case.step.number <= _LAST_STEP


def _may_ask_satisfaction(found: Found) -> bool:
    """Once the contract is published, as long as it runs (the workers must know what they are asked about)."""
    return found.case.live and found.case.performance.published_on is not None


@router.get("/negotiations/{case_id}/surveys", **described("list_surveys", SurveyList, codes=OF_A_CASE, tagged=True))
async def list_surveys(
    request: Request, site: TheSite, who: SignedIn, case_id: CaseId, acting_as: ActingAs = None
) -> Response:
    """What the workers of the case were and are asked."""
    found = await insider(site, who, case_id, acting_as)

    def read() -> SurveyList:
        here, mine = [settled(site, found, one) for one in site.surveys.of_case(found.id)], organises(found)
        told = _told(site, here) if mine else []
        return SurveyList(
            rows=tuple(_document(site, who, found, one) for one in here), may_open=mine and _may_open(found),
            may_ask_satisfaction=mine and _may_ask_satisfaction(found)
            and all(one.about is not About.SATISFACTION for one in told),
            told=tuple(text for one in told for text in words_counted(one)),
        )  # fmt: skip

    return tagged(request, await site.threads.run(read))


@router.get(
    "/negotiations/{case_id}/surveys/{survey_id}",
    **described("get_survey", SurveyDocument, codes=OF_A_CASE, tagged=True),
)
async def get_survey(
    *, request: Request, site: TheSite, who: SignedIn, case_id: CaseId, survey_id: PathId, acting_as: ActingAs = None
) -> Response:
    """One questionnaire."""
    found = await insider(site, who, case_id, acting_as)

    def read() -> SurveyDocument:
        return _document(site, who, found, survey_of(site, found, survey_id))

    return tagged(request, await site.threads.run(read))


@router.get("/me/surveys", **described("my_surveys", SurveyList, tagged=True))
async def my_surveys(request: Request, site: TheSite, who: SignedIn) -> Response:
    """What you are asked now, wherever you work."""
    firms = {one.organisation for one in who.held} | {one.upper for one in who.held if one.upper is not None}
    clock_s = site.clock_s(who.district)
    running = await site.threads.run(site.surveys.running, who.district, sorted(firms), clock_s)
    rows = []
    for kept in running if who.portal is None else ():
        try:
            found = await insider(site, who, kept.case, None)
        except Problem:  # it is none of his, or he must say in which capacity he looks
            continue
        rows.append(await site.threads.run(_document, site, who, found, kept))
    return tagged(request, SurveyList(rows=tuple(one for one in rows if one.may_answer), may_open=False))


@router.post(
    "/negotiations/{case_id}/surveys/{survey_id}/answers",
    **described(
        "answer_survey",
        SurveyAnswered,
        body=SurveyAnswerBody,
        status=201,
        codes=(*OF_A_CASE, "survey_over", "survey_answered", "survey_code_taken", "survey_answer_wrong"),
    ),
)
async def answer_survey(
    *, request: Request, site: TheSite, who: SignedIn, case_id: CaseId, survey_id: PathId, acting_as: ActingAs = None
) -> Response:
    """Answer once. That you did is kept apart from what you said; it cannot be changed afterwards."""
    found = await insider(site, who, case_id, acting_as)
    if found.seats.isdisjoint(_ANSWERS):
        raise Problem("not_found")
    kept = await site.threads.run(survey_of, site, found, survey_id)
    given = _given(kept, parsed(request, SurveyAnswerBody))
    try:
        await site.threads.run(site.surveys.answer, kept, who.person, given, clock_of(found))
    except Over:
        raise Problem("survey_over") from None
    except Answered:
        raise Problem("survey_answered") from None
    except CodeTaken:
        raise Problem("survey_code_taken") from None
    return answer(SurveyAnswered(kept=True), 201)


def _given(kept: Kept, body: SurveyAnswerBody) -> Given:
    """Raises `Problem` where it does not answer what was asked."""
    given, texts = body.answer(), {n for n, one in enumerate(kept.asked.questions) if one.kind is QuestionKind.TEXT}
    codes = [read_opinion_code(one.code) for one in body.opinions]
    right = all(one.question in texts for one in body.opinions) and len(set(codes)) == len(codes)
    if not right or not answers_it(kept.asked, given):
        raise Problem("survey_answer_wrong")
    opinions = tuple(
        NewOpinion(
            code=code,
            said=Written(
                question=one.question, head=one.head or kept.asked.questions[one.question].head, text=one.text
            ),
        )
        for code, one in zip(codes, body.opinions, strict=True)
    )
    return Given(id=body.id, answer=given, opinions=opinions)


_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def read_opinion_code(text: str) -> str:
    """A code in its one form: the signs that look alike are one."""
    return text.upper().translate(_ALIKE)
