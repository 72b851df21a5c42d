"""Tables from seeds: each bad cell is named and no other, nothing is half done, the same again changes nothing.

The long form is `make claim-imports`, which also kills imports on their way.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from claims.importing import SEEDS, Firm, faults_of, killed
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


@pytest.mark.kill
@pytest.mark.whole
def test_an_import_that_is_killed_leaves_all_or_nothing(tmp_path: Path) -> None:
    for seed in range(6):
        (tmp_path / f"{seed}").mkdir()
        assert killed(tmp_path / f"{seed}", seed)[1] == []
