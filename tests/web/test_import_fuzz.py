"""Tables from seeds: each bad cell is named and no other, nothing is half done, the same again changes nothing.

The long form is `make claim-imports`, which also kills imports on their way.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from claims import importing_acts
from claims.importing import SEEDS, D, Firm, faults_of, killed, order_of
from cloudnego.files.sheets import table
from cloudnego.identity.register import Entry, Heads, add_enterprise, enterprises_by_code
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import reading, writing
from cloudnego.identity.workers import NewLine, add_lines
from cloudnego.importing.registers import EnterprisesTarget, cells_of
from cloudnego.importing.rosters import RostersTarget
from cloudnego.importing.sheets import ENTERPRISES, ImportKind
from cloudnego.main import new_id, now_s
from tests.web.import_tables import made


def test_what_a_seed_makes_wrong_is_named_and_nothing_is_half_done(tmp_path: Path) -> None:
    firm = Firm(tmp_path)
    assert [fault for seed in range(SEEDS) for fault in faults_of(firm, seed)] == []
    firm.engine.dispose()


def test_tables_are_of_every_kind() -> None:
    """Else the claim would be of one format, or of tables in which nothing is wrong."""
    sheets = [made(Random(seed)) for seed in range(60)]
    assert {one.format for one in sheets} == {"csv", "xlsx", "json"}
    codes = {code for one in sheets for _, _, code in one.wrong}
    assert codes >= {"formula", "merged", "too_long", "twice", "missing", "date_as_number", "not_a_date", "not_yes_no"}


def test_who_writes_the_same_number_meanwhile_is_first_and_nothing_of_the_other_is_there(tmp_path: Path) -> None:
    """Rows of a roster are compared before the lock is taken: what came in between is refused by the index."""
    firm = Firm(tmp_path)
    entry = firm.entry(1)

    class Late(RostersTarget):
        def write(self, *given: Any) -> None:
            super().write(*given)
            add_lines(given[0], given[1], [NewLine(entry.id, "2", "抢先")])

    order = order_of(ImportKind.ROSTERS, "工号,姓名\n1,甲\n2,乙\n".encode(), "csv")
    before = firm.all_there_is()
    assert firm.imported(order, Late(firm.engine, firm.by(), entry))[0].state == "failed"
    assert firm.all_there_is() == before
    with writing(firm.engine) as session:
        add_lines(session, Roster(session, D, new_id, now_s(), "operator"), [NewLine(entry.id, "2", "乙")])
    job, _ = firm.imported(order, RostersTarget(firm.engine, firm.by(), entry))
    assert (job.state, job.new, job.same) == ("done", 1, 1)
    firm.engine.dispose()


def test_what_the_register_gives_away_is_taken_back_unchanged_whatever_stands_in_it(tmp_path: Path) -> None:
    """Names that look like formulas, quotes, separators; each optional fact there or not."""
    firm, dice = Firm(tmp_path), Random(17)
    texts = [
        "=1+1",
        "'=1",
        "''-x",
        "＝甲",
        "+86 571",
        "%",
        "a,b;c",
        '"引"',
        "'厂",
        "-5",
        "是",
        "2026",
        "有 空 格",
        "长" * 200,
    ]
    for number in range(60):
        facts: dict[str, Any] = {
            "kind": ["enterprise", "organisation"], "branch_of": texts, "branch_consent": [True, False],
            "ownership": texts[:-1], "above_scale": [True, False], "has_union": [True, False],
            "has_congress": [True, False], "delegates": [0, 40], "manager_delegates": [0, 6],
            "congress_until": [date(2028, 5, 31)], "hrss_office": texts, "hrss_hours": texts[:-1],
            "receiving_address": texts, "contact": texts, "external_ref": ["HT-1", "a_b.c"], "source": texts,
            "checked_on": [date(2026, 1, 2)],
            "headcount": [(Heads(year=2025, total=9), Heads(year=2026, total=number, women=0)), ()],
        }  # fmt: skip
        said = {name: dice.choice(some) for name, some in facts.items() if dice.random() < 0.6}
        new = Entry(
            id="", name=dice.choice(texts), credit_code=f"ROUND-{number}", address=dice.choice(texts), region="330109",
            industry="C17", **said,
        )  # fmt: skip
        with writing(firm.engine) as session:
            add_enterprise(session, Roster(session, D, new_id, now_s(), "operator"), D, new)
    with reading(firm.engine) as session:
        codes = [f"ROUND-{number}" for number in range(60)]
        entries = list(enterprises_by_code(session, D, codes).values())
    heads = [one.zh for one in ENTERPRISES.columns]
    lines: list[list[object]] = [["【某人; 2026-03-02 09:00】"], [*heads], *map(cells_of, entries)]
    before = firm.all_there_is()
    order = order_of(ImportKind.ENTERPRISES, table(lines), "csv")
    job, report = firm.imported(order, EnterprisesTarget(firm.engine, firm.by()))
    assert (job.state, job.same, report.wrong) == ("done", 60, ())
    assert firm.all_there_is() == before
    lines[2][1] = "=改名"
    order = order_of(ImportKind.ENTERPRISES, table(lines), "csv")
    assert firm.imported(order, EnterprisesTarget(firm.engine, firm.by()))[0].changed == 1
    with reading(firm.engine) as session:
        assert [one.name for one in enterprises_by_code(session, D, [str(lines[2][0])]).values()] == ["=改名"]
    firm.engine.dispose()


@pytest.mark.postgres
@pytest.mark.whole
def test_the_same_holds_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    firm = Firm(tmp_path, postgres_url)
    assert [fault for seed in range(SEEDS) for fault in faults_of(firm, seed)] == []
    firm.engine.dispose()


@pytest.mark.kill
@pytest.mark.whole
def test_an_import_that_is_killed_leaves_all_or_nothing(tmp_path: Path) -> None:
    for seed in range(6):
        (tmp_path / f"{seed}").mkdir()
        assert killed(tmp_path / f"{seed}", seed)[1] == []


@pytest.mark.kill
@pytest.mark.whole
def test_an_import_of_acts_that_is_killed_is_done_if_and_only_if_they_are_in(tmp_path: Path) -> None:
    case = importing_acts.founded(tmp_path / "data")
    for number in range(6):
        assert importing_acts.killed(tmp_path / "data", case, number, number)[1] == []
