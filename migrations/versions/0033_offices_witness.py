"""the program of an office has a key that is nobody's, and a co-signature may be of an office."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("device_key") as table:
        table.alter_column("person", existing_type=sa.String(length=64), nullable=True)
        table.add_column(sa.Column("office", sa.String(length=16), nullable=True))
    with op.batch_alter_table("cosignature") as table:
        table.alter_column("side", existing_type=sa.String(length=8), type_=sa.String(length=16), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("cosignature") as table:
        table.alter_column("side", existing_type=sa.String(length=16), type_=sa.String(length=8), nullable=False)
    with op.batch_alter_table("device_key") as table:
        table.drop_column("office")
        table.alter_column("person", existing_type=sa.String(length=64), nullable=False)
