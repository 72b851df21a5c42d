"""nominations before an election: calls, who was put forward and by whom, what the union decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _text(name: str, length: int = 64, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=null)


def _seconds(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _maybe(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=True)


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.create_table(
        "nomination_call",
        _text("id"),
        _text("district"),
        _text("case_id"),
        _text("enterprise"),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _seconds("opened_s"),
        _text("opened_by"),
        _of("nomination_call", "enterprise", "organisation"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_nomination_call_case_id", "nomination_call", ["case_id", "opened_s"])
    op.create_table(
        "candidacy",
        _text("id"),
        _text("call"),
        _text("person"),
        _maybe("stands"),
        _text("post", 80, null=True),
        _text("words", 400, null=True),
        _maybe("shown"),
        _maybe("listed"),
        _text("marks", 96),
        _seconds("since_s"),
        _of("candidacy", "call", "nomination_call"),
        _of("candidacy", "person", "person"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("uq_candidacy_person", "candidacy", ["call", "person"], unique=True)
    op.create_table(
        "nomination",
        _text("candidacy"),
        _text("person"),
        _seconds("since_s"),
        _of("nomination", "candidacy", "candidacy"),
        _of("nomination", "person", "person"),
        sa.PrimaryKeyConstraint("candidacy", "person"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "candidacy_step",
        _text("candidacy"),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        _text("kind", 16),
        _text("reason", 200, null=True),
        _text("created_by"),
        _seconds("at_s"),
        _of("candidacy_step", "candidacy", "candidacy"),
        sa.PrimaryKeyConstraint("candidacy", "number"),
    )


def downgrade() -> None:
    for table in ("candidacy_step", "nomination", "candidacy", "nomination_call"):
        op.drop_table(table)
