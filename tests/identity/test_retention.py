"""What is kept how long: past its time it goes, below the floor of the law nothing can be set."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, select
from sqlmodel import SQLModel

from cloudnego.eventlog import sql
from cloudnego.identity.admission import Slip, SlipPrint, Worker
from cloudnego.identity.portal_tables import PortalSpent
from cloudnego.identity.record_tables import SignInRecord
from cloudnego.identity.retention import DAY_S, KEPT, OF_NOBODY, BelowFloor, Retention
from cloudnego.identity.store import writing
from cloudnego.identity.tables import Membership, Organisation, Person
from cloudnego.settings import Settings

NOW_S = 2_000_000_000
PERSONAL = ("person", "name_hash", "phone", "address", "contact", "_by")
FIXED = {"passing"}  # what has run out is of use to nobody: there is nothing to choose
SETTINGS = {one.name: f"keep_{one.name}_days" for one in KEPT if one.swept and one.name not in FIXED}


def records(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return sorted(connection.execute(select(sql.table_of(SignInRecord).c.id)).scalars())


def filled(engine: Engine, *ages_in_days: float) -> None:
    with writing(engine) as session:
        for number, days in enumerate(ages_in_days):
            at_s = NOW_S - int(days * DAY_S)
            session.add(SignInRecord(id=f"r{number}", district="d", what="in", at_s=at_s))


def test_what_is_past_its_time_goes_and_nothing_else(engine: Engine) -> None:
    filled(engine, 0, 179, 199.9, 200.1, 5000)
    gone = Retention(engine, {"sign_ins": 200}).sweep(NOW_S)
    assert gone["sign_ins"] == 2
    assert records(engine) == ["r0", "r1", "r2"]
    assert Retention(engine, {"sign_ins": 200}).sweep(NOW_S)["sign_ins"] == 0


def test_many_rows_go_a_few_thousand_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudnego.identity.retention._AT_ONCE", 3)
    filled(engine, *range(1000, 1010))
    assert Retention(engine, {}).sweep(NOW_S)["sign_ins"] == 10
    assert records(engine) == []


@pytest.mark.parametrize("name", [one.name for one in KEPT if one.days is not None and one.floor])
def test_nothing_is_kept_for_less_than_the_law_wants(engine: Engine, name: str) -> None:
    (kept,) = [one for one in KEPT if one.name == name]
    Retention(engine, {name: kept.floor})
    with pytest.raises(BelowFloor, match=str(kept.floor)):
        Retention(engine, {name: kept.floor - 1})


def test_the_settings_have_the_same_floors_and_defaults() -> None:
    for one in KEPT:
        if one.name not in SETTINGS:
            continue
        field = Settings.model_fields[SETTINGS[one.name]]
        assert field.default == one.days, one.name
        lowest = next(limit.ge for limit in field.metadata if hasattr(limit, "ge"))
        assert lowest == max(one.floor, 1), one.name
        with pytest.raises(ValidationError):
            Settings(**{SETTINGS[one.name]: lowest - 1})


def test_the_floors_are_those_of_the_law() -> None:
    """网络安全法 21(3): network logs six months; 个人信息保护法 56: impact assessments three years."""
    floors = {one.name: one.floor for one in KEPT}
    assert all(floors[name] >= 180 for name in ("sign_ins", "views", "prints", "logs", "resets"))
    assert floors["assessments"] >= 3 * 365


def test_every_table_stands_in_one_row_or_is_of_nobody() -> None:
    """You add a table? Say in `retention.KEPT` how long what it holds of people is kept, or why it holds nothing."""
    import_module("cloudnego.main")  # whoever builds the house knows every table
    spoken_of = Counter([name for one in KEPT for name in one.tables] + sorted(OF_NOBODY))
    known = set(SQLModel.metadata.tables)
    assert known - spoken_of.keys() == set(), "tables of which nobody says how long they are kept"
    assert spoken_of.keys() - known == set(), "rows of retention without a table"
    assert [name for name, times in spoken_of.items() if times > 1] == [], "said twice"


def test_no_table_of_nobody_names_a_person() -> None:
    for name in OF_NOBODY:
        columns = SQLModel.metadata.tables[name].columns
        assert not any(word in column.name for column in columns for word in PERSONAL), name


def test_what_is_swept_lies_in_the_tables_of_its_row() -> None:
    for one in KEPT:
        assert {table for table, _ in one.swept} <= set(one.tables), one.name
        assert (one.days is not None) == bool(one.swept), one.name
        for table, column in one.swept:
            assert column in SQLModel.metadata.tables[table].columns, one.name


def test_people_are_told_of_every_row() -> None:
    told = Path("docs/PRIVACY.md").read_text(encoding="utf-8")
    assert [one.name for one in KEPT if f"(`{one.name}`)" not in told] == []
    assert [one.name for one in KEPT if one.days is not None and f" | {one.days} 天" not in told] == []


def test_a_print_goes_with_the_last_of_its_slips(engine: Engine) -> None:
    """A slip of long ago that still opens the door keeps the record of who printed it."""
    long_ago = NOW_S - 5_000 * DAY_S
    with writing(engine) as session:
        session.add(Person(id="p", district="d", name="甲", created_s=1))
        session.add(Organisation(id="o", district="d", kind="enterprise", name="厂", region="330109", created_s=1))
        session.flush()
        session.add(
            Membership(id="m", district="d", person="p", organisation="o", office="worker", created_s=1, created_by="p")
        )
        session.flush()
        for name in ("good", "void"):
            line = Worker(id=name, district="d", enterprise="o", number=name, person="p", membership="m", created_s=1)
            line.ended_s = None if name == "good" else 1
            session.add(line)
            print_ = SlipPrint(
                id=name, district="d", enterprise="o", printed_s=long_ago, printed_by="p", slips=1, why="first"
            )
            session.add(print_)
        session.flush()
        for name, voided in (("good", None), ("void", long_ago)):
            session.add(Slip(id=name, district="d", worker=name, print=name, code_hash=name, voided_s=voided))
    assert Retention(engine, {}).sweep(NOW_S)["prints"] == 2
    with engine.connect() as connection:
        for table in (Slip, SlipPrint):
            assert list(connection.execute(select(sql.table_of(table).c.id)).scalars()) == ["good"]


def test_what_has_run_out_goes_a_day_later_and_what_has_not_stays(engine: Engine) -> None:
    with writing(engine) as session:
        for name, expires_s in (("gone", NOW_S - 2 * DAY_S), ("over", NOW_S - 60), ("good", NOW_S + 60)):
            session.add(PortalSpent(mark=name, expires_s=expires_s))
    assert Retention(engine, {}).sweep(NOW_S)["passing"] == 1
    with engine.connect() as connection:
        assert set(connection.execute(select(sql.table_of(PortalSpent).c.mark)).scalars()) == {"over", "good"}
