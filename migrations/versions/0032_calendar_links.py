"""links to a calendar of terms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_link",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("client", sa.String(length=64), nullable=True),
        sa.Column("enterprise", sa.String(length=64), nullable=True),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("acting_as", sa.String(length=64), nullable=True),
        sa.Column("case_id", sa.String(length=96), nullable=True),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("used_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["portal_client.id"], name="fk_calendar_link_client"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_calendar_link_person"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ux_calendar_link_token", "calendar_link", ["token_hash"], unique=True)
    op.create_index("ix_calendar_link_person", "calendar_link", ["person"])
    op.create_index("ix_calendar_link_client", "calendar_link", ["client"])


def downgrade() -> None:
    op.drop_table("calendar_link")
