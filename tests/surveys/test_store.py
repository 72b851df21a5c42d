"""A survey is answered once by each, closed at one moment, and shows in the database neither who said what nor when."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from cloudnego.core.state import EMPTY, Ballot, Clause
from cloudnego.core.vocabulary import Ending, Side
from cloudnego.eventlog.database import connect
from cloudnego.eventlog.keys import Keyring
from cloudnego.surveys.destinations import standing_of
from cloudnego.surveys.opinions import (
    ClauseGone,
    NotLookedThrough,
    OpinionAct,
    Step,
    Told,
    followed,
    opinions_of,
    take_step,
)
from cloudnego.surveys.questionnaire import Answer, QuestionKind, Questionnaire, SurveyOption, SurveyQuestion
from cloudnego.surveys.store import (
    PAD,
    Answered,
    CodeTaken,
    Given,
    Kept,
    NewOpinion,
    NewSurvey,
    Over,
    Running,
    Surveys,
    Written,
)

ASKED = Questionnaire(
    title="今年谈什么",
    questions=(
        SurveyQuestion(
            kind=QuestionKind.CHOICE,
            text="最想谈什么？",
            options=(SurveyOption(text="涨工资"), SurveyOption(text="夜班津贴")),
        ),
        SurveyQuestion(kind=QuestionKind.TEXT, text="还想说什么？"),
    ),
)
CLOSES_S = 1_000_000
CODE = "7K3M9Q2RT4VWXY5Z"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = connect(f"sqlite:///{tmp_path / 'surveys.sqlite3'}")
    SQLModel.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def surveys(engine: Engine) -> Surveys:
    return Surveys(engine, Keyring.seeded("surveys"))


@pytest.fixture
def kept(surveys: Surveys) -> Kept:
    surveys.open(
        NewSurvey(
            id="v1", district="d", case="c", enterprise="o", by="chair", closes_s=CLOSES_S, since_s=CLOSES_S, issued=3,
            asked=ASKED,
        )
    )  # fmt: skip
    found = surveys.get("c", "v1")
    assert found is not None
    assert found.asked == ASKED
    return found


def said(text: str = "请把夜班的灯修好", code: str = CODE) -> NewOpinion:
    return NewOpinion(code=code, said=Written(question=1, head=None, text=text))


def give(surveys: Surveys, kept: Kept, person: str, id_: str, *opinions: NewOpinion, clock_s: int = 1) -> bool:
    return surveys.answer(kept, person, Given(id=id_, answer=Answer(picks=((0,), ())), opinions=opinions), clock_s)


class Second(Exception):
    """There is one already."""


def race(engine: Engine) -> list[bool]:
    """Eight who open a survey of one case at once, each only if there is none; who did."""

    def alone(before: list[Kept]) -> None:
        if before:
            raise Second

    def opens(n: int) -> bool:
        new = NewSurvey(
            id=f"v{n}", district="d", case="c", enterprise="o", by="chair", closes_s=CLOSES_S, since_s=CLOSES_S,
            issued=3, asked=ASKED,
        )  # fmt: skip
        with suppress(Second):
            Surveys(engine, Keyring.seeded("surveys")).open(new, alone)
            return True
        return False

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(opens, range(8)))


def test_of_two_like_surveys_at_once_one_is_opened(engine: Engine) -> None:
    assert sum(race(engine)) == 1


@pytest.mark.postgres
def test_of_two_like_surveys_at_once_one_is_opened_on_postgresql(postgres_url: str) -> None:
    made = connect(postgres_url)
    SQLModel.metadata.create_all(made)
    try:
        assert sum(race(made)) == 1
    finally:
        made.dispose()


def test_each_answers_once_and_a_lost_reply_is_given_again(surveys: Surveys, kept: Kept) -> None:
    assert give(surveys, kept, "p1", "a" * 32, said())
    assert not give(surveys, kept, "p1", "a" * 32, said()), "the same once more"
    with pytest.raises(Answered):
        give(surveys, kept, "p1", "b" * 32)
    with pytest.raises(CodeTaken):
        give(surveys, kept, "p2", "a" * 32)
    with pytest.raises(CodeTaken):
        give(surveys, kept, "p2", "c" * 32, said("别人的码"))
    assert surveys.returned("v1") == 1
    assert (surveys.took_part("v1", "p1"), surveys.took_part("v1", "p2")) == (True, False)
    assert surveys.silent("v1", ["p2", "p1", "p3"]) == ["p2", "p3"]


def test_nothing_is_read_before_the_close_and_nothing_added_after(surveys: Surveys, kept: Kept) -> None:
    give(surveys, kept, "p1", "a" * 32, said())
    with pytest.raises(Running):
        surveys.answers("v1")
    with pytest.raises(Running):
        opinions_of(surveys, kept)
    with pytest.raises(Over):
        give(surveys, kept, "p2", "b" * 32, clock_s=CLOSES_S)
    assert not surveys.settle(kept, CLOSES_S - 1, 3)
    assert surveys.settle(kept, CLOSES_S, 3)
    with pytest.raises(Over):
        give(surveys, kept, "p2", "b" * 32, clock_s=1)
    assert surveys.answers("v1") == [Answer(picks=((0,), ()))]
    assert [one.said.text for one in opinions_of(surveys, kept)] == ["请把夜班的灯修好"]
    again = surveys.get("c", "v1")
    assert again is not None
    assert (again.closed_s, again.issued) == (CLOSES_S, 3)


def test_an_opinion_is_looked_through_before_it_leads_anywhere(surveys: Surveys, kept: Kept) -> None:
    give(surveys, kept, "p1", "a" * 32, said())
    surveys.settle(kept, 5, 3, now=True)
    (one,) = opinions_of(surveys, kept)
    led = Step(act=OpinionAct.TOPIC, by="chair", on="2026-03-02", reason="列入", to="allowances")
    with pytest.raises(NotLookedThrough):
        take_step(surveys, kept, one.id, led)
    cut = Step(act=OpinionAct.REDACTED, by="chair", on="2026-03-02", reason="有人名", text="请把灯修好")
    assert take_step(surveys, kept, "0" * 64, cut) is None
    told = take_step(surveys, kept, one.id, cut)
    assert told is not None
    assert (told.decided, told.shown) == (OpinionAct.REDACTED, "请把灯修好")
    take_step(surveys, kept, one.id, led)
    found = followed(surveys, CODE)
    assert found is not None
    assert (found.case, found.closed) == ("c", True)
    assert [step.act for step in found.told.steps] == [OpinionAct.REDACTED, OpinionAct.TOPIC]
    assert followed(surveys, CODE[::-1]) is None


def test_nothing_is_adopted_in_a_clause_that_was_dropped(surveys: Surveys, kept: Kept) -> None:
    give(surveys, kept, "p1", "a" * 32, said())
    surveys.settle(kept, 5, 3, now=True)
    (one,) = opinions_of(surveys, kept)

    def led(act: OpinionAct, to: str | None = None, head: str | None = None) -> Told | None:
        step = Step(act=act, by="chair", on="2026-03-02", reason="列入", to=to, head=head)
        return take_step(surveys, kept, one.id, step, gone=lambda clause: clause == "c1")

    led(OpinionAct.PUBLISHED)
    led(OpinionAct.OUTCOME, "adopted")  # led to no clause: adopted elsewhere
    led(OpinionAct.CLAUSE, "c1", "T5")
    for outcome in ("adopted", "partly"):
        with pytest.raises(ClauseGone):
            led(OpinionAct.OUTCOME, outcome)
    led(OpinionAct.OUTCOME, "not")
    led(OpinionAct.CLAUSE, "c2", "T5")
    told = led(OpinionAct.OUTCOME, "adopted")
    assert told is not None
    assert told.clause == "c2"


def test_what_lies_before_the_workers_alone_says_what_was_dropped() -> None:
    """A case that has ended, or whose draft has it not; until a draft lies there only the table knows."""
    at_table = msgspec.structs.replace(
        EMPTY, clauses={"c1": Clause(head="T5", side=Side.WORKER, values=(), text_hash="")}
    )
    ended = msgspec.structs.replace(at_table, ending=Ending.WITHDRAWN)
    told = [
        standing_of(case, clause, lies, sees_table=sees).value
        for case, clause, lies, sees in (
            (at_table, "c1", None, True), (at_table, "c2", None, True), (at_table, "c2", None, False),
            (at_table, "c1", {"c2"}, False), (at_table, "c1", {"c1"}, False), (ended, "c1", {"c1"}, True),
            (ended, "c1", None, False),
        )
    ]  # fmt: skip
    assert told == ["at_table", "dropped", "at_table", "dropped", "in_draft", "dropped", "dropped"]


def test_a_draft_that_failed_is_talked_of_again() -> None:
    """Between the vote and the next round, and in the next until a draft lies there again: not passed."""
    on = date(2026, 3, 9)
    lost = Ballot(
        round=1, draft_hash="", total=9, present=9, issued=9, returned=9, yes=4, no=5, abstain=0, spoiled=0,
        result="failed", on=on,
    )  # fmt: skip
    voted = msgspec.structs.replace(
        EMPTY, clauses={"c1": Clause(head="T5", side=Side.WORKER, values=(), text_hash="")}, ballots=(lost,)
    )
    again = msgspec.structs.replace(voted, round=2)
    nobody = msgspec.structs.replace(voted, ballots=(msgspec.structs.replace(lost, result="no_quorum"),))
    told = [
        standing_of(case, "c1", lies, sees_table=sees).value
        for case, lies, sees in (
            (voted, {"c1"}, False), (again, None, False), (again, None, True), (again, {"c1"}, False),
            (nobody, {"c1"}, False),
        )
    ]  # fmt: skip
    assert told == ["not_passed", "not_passed", "at_table", "in_draft", "in_draft"]


def test_a_dump_ties_no_answer_to_a_person_and_shows_no_word(surveys: Surveys, kept: Kept, tmp_path: Path) -> None:
    """Everything a row of an answer has: the survey, an id drawn at random, and sealed bytes of one length."""
    ids = [f"{n * 7919 % 97:032x}" for n in range(1, 40)]
    for n, id_ in enumerate(ids):
        opinions = [said(f"意见 {n}", f"CODE{n:012d}")] if n % 3 == 0 else []
        give(surveys, kept, f"p{(n * 31) % 39:02d}", id_, *opinions)
    files = b"".join(path.read_bytes() for path in tmp_path.glob("surveys.sqlite3*"))
    assert "意见 3".encode() not in files
    assert b"CODE000000000003" not in files, "the code itself lies nowhere"
    surveys.settle(kept, CLOSES_S, 39)
    with sqlite3.connect(tmp_path / "surveys.sqlite3") as base:
        for table, keys in (("survey_answer", "id"), ("survey_part", "person"), ("survey_opinion", "id")):
            rows = base.execute(f"SELECT * FROM {table}").fetchall()  # as they lie
            names = [one[1] for one in base.execute(f"PRAGMA table_info({table})")]
            at = names.index(keys)
            assert [row[at] for row in rows] == sorted(row[at] for row in rows), (
                "in the order of the key, which is none"
            )
            with pytest.raises(sqlite3.OperationalError):
                base.execute(f"SELECT rowid FROM {table}")
            assert set(names) <= {"survey", "id", "person", "since_s", "sealed"}
            assert {row[names.index("since_s")] for row in rows} == {CLOSES_S}
        lengths = {len(row[0]) for row in base.execute("SELECT sealed FROM survey_answer")}
        assert len(lengths) == 1
        assert all(length % PAD == 28 for length in lengths)
