"""how much portals are used, by the day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    counts = ("requests", "errors", "limited", "told", "failed", "wide")
    op.create_table(
        "portal_usage",
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("enterprise", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("last_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["portal_client.id"], name="fk_portal_usage_client"),
        sa.PrimaryKeyConstraint("client", "enterprise", "day"),
    )
    op.create_index("ix_portal_usage_last", "portal_usage", ["last_s"])


def downgrade() -> None:
    op.drop_table("portal_usage")
