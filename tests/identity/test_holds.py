"""A hold keeps all of its case, and of no other, until its day is over or it is lifted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, insert
from sqlmodel import select

from cloudnego.eventlog import sql
from cloudnego.identity.grant_tables import MaterialView
from cloudnego.identity.holds import HoldAt, held_cases, lift, set_hold
from cloudnego.identity.retention import DAY_S, Retention
from cloudnego.identity.store import reading, writing
from cloudnego.surveys.tables import Survey, SurveyPart

NOW_S = 2_000_000_000
LONG_AGO_S = NOW_S - 20_000 * DAY_S
TODAY = datetime.fromtimestamp(NOW_S, UTC).date()
HOLD = HoldAt(id="h1", case="c1", reason="仲裁", set_by="a", set_s=NOW_S, until_on=TODAY, lifted_by=None, lifted_s=None)


def row(model: Any, **given: Any) -> Any:
    """A statement that enters any row of a table, long ago."""
    blank: dict[type, object] = {int: 0, bytes: b"", date: date(2020, 1, 1)}
    table = sql.table_of(model)
    made = {column.name: blank.get(column.type.python_type, "") for column in table.columns}
    return insert(table).values(**made | given)


def filled(engine: Engine) -> None:
    with writing(engine) as session:
        for case in ("c1", "c2"):
            session.connection().execute(row(MaterialView, case_id=case, first_s=LONG_AGO_S))
            session.connection().execute(row(Survey, id=f"s-{case}", case_id=case, since_s=LONG_AGO_S))
            session.connection().execute(row(SurveyPart, survey=f"s-{case}", person="p", since_s=LONG_AGO_S))
        session.commit()


def left(engine: Engine) -> list[str]:
    with reading(engine) as session:
        views = [one.case_id for one in session.exec(select(MaterialView)).all()]
        parts = [one.survey for one in session.exec(select(SurveyPart)).all()]
    return sorted(views + parts)


def test_what_is_held_stays_and_goes_when_the_hold_is_over(engine: Engine) -> None:
    filled(engine)
    with writing(engine) as session:
        set_hold(session, "d", HOLD)
    retention = Retention(engine, {})
    due = retention.due(NOW_S)
    assert (due["views"], due["surveys"]) == (1, 2)
    assert len(left(engine)) == 4, "a dry run deletes nothing"
    assert retention.sweep(NOW_S)["views"] == 1
    assert left(engine) == ["c1", "s-c1"]
    with writing(engine) as session:
        assert lift(session, "c2", "h1", "a", NOW_S) is None, "it is of another case"
        assert lift(session, "c1", "h1", "a", NOW_S) is not None
        assert lift(session, "c1", "h1", "a", NOW_S) is None
    retention.sweep(NOW_S)
    assert left(engine) == []


def test_a_hold_ends_with_its_day(engine: Engine) -> None:
    with writing(engine) as session:
        set_hold(session, "d", HOLD)
    with reading(engine) as session:
        assert held_cases(session, TODAY) == {"c1"}
        assert held_cases(session, date.fromordinal(TODAY.toordinal() + 1)) == frozenset()
    assert HOLD.stands(TODAY)
