"""grants: instructors, court orders, who read what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instructor",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("active_from", sa.Date(), nullable=False),
        sa.Column("active_to", sa.Date(), nullable=True),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_instructor_person"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.create_index("ix_instructor_district_person", ["district", "person"], unique=False)
    op.create_table(
        "court_order",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("order_no", sa.String(length=120), nullable=False),
        sa.Column("court", sa.String(length=200), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("scan_sha256", sa.String(length=64), nullable=False),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("requested_s", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_s", sa.BigInteger(), nullable=True),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("court_order", schema=None) as batch_op:
        batch_op.create_index("ix_court_order_district", ["district"], unique=False)
    op.create_table(
        "court_order_reading",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("court_order", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["court_order"], ["court_order.id"], name="fk_court_order_reading_court_order"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("court_order_reading", schema=None) as batch_op:
        batch_op.create_index("ix_court_order_reading_court_order", ["court_order"], unique=False)
    op.create_table(
        "material_view",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("stream", sa.String(length=8), nullable=False),
        sa.Column("material", sa.String(length=96), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("office", sa.String(length=24), nullable=True),
        sa.Column("organisation", sa.String(length=64), nullable=True),
        sa.Column("first_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "stream", "material", "person", "day"),
    )


def downgrade() -> None:
    op.drop_table("material_view")
    with op.batch_alter_table("court_order_reading", schema=None) as batch_op:
        batch_op.drop_index("ix_court_order_reading_court_order")

    op.drop_table("court_order_reading")
    with op.batch_alter_table("court_order", schema=None) as batch_op:
        batch_op.drop_index("ix_court_order_district")

    op.drop_table("court_order")
    with op.batch_alter_table("instructor", schema=None) as batch_op:
        batch_op.drop_index("ix_instructor_district_person")

    op.drop_table("instructor")
