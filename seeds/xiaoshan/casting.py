"""Which enterprise plays which plot."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from seeds.xiaoshan.firms import SEED, Firm
from seeds.xiaoshan.people import bench_size
from seeds.xiaoshan.plots import ANY, DOWN_MAKER, IN_FORCE, TOLD, UNION_LESS, Plot
from seeds.xiaoshan.trades import DOWN


class Casting:
    """Plot, enterprise and lag: those that want a certain kind first, the plain plot for whoever is left."""

    def __init__(self, firms: Sequence[Firm]) -> None:
        dice = Random(f"{SEED}/casting")
        free = [firm for firm in firms if firm.served]
        dice.shuffle(free)
        free.sort(key=lambda firm: not 4 <= bench_size(firm) <= 6)  # the people of a plot who sign in need a bench
        self.roles: list[tuple[Firm, Plot, int]] = []
        for plot in sorted(TOLD, key=lambda plot: plot.wants == ANY):
            for lag in plot.lags:
                firm = next(one for one in free if _suits(one, plot))
                free.remove(firm)
                self.roles.append((firm, plot, lag))
        self.roles += [(firm, IN_FORCE, 0) for firm in free]
        self.roles.sort(key=lambda role: role[0].key)

    def firm_of(self, plot: str) -> Firm:
        """The first enterprise that plays this plot."""
        return next(firm for firm, played, _ in self.roles if played.key == plot)


def _suits(firm: Firm, plot: Plot) -> bool:
    if plot.wants == UNION_LESS:
        return not firm.entry.has_union
    if plot.wants == DOWN_MAKER:
        return firm.trade is DOWN
    return firm.entry.has_union and firm.trade is not DOWN
