"""Whoever has all that is shown, and knows of everybody where he works, finds no answer of few by taking sums apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

import pytest

from cloudnego.few import hidden
from cloudnego.surveys import shield
from cloudnego.surveys.questionnaire import (
    NOT_SAID,
    Answer,
    QuestionKind,
    Questionnaire,
    SurveyOption,
    SurveyQuestion,
    fits,
)
from cloudnego.surveys.shield import CountedBreakdown, CountedTable, Shown, shown_of

OPTIONS = tuple(SurveyOption(text=one) for one in "甲乙丙丁")
ASKED = Questionnaire(
    title="t",
    questions=(
        SurveyQuestion(kind=QuestionKind.CHOICE, text="一", options=OPTIONS),
        SurveyQuestion(kind=QuestionKind.SEVERAL, text="二", options=OPTIONS, most=2),
        SurveyQuestion(kind=QuestionKind.SCALE, text="三"),
        SurveyQuestion(kind=QuestionKind.AMOUNT, text="四", edges=(10_000, 20_000)),
        SurveyQuestion(kind=QuestionKind.TEXT, text="五"),
    ),
    statements=("食堂该修", "夜班该停"),
    departments=tuple("ABCDEF"),
    posts=tuple("xyzw"),
)


def answer(dice: Random, department: int, post: int) -> Answer:
    """Somebody who mostly thinks as his department does, so that cells are lopsided."""

    def one(places: int) -> tuple[int, ...]:
        return (
            () if dice.random() < 0.1 else ((department if dice.random() < 0.5 else dice.randrange(places)) % places,)
        )

    picks = (one(4), tuple(dice.sample(range(4), dice.randrange(3))), one(5), one(3), ())
    statements = tuple(dice.choice((0, 0, 1, NOT_SAID)) for _ in ASKED.statements)
    return Answer(department=department, post=post, picks=picks, statements=statements)


def firm(seed: int) -> list[Answer]:
    """Departments whose people mostly have one post, and a few strays: what two axes give away."""
    dice, found = Random(seed), []
    for department in range(dice.randint(2, 6)):
        for _ in range(dice.choice((0, 1, 4, 9, 11, 17, 30, 80))):
            post = department % 4 if dice.random() < dice.choice((0.6, 0.97)) else dice.randrange(-1, 4)
            found.append(answer(dice, department if dice.random() < 0.97 else NOT_SAID, post))
    return found


def tables(shown: Shown) -> Iterator[tuple[int, int, CountedTable, bool]]:
    for place, one in enumerate((*shown.questions, *shown.statements)):
        for number, table in enumerate(one.tables):
            yield place, number, table, place >= len(shown.questions)


def choice_of(one: Answer, place: int, number: int, statement: bool) -> int:
    if statement:
        return one.statements[place - len(ASKED.questions)]
    if ASKED.questions[place].kind is QuestionKind.SEVERAL:
        return 0 if number in one.picks[place] else 1
    return one.picks[place][0] if one.picks[place] else NOT_SAID


def unions(cut: CountedBreakdown | None) -> list[frozenset[int]]:
    """Every union of rows, none among them."""
    rows = cut.rows if cut is not None else ()
    return [
        frozenset(place for row in some for place in row.of)
        for size in range(len(rows) + 1)
        for some in combinations(rows, size)
    ]


def differenced(answers: list[Answer], shown: Shown) -> list[str]:
    """The attack: any departments less any posts, or the other way round, by each block and by people. A difference
    that is of a group of people at all must be of nobody or of enough."""
    found = []
    for place, number, table, statement in tables(shown):
        one_axis = table.departments or table.posts
        for blocks in (tuple(block.of for block in table.blocks), one_axis.blocks if one_axis else ()):
            for block in blocks:
                made = [one for one in answers if choice_of(one, place, number, statement) in block]
                if len(made) < shield.LEAST_OPTION and len(table.blocks) > 1:
                    found.append(f"{place}.{number} {block}: {len(made)}")
        if one_axis is None:
            continue
        for departments in unions(table.departments):
            for posts in unions(table.posts):
                for sign in (1, -1):
                    outside = [
                        one for one in answers
                        if sign * ((one.department in departments) - (one.post in posts)) == -1
                    ]  # fmt: skip
                    if outside:
                        continue  # the difference takes away who was not there: it stands for no group
                    left = [one for one in answers if (one.department in departments) != (one.post in posts)]
                    for block in one_axis.blocks:
                        count = sum(choice_of(one, place, number, statement) in block for one in left)
                        if left and count < shield.LEAST_OPTION:
                            found.append(f"{place}.{number} {sorted(departments)} {sorted(posts)} {block}: {count}")
                    if left and len(left) < shield.LEAST_QUESTION:
                        found.append(f"{place} {sorted(departments)} {sorted(posts)}: {len(left)} people")
    return found


@pytest.mark.parametrize("seed", range(12))
def test_no_sum_or_difference_of_what_is_shown_is_of_few(seed: int) -> None:
    for more in range(6):
        answers = firm(100 * seed + more)
        assert differenced(answers, shown_of(ASKED, answers)) == []


def test_what_is_shown_is_true_and_adds_up() -> None:
    shown_at_all = 0
    for seed in range(20):
        answers = firm(seed)
        shown = shown_of(ASKED, answers)
        for place, number, table, statement in tables(shown):
            made = [choice_of(one, place, number, statement) for one in answers]
            assert sum(block.count for block in table.blocks) == len(answers)
            assert all(block.count == sum(one in block.of for one in made) for block in table.blocks)
            assert all(one not in made for one in table.nobody)
            for cut, of in ((table.departments, "department"), (table.posts, "post")):
                for row in cut.rows if cut is not None else ():
                    shown_at_all += 1
                    mine = [n for n, one in enumerate(answers) if getattr(one, of) in row.of]
                    assert (len(mine), sum(row.counts)) == (row.people, row.people)
                    assert cut is not None
                    for block, count in zip(cut.blocks, row.counts, strict=True):
                        assert count == sum(made[n] in block for n in mine)
    assert shown_at_all > 300, "a shield that shows nothing protects nothing"


def test_two_axes_are_set_against_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve in the forge are welders, and one welder works elsewhere: welders less forge is that one."""

    def some(count: int, department: int, post: int) -> list[Answer]:
        return [
            Answer(department=department, post=post, picks=((n % 2,), (), (), (), ()), statements=(NOT_SAID, NOT_SAID))
            for n in range(count)
        ]

    answers = [*some(30, 0, 0), *some(1, 1, 0), *some(30, 1, 1), *some(30, 2, 1)]
    safe = shown_of(ASKED, answers)
    assert differenced(answers, safe) == []
    assert safe.questions[0].tables[0].departments is not None
    assert safe.questions[0].tables[0].posts is None
    monkeypatch.setattr(shield, "_apart", lambda *_: True)
    assert differenced(answers, shown_of(ASKED, answers)) != [], "the attack finds what the shield keeps back"


def test_the_attack_finds_a_shield_that_is_too_thin(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [one for seed in range(3) for one in firm(seed)]
    monkeypatch.setattr(shield, "hidden", lambda counts, least: hidden(counts, 2))
    monkeypatch.setattr(shield, "LEAST_OPTION", 2)
    shown = shown_of(ASKED, answers[:60])
    monkeypatch.setattr(shield, "LEAST_OPTION", 5)
    assert differenced(answers[:60], shown) != []


def test_below_ten_nothing_is_told_but_how_many_came() -> None:
    shown = shown_of(ASKED, firm(1)[:9])
    assert shown.returned == 9
    assert all(one.tables == () for one in (*shown.questions, *shown.statements))
    assert shown.departments == shown.posts == ()
    assert shown_of(ASKED, []).returned == 0


def test_an_answer_names_what_was_asked_and_no_more_than_may_be_chosen() -> None:
    whole = Answer(department=5, post=NOT_SAID, picks=((3,), (0, 1), (4,), (2,), ()), statements=(0, NOT_SAID))
    assert fits(ASKED, whole)
    for wrong in (
        Answer(department=6, picks=whole.picks, statements=whole.statements),
        Answer(post=-2, picks=whole.picks, statements=whole.statements),
        Answer(picks=whole.picks[:4], statements=whole.statements),
        Answer(picks=((4,), (), (), (), ()), statements=whole.statements),
        Answer(picks=((), (0, 1, 2), (), (), ()), statements=whole.statements),
        Answer(picks=((), (1, 1), (), (), ()), statements=whole.statements),
        Answer(picks=((), (), (), (3,), ()), statements=whole.statements),
        Answer(picks=((), (), (), (), (0,)), statements=whole.statements),
        Answer(picks=whole.picks, statements=(2, 0)),
    ):
        assert not fits(ASKED, wrong), wrong
