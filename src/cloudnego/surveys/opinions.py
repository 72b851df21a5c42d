"""What becomes of an opinion: looked through once, with a reason; led to topic, clause and outcome; followed by whoever
has its code."""

from __future__ import annotations

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
    outcome; `text`: what stands in place of what was written."""

    act: OpinionAct
    by: str
    on: str
    reason: str
    to: str | None = None
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


class NotLookedThrough(Exception):
    """Nobody has looked it through: it leads nowhere yet."""


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


def take_step(surveys: Surveys, kept: Kept, opinion: str, step: Step) -> Told | None:
    """Add a step; None where there is no such opinion. Raises Running, NotLookedThrough."""
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
        number = len(before.steps) + 1
        content = surveys.box(kept.id, kept.wrapped).seal(f"step {opinion} {number}", step)
        session.add(
            SurveyOpinionStep(opinion=opinion, number=number, survey=kept.id, since_s=kept.since_s, sealed=content)
        )
        session.commit()
        return msgspec.structs.replace(before, steps=(*before.steps, step))


def followed(surveys: Surveys, code: str) -> tuple[Told, int, bool] | None:
    """The opinion a code stands for, when its survey closes or closed by the clock of its district, and whether it has;
    None where none does."""
    with Session(surveys.engine) as session:
        row = session.get(SurveyOpinion, opinion_id(code))
        if row is None:
            return None
        survey = session.get_one(Survey, row.survey)
        closed = survey.closed_s is not None
        return _told(surveys, session, survey, row), survey.closed_s or survey.closes_s, closed


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
