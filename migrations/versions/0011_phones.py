"""phones people gave as a way in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The trigger of 0004 over the columns a session has now: a database cannot add one to it.
MOVES_WERE = "token_hash, district, person, door, created_s, expires_s, id, grade, proved_until_s, best, agent"
MOVES_ARE = f"{MOVES_WERE}, by_phone"
MOVE = (
    "INSERT INTO identity_epoch (id, epoch) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET epoch = identity_epoch.epoch + 1"
)
TRIGGER = "identity_epoch_sign_in_update"


def _watch(watched: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {TRIGGER} AFTER UPDATE OF {watched} ON sign_in BEGIN {MOVE}; END")
    else:
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {TRIGGER} AFTER UPDATE OF {watched} ON sign_in DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION move_identity_epoch()"
        )


def _unwatch() -> None:
    op.execute(f"DROP TRIGGER {TRIGGER}" + ("" if op.get_bind().dialect.name == "sqlite" else " ON sign_in"))


def upgrade() -> None:
    op.create_table(
        "phone_number",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.String(length=200), nullable=False),
        sa.Column("proves", sa.Boolean(), nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_phone_number_person"),
        sa.PrimaryKeyConstraint("person"),
        sa.UniqueConstraint("district", "digest", name="uq_phone_number_district_digest"),
    )
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.alter_column("person", existing_type=sa.String(length=64), nullable=True)
        batch_op.add_column(sa.Column("phone", sa.String(length=64), nullable=True))
        batch_op.create_index("ix_one_time_code_phone", ["phone"], unique=False)
    _unwatch()
    op.add_column("sign_in", sa.Column("by_phone", sa.Boolean(), nullable=False, server_default=sa.false()))
    _watch(MOVES_ARE)


def downgrade() -> None:
    _unwatch()
    op.drop_column("sign_in", "by_phone")
    _watch(MOVES_WERE)
    op.execute("DELETE FROM one_time_code WHERE person IS NULL")
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.drop_index("ix_one_time_code_phone")
        batch_op.drop_column("phone")
        batch_op.alter_column("person", existing_type=sa.String(length=64), nullable=False)
    op.drop_table("phone_number")
