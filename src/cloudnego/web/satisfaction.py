"""The survey after the contract is published: the same three questions everywhere, and the rates they come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cloudnego.scoring.score import Rates
from cloudnego.surveys.questionnaire import (
    NOT_SAID,
    About,
    Answer,
    QuestionKind,
    Questionnaire,
    SurveyOption,
    SurveyQuestion,
)
from cloudnego.surveys.shield import Counted, shown_of
from cloudnego.texts import say

_TOOK_PART: Final = frozenset({0})
_KNOWS: Final = frozenset({0, 1})
_SATISFIED: Final = frozenset({3, 4})
"""The places that count: took part; knows it all, or what matters to himself; four and five of five."""

_ASKED: Final = (("participation", 2), ("awareness", 3), ("satisfaction", 0))


def _two_tongues(key: str) -> str:
    """In both languages: a questionnaire is frozen in one text, and who answers may read either."""
    text = say(f"surveys.satisfaction.{key}")
    return f"{text['zh']} / {text['en']}"


def satisfaction_of(title: str, departments: tuple[str, ...], posts: tuple[str, ...]) -> Questionnaire:
    """The questionnaire: did you take part, do you know the contract, are you content with it and how it is kept."""
    questions = tuple(
        SurveyQuestion(
            kind=QuestionKind.CHOICE if choices else QuestionKind.SCALE,
            text=_two_tongues(f"{name}.asks"),
            options=tuple(SurveyOption(text=_two_tongues(f"{name}.o{n}")) for n in range(choices)),
        )
        for name, choices in _ASKED
    )
    return Questionnaire(
        about=About.SATISFACTION, title=title, questions=questions, departments=departments, posts=posts
    )


def rates_of(asked: Questionnaire, answers: Sequence[Answer]) -> Rates:
    """Whole percent, rounded down, from what the shield shows and from nothing else."""
    shown = shown_of(asked, answers).questions
    wanted = (_TOOK_PART, _KNOWS, _SATISFIED)
    first, second, third = (_share(one, places) for one, places in zip(shown, wanted, strict=True))
    return Rates(participation=first, awareness=second, satisfaction=third)


def _share(counted: Counted, wanted: frozenset[int]) -> int | None:
    """None where the shield tells nothing, or told choices that count together with such as do not."""
    if not counted.tables:
        return None
    blocks = counted.tables[0].blocks
    if any(len({_kind(one, wanted) for one in block.of}) > 1 for block in blocks):
        return None
    said = [block for block in blocks if _kind(block.of[0], wanted) != NOT_SAID]
    whole = sum(block.count for block in said)
    return 100 * sum(block.count for block in said if wanted.issuperset(block.of)) // whole if whole else None


def _kind(place: int, wanted: frozenset[int]) -> int:
    """1 counts, 0 does not, `NOT_SAID` is who skipped."""
    return NOT_SAID if place == NOT_SAID else int(place in wanted)
