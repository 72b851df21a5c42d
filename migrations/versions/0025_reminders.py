"""reminders of surveys and congresses become one, and votes have them too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_FROM_SURVEYS = """
    INSERT INTO reminder (about, number, district, "by", at_s, told)
    SELECT r.survey, r.number, s.district, r.created_by, r.at_s, r.told
    FROM survey_reminder r JOIN survey s ON s.id = r.survey
"""
_FROM_CONGRESSES = """
    INSERT INTO reminder (about, number, district, "by", at_s, told)
    SELECT 'congress ' || case_id || ' ' || round, row_number() OVER (PARTITION BY case_id, round ORDER BY at_s, id),
        district, "by", at_s, reminded
    FROM congress_reminder
"""
_TO_SURVEYS = """
    INSERT INTO survey_reminder (survey, number, since_s, created_by, at_s, told)
    SELECT r.about, r.number, s.since_s, r."by", r.at_s, r.told FROM reminder r JOIN survey s ON s.id = r.about
"""


def _text(name: str, length: int = 64) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _seconds(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "reminder",
        _text("about"),
        _number("number"),
        _text("district"),
        _text("by"),
        _seconds("at_s"),
        _number("told"),
        sa.PrimaryKeyConstraint("about", "number"),
    )
    op.execute(_FROM_SURVEYS)
    op.execute(_FROM_CONGRESSES)
    op.drop_table("survey_reminder")
    op.drop_index("ix_congress_reminder_case", table_name="congress_reminder")
    op.drop_table("congress_reminder")


def downgrade() -> None:
    op.create_table(
        "survey_reminder",
        _text("survey", 40),
        _number("number"),
        _seconds("since_s"),
        _text("created_by"),
        _seconds("at_s"),
        _number("told"),
        sa.PrimaryKeyConstraint("survey", "number"),
    )
    op.create_table(
        "congress_reminder",
        _text("id"),
        _text("district"),
        _text("case_id", 32),
        _number("round"),
        _number("reminded"),
        _text("by"),
        _seconds("at_s"),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name="fk_congress_reminder_by"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_congress_reminder_case", "congress_reminder", ["case_id", "round"])
    op.execute(_TO_SURVEYS)
    op.drop_table("reminder")
