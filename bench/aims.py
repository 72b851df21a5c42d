"""What a bench says: its figures, and the aims they are held against."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import Any


def at_most(name: str, value: float, aim: float) -> dict[str, Any]:
    """An aim that is met by a value not above it."""
    return {"name": name, "value": round(value, 4), "aim": f"<= {aim:g}", "met": value <= aim}


def at_least(name: str, value: float, aim: float) -> dict[str, Any]:
    """An aim that is met by a value not below it."""
    return {"name": name, "value": round(value, 4), "aim": f">= {aim:g}", "met": value >= aim}


def report(bench: str, runs: int, figures: dict[str, Any], aims: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The document a bench returns; `runs` is how often each figure was measured."""
    return {"bench": bench, "runs": runs, "figures": figures, "aims": list(aims)}


def middle(values: Iterable[float], digits: int = 2) -> float:
    """The median, rounded."""
    return round(median(values), digits)
