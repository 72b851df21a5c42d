"""What people of the demonstration say: clauses, problems, and where things were held in which year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from cloudnego.seedling.play import Play

_CLAUSES: Final[dict[str, tuple[str, ...]]] = {
    "T1": ("劳动定额由双方共同测定，同岗位九成以上职工能够完成。", "计件单价随工艺变化由双方另行协商。"),
    "T2": ("本企业最低工资标准为每月{yuan}元。", "岗位工资与技能等级挂钩，最低工资标准每月{yuan}元。"),
    "T3": ("各岗位年度平均工资在上年基础上提高百分之{rate}。", "年度平均工资增长百分之{rate}，一线岗位优先。"),
    "T4": ("每月十五日前以银行转账方式支付上月工资。", "工资按月支付，遇节假日提前。"),
    "T5": ("加班工资按法定标准执行，夜班津贴每班三十元。", "高温津贴、夜班津贴按月发放，年终奖与效益挂钩。"),
    "T6": ("企业经济效益有重大变化时，双方可另行协商调整工资。", "每年第一季度评估一次岗位工资。"),
    "T7": ("试用期、病假、事假期间的工资按双方商定的标准支付。", "病假工资不低于最低工资标准的百分之八十。"),
    "T8": ("停工停产期间按规定支付工资或者生活费。", "特殊情况下的工资支付办法由双方商定。"),
    "T9": ("技能等级补贴每月一百至五百元。", "合理化建议奖按实施效果发放。", "园区技能比武获奖者另行奖励。"),
    "T10": ("被派遣劳动者与本企业同类岗位职工同工同酬。",),
    "X": ("本合同期限一年，变更、解除按原程序办理。", "任何一方不履行合同的，另一方可以书面要求改正。"),
}
_PROBLEMS: Final = (
    "本月夜班津贴尚未按合同发放。",
    "新进职工的技能补贴没有计入工资单。",
    "部分班组的加班工资按旧标准计算。",
    "合同约定的岗位工资调整比约定时间晚了一个月。",
)
_ANSWERS: Final = ("已核对，随下月工资补发。", "已重新计算并公示，差额本月补发。", "系统口径有误，已更正。")
_GATHERED: Final = {2024: 85, 2025: 45, 2026: 8}
"""Wage year → percent of elections, opinion rounds and congresses that were gatherings: fewer with each year."""


def values_of(play: Play, head: str) -> list[dict[str, Any]]:
    """The typed values of a clause on this head, as this enterprise will agree on them."""
    cast = play.cast
    known: dict[str, list[dict[str, Any]]] = {
        "T2": [{"kind": "fen", "name": "minimum_wage", "fen": cast.minimum_fen}],
        "T3": [{"kind": "rate", "name": "raise", "rate": cast.agreed_percent}],
        "T4": [{"kind": "count", "name": "pay_day", "count": 15}],
        "T5": [{"kind": "rate", "name": "overtime", "rate": "150"}],
    }
    return known.get(head, [])


def clause(play: Play, head: str, variant: int | None = None) -> dict[str, Any]:
    """A new clause in the seed's words."""
    choices = _CLAUSES[head]
    prose = choices[(play.dice.randrange(len(choices)) if variant is None else variant) % len(choices)]
    said = prose.format(yuan=play.cast.minimum_fen // 100, rate=play.cast.agreed_percent)
    return {"clause": None, "head": head, "values": values_of(play, head), "prose": said}


def _clause(play: Play, wish: Mapping[str, Any]) -> dict[str, Any]:
    """A wording for the first head that has none; a new wording of a clause keeps the values of its head."""
    if "head" in wish:
        return {"values": values_of(play, wish["head"])}
    left = sorted(play.case.negotiated_heads() - {one.head for one in play.case.clauses.values()})
    return clause(play, left[0]) if left else {}


def words(play: Play, who: str, kind: type[c.Command], wish: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the seed says in its own words, laid over the chooser's and under the story's."""
    if kind is c.PutClause:
        return _clause(play, wish)
    if kind is c.RaiseProblem:
        return {"problem": play.dice.choice(_PROBLEMS)}
    if kind is c.AnswerProblem:
        return {"answer": play.dice.choice(_ANSWERS)}
    if kind in (c.RecordElection, c.RecordOpinions, c.ConveneCongress):
        opened = play.case.opened
        percent = _GATHERED.get(opened.wage_year if opened else 2026, 90)
        return {"held": "gathering" if play.dice.randrange(100) < percent else "dispersed"}
    if kind is c.DeclareTopicsReady and play.moment(who).side is Side.WORKER:
        caucus = play.caucuses.get(Side.WORKER)
        return {"held": caucus.opinions_held} if caucus else {}
    return {}
