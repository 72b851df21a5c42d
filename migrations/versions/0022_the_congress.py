"""what delegates do before a congress votes: receipts of the draft, presence, comments, and reminders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def _text(name: str, length: int = 64, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=null)


def _seconds(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    for table, more in (("congress_receipt", ()), ("congress_presence", ("sitting",))):
        op.create_table(
            table,
            _text("case_id", 32),
            _number("round"),
            *(_number(name) for name in more),
            _text("person"),
            _text("district"),
            _seconds("at_s"),
            sa.ForeignKeyConstraint(["person"], ["person.id"], name=f"fk_{table}_person"),
            sa.PrimaryKeyConstraint("case_id", "round", *more, "person"),
        )
    op.create_table(
        "congress_comment",
        _text("id"),
        _text("district"),
        _text("case_id", 32),
        _number("round"),
        _text("person"),
        _text("text", 1000),
        _seconds("at_s"),
        _seconds("hidden_s", null=True),
        _text("hidden_by", null=True),
        _text("hidden_why", 200, null=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_congress_comment_person"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_congress_comment_case", "congress_comment", ["case_id", "round", "at_s"])
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


def downgrade() -> None:
    for table in ("congress_reminder", "congress_comment", "congress_presence", "congress_receipt"):
        op.drop_table(table)
