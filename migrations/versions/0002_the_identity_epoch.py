"""the identity epoch: a number that moves with whatever changes who somebody is.

Triggers keep it, so that nothing that writes these tables can forget it: no program of an older or newer version, no
operator at the database's own prompt.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# What makes somebody somebody else. A new session, account, person or organisation changes nothing for those who are
# signed in; `seen_s` is written while a session is used and says nothing of who uses it.
MOVES = (
    ("sign_in", "DELETE"),
    ("sign_in", "UPDATE OF token_hash, district, person, door, created_s, expires_s"),
    ("person", "DELETE"),
    ("person", "UPDATE"),
    ("account", "DELETE"),
    ("account", "UPDATE"),
    ("organisation", "DELETE"),
    ("organisation", "UPDATE"),
    ("membership", "INSERT"),
    ("membership", "DELETE"),
    ("membership", "UPDATE"),
)

MOVE = (
    "INSERT INTO identity_epoch (id, epoch) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET epoch = identity_epoch.epoch + 1"
)

# Once in a transaction, and at its end: then it holds all the locks it will ever want, and cannot be waited for in a
# circle. A row that this transaction wrote has its number as xmin.
FUNCTION = f"""
CREATE FUNCTION move_identity_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MOVE} WHERE identity_epoch.xmin <> pg_current_xact_id()::xid;
    RETURN NULL;
END
$$
"""


def _name(table: str, event: str) -> str:
    return f"identity_epoch_{table}_{event.partition(' ')[0].lower()}"


def upgrade() -> None:
    op.create_table(
        "identity_epoch",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(FUNCTION)
    for table, event in MOVES:
        name = _name(table, event)
        if sqlite:
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {MOVE}; END")
        else:
            op.execute(
                f"CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION move_identity_epoch()"
            )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, event in MOVES:
        op.execute(f"DROP TRIGGER {_name(table, event)}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION move_identity_epoch()")
    op.drop_table("identity_epoch")
