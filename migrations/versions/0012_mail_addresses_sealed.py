"""mail addresses sealed.

A migration has no keys, so it can seal nothing: addresses that lie in the clear go, and who gave one gives it again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _anew(column: str, length: int) -> None:
    """The table made anew, empty. Dropped, not emptied: a row deleted leaves its bytes in the file for a while."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete=ON")  # of this connection: what is dropped is overwritten
    op.drop_table("mail_address")
    op.create_table(
        "mail_address",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column(column, sa.String(length=length), nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_mail_address_person"),
        sa.PrimaryKeyConstraint("person"),
    )


def upgrade() -> None:
    _anew("sealed", 400)


def downgrade() -> None:
    _anew("address", 254)
