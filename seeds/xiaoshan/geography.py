"""The district's streets and towns. Names are real; the digits below the district are numbers of this seed."""

from __future__ import annotations

from typing import Final, NamedTuple

from cloudnego.identity.founding import Place

DISTRICT: Final = "330109"


class Town(NamedTuple):
    """A street (街道) or town (镇)."""

    code: str
    zh: str
    en: str


_STREETS = (
    ("城厢", "Chengxiang"), ("北干", "Beigan"), ("蜀山", "Shushan"), ("新塘", "Xintang"), ("靖江", "Jingjiang"),
    ("南阳", "Nanyang"), ("闻堰", "Wenyan"), ("宁围", "Ningwei"), ("新街", "Xinjie"), ("盈丰", "Yingfeng"),
)  # fmt: skip
_TOWNS = (
    ("楼塔", "Louta"), ("河上", "Heshang"), ("戴村", "Daicun"), ("浦阳", "Puyang"), ("进化", "Jinhua"),
    ("临浦", "Linpu"), ("义桥", "Yiqiao"), ("所前", "Suoqian"), ("衙前", "Yaqian"), ("瓜沥", "Guali"),
    ("益农", "Yinong"), ("党湾", "Dangwan"),
)  # fmt: skip

TOWNS: Final = (
    *(Town(f"{DISTRICT}{n:03d}", f"{zh}街道", en) for n, (zh, en) in enumerate(_STREETS, 1)),
    *(Town(f"{DISTRICT}{n:03d}", f"{zh}镇", en) for n, (zh, en) in enumerate(_TOWNS, 101)),
)
BY_NAME: Final = {town.zh.removesuffix("街道").removesuffix("镇"): town for town in TOWNS}

PARK: Final = Town(f"{BY_NAME['宁围'].code}001", "萧山信息港园区", "Xiaoshan Info Port")
"""A park inside a street: its union and its association speak for small firms that have no union of their own."""

PLACES: Final = (
    Place(DISTRICT, "杭州市萧山区", "Xiaoshan District, Hangzhou"),
    *(Place(town.code, town.zh, town.en) for town in (*TOWNS, PARK)),
)

_ROWS: Final = (
    ("", "盈丰", "宁围", "", "南阳", "靖江"),
    ("", "北干", "新街", "", "瓜沥", "党湾"),
    ("闻堰", "城厢", "新塘", "衙前", "", "益农"),
    ("义桥", "蜀山", "所前", "", "", ""),
    ("", "临浦", "进化", "", "", ""),
    ("", "戴村", "浦阳", "", "", ""),
    ("楼塔", "河上", "", "", "", ""),
)
"""How the places lie to each other, roughly; the park beside its street."""

TILES: Final = {
    **{BY_NAME[name].code: (x, y) for y, row in enumerate(_ROWS) for x, name in enumerate(row) if name},
    PARK.code: (3, 0),
}
