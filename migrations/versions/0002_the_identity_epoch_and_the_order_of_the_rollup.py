"""the identity epoch, a number that moves with whatever changes who somebody is; and the rollup in another order.

Triggers keep the number, so that nothing that writes these tables can forget it: no program of an older or newer
version, no operator at the database's own prompt.
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


# With the year last, the cells that a question without a year adds up lie side by side.
ROLLUP_WAS = ("district", "face", "wage_year", "place", "industry", "size_band", "step", "ending")
ROLLUP_IS = ("district", "face", "place", "industry", "size_band", "step", "ending", "wage_year")
LENGTHS = {
    "district": 64, "face": 8, "place": 96, "industry": 96, "size_band": 16, "step": 16, "ending": 24,
}  # fmt: skip
BIG = ("headcount", "rate_sum")
MEASURES = (
    "cases", "headcount", "gatherings", "steps_done", "steps_online", "yellow", "red", "grey", "offered", "agreed",
    "balloted", "passed_first", "in_force", "published", "contested", "rated", "rate_sum",
)  # fmt: skip


def _rollup(key: tuple[str, ...]) -> None:
    """The same rows under a key of another order."""
    op.create_table(
        "rollup_anew",
        *(
            sa.Column(name, sa.String(length=LENGTHS[name]), nullable=False)
            if name in LENGTHS
            else sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)
            for name in key
        ),
        *(sa.Column(name, sa.BigInteger() if name in BIG else sa.Integer(), nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint(*key),
        sqlite_with_rowid=False,
    )
    columns = ", ".join((*key, *MEASURES))
    op.execute(f"INSERT INTO rollup_anew ({columns}) SELECT {columns} FROM rollup")
    op.drop_table("rollup")
    op.rename_table("rollup_anew", "rollup")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER INDEX rollup_anew_pkey RENAME TO rollup_pkey")


def _name(table: str, event: str) -> str:
    return f"identity_epoch_{table}_{event.partition(' ')[0].lower()}"


def upgrade() -> None:
    _rollup(ROLLUP_IS)
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
    _rollup(ROLLUP_WAS)
