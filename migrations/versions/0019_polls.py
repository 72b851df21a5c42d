"""polls: who may vote, the box, the list it becomes, and what tellers counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "poll",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.Column("closes_s", sa.BigInteger(), nullable=True),
        sa.Column("modulus", sa.String(length=520), nullable=False),
        sa.Column("thumbprint", sa.String(length=43), nullable=False),
        sa.Column("receipt_key", sa.String(length=43), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("pool", sa.String(length=32), nullable=True),
        sa.Column("closing", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.create_index("ix_poll_district_state", ["district", "state"], unique=False)
    op.create_table(
        "poll_voter",
        sa.Column("poll", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("blinded", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("poll", "person"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballot",
        sa.Column("poll", sa.String(length=32), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("choice", sa.String(length=512), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("poll", "place"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "poll_list",
        sa.Column("poll", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("poll", "number"),
    )
    op.create_table(
        "teller_count",
        sa.Column("poll", sa.String(length=32), nullable=False),
        sa.Column("teller", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.Column("spoiled", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("poll", "teller"),
    )


def downgrade() -> None:
    op.drop_table("teller_count")
    op.drop_table("poll_list")
    op.drop_table("ballot")
    op.drop_table("poll_voter")
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.drop_index("ix_poll_district_state")
    op.drop_table("poll")
