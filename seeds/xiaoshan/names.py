"""Invented names, the same every time. What is put together here is nobody: the district they live in is a sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

MARK: Final = "演示·"
"""Every enterprise of the demonstration carries it."""

_FIRST: Final = "云澜禾砚桐嵘沐琅屿泽弈昱翎珩苒朔衡溪岚铎"
_SECOND: Final = "川拓峰渊岭洲帆源序奕汀野舟然翰原亭矶桥隐"

_SURNAMES: Final = (
    "林陈周徐沈俞章傅施孔骆楼戚韩汪来葛倪郑何孙钱许瞿裘黄蔡方朱吴高华童任姚金龚胡屠宣毛曹盛鲍洪冯谢叶董卢蒋"
)
_GIVEN: Final = (
    "一禾云岚亭佳信儒凯冉初勤博卉原可君和嘉园坤培墨夏奇好妍子宁安宏宜宸家容川帆平庆康廷彤彬微心志忠怡恒慧成文"
    "新方旭时明星春晓晨智朗木杰松林果柏树格桐梓楠欣正毅民水永江汀沐泉洁浩海涵清源溪澄炎然玉珂珊琪瑜瑞璐甜田白"
    "皓盈睿石秀秋竹笑米素紫红纯维绮翔翠舒良艺芝芳苗若茂茹荣莉菁菲萍蓉蓝薇虹行衡言诗语诚谦豪贤越轩辉远逸金钰铭"
    "锋长青静非韵颖风飞馨骏鸣鹏黎默齐"
)


def firm_names(dice: Random) -> Iterator[str]:
    """Coined words of two characters, each once, in a shuffled order."""
    words = [a + b for a in _FIRST for b in _SECOND]
    dice.shuffle(words)
    return iter(words)


def person_name(dice: Random) -> str:
    """A surname and a given name of one or two characters."""
    given = _GIVEN[dice.randrange(len(_GIVEN))]
    if dice.randrange(8):
        given += _GIVEN[dice.randrange(len(_GIVEN))]
    return _SURNAMES[dice.randrange(len(_SURNAMES))] + given
