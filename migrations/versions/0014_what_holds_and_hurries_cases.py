"""what holds and hurries cases, and what came out of them: counted beside the rollup.

The new columns begin empty: `cloudnego replay` fills them, and until then a case does when it next changes.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SHOWN: dict[str, tuple[sa.types.TypeEngine[Any], str | None]] = {
    "due_on": (sa.Date(), None),
    "late": (sa.String(length=300), ""),
    "near": (sa.String(length=300), ""),
    "saved": (sa.Integer(), "0"),
    "ballot_roll": (sa.Integer(), "0"),
    "ballot_present": (sa.Integer(), "0"),
    "raise_band": (sa.String(length=24), None),
    "minimum_band": (sa.String(length=24), None),
}
SUMMED: dict[str, tuple[sa.types.TypeEngine[Any], str | None]] = {
    "saved": (sa.Integer(), "0"),
    "ballot_roll": (sa.BigInteger(), "0"),
    "ballot_present": (sa.BigInteger(), "0"),
    "yearly": (sa.Integer(), "0"),
}
"""Each with what stands there until the case is counted anew."""


def upgrade() -> None:
    for table, columns in (("overview", SHOWN), ("rollup", SUMMED)):
        for name, (kind, default) in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_table(
        "tally",
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=96), nullable=False),
        sa.Column("industry", sa.String(length=96), nullable=False),
        sa.Column("size_band", sa.String(length=16), nullable=False),
        sa.Column("wage_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("district", "kind", "key", "place", "industry", "size_band", "wage_year"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("tally")
    for table, columns in (("overview", SHOWN), ("rollup", SUMMED)):
        for name in columns:
            op.drop_column(table, name)
