"""witnesses (keys on people's own devices, the last head each co-signed) and the logs of the districts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_key",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("since_s", sa.BigInteger(), nullable=False),
        sa.Column("until_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_device_key_person"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_device_key_person", "device_key", ["person"])
    op.create_index("uq_device_key_public", "device_key", ["public"], unique=True)
    op.create_table(
        "cosignature",
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key"], ["device_key.id"], name="fk_cosignature_key"),
        sa.PrimaryKeyConstraint("stream", "key"),
    )
    op.create_table(
        "district_leaf",
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("tick", sa.BigInteger(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("district", "seq"),
    )
    op.create_index("uq_district_leaf_tick", "district_leaf", ["district", "kind", "tick"], unique=True)
    op.create_table(
        "district_head",
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("district", "stream", "size"),
    )


def downgrade() -> None:
    op.drop_table("district_head")
    op.drop_table("district_leaf")
    op.drop_table("cosignature")
    op.drop_table("device_key")
