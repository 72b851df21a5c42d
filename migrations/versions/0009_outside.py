"""people known to an OpenID provider."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outside_link",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("subject_hash", sa.String(length=64), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("used_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_outside_link_person"),
        sa.PrimaryKeyConstraint("person", "provider"),
        sa.UniqueConstraint("district", "subject_hash", name="uq_outside_link_district_subject_hash"),
    )
    op.create_table(
        "outside_return",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("until_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash"),
    )


def downgrade() -> None:
    op.drop_table("outside_return")
    op.drop_table("outside_link")
