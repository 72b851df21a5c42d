"""the article a hold rests on, beside its reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_hold") as table:
        table.add_column(sa.Column("article", sa.String(length=120), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("case_hold") as table:
        table.drop_column("article")
