"""Three simple classifiers in plain Python, each asked about runs it has not learnt from."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import fmean, pvariance
from typing import Final, NamedTuple

Row = Sequence[float]
Guess = Callable[[Row], float]
Learner = Callable[[Sequence[Row], Sequence[bool]], Guess]
_ROUNDS: Final = 60
_STEP: Final = 0.5
_DECAY: Final = 1e-3


class Score(NamedTuple):
    """`right` of `asked`, and how probable at least so many are by chance."""

    right: int
    asked: int

    @property
    def chance(self) -> float:
        """The tail of a fair coin."""
        total: int = sum(math.comb(self.asked, k) for k in range(self.right, self.asked + 1))
        return float(total / 2**self.asked)


def stumps(rows: Sequence[Row], truth: Sequence[bool]) -> Guess:
    """The single figures that told best, each with its best bound; where several told alike, they vote."""
    found: list[tuple[int, int, float, bool]] = []
    yes = sum(truth)
    for column in range(len(rows[0])):
        order = sorted(zip((row[column] for row in rows), truth, strict=True))
        below, said = 0, 0
        for at, (value, true) in enumerate(order[:-1], 1):
            below += true
            said += 1
            if order[at][0] == value:
                continue
            right = (said - below) + (yes - below)  # no below the bound, yes above
            found.append((max(right, len(rows) - right), column, (value + order[at][0]) / 2, right * 2 >= len(rows)))
    best = max((one[0] for one in found), default=0)
    voting = [one for one in found if one[0] == best]

    def guess(row: Row) -> float:
        return sum(1 if (row[column] > bound) == above else -1 for _, column, bound, above in voting)

    return guess


def bayes(rows: Sequence[Row], truth: Sequence[bool]) -> Guess:
    """Each figure a bell curve of its own for yes and for no."""
    halves = [[row for row, true in zip(rows, truth, strict=True) if true is side] for side in (True, False)]
    if not all(halves):
        return lambda _row: 0.0
    curves = [[(fmean(column), max(pvariance(column), 1e-2)) for column in zip(*half, strict=True)] for half in halves]

    def guess(row: Row) -> float:
        sums: list[float] = [
            sum(
                -math.log(spread) / 2 - (value - mean) ** 2 / (2 * spread)
                for value, (mean, spread) in zip(row, c, strict=True)
            )
            for c in curves
        ]
        return sums[0] - sums[1] + math.log(len(halves[0]) / len(halves[1]))

    return guess


def logistic(rows: Sequence[Row], truth: Sequence[bool]) -> Guess:
    """All figures weighed together."""
    weights, bias = [0.0] * len(rows[0]), 0.0
    for _ in range(_ROUNDS):
        slope, lean = [0.0] * len(weights), 0.0
        for row, true in zip(rows, truth, strict=True):
            off = true - _sigmoid(bias + _dot(weights, row))
            lean += off
            for at, value in enumerate(row):
                slope[at] += off * value
        rate = _STEP / len(rows)
        weights = [w * (1 - _DECAY) + rate * s for w, s in zip(weights, slope, strict=True)]
        bias += rate * lean
    return lambda row: bias + _dot(weights, row)


def _dot(weights: Sequence[float], row: Row) -> float:
    return sum(map(float.__mul__, weights, row))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


LEARNERS: Final[dict[str, Learner]] = {"stumps": stumps, "bayes": bayes, "logistic": logistic}


def verdicts(figures: Sequence[dict[str, float]], truth: Sequence[bool]) -> dict[str, Score]:
    """How often each is right: it learns from one half of the runs and is asked about the other, both ways."""
    rows = _scaled(figures)
    middle = len(rows) // 2
    scores = {}
    for name, learn in LEARNERS.items():
        right = 0
        for known, asked in ((slice(0, middle), slice(middle, None)), (slice(middle, None), slice(0, middle))):
            guess = learn(rows[known], truth[known])
            right += sum((guess(row) > 0) is true for row, true in zip(rows[asked], truth[asked], strict=True))
        scores[name] = Score(right, len(rows))
    return scores


def _scaled(figures: Sequence[dict[str, float]]) -> list[list[float]]:
    """One column a figure, about 0 and of spread 1; what never changes tells nothing."""
    names = sorted({name for one in figures for name in one})
    columns = []
    for name in names:
        column = [float(one.get(name, -1.0)) for one in figures]
        mean, spread = fmean(column), math.sqrt(pvariance(column))
        if spread > 0:
            columns.append([(value - mean) / spread for value in column])
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[0.0] for _ in figures]
