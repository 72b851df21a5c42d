"""notices to people: how each wants to be told, what leaves the house, how far the log was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mail_address") as table:
        table.add_column(sa.Column("confirmed_s", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("failed_s", sa.BigInteger(), nullable=True))
    op.create_table(
        "notice_choice",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=4), nullable=False),
        sa.Column("mail", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=32), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_to", sa.Integer(), nullable=False),
        sa.Column("changed_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_notice_choice_person"),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "dispatch",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.Column("ends_s", sa.BigInteger(), nullable=True),
        sa.Column("next_s", sa.BigInteger(), nullable=False),
        sa.Column("letter", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=64), nullable=False),
        sa.Column("leased_until_s", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_dispatch_person"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_dispatch_state", "dispatch", ["state", "next_s"])
    op.create_index("ix_dispatch_person", "dispatch", ["person"])
    op.create_index("ix_dispatch_letter", "dispatch", ["letter"])
    place = op.create_table(
        "notice_place",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    # what was noted before is old: nobody is called to it now
    last = sa.func.max(sa.column("pos", sa.BigInteger()))
    here = sa.select(sa.literal(1), last).select_from(sa.table("leaf")).having(last.is_not(None))
    op.execute(sa.insert(place).from_select(["id", "place"], here))


def downgrade() -> None:
    for name in ("notice_place", "dispatch", "notice_choice"):
        op.drop_table(name)
    with op.batch_alter_table("mail_address") as table:
        table.drop_column("failed_s")
        table.drop_column("confirmed_s")
