"""what workers object to the list of their elected representatives, and the union's answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def _text(name: str, length: int = 64, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=null)


def _seconds(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def upgrade() -> None:
    op.create_table(
        "election_objection",
        _text("id"),
        _text("district"),
        _text("case_id"),
        _text("about", null=True),
        _text("raised_by"),
        _seconds("raised_s"),
        _text("reason", 500),
        _text("answer", 500, null=True),
        _text("answered_by", null=True),
        _seconds("answered_s", null=True),
        sa.ForeignKeyConstraint(["about"], ["person.id"], name="fk_election_objection_about"),
        sa.ForeignKeyConstraint(["raised_by"], ["person.id"], name="fk_election_objection_raised_by"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_election_objection_case_id", "election_objection", ["case_id", "raised_s"])


def downgrade() -> None:
    op.drop_table("election_objection")
