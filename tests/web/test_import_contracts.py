"""Contracts in force from a table: each opens a case, all or none; that of an industry or a region has a row for each
enterprise."""

from __future__ import annotations

from typing import Any

from tests.web.conftest import API, Town
from tests.web.test_imports import counts, imported, wrong

HEAD = "统一社会信用代码,工资年度,签订日期,生效日期,期满日期,工资增幅（%）,适用范围,行业区域签订方,原系统编号\n"
LINE = "{code},2026,2026-01-10,2026-01-20,2026-12-31,{rate},{scope},城厢街道总工会,{ref}\n"


def table(*codes: str, rate: str = "5", scope: str = "区域", ref: str = "Q-1") -> str:
    return "".join(LINE.format(code=one, rate=rate, scope=scope, ref=ref) for one in codes)


async def cases(town: Town) -> list[Any]:
    return list((await town["town"].get(f"{API}/negotiations")).json()["rows"])


async def test_contracts_in_force_are_registered_all_or_none_and_once(town: Town) -> None:
    head = "统一社会信用代码,工资年度,签订日期,生效日期,期满日期,工资增幅（%）,最低工资（元）\n"
    one = "TEST-FIRM,2026,2026-01-10,2026-01-20,2026-12-31,5,2600\n"
    late = "TEST-OTHER,2026,2026-01-10,2026-01-20,2026-01-15,5,\n"

    tried = await imported(town["town"], "contracts", head + one, dry_run=True)
    assert (counts(tried), await cases(town)) == (("done", 1, 0, 0, 0), [])
    none = await imported(town["town"], "contracts", head + one + late)
    assert (counts(none), await cases(town)) == (("refused", 1, 0, 0, 1), [])
    assert none["report"]["wrong"][0]["code"] == "rules"
    assert none["report"]["wrong"][0]["message"]["zh"], "in the words of the rules"
    some = await imported(town["town"], "contracts", head + one + late, partial=True)
    assert counts(some) == ("done", 1, 0, 0, 1)
    assert [row["overview"]["expires_on"] for row in await cases(town)] == ["2026-12-31"]
    for who in ("town", "admin"):
        assert counts(await imported(town[who], "contracts", head + one)) == ("done", 0, 0, 1, 0)
    other = await imported(town["town"], "contracts", head + one.replace(",5,", ",6,"))
    assert [code for _, _, code in wrong(other)] == ["contract_there"]
    assert len(await cases(town)) == 1
    foreign = await imported(town["other.chair"], "contracts", head + one)
    unknown = await imported(town["other.chair"], "contracts", head + one.replace("TEST-FIRM", "TEST-NONE"))
    assert wrong(foreign) == wrong(unknown) == [(2, "A", "enterprise_unknown")]


async def test_a_regional_contract_is_one_case_for_all_its_rows_or_none(town: Town) -> None:
    both = HEAD + table("TEST-FIRM", "TEST-OTHER")
    assert counts(await imported(town["town"], "contracts", both, dry_run=True)) == ("done", 2, 0, 0, 0)
    assert await cases(town) == []
    assert counts(await imported(town["town"], "contracts", both)) == ("done", 2, 0, 0, 0)
    (row,) = [one["overview"] for one in await cases(town)]
    assert (row["scope"], row["in_force_from"], row["raise_rate"]) == ("region", "2026-01-20", "5")
    assert sorted(row["covers"]) == sorted([town.ids["firm"], town.ids["other"]])
    assert counts(await imported(town["town"], "contracts", both)) == ("done", 0, 0, 2, 0)
    other = await imported(town["town"], "contracts", HEAD + table("TEST-FIRM"))
    assert wrong(other) == [(2, "B", "contract_there")], "what is in force is not made smaller by a table"
    ours = HEAD + table("TEST-FIRM").replace("区域,城厢街道总工会", "企业,")
    assert counts(await imported(town["town"], "contracts", ours)) == ("done", 1, 0, 0, 0), "and its own besides"
    assert len(await cases(town)) == 2
    one, two = table("TEST-FIRM", scope="行业", ref="H-1"), table("TEST-OTHER", scope="行业", ref="H-2")
    assert counts(await imported(town["town"], "contracts", HEAD + one + two)) == ("done", 2, 0, 0, 0)
    assert len(await cases(town)) == 4


async def test_a_regional_contract_is_never_registered_for_some_of_its_enterprises(town: Town) -> None:
    unread = table("TEST-OTHER").replace("2026-12-31", "年底")
    found = await imported(town["town"], "contracts", HEAD + table("TEST-FIRM") + unread, partial=True)
    assert wrong(found) == [(2, None, "row_of_it_wrong"), (3, "E", "not_a_date")]
    unknown = HEAD + table("TEST-FIRM", "TEST-NONE")
    found = await imported(town["town"], "contracts", unknown, partial=True)
    assert wrong(found) == [(2, None, "row_of_it_wrong"), (3, "A", "enterprise_unknown")]
    differs = HEAD + table("TEST-FIRM") + table("TEST-OTHER", rate="6")
    assert wrong(await imported(town["town"], "contracts", differs)) == [
        (2, None, "row_of_it_wrong"), (3, "F", "differs_within_contract")
    ]  # fmt: skip
    late = HEAD + table("TEST-FIRM", "TEST-OTHER").replace("2026-12-31", "2026-01-15")
    found = await imported(town["town"], "contracts", late, partial=True)
    assert wrong(found) == [(2, None, "rules"), (3, None, "row_of_it_wrong")]
    for name, code in (("没有的工会", "party_unknown"), ("", "missing")):
        found = await imported(town["town"], "contracts", HEAD + table("TEST-FIRM").replace("城厢街道总工会", name))
        assert wrong(found) == [(2, "H", code)]
    own = HEAD + table("TEST-FIRM", scope="企业")
    assert wrong(await imported(town["town"], "contracts", own)) == [(2, "H", "party_of_many")]
    assert await cases(town) == []


async def test_who_does_not_act_for_a_region_learns_nothing_of_it(town: Town) -> None:
    for firm in ("TEST-OTHER", "TEST-NONE"):
        found = await imported(town["firm.chair"], "contracts", HEAD + table("TEST-FIRM", firm))
        assert wrong(found) == [(2, None, "row_of_it_wrong"), (3, "A", "enterprise_unknown")], firm
    mine = HEAD + table("TEST-FIRM")
    none = await imported(town["firm.chair"], "contracts", mine.replace("城厢街道总工会", "没有的工会"))
    assert [code for _, _, code in wrong(none)] == ["party_unknown"]
    assert await cases(town) == []
