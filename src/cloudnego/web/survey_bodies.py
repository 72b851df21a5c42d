"""What is sent of a survey: the questionnaire, an answer, what is done with an opinion."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cloudnego.core.vocabulary import Code, Line, Message
from cloudnego.surveys.opinions import OpinionAct, OpinionOutcome
from cloudnego.surveys.questionnaire import (
    AGREE,
    DISAGREE,
    NOT_SAID,
    About,
    Answer,
    QuestionKind,
    Questionnaire,
    SurveyOption,
    SurveyQuestion,
)
from cloudnego.web.bodies import Instant, Name
from cloudnego.web.satisfaction import satisfaction_of

Fen = Annotated[int, Field(strict=True, ge=1, le=10_000_000_00)]
Place = Annotated[int, Field(strict=True, ge=0, le=50)]
OpinionCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z\- ]{16,24}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
STATEMENTS = {"agree": AGREE, "disagree": DISAGREE, "pass": NOT_SAID}


def _distinct(names: tuple[str, ...]) -> bool:
    return len(set(names)) == len(names)


class SurveyOptionBody(Message):
    """Something to choose, and the statutory head it belongs to."""

    text: Name
    head: Code | None = None


class SurveyQuestionBody(Message):
    """One screen. `options`: of a choice or several; `most`: how many of several; `edges`: where the bands of an
    amount begin, in fen, ascending: who earns less than the first is in the lowest."""

    kind: QuestionKind
    text: Line
    head: Code | None = None
    options: Annotated[tuple[SurveyOptionBody, ...], Field(max_length=12)] = ()
    most: Annotated[int, Field(strict=True, ge=1, le=12)] | None = None
    edges: Annotated[tuple[Fen, ...], Field(max_length=9)] = ()

    @model_validator(mode="after")
    def _of_its_kind(self) -> Self:
        chosen = self.kind in (QuestionKind.CHOICE, QuestionKind.SEVERAL)
        if chosen != (len(self.options) >= 2) or (self.options and not chosen):
            raise ValueError("two options or more where one chooses, and nowhere else")
        if (self.kind is QuestionKind.AMOUNT) != bool(self.edges) or list(self.edges) != sorted(set(self.edges)):
            raise ValueError("an amount has its bands, ascending, and nothing else has")
        if self.most is not None and (self.kind is not QuestionKind.SEVERAL or self.most > len(self.options)):
            raise ValueError("only of several may a number be chosen, and no more than there are")
        return self

    def question(self) -> SurveyQuestion:
        """The same as plain data."""
        options = tuple(SurveyOption(text=one.text, head=one.head) for one in self.options)
        return SurveyQuestion(
            kind=self.kind, text=self.text, head=self.head, options=options, most=self.most, edges=self.edges
        )


class SurveyBody(Message):
    """A questionnaire. `departments`, `posts`: what a worker may say of himself; he may leave it open. With `about`
    `satisfaction`, once the contract is published, its three questions are the same everywhere and are not sent."""

    about: About = About.OPINIONS
    title: Name
    closes_at: Instant
    questions: Annotated[tuple[SurveyQuestionBody, ...], Field(max_length=20)] = ()
    statements: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    departments: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    posts: Annotated[tuple[Name, ...], Field(max_length=12)] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if not _distinct(self.departments) or not _distinct(self.posts):
            raise ValueError("each department and each post once")
        if (self.about is About.OPINIONS) != bool(self.questions) or (self.statements and not self.questions):
            raise ValueError("questions, but for a survey of satisfaction, whose questions are given")
        return self

    def asked(self) -> Questionnaire:
        """The same as plain data."""
        if self.about is About.SATISFACTION:
            return satisfaction_of(self.title, self.departments, self.posts)
        return Questionnaire(
            title=self.title,
            questions=tuple(one.question() for one in self.questions),
            statements=self.statements,
            departments=self.departments,
            posts=self.posts,
        )

    def heads(self) -> set[str]:
        """Every statutory head it names."""
        named = {one.head for one in self.questions} | {two.head for one in self.questions for two in one.options}
        return {one for one in named if one is not None}


class OpinionBody(Message):
    """What somebody writes to a question, and the code he keeps: sixteen characters that his phone drew at random."""

    question: Place
    text: Words
    code: OpinionCode
    head: Code | None = None


class SurveyAnswerBody(Message):
    """An answer. `id`: 32 hexadecimal digits drawn at random; sent again after a lost reply it is the same answer.
    `picks`: for each question the places chosen, none where it is skipped; `statements`: one word for each."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    department: Place | None = None
    post: Place | None = None
    picks: Annotated[tuple[Annotated[tuple[Place, ...], Field(max_length=12)], ...], Field(max_length=20)]
    statements: Annotated[tuple[Literal["agree", "disagree", "pass"], ...], Field(max_length=20)] = ()
    opinions: Annotated[tuple[OpinionBody, ...], Field(max_length=5)] = ()

    def answer(self) -> Answer:
        """The same as plain data."""
        return Answer(
            department=NOT_SAID if self.department is None else self.department,
            post=NOT_SAID if self.post is None else self.post,
            picks=self.picks,
            statements=tuple(STATEMENTS[one] for one in self.statements),
        )


class RemindSurveyBody(Message):
    """Reminding those who have not answered: there is nothing to choose."""


class CloseSurveyBody(Message):
    """Closing before its time: nothing is added after, and what came in is told at once."""


class OpinionStepBody(Message):
    """What is done with an opinion, and why. `to`: the head, the clause, or the outcome (`adopted`, `partly`, `not`);
    `text`: what stands in place of what was written, where it is redacted."""

    act: OpinionAct
    reason: Line
    to: Name | None = None
    text: Words | None = None

    @model_validator(mode="after")
    def _of_its_act(self) -> Self:
        if (self.act is OpinionAct.REDACTED) != (self.text is not None):
            raise ValueError("what is redacted says how it reads now, and nothing else does")
        if (self.act in (OpinionAct.TOPIC, OpinionAct.CLAUSE, OpinionAct.OUTCOME)) != (self.to is not None):
            raise ValueError("where it leads is said of topic, clause and outcome alone")
        if self.act is OpinionAct.OUTCOME and self.to not in set(OpinionOutcome):
            raise ValueError("adopted, partly or not")
        return self


class FollowBody(Message):
    """The code of an opinion, as it was kept; case, blanks and hyphens do not matter."""

    code: OpinionCode
