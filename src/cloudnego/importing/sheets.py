"""What can be imported, and the columns of each: their names in both languages, what stands in them, an example."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from cloudnego.core.vocabulary import COUNT_MAX, Scope
from cloudnego.importing import cells as c


class ImportKind(StrEnum):
    """What the rows of a table are."""

    ENTERPRISES = "enterprises"
    ROSTERS = "rosters"
    DELEGATES = "delegates"
    REFERENCE_VALUES = "reference-values"
    CONTRACTS = "contracts"
    WAGE_TABLES = "wage-tables"


class Column(msgspec.Struct, frozen=True):
    """One column. `needed`: no row is anything without it; `examples`: of the rows of the template."""

    name: str
    zh: str
    en: str
    parse: c.Parser
    examples: tuple[str, str] = ("", "")
    needed: bool = False


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of one kind; `key` names a row within a file: two of the same are one too many."""

    kind: ImportKind
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rows_max: int = 50_000

    @property
    def by_name(self) -> Mapping[str, Column]:
        return {one.name: one for one in self.columns}


_COUNT: Final = c.whole(0, COUNT_MAX)
_CODE: Final = c.text(32, r"[0-9A-Z*\-]{6,32}", "91330109MA2XXXXX0X")
_REGION: Final = c.text(12, r"[0-9]{2,12}", "330109102")
_PERIOD: Final = c.text(7, r"[0-9]{4}(-[0-9]{2})?", "2026 / 2026-01")
_TITLE: Final = c.text(200)
_LINE: Final = c.text(200)
_REF: Final = c.text(40, r"[A-Za-z0-9_\-.]{1,40}", "HT-2026-001")
_EXAMPLE: Final = "EXAMPLE-001"
_ANOTHER: Final = "EXAMPLE-002"
_EXAMPLES: Final = (_EXAMPLE, _ANOTHER)

_FIRM: Final = Column("credit_code", "统一社会信用代码", "unified social credit code", _CODE, (_EXAMPLE, _EXAMPLE))

SORTS: Final = {"enterprise": "企业", "organisation": "组织"}
_SORT: Final = c.one_of({zh: name for name, zh in SORTS.items()} | {name: name for name in SORTS})

ENTERPRISES: Final = Sheet(
    kind=ImportKind.ENTERPRISES,
    key=("credit_code",),
    columns=(
        Column("credit_code", "统一社会信用代码", "unified social credit code", _CODE, (_EXAMPLE, _ANOTHER), True),
        Column("name", "企业名称", "name", _TITLE, ("杭州萧山某某纺织有限公司", "杭州萧山某某机械有限公司")),
        Column("address", "地址", "address", _TITLE, ("萧山区市心中路 1 号", "萧山区金城路 2 号")),
        Column("region", "所在地代码", "code of its place", _REGION, ("330109102", "330109102")),
        Column("industry", "行业代码", "industry code", c.text(5, r"[A-T][0-9]{0,4}", "C1761"), ("C1761", "C3421")),
        Column("kind", "单位类型", "kind", _SORT, ("企业", "企业")),
        Column("branch_of", "上级法人（分支机构填写）", "branch of", _TITLE),
        Column("branch_consent", "法人已同意分支机构协商", "consent to the branch's talks", c.yes),
        Column("ownership", "所有制", "ownership", c.text(40), ("民营", "国有")),
        Column("above_scale", "规模以上", "above scale", c.yes, ("是", "否")),
        Column("has_union", "已建工会", "has a union", c.yes, ("是", "否")),
        Column("has_congress", "已建职代会", "has a workers' congress", c.yes, ("是", "否")),
        Column("delegates", "职代会代表人数", "delegates", _COUNT, ("40", "")),
        Column("manager_delegates", "其中中高层管理人员", "managers among them", _COUNT, ("6", "")),
        Column("congress_until", "职代会届满日期", "end of the congress's term", c.day, ("2028-05-31", "")),
        Column("hrss_office", "主管人社部门", "competent labour office", _TITLE),
        Column("hrss_hours", "人社部门办公时间", "its hours", c.text(80)),
        Column("receiving_address", "送达地址", "address for service", _LINE),
        Column("contact", "联系人", "contact", _LINE),
        Column("external_ref", "原系统编号", "id in your system", _REF),
        Column("source", "数据来源", "source", _TITLE),
        Column("checked_on", "核实日期", "checked on", c.day),
        Column("year", "人数年度", "year of the headcount", c.whole(1990, 2099), ("2026", "2026")),
        Column("total", "职工总数", "workers", _COUNT, ("320", "85")),
        Column("women", "女职工", "women", _COUNT, ("150", "20")),
        Column("dispatched", "劳务派遣", "dispatched", _COUNT, ("12", "0")),
        Column("disabled", "残疾职工", "disabled", _COUNT, ("3", "1")),
        Column("front_line", "一线职工", "front line", _COUNT, ("260", "60")),
    ),
)  # fmt: skip

_NUMBER: Final = c.text(32)

ROSTERS: Final = Sheet(
    kind=ImportKind.ROSTERS,
    key=("credit_code", "number"),
    columns=(
        _FIRM,
        Column("number", "工号", "number", _NUMBER, (_EXAMPLE, _ANOTHER), True),
        Column("name", "姓名", "name", c.text(80), ("张三", "李四"), True),
        Column("left", "已离职", "has left", c.yes, ("", "是")),
    ),
)

DELEGATES: Final = Sheet(
    kind=ImportKind.DELEGATES,
    key=("credit_code", "number"),
    columns=(
        _FIRM,
        Column("number", "工号", "number", _NUMBER, (_EXAMPLE, _ANOTHER), True),
        Column("name", "姓名", "name", c.text(80), ("张三", "李四")),
        Column("since", "当选日期", "since", c.day, ("2026-03-01", "2026-03-01"), True),
        Column("manager", "中高层管理人员", "manager", c.yes, ("否", "是")),
        Column("woman", "女", "woman", c.yes, ("否", "是")),
        Column("dispatched", "劳务派遣（列席）", "dispatched, attends without vote", c.yes, ("否", "否")),
        Column("left", "已不再担任", "is one no more", c.yes),
    ),
)

_KINDS_OF_VALUES: Final = {
    "最低工资": "minimum_wage", "最低月工资": "minimum_wage", "最低小时工资": "minimum_hourly_wage",
    "工资指导线下线": "guideline_lower", "工资指导线基准线": "guideline_benchmark", "工资指导线上线": "guideline_upper",
    "居民消费价格指数": "cpi", "社会平均工资": "average_wage",
}  # fmt: skip
_UNITS: Final = {
    "元/月": "yuan_per_month", "元/小时": "yuan_per_hour", "元/年": "yuan_per_year", "%": "percent",
    "百分比": "percent", "yuan_per_month": "yuan_per_month", "yuan_per_hour": "yuan_per_hour",
    "yuan_per_year": "yuan_per_year", "fen_per_month": "fen_per_month", "fen_per_hour": "fen_per_hour",
    "fen_per_year": "fen_per_year", "percent": "percent",
}  # fmt: skip

REFERENCE_VALUES: Final = Sheet(
    kind=ImportKind.REFERENCE_VALUES,
    key=("region", "kind", "period"),
    columns=(
        Column("region", "地区代码", "code of the place", _REGION, ("330109", "330109"), True),
        Column(
            "kind", "指标", "kind", c.one_of(_KINDS_OF_VALUES | {one: one for one in _KINDS_OF_VALUES.values()}),
            ("最低工资", "工资指导线基准线"), True,
        ),
        Column("period", "期间", "period", _PERIOD, ("2026-01", "2026"), True),
        Column("value", "数值", "value", c.number, ("2490", "6.5"), True),
        Column("unit", "单位", "unit", c.one_of(_UNITS), ("元/月", "百分比"), True),
        Column(
            "source_url", "来源网址", "source, its address", c.text(480, r"https?://[!-~]{3,472}", "https://www.zj.gov.cn/"),
            ("https://example.invalid/1", "https://example.invalid/2"), True,
        ),
        Column("source_name", "来源名称", "source, its name", _TITLE, ("浙江省人民政府", "浙江省人社厅")),
    ),
)  # fmt: skip

_SCOPE: Final = c.one_of(
    {"企业": "enterprise", "行业": "industry", "区域": "region"} | {one.value: one.value for one in Scope}
)

CONTRACTS: Final = Sheet(
    kind=ImportKind.CONTRACTS,
    key=("scope", "party", "external_ref", "credit_code", "wage_year"),
    rows_max=5_000,
    columns=(
        Column("credit_code", "统一社会信用代码", "unified social credit code", _CODE, (_EXAMPLE, _ANOTHER), True),
        Column("wage_year", "工资年度", "wage year", c.whole(2000, 2099), ("2026", "2026"), True),
        Column("signed_on", "签订日期", "signed on", c.day, ("2026-03-01", "2026-03-05"), True),
        Column("in_force_from", "生效日期", "in force from", c.day, ("2026-03-20", "2026-03-25"), True),
        Column("expires_on", "期满日期", "expires on", c.day, ("2027-03-19", "2027-03-24"), True),
        Column("raise_rate", "工资增幅（%）", "raise in percent", c.number, ("5", "4.5")),
        Column("minimum_wage", "最低工资（元）", "lowest wage in yuan", c.money, ("2600", "2550")),
        Column("published_on", "公布日期", "published on", c.day, ("2026-03-25", "")),
        Column("filing_no", "备案号", "filing number", _LINE),
        Column("external_ref", "原系统编号", "id in your system", _REF),
        Column(
            "evidence", "扫描件 SHA-256", "SHA-256 of the scan", c.text(64, r"[0-9a-f]{64}", "9f86d081… (64)"),
        ),
        Column("scope", "适用范围", "whom it binds", _SCOPE, ("企业", "区域")),
        Column("party", "行业区域签订方", "who made it for an industry or region", _TITLE, ("", "某某街道总工会")),
    ),
)  # fmt: skip

_GROUP: Final = c.text(40, r"[A-Za-z0-9_\-.]{1,40}", "weaving")
_YEAR: Final = c.text(40, r"[A-Za-z0-9_\-.]{1,40}", "2025")

WAGE_TABLES: Final = Sheet(
    kind=ImportKind.WAGE_TABLES,
    key=("group",),
    rows_max=200,
    columns=(
        Column("group", "岗位代码", "post group", _GROUP, (_EXAMPLE, _ANOTHER), True),
        Column("headcount", "人数", "workers", c.whole(1, COUNT_MAX), ("120", "35"), True),
        Column("average", "月平均工资（元）", "average a month in yuan", c.money, ("6200", "7100.50"), True),
        Column("lowest", "月最低工资（元）", "lowest a month in yuan", c.money, ("3100", "4200"), True),
        Column("period", "期间", "period", _YEAR, ("2025", "2025"), True),
        Column("source", "依据代码", "source", _YEAR, ("payroll", "payroll"), True),
    ),
)

SHEETS: Final[Mapping[ImportKind, Sheet]] = {
    one.kind: one for one in (ENTERPRISES, ROSTERS, DELEGATES, REFERENCE_VALUES, CONTRACTS, WAGE_TABLES)
}


def is_example(sheet: Sheet, values: Mapping[str, object]) -> bool:
    """Whether a row is one of the template's, left where it stood."""
    if sheet.kind is ImportKind.REFERENCE_VALUES:
        return str(values.get("source_url", "")).startswith("https://example.invalid/")
    return any(values.get(name) in _EXAMPLES for name in sheet.key)
