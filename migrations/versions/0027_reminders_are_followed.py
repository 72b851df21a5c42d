"""of a reminder it is counted how many messages reached a device and were opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("inbox_message") as table:
        table.add_column(sa.Column("about", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("number", sa.Integer(), nullable=True))
        for name in ("delivered", "opened"):
            table.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("reminder") as table:
        for name in ("delivered", "opened"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("reminder") as table:
        for name in ("opened", "delivered"):
            table.drop_column(name)
    with op.batch_alter_table("inbox_message") as table:
        for name in ("opened", "delivered", "number", "about"):
            table.drop_column(name)
