"""What whoever organises a survey does with it: reminds, closes, reads. What was answered is told once, after the
close, and through the shield."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from cloudnego.identity.inbox import MessageKind
from cloudnego.surveys.questionnaire import QuestionKind, Questionnaire
from cloudnego.surveys.shield import LEAST_OPTION, LEAST_QUESTION, Counted, CountedPeople, shown_of
from cloudnego.surveys.store import Kept
from cloudnego.web.account import SignedIn, TheSite, instant
from cloudnego.web.answers import answer, nothing, tagged
from cloudnego.web.bodies import parsed
from cloudnego.web.described import OF_A_CASE, described
from cloudnego.web.documents import ReminderDocument
from cloudnego.web.endpoints import Endpoints
from cloudnego.web.enterprises import PathId
from cloudnego.web.errors import Problem
from cloudnego.web.queries import ActingAs, CaseId
from cloudnego.web.reminding import remind
from cloudnego.web.site import Site
from cloudnego.web.survey_bodies import CloseSurveyBody, RemindSurveyBody
from cloudnego.web.surveys import asked_people, organiser, settled, survey_of

router = Endpoints(prefix="/api/v1", tags=["surveys"])


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A statutory head, and how often what belongs to it was chosen, as far as that is shown."""

    head: str
    chosen: int


class SurveyResults(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told of the answers. Places (`of`) are those of the questionnaire, -1 what somebody left open."""

    id: str
    issued: int
    returned: int
    least_question: int
    least_option: int
    departments: tuple[CountedPeople, ...]
    posts: tuple[CountedPeople, ...]
    questions: tuple[Counted, ...]
    statements: tuple[Counted, ...]
    ranked: tuple[Ranked, ...]


@router.post(
    "/negotiations/{case_id}/surveys/{survey_id}/reminders",
    **described(
        "remind_survey",
        ReminderDocument,
        body=RemindSurveyBody,
        status=201,
        codes=(*OF_A_CASE, "survey_over", "reminded_lately", "nobody_to_remind"),
    ),
)
async def remind_survey(
    *, request: Request, site: TheSite, who: SignedIn, case_id: CaseId, survey_id: PathId, acting_as: ActingAs = None
) -> Response:
    """Remind those who have not answered, by a message in the program; how many they were is noted, who is not told."""
    found = await organiser(site, who, case_id, acting_as)
    parsed(request, RemindSurveyBody)

    def write() -> ReminderDocument:
        kept = survey_of(site, found, survey_id)
        if kept.closed_s is not None:
            raise Problem("survey_over")
        silent, until = site.surveys.silent(kept.id, asked_people(site, found)), instant(kept.closes_s)
        return remind(
            site, found, kept.id, silent, MessageKind.SURVEY_REMINDER,
            title=kept.asked.title, until=until[:16].replace("T", " "),
        )  # fmt: skip

    return answer(await site.threads.run(write), 201)


@router.post(
    "/negotiations/{case_id}/surveys/{survey_id}/close",
    **described("close_survey", None, body=CloseSurveyBody, status=204, codes=OF_A_CASE),
)
async def close_survey(
    *, request: Request, site: TheSite, who: SignedIn, case_id: CaseId, survey_id: PathId, acting_as: ActingAs = None
) -> Response:
    """Close it before its time, for good."""
    found = await organiser(site, who, case_id, acting_as)
    parsed(request, CloseSurveyBody)

    def write() -> None:
        settled(site, found, survey_of(site, found, survey_id), now=True)

    await site.threads.run(write)
    return nothing()


@router.get(
    "/negotiations/{case_id}/surveys/{survey_id}/results",
    **described("survey_results", SurveyResults, codes=(*OF_A_CASE, "survey_running"), tagged=True),
)
async def survey_results(
    *, request: Request, site: TheSite, who: SignedIn, case_id: CaseId, survey_id: PathId, acting_as: ActingAs = None
) -> Response:
    """What was answered, after the close and always the same: no cell of few, nor a sum or difference of few."""
    found = await organiser(site, who, case_id, acting_as)

    def read() -> SurveyResults:
        kept = survey_of(site, found, survey_id)
        if kept.closed_s is None:
            raise Problem("survey_running")
        return _results(site, kept)

    return tagged(request, await site.threads.run(read))


def _results(site: Site, kept: Kept) -> SurveyResults:
    shown = shown_of(kept.asked, site.surveys.answers(kept.id))
    return SurveyResults(
        id=kept.id,
        issued=kept.issued,
        returned=shown.returned,
        least_question=LEAST_QUESTION,
        least_option=LEAST_OPTION,
        departments=shown.departments,
        posts=shown.posts,
        questions=shown.questions,
        statements=shown.statements,
        ranked=_ranked(kept.asked, shown.questions),
    )


def _ranked(asked: Questionnaire, counted: tuple[Counted, ...]) -> tuple[Ranked, ...]:
    """Heads by how often something of theirs was chosen; only from what is shown by itself."""
    chosen: dict[str, int] = {}
    for question, one in zip(asked.questions, counted, strict=True):
        for place, option in enumerate(question.options):
            if option.head is None or not one.tables:
                continue
            several = question.kind is QuestionKind.SEVERAL
            table, wanted = one.tables[place if several else 0], ((0,) if several else (place,))
            count = sum(block.count for block in table.blocks if block.of == wanted)
            chosen[option.head] = chosen.get(option.head, 0) + count
    ranked = sorted(((head, count) for head, count in chosen.items() if count), key=lambda one: (-one[1], one[0]))
    return tuple(Ranked(head=head, chosen=count) for head, count in ranked)
