"""Which cells are few, and which are hidden beside them so that no total gives them back. Used wherever sums of people
or enterprises are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

K = TypeVar("K")


def hidden(counts: Mapping[K, int], least: int) -> frozenset[K]:
    """The cells of an axis that are not shown by themselves: those below `least`, and with them the next smallest until
    together they are `least` or more, or all there is. Keys are ordered by themselves where counts are equal."""
    few = {key for key, count in counts.items() if count < least}
    others = iter(sorted((key for key in counts if key not in few), key=lambda key: (counts[key], key)))
    while few and sum(counts[key] for key in few) < least:
        following = next(others, None)
        if following is None:
            break
        few.add(following)
    return frozenset(few)
