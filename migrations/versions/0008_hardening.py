"""the texts people accept, who accepted which, and the record of who came and went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "district_text",
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("title_zh", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("body_zh", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("entered_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", "name", "version"),
    )
    op.create_table(
        "accepted_text",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_accepted_text_person"),
        sa.PrimaryKeyConstraint("person", "name", "version"),
    )
    op.create_table(
        "sign_in_record",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("name_hash", sa.String(length=64), nullable=True),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("door", sa.String(length=8), nullable=True),
        sa.Column("at_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sign_in_record", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_record_at_s", ["at_s"], unique=False)
        batch_op.create_index("ix_sign_in_record_person", ["person", "at_s"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sign_in_record", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_record_person")
        batch_op.drop_index("ix_sign_in_record_at_s")
    op.drop_table("sign_in_record")
    op.drop_table("accepted_text")
    op.drop_table("district_text")
