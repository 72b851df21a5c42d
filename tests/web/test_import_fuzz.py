"""Tables from seeds: each bad cell is named and no other, nothing is half done, the same again changes nothing.

The long form is `make claim-imports`, which also kills imports on their way.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from claims.importing import SEEDS, D, Firm, faults_of, killed, order_of
from cloudnego.identity.roster import Roster
from cloudnego.identity.store import writing
from cloudnego.identity.workers import NewLine, add_lines
from cloudnego.importing.rosters import RostersTarget
from cloudnego.importing.sheets import ImportKind
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
