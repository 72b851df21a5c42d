"""An article of one city is no article of another: what a rule cites is said in the law of the case's own pack.

The rules quote Hangzhou and Zhejiang, where they were written from. Under a pack that does not know such a text the
same rule cites that pack's own row, or the national article with the same content, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from msgspec.structs import replace

from cloudnego.core.pack import Pack, Row
from cloudnego.core.refusals import Obstacle

Cites = tuple[str, ...]


def _row(row: Row | None) -> Cites:
    return row.cite if row else ()


def _timer(name: str) -> Callable[[Pack], Cites]:
    return lambda pack: _row(pack.timers.get(name))


def _national(*articles: str) -> Callable[[Pack], Cites]:
    return lambda _: articles


_SAME: dict[str, Callable[[Pack], Cites]] = {
    "HZ 17": lambda p: p.bench.cite,
    "HZ 18": lambda p: p.choosing.cite,
    "HZ 19": _national("N2004 25"),
    "HZ 20": _national("N2004 28"),
    "HZ 21": _national("N2004 26"),
    "HZ 22": _national("N2004 30"),
    "HZ 23": lambda p: p.term.cite,
    "HZ 24": lambda p: p.reply.cite,
    "HZ 26": lambda p: p.meeting.cite,
    "HZ 27": lambda p: p.meeting.cite,
    "HZ 28": lambda p: p.congress.cite,
    "HZ 30": lambda p: p.bench_regional.cite,
    "HZ 33": lambda p: p.congress_regional.cite,
    "HZ 35": lambda p: _row(p.regional_floor),
    "HZ 36": _national("LCL 54"),
    "HZ 37": _national("N2004 39"),
    "HZ 38": _national("N2004 40"),
    "HZ 39": _national("N2004 41"),
    "HZ 40": lambda p: p.filing.cite,
    "HZ 41": _timer("publish"),
    "ZJ 10": _national("N2004 24"),
    "ZJ 13": _national("N2004 31"),
    "ZJ 14": _national("N2004 28"),
    "ZJ 30": lambda p: p.term.cite,
    "ZJ 39": _national("N2004 49"),
    "ZJDM 7": lambda p: p.delegates.cite,
    "ZJDM 10": lambda p: p.delegates.cite,
    "ZJDM 15": lambda p: p.congress.cite,
}
"""Where the same rule stands in a pack that lacks the text; an article not named here has no counterpart."""


@cache  # of the few hundred articles that rules and packs cite
def _text_of(article: str) -> str:
    return article.split(" ", 1)[0]


def in_this_law(pack: Pack, obstacle: Obstacle) -> Obstacle:
    """The obstacle with articles of the pack's own texts alone."""
    if all(map(pack.sources.__contains__, map(_text_of, obstacle.articles))):
        return obstacle
    found: dict[str, None] = {}
    for article in obstacle.articles:
        same = _SAME.get(article)
        own = (article,) if _text_of(article) in pack.sources else same(pack) if same else ()
        found |= dict.fromkeys(a for a in own if _text_of(a) in pack.sources)
    return replace(obstacle, articles=tuple(found))
