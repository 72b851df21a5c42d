"""The shield of small groups: what may be told of the answers so that nobody is known by them.

Of an answer sheet tables are shown: of each question the whole, and the same by department and by post. All that can be
had from them by adding and taking away are sums over cells that cannot be split further. So a table is made coarser,
choices and groups merged, until each such cell is of five people and each group of ten: then no sum is of fewer. Two
axes could be set against each other (all welders less the forge, where all but one of them work); `_apart` looks at
every such difference. Everything is worked out once, after the close: there are no two moments to compare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import msgspec

from cloudnego.few import hidden
from cloudnego.surveys.questionnaire import NOT_SAID, Answer, QuestionKind, Questionnaire, places_of

LEAST_QUESTION: Final = 10
LEAST_OPTION: Final = 5
_AXIS_MAX: Final = 8
"""Groups of one axis where the other is set against it: all unions of them are looked at."""

Group = tuple[int, ...]
"""Departments, posts or choices, by place, that count as one."""


class CountedBlock(msgspec.Struct, frozen=True, kw_only=True):
    """Choices that are counted together, and how many chose one of them; `NOT_SAID` is who skipped."""

    of: Group
    count: int


class CountedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A group of departments or posts that are counted together: how many answered at all, and by block."""

    of: Group
    people: int
    counts: tuple[int, ...]


class CountedBreakdown(msgspec.Struct, frozen=True, kw_only=True):
    """The same table by department or by post: its blocks, which are as coarse as the smallest cell wants."""

    blocks: tuple[Group, ...]
    rows: tuple[CountedRow, ...]


class CountedTable(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was counted: a question with one choice, one option of several (0: chosen, 1: not), a statement.
    `nobody`: choices that nobody made."""

    blocks: tuple[CountedBlock, ...]
    nobody: Group
    departments: CountedBreakdown | None
    posts: CountedBreakdown | None


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A question or statement; `tables` is empty where fewer than ten answered it."""

    tables: tuple[CountedTable, ...]


class CountedPeople(msgspec.Struct, frozen=True, kw_only=True):
    """Departments or posts that count as one, and how many of them answered."""

    of: Group
    people: int


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """All that is told of a survey."""

    returned: int
    departments: tuple[CountedPeople, ...]
    posts: tuple[CountedPeople, ...]
    questions: tuple[Counted, ...]
    statements: tuple[Counted, ...]


class _Tally(msgspec.Struct, frozen=True):
    """How a table counts: among how many choices, and which of them an answer made. `ordered`: they are a scale."""

    choices: int
    of: Callable[[Answer], int]
    ordered: bool = False


class _Axis(msgspec.Struct, frozen=True):
    """A way to divide those who answered, and the groups it has."""

    of: Callable[[Answer], int]
    groups: tuple[Group, ...]

    def places(self, answers: Sequence[Answer]) -> list[int]:
        """The place of the group that each is in."""
        group_of = {mine: place for place, one in enumerate(self.groups) for mine in one}
        return [group_of[self.of(answer)] for answer in answers]

    def merged(self, one: int, other: int) -> _Axis:
        """The same with two groups as one."""
        both = tuple(sorted((*self.groups[one], *self.groups[other])))
        rest = [group for place, group in enumerate(self.groups) if place not in (one, other)]
        return _Axis(self.of, (*rest, both))


def shown_of(asked: Questionnaire, answers: Sequence[Answer]) -> Shown:
    """What may be told. Below ten answers nothing but how many came."""
    departments = _axis(answers, len(asked.departments), lambda one: one.department)
    posts = _set_apart(departments, _axis(answers, len(asked.posts), lambda one: one.post), answers)
    axes = (departments, posts)
    return Shown(
        returned=len(answers),
        departments=_people(departments, answers),
        posts=_people(posts, answers),
        questions=tuple(
            _counted(answers, axes, list(_tallies(asked, place)), [bool(one.picks[place]) for one in answers])
            for place in range(len(asked.questions))
        ),
        statements=tuple(
            _counted(answers, axes, [_of_statement(place)], [one.statements[place] != NOT_SAID for one in answers])
            for place in range(len(asked.statements))
        ),
    )


def _tallies(asked: Questionnaire, place: int) -> Iterator[_Tally]:
    """What is counted of a question: its one choice, or of several each by itself."""
    question = asked.questions[place]
    if question.kind is QuestionKind.TEXT:
        return
    if question.kind is not QuestionKind.SEVERAL:
        ordered = question.kind is not QuestionKind.CHOICE
        yield _Tally(places_of(question), lambda one: one.picks[place][0] if one.picks[place] else NOT_SAID, ordered)
        return
    for option in range(places_of(question)):
        yield _of_option(place, option)


def _of_option(place: int, option: int) -> _Tally:
    return _Tally(2, lambda one: 0 if option in one.picks[place] else 1)


def _of_statement(place: int) -> _Tally:
    return _Tally(2, lambda one: one.statements[place])


def _counted(
    answers: Sequence[Answer], axes: tuple[_Axis | None, _Axis | None], tallies: Sequence[_Tally], said: Sequence[bool]
) -> Counted:
    if sum(said) < LEAST_QUESTION:
        return Counted(tables=())
    return Counted(tables=tuple(_table(answers, axes, tally, said) for tally in tallies))


# --- one table ----------------------------------------------------------------------------------------------------


def _table(
    answers: Sequence[Answer], axes: tuple[_Axis | None, _Axis | None], tally: _Tally, said: Sequence[bool]
) -> CountedTable:
    made = [tally.of(one) for one in answers]
    counts = {choice: made.count(choice) for choice in sorted(set(made))}
    blocks = _beside(counts) if tally.ordered else _together(counts)
    by_department = _broken_down(answers, made, said, axes[0], blocks, blocks_too=True)
    coarse = list(by_department[1]) if by_department is not None else blocks
    by_post = _broken_down(answers, made, said, axes[1], coarse, blocks_too=by_department is None)
    while by_department is not None and by_post is not None:
        if _apart(answers, by_department[0], by_post, made):
            break
        by_post = _joined(answers, made, said, by_post)
    return CountedTable(
        blocks=tuple(CountedBlock(of=one, count=sum(counts[choice] for choice in one)) for one in blocks),
        nobody=tuple(choice for choice in range(tally.choices) if choice not in counts),
        departments=_breakdown(answers, made, by_department),
        posts=_breakdown(answers, made, by_post),
    )


def _together(counts: Mapping[int, int]) -> list[Group]:
    """Every choice by itself, and those of few as one."""
    few = hidden(counts, LEAST_OPTION)
    return [(choice,) for choice in counts if choice not in few] + ([tuple(sorted(few))] if few else [])


def _beside(counts: Mapping[int, int]) -> list[Group]:
    """The same of a scale: a grade of few is counted with the next to it, so that what is merged still says something;
    few who skipped with the fewest."""
    blocks: list[Group] = [(choice,) for choice in sorted(counts) if choice != NOT_SAID]

    def people(at: int) -> tuple[int, int]:
        return sum(counts[choice] for choice in blocks[at]), at

    while len(blocks) > 1 and people(least := min(range(len(blocks)), key=people))[0] < LEAST_OPTION:
        other = min((at for at in (least - 1, least + 1) if 0 <= at < len(blocks)), key=people)
        low = min(least, other)
        blocks[low : low + 2] = [(*blocks[low], *blocks[low + 1])]
    skipped = counts.get(NOT_SAID, 0)
    if skipped >= LEAST_OPTION:
        return [(NOT_SAID,), *blocks]
    if skipped:
        fewest = min(range(len(blocks)), key=people)
        blocks[fewest] = (NOT_SAID, *blocks[fewest])
    return blocks


_Cut = tuple[_Axis, tuple[Group, ...]]


def _broken_down(
    answers: Sequence[Answer],
    made: Sequence[int],
    said: Sequence[bool],
    axis: _Axis | None,
    blocks: Sequence[Group],
    *,
    blocks_too: bool,
) -> _Cut | None:
    """The finest groups and blocks in which no cell is few; None where there is nothing left to tell apart."""
    if axis is None or len(blocks) < 2:
        return None
    blocks = list(blocks)
    while len(axis.groups) > 1:
        cells = _cells(answers, made, axis, blocks)
        spoke = _spoke(answers, said, axis)
        bad = [g for g, row in enumerate(cells) if min(row) < LEAST_OPTION or spoke[g] < LEAST_QUESTION]
        if not bad:
            return axis, tuple(blocks)
        if blocks_too and len(blocks) > 2 and (len(bad) * 3 > len(axis.groups) or len(axis.groups) == 2):
            worst, next_ = sorted(range(len(blocks)), key=lambda b: (min(row[b] for row in cells), b))[:2]
            both = tuple(sorted((*blocks[worst], *blocks[next_])))
            blocks = [*(one for b, one in enumerate(blocks) if b not in (worst, next_)), both]
            continue
        axis = _with_smallest(axis, cells, bad[0])
    return None


def _with_smallest(axis: _Axis, cells: list[list[int]], one: int) -> _Axis:
    """A group merged with the smallest of the others."""
    other = min((g for g in range(len(cells)) if g != one), key=lambda g: (sum(cells[g]), g))
    return axis.merged(one, other)


def _joined(answers: Sequence[Answer], made: Sequence[int], said: Sequence[bool], cut: _Cut) -> _Cut | None:
    """The same with its smallest group merged into the next; None where that leaves one."""
    axis, blocks = cut
    cells = _cells(answers, made, axis, blocks)
    smallest = min(range(len(cells)), key=lambda g: (sum(cells[g]), g))
    return _broken_down(answers, made, said, _with_smallest(axis, cells, smallest), blocks, blocks_too=False)


def _cells(answers: Sequence[Answer], made: Sequence[int], axis: _Axis, blocks: Sequence[Group]) -> list[list[int]]:
    block_of = {choice: place for place, one in enumerate(blocks) for choice in one}
    cells = [[0] * len(blocks) for _ in axis.groups]
    for group, choice in zip(axis.places(answers), made, strict=True):
        cells[group][block_of[choice]] += 1
    return cells


def _spoke(answers: Sequence[Answer], said: Sequence[bool], axis: _Axis) -> list[int]:
    found = [0] * len(axis.groups)
    for group, spoke in zip(axis.places(answers), said, strict=True):
        found[group] += spoke
    return found


def _breakdown(answers: Sequence[Answer], made: Sequence[int], cut: _Cut | None) -> CountedBreakdown | None:
    if cut is None:
        return None
    axis, blocks = cut
    rows = zip(axis.groups, _cells(answers, made, axis, blocks), strict=True)
    return CountedBreakdown(
        blocks=blocks, rows=tuple(CountedRow(of=of, people=sum(row), counts=tuple(row)) for of, row in rows)
    )


# --- two axes -----------------------------------------------------------------------------------------------------


def _axis(answers: Sequence[Answer], places: int, of: Callable[[Answer], int]) -> _Axis | None:
    """The departments or posts, those of few merged; None where nothing is to be told apart."""
    if not places:
        return None
    counts = {place: sum(of(one) == place for one in answers) for place in (*range(places), NOT_SAID)}
    if not counts[NOT_SAID]:
        del counts[NOT_SAID]
    few = hidden(counts, LEAST_QUESTION)
    groups = [(place,) for place in counts if place not in few] + ([tuple(sorted(few))] if few else [])
    axis = _Axis(of, tuple(groups))
    while len(axis.groups) > _AXIS_MAX:
        people = [one.people for one in _people(axis, answers)]
        smallest = sorted(range(len(people)), key=lambda g: (people[g], g))[:2]
        axis = axis.merged(*smallest)
    return axis if len(axis.groups) > 1 else None


def _set_apart(departments: _Axis | None, posts: _Axis | None, answers: Sequence[Answer]) -> _Axis | None:
    """Posts as fine as no department, set against them, shows fewer than ten people; None where none are left."""
    nothing = [0] * len(answers)
    while departments is not None and posts is not None:
        if _apart(answers, departments, (posts, ((0,),)), nothing, LEAST_QUESTION):
            return posts
        people = [one.people for one in _people(posts, answers)]
        posts = posts.merged(*sorted(range(len(people)), key=lambda g: (people[g], g))[:2])
        posts = posts if len(posts.groups) > 1 else None
    return posts


def _apart(
    answers: Sequence[Answer], departments: _Axis, of_posts: _Cut, made: Sequence[int], least: int = LEAST_OPTION
) -> bool:
    """Whether no posts, taken from all the departments that they lie in, leave a few people.

    Every difference of the two axes that stands for a group of people is one of these, or one of these and whole
    departments: what is left over is where a department lies inside and the post outside.
    """
    posts, blocks = of_posts
    lies_in: list[set[int]] = [set() for _ in posts.groups]
    for post, department in zip(posts.places(answers), departments.places(answers), strict=True):
        lies_in[post].add(department)
    of_department, of_post = (_cells(answers, made, axis, blocks) for axis in (departments, posts))
    for size in range(1, len(posts.groups) + 1):
        for some in combinations(range(len(posts.groups)), size):
            around = set().union(*(lies_in[post] for post in some))
            left = [
                sum(of_department[one][b] for one in around) - sum(of_post[one][b] for one in some)
                for b in range(len(blocks))
            ]
            if sum(left) and min(left) < least:
                return False
    return True


def _people(axis: _Axis | None, answers: Sequence[Answer]) -> tuple[CountedPeople, ...]:
    if axis is None:
        return ()
    counts = [0] * len(axis.groups)
    for place in axis.places(answers):
        counts[place] += 1
    return tuple(CountedPeople(of=of, people=count) for of, count in zip(axis.groups, counts, strict=True))
