"""sandboxes that end: a practice by itself when its time is over, any other when its operator says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ADDED = ("ends_s", "ended_s")


def upgrade() -> None:
    for name in _ADDED:
        op.add_column("district", sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in reversed(_ADDED):
        op.drop_column("district", name)
