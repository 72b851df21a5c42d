"""What the enterprises make: industries typical of the district, with their GB/T 4754-2017 codes and where they sit."""

from __future__ import annotations

from typing import Final, NamedTuple


class Trade(NamedTuple):
    """An industry. `share`: its weight among enterprises; `towns`: where it sits; `sizes`: its likely size bands."""

    code: str
    word: str
    share: int
    towns: tuple[str, ...]
    sizes: tuple[int, ...]
    industrial: bool = True


SMALL, MEDIUM, LARGE, VERY_LARGE = 0, 1, 2, 3

FIBRE: Final = Trade("C2822", "化纤", 11, ("衙前", "瓜沥", "益农", "党湾", "靖江"), (MEDIUM, LARGE, VERY_LARGE))
DOWN: Final = Trade("C1942", "羽绒", 9, ("新塘",), (SMALL, MEDIUM))
SOFTWARE: Final = Trade("I6513", "软件", 8, ("宁围", "盈丰", "北干"), (SMALL, MEDIUM), industrial=False)

TRADES: Final = (
    FIBRE,
    DOWN,
    SOFTWARE,
    Trade("C1751", "纺织", 11, ("瓜沥", "党湾", "益农", "衙前", "所前"), (SMALL, MEDIUM, LARGE)),
    Trade("C1819", "服饰", 6, ("新塘", "城厢", "南阳", "靖江"), (SMALL, MEDIUM)),
    Trade("C3670", "汽配", 9, ("宁围", "新街", "闻堰", "蜀山"), (MEDIUM, LARGE, VERY_LARGE)),
    Trade("C3451", "轴承", 5, ("蜀山", "新街", "戴村"), (SMALL, MEDIUM)),
    Trade("C3499", "机械", 8, ("临浦", "义桥", "浦阳", "河上", "新街"), (SMALL, MEDIUM)),
    Trade("C3311", "钢构", 6, ("义桥", "临浦", "蜀山", "瓜沥"), (MEDIUM, LARGE)),
    Trade("C2641", "涂料", 4, ("进化", "浦阳", "南阳"), (SMALL, MEDIUM)),
    Trade("C2929", "塑料", 4, ("楼塔", "河上", "进化"), (SMALL,)),
    Trade("C1499", "食品", 5, ("所前", "益农", "党湾", "城厢"), (SMALL, MEDIUM, LARGE)),
    Trade("C2231", "包装", 4, ("河上", "新街", "临浦"), (SMALL, MEDIUM)),
    Trade("C3831", "线缆", 4, ("瓜沥", "闻堰", "义桥"), (SMALL, MEDIUM)),
    Trade("G5431", "物流", 6, ("新街", "宁围", "靖江", "南阳"), (SMALL, MEDIUM), industrial=False),
    Trade("F5211", "商贸", 5, ("城厢", "北干", "盈丰"), (SMALL, MEDIUM), industrial=False),
    Trade("H6110", "酒店", 4, ("北干", "城厢", "闻堰"), (MEDIUM,), industrial=False),
)
