"""A wage table from a spreadsheet: delivered to the case by the employer's side, merged, once."""

from __future__ import annotations

from cloudnego.main import House
from tests.web.granted import Looking, case, clock, look, people, seen, still
from tests.web.test_imports import CSV, IMPORTS, counts, imported, wrong

__all__ = ["case", "clock", "look", "people", "still"]

HEAD = "岗位代码,人数,月平均工资（元）,月最低工资（元）,期间,依据代码\n"
TABLE = HEAD + "weaving,120,6200,3100,2025,ledger\ndyeing,35,7100.50,4200,2025,ledger\nguard,3,4000,3900,2025,ledger\n"


async def test_a_wage_table_is_delivered_once_by_the_employers_side(look: Looking, case: str, still: House) -> None:
    employer = look("e0")
    tried = await imported(employer, f"wage-tables/{case}", TABLE, dry_run=True)
    assert counts(tried) == ("done", 3, 0, 0, 0), tried
    assert counts(await imported(employer, f"wage-tables/{case}", TABLE)) == ("done", 3, 0, 0, 0)
    assert counts(await imported(employer, f"wage-tables/{case}", TABLE)) == ("done", 0, 0, 3, 0)
    entries = (await seen(employer, f"{case}/timeline?limit=200"))["rows"]
    given = [one["facts"] for one in entries if one["type"] == "material_delivered"]
    (event,) = (one for one in given if one["wage_table"] and one["wage_table"]["source"] == "ledger")
    groups = {one["group"]: one["average_fen"] for one in event["wage_table"]["groups"]}
    assert (groups["weaving"], event["merged_groups"]) == (620_000, 2), "the smallest large one is taken along"
    assert "guard" not in groups, "three people are hidden in a larger group"
    mixed = await imported(
        employer,
        f"wage-tables/{case}",
        TABLE.replace("guard,3,4000,3900,2025", "guard,3,4000,3900,2024"),
    )
    assert wrong(mixed) == [(4, "E", "differs_from_first")]
    nobody = await look("s1").post(f"{IMPORTS}/wage-tables/n{32 * chr(48)}", content=b"x", headers=CSV)
    assert nobody.status_code == 404
