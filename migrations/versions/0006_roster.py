"""invitations, the workers' roster and its slips."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_s IS NULL")
GOOD = sa.text("voided_s IS NULL")


def _text(name: str, length: int, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=null)


def _seconds(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _invitations() -> None:
    op.create_table(
        "invitation",
        _text("id", 64),
        _text("district", 64),
        _text("token_hash", 64),
        _text("organisation", 64),
        _text("name", 80),
        _text("office", 24),
        _text("mandate", 96, null=True),
        _text("mandate_scope", 200, null=True),
        sa.Column("mandate_from", sa.Date(), nullable=True),
        sa.Column("mandate_to", sa.Date(), nullable=True),
        _seconds("created_s"),
        _text("created_by", 64),
        _seconds("expires_s"),
        _seconds("used_s", null=True),
        _text("used_by", 64, null=True),
        _seconds("revoked_s", null=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_invitation_organisation"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_invitation_created_by"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_index("ix_invitation_organisation", "invitation", ["organisation", "id"])


def _workers() -> None:
    op.create_table(
        "worker",
        _text("id", 64),
        _text("district", 64),
        _text("enterprise", 64),
        _text("number", 32),
        _text("person", 64),
        _text("membership", 64),
        _seconds("created_s"),
        _text("created_by", 64, null=True),
        _seconds("ended_s", null=True),
        sa.ForeignKeyConstraint(["enterprise"], ["organisation.id"], name="fk_worker_enterprise"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_worker_person"),
        sa.ForeignKeyConstraint(["membership"], ["membership.id"], name="fk_worker_membership"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_worker_enterprise", "worker", ["enterprise", "id"])
    op.create_index("ix_worker_person", "worker", ["person"])
    for name, columns in (
        ("uq_worker_number", ["enterprise", "number"]),
        ("uq_worker_person", ["enterprise", "person"]),
    ):
        op.create_index(name, "worker", columns, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)


def _slips() -> None:
    op.create_table(
        "slip_print",
        _text("id", 64),
        _text("district", 64),
        _text("enterprise", 64),
        _seconds("printed_s"),
        _text("printed_by", 64),
        sa.Column("slips", sa.Integer(), nullable=False),
        _text("why", 16),
        _text("remark", 200, null=True),
        sa.ForeignKeyConstraint(["enterprise"], ["organisation.id"], name="fk_slip_print_enterprise"),
        sa.ForeignKeyConstraint(["printed_by"], ["person.id"], name="fk_slip_print_printed_by"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_slip_print_enterprise", "slip_print", ["enterprise", "printed_s"])
    op.create_table(
        "slip",
        _text("id", 64),
        _text("district", 64),
        _text("worker", 64),
        _text("print", 64),
        _text("code_hash", 64),
        _text("pin_hash", 200, null=True),
        _seconds("voided_s", null=True),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_slip_worker"),
        sa.ForeignKeyConstraint(["print"], ["slip_print.id"], name="fk_slip_print"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_hash", name="uq_slip_code_hash"),
    )
    op.create_index("ix_slip_print", "slip", ["print"])
    op.create_index("uq_slip_worker", "slip", ["worker"], unique=True, sqlite_where=GOOD, postgresql_where=GOOD)


def upgrade() -> None:
    _invitations()
    _workers()
    _slips()


def downgrade() -> None:
    for name in ("slip", "slip_print", "worker", "invitation"):
        op.drop_table(name)
