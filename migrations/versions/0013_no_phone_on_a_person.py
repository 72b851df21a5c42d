"""no phone on a person.

Whoever wants to be reached gives a phone himself, and it lies sealed (0011). What an operator once wrote down goes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete=ON")  # of this connection: what is dropped is overwritten
    op.drop_column("person", "phone")


def downgrade() -> None:
    op.add_column("person", sa.Column("phone", sa.String(length=32), nullable=True))
