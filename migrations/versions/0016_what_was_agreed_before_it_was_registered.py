"""what was agreed before it was registered here counts as agreed: a contract in force is no talk that failed."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_OF_CELL = """
    SELECT count(*) FROM overview AS o
    WHERE o.agreed_on IS NULL AND o.in_force_from IS NOT NULL
      AND o.district = rollup.district AND o.wage_year = rollup.wage_year
      AND o.step = rollup.step AND coalesce(o.ending, '') = rollup.ending
      AND (rollup.face NOT IN ('place', 'cross') OR coalesce(nullif(o.town, ''), o.region) = rollup.place)
      AND (rollup.face NOT IN ('industry', 'cross') OR o.industry = rollup.industry)
      AND (rollup.face NOT IN ('size', 'cross') OR o.size_band = rollup.size_band)
"""


def upgrade() -> None:
    op.execute(f"UPDATE rollup SET agreed = agreed + ({_OF_CELL})")


def downgrade() -> None:
    op.execute(f"UPDATE rollup SET agreed = agreed - ({_OF_CELL})")
