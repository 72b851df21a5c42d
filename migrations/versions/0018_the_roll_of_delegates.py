"""the roll of congress delegates, its postings and objections, and what was frozen of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_s IS NULL")
COUNTS = ("delegates", "attending", "workers", "managers", "women")


def _text(name: str, length: int = 64, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=null)


def _seconds(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _flags() -> tuple[sa.Column[bool], ...]:
    return tuple(sa.Column(name, sa.Boolean(), nullable=False) for name in ("manager", "woman", "dispatched"))


def _of(table: str, column: str, other: str, name: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{name or column}")


def _lines() -> None:
    op.create_table(
        "delegate",
        _text("id"),
        _text("district"),
        _text("enterprise"),
        _text("worker"),
        _text("person"),
        *_flags(),
        sa.Column("since", sa.Date(), nullable=False),
        _text("reason", 200, null=True),
        _seconds("created_s"),
        _text("created_by"),
        _seconds("ended_s", null=True),
        _text("ended_by", null=True),
        _text("ended_why", 200, null=True),
        _of("delegate", "enterprise", "organisation"),
        _of("delegate", "worker", "worker"),
        _of("delegate", "person", "person"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delegate_enterprise", "delegate", ["enterprise", "id"])
    op.create_index(
        "uq_delegate_person",
        "delegate",
        ["enterprise", "person"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _posted() -> None:
    op.create_table(
        "delegate_posting",
        _text("id"),
        _text("district"),
        _text("enterprise"),
        _seconds("posted_s"),
        _text("posted_by"),
        sa.Column("until", sa.Date(), nullable=False),
        _of("delegate_posting", "enterprise", "organisation"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delegate_posting_enterprise", "delegate_posting", ["enterprise", "posted_s"])
    op.create_table(
        "delegate_objection",
        _text("id"),
        _text("district"),
        _text("enterprise"),
        _text("delegate"),
        _text("raised_by"),
        _seconds("raised_s"),
        _text("reason", 500),
        _text("answer", 500, null=True),
        _text("answered_by", null=True),
        _seconds("answered_s", null=True),
        _of("delegate_objection", "enterprise", "organisation"),
        _of("delegate_objection", "delegate", "delegate", "line"),
        _of("delegate_objection", "raised_by", "person"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delegate_objection_enterprise", "delegate_objection", ["enterprise", "raised_s"])


def _frozen() -> None:
    op.create_table(
        "delegate_roll",
        _text("id"),
        _text("district"),
        _text("enterprise"),
        _text("roll_hash"),
        *(
            sa.Column(n, sa.Integer(), nullable=False)
            for n in ("delegates", "attending", "workers", "managers", "women")
        ),
        sa.Column("term_until", sa.Date(), nullable=True),
        _text("reason", 200, null=True),
        _seconds("frozen_s"),
        _text("frozen_by"),
        _of("delegate_roll", "enterprise", "organisation"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_delegate_roll_enterprise", "delegate_roll", ["enterprise", "frozen_s"])
    op.create_index("uq_delegate_roll_hash", "delegate_roll", ["enterprise", "roll_hash"], unique=True)
    op.create_table(
        "delegate_roll_line",
        _text("roll"),
        _text("delegate"),
        _text("person"),
        *_flags(),
        _text("salt"),
        _text("leaf_hash"),
        _of("delegate_roll_line", "roll", "delegate_roll"),
        _of("delegate_roll_line", "delegate", "delegate"),
        _of("delegate_roll_line", "person", "person"),
        sa.PrimaryKeyConstraint("roll", "delegate"),
    )
    op.create_index("ix_delegate_roll_line_person", "delegate_roll_line", ["person"])


def upgrade() -> None:
    _lines()
    _posted()
    _frozen()


def downgrade() -> None:
    for table in ("delegate_roll_line", "delegate_roll", "delegate_objection", "delegate_posting", "delegate"):
        op.drop_table(table)
