"""What is kept how long: past its time it goes, below the floor of the law nothing can be set."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from cloudnego.eventlog import sql
from cloudnego.identity.record_tables import SignInRecord
from cloudnego.identity.retention import DAY_S, KEPT, BelowFloor, Retention
from cloudnego.identity.store import writing
from cloudnego.settings import Settings

NOW_S = 2_000_000_000
SETTINGS = {one.name: f"keep_{one.name}_days" for one in KEPT if one.table is not None}


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
        if one.table is None:
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


def test_every_table_that_is_swept_exists_with_its_column(engine: Engine) -> None:
    known = SQLModel.metadata.tables
    for one in KEPT:
        if one.table is not None and one.column is not None and one.table in known:
            assert one.column in known[one.table].columns, one.name
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(sql.table_of(SignInRecord))).scalar() == 0
