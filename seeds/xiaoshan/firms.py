"""The register: 161 enterprises that are served, 40 that have not begun, 101 small ones of 2018 that are gone."""

from __future__ import annotations

import hashlib
from datetime import date
from random import Random
from typing import Final, NamedTuple

from cloudnego.identity.register import Entry, Heads
from seeds.xiaoshan.creditcode import invalid_code
from seeds.xiaoshan.geography import BY_NAME, DISTRICT, PARK, Town
from seeds.xiaoshan.names import MARK, firm_names
from seeds.xiaoshan.trades import DOWN, LARGE, MEDIUM, SMALL, SOFTWARE, TRADES, VERY_LARGE, Trade

SEED: Final = "xiaoshan-1"
"""The one seed. Another word makes another district."""

SERVED, NOT_BEGUN, GONE = 161, 40, 101
WORKERS: Final = 32_000
_DOWN_MAKERS: Final = 14  # all in one street, under one industry contract
_WITHOUT_UNION: Final = 5  # of those served: the town's union speaks for their workers (HZ 18)
_BANDS: Final = {SMALL: (52, 14, 49), MEDIUM: (82, 50, 238), LARGE: (22, 300, 800), VERY_LARGE: (5, 1000, 1700)}
"""Size band → how many of the served, smallest, largest. Most are small, most workers are in the large."""

_YEARS: Final = (2023, 2024, 2025, 2026)
ABOVE_SCALE_FROM: Final = 60  # workers; the law counts revenue, a seed has none
_CHECKED: Final = date(2026, 3, 31)
_SOURCE: Final = "演示数据，由种子程序生成"


def opaque(prefix: str, *what: str | int) -> str:
    """An id that tells nothing, the same every time."""
    return prefix + hashlib.sha256("/".join((SEED, *map(str, what))).encode()).hexdigest()[:16]


class Firm(NamedTuple):
    """One enterprise: its entry in the register, and what it is to the seed."""

    key: str
    entry: Entry
    trade: Trade
    town: Town
    served: bool
    ended: bool

    @property
    def workers(self) -> int:
        return self.entry.headcount[-1].total


def all_firms() -> tuple[Firm, ...]:
    """Everything the register has ever had, in the order of the keys."""
    dice = Random(f"{SEED}/firms")
    words = firm_names(dice)
    sizes = _served_sizes(dice)
    found = []
    small = [n for n, (band, _) in enumerate(sizes) if band == SMALL and n >= _DOWN_MAKERS][::7]
    for n, (band, workers) in enumerate(sizes):
        trade = DOWN if n < _DOWN_MAKERS else _trade(dice, band)
        union = n not in small[:_WITHOUT_UNION]
        found.append(_firm(f"f{n + 1:03d}", next(words), trade, workers, dice, union=union, served=True))
    for n in range(1, NOT_BEGUN + 1):
        workers = 10 + dice.randrange(90)
        trade = SOFTWARE if n <= 22 else _trade(dice, SMALL)
        found.append(_firm(f"n{n:03d}", next(words), trade, workers, dice, union=n % 5 > 2, served=False, park=n <= 22))
    for n in range(1, GONE + 1):
        workers = 10 + dice.randrange(50)
        found.append(
            _firm(f"g{n:03d}", next(words), SOFTWARE, workers, dice, union=False, served=False, park=True, ended=True)
        )
    return tuple(found)


def _served_sizes(dice: Random) -> list[tuple[int, int]]:
    """Band and workers of each served enterprise; together exactly `WORKERS`."""
    sizes = [(band, dice.randint(low, high)) for band, (n, low, high) in _BANDS.items() for _ in range(n)]
    assert len(sizes) == SERVED
    n = 0
    while left := WORKERS - sum(workers for _, workers in sizes):
        at = n % SERVED
        band, workers = sizes[at]
        _, low, high = _BANDS[band]
        sizes[at] = (band, min(high, max(low, workers + max(-9, min(9, left)))))
        n += 1
    # the first are small or medium, for the down-makers of one street; the others come in any order
    sizes.sort()
    down = [sizes[i] for i in range(20, 90, 5)]
    others = [one for i, one in enumerate(sizes) if i not in range(20, 90, 5)]
    dice.shuffle(others)
    return [*down, *others]


def _trade(dice: Random, band: int) -> Trade:
    likely = [trade for trade in TRADES if band in trade.sizes and trade is not DOWN]
    return dice.choices(likely, [trade.share for trade in likely])[0]


def _firm(
    key: str, word: str, trade: Trade, workers: int, dice: Random, *, union: bool, served: bool, park: bool = False,
    ended: bool = False,
) -> Firm:  # fmt: skip
    town = PARK if park else BY_NAME[trade.towns[dice.randrange(len(trade.towns))]]
    union = union or workers >= 300
    years = (2018,) if ended else ((2018, *_YEARS) if park else _YEARS)
    id_ = opaque("o", key)
    entry = Entry(
        id=id_, name=f"{MARK}{word}{trade.word}有限公司", credit_code=invalid_code(DISTRICT, dice),
        address=f"杭州市萧山区{town.zh}演示路{1 + dice.randrange(888)}号", region=town.code, industry=trade.code,
        ownership=dice.choices(("民营", "国有控股", "外商投资"), (88, 4, 8))[0],
        above_scale=trade.industrial and workers >= ABOVE_SCALE_FROM, has_union=union,
        union_organisation=opaque("o", key, "union") if union else None,
        union_chair=opaque("p", key, "w", 0) if union else None, has_congress=union and workers >= 100,
        congress_until=date(2027 + dice.randrange(3), 12, 31) if union else None,
        hrss_office="萧山区人力资源和社会保障局（演示）", hrss_hours="9:00-17:00", external_ref=f"DEMO-{key}",
        source=_SOURCE, checked_on=_CHECKED, headcount=tuple(_heads(dice, year, workers) for year in years),
    )  # fmt: skip
    return Firm(key, entry, trade, town, served, ended)


def _heads(dice: Random, year: int, workers: int) -> Heads:
    """The count of 2026 is the one the district's sum is made of; earlier years are some percent off."""
    total = workers if year == 2026 else max(10, workers * (92 + dice.randrange(14)) // 100)
    return Heads(
        year=year, total=total, women=total * (25 + dice.randrange(40)) // 100,
        dispatched=total * dice.choice((0, 0, 0, 3, 6)) // 100, disabled=total * dice.choice((0, 1, 2)) // 100,
        front_line=total * (55 + dice.randrange(30)) // 100,
    )  # fmt: skip
