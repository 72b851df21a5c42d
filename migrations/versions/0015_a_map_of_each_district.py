"""a map of each district: where the tiles of its places lie, and their shapes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "district_map",
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district"),
    )


def downgrade() -> None:
    op.drop_table("district_map")
