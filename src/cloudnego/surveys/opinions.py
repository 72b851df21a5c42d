"""What becomes of an opinion: looked through once, with a reason; led to topic, clause and outcome; followed by whoever
has its code."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec
from sqlmodel import Session, col, select

from cloudnego.eventlog.database import writing
from cloudnego.surveys.store import Kept, Running, Surveys, Written, opinion_id
from cloudnego.surveys.tables import Survey, SurveyOpinion, SurveyOpinionStep


class OpinionAct(StrEnum):
    """What can be done with an opinion: three ways to look it through, three places to lead it to."""

    PUBLISHED = "published"
    REDACTED = "redacted"
    HIDDEN = "hidden"
    TOPIC = "topic"
    CLAUSE = "clause"
    OUTCOME = "outcome"


DECISIONS = frozenset({OpinionAct.PUBLISHED, OpinionAct.REDACTED, OpinionAct.HIDDEN})


class OpinionOutcome(StrEnum):
    """What came of it."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT = "not"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done with an opinion, by whom, on which day, and why. `to`: the head, the clause or the
    outcome; `head`: that of the clause, then; `text`: what stands in place of what was written."""

    act: OpinionAct
    by: str
    on: str
    reason: str
    to: str | None = None
    head: str | None = None
    text: str | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An opinion and all that was done with it."""

    id: str
    survey: str
    said: Written
    steps: tuple[Step, ...]

    @property
    def decided(self) -> OpinionAct | None:
        """How it was looked through last; None where nobody has."""
        return next((one.act for one in reversed(self.steps) if one.act in DECISIONS), None)

    @property
    def shown(self) -> str | None:
        """Its words as the side may read them."""
        decided = next((one for one in reversed(self.steps) if one.act in DECISIONS), None)
        if decided is None or decided.act is OpinionAct.HIDDEN:
            return None
        return self.said.text if decided.act is OpinionAct.PUBLISHED else decided.text

    @property
    def clause(self) -> str | None:
        """The clause of the case it was led to last."""
        return next((one.to for one in reversed(self.steps) if one.act is OpinionAct.CLAUSE and one.head), None)


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """An opinion for whoever has its code, and of which case. `closes_s`: when its survey closes, or closed."""

    told: Told
    case: str
    closes_s: int
    closed: bool


class NotLookedThrough(Exception):
    """Nobody has looked it through: it leads nowhere yet."""


class ClauseGone(Exception):
    """The clause it was led to is in no draft any more: what it asked for was not adopted there."""


def opinions_of(surveys: Surveys, kept: Kept) -> list[Told]:
    """All of a closed survey, in the order of their ids, which is none. Raises Running."""
    with Session(surveys.engine) as session:
        row = session.get_one(Survey, kept.id)
        if row.closed_s is None:
            raise Running
        found = session.exec(
            select(SurveyOpinion).where(SurveyOpinion.survey == kept.id).order_by(col(SurveyOpinion.id))
        )
        return [_told(surveys, session, row, one) for one in found.all()]


def take_step(
    surveys: Surveys, kept: Kept, opinion: str, step: Step, *, gone: Callable[[str], bool] = lambda _: False
) -> Told | None:
    """Add a step; None where there is no such opinion. `gone`: whether a clause is in no draft any more.

    Raises Running, NotLookedThrough, ClauseGone.
    """
    with Session(writing(surveys.engine)) as session:
        survey = session.get_one(Survey, kept.id, with_for_update=True)
        if survey.closed_s is None:
            raise Running
        row = session.get(SurveyOpinion, opinion)
        if row is None or row.survey != kept.id:
            return None
        before = _told(surveys, session, survey, row)
        if step.act not in DECISIONS and before.decided is None:
            raise NotLookedThrough
        if _came_of_it(step) and before.clause is not None and gone(before.clause):
            raise ClauseGone
        number = len(before.steps) + 1
        content = surveys.box(kept.id, kept.wrapped).seal(f"step {opinion} {number}", step)
        session.add(
            SurveyOpinionStep(opinion=opinion, number=number, survey=kept.id, since_s=kept.since_s, sealed=content)
        )
        session.commit()
        return msgspec.structs.replace(before, steps=(*before.steps, step))


def followed(surveys: Surveys, code: str) -> Followed | None:
    """The opinion a code stands for; None where it stands for none."""
    with Session(surveys.engine) as session:
        row = session.get(SurveyOpinion, opinion_id(code))
        if row is None:
            return None
        survey = session.get_one(Survey, row.survey)
        return Followed(
            told=_told(surveys, session, survey, row), case=survey.case_id,
            closes_s=survey.closed_s or survey.closes_s, closed=survey.closed_s is not None,
        )  # fmt: skip


def _came_of_it(step: Step) -> bool:
    return step.act is OpinionAct.OUTCOME and step.to != OpinionOutcome.NOT


def _told(surveys: Surveys, session: Session, survey: Survey, row: SurveyOpinion) -> Told:
    box = surveys.box(survey.id, survey.wrapped)
    query = select(SurveyOpinionStep).where(SurveyOpinionStep.opinion == row.id)
    steps = session.exec(query.order_by(col(SurveyOpinionStep.number))).all()
    return Told(
        id=row.id,
        survey=row.survey,
        said=box.open(f"opinion {row.id}", row.sealed, Written),
        steps=tuple(box.open(f"step {row.id} {one.number}", one.sealed, Step) for one in steps),
    )
