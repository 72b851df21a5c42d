"""portals: clients, their keys and grants, what signs tokens, what was prepared, and what people consented to.

What changes what a portal may do moves the identity epoch, by triggers as in 0002; a new client or a new secret changes
nothing for tokens that are out.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOVES = (
    ("portal_client", "UPDATE"),
    ("portal_client", "DELETE"),
    ("portal_grant", "INSERT"),
    ("portal_grant", "UPDATE"),
    ("portal_grant", "DELETE"),
    ("portal_revoked", "INSERT"),
    ("oauth_request", "UPDATE OF ended_s"),
)
MOVE = (
    "INSERT INTO identity_epoch (id, epoch) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET epoch = identity_epoch.epoch + 1"
)


def _name(table: str, event: str) -> str:
    return f"identity_epoch_{table}_{event.partition(' ')[0].lower()}"


def _watch() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, event in MOVES:
        name = _name(table, event)
        if sqlite:
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {MOVE}; END")
        else:
            op.execute(
                f"CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION move_identity_epoch()"
            )


def upgrade() -> None:
    op.create_table(
        "portal_client",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("redirect_uris", sa.String(length=4000), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("ended_s", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("portal_client", schema=None) as batch_op:
        batch_op.create_index("ix_portal_client_district", ["district"], unique=False)

    op.create_table(
        "portal_revoked",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_table(
        "portal_spent",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    with op.batch_alter_table("portal_spent", schema=None) as batch_op:
        batch_op.create_index("ix_portal_spent_expires", ["expires_s"], unique=False)

    op.create_table(
        "token_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("jwk", sa.String(length=400), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.Column("retires_s", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kid"),
    )
    op.create_table(
        "oauth_request",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("enterprise", sa.String(length=64), nullable=False),
        sa.Column("redirect_uri", sa.String(length=500), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=1000), nullable=True),
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("decided_s", sa.BigInteger(), nullable=True),
        sa.Column("used_s", sa.BigInteger(), nullable=True),
        sa.Column("ended_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["portal_client.id"], name="fk_oauth_request_client"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("oauth_request", schema=None) as batch_op:
        batch_op.create_index("ix_oauth_request_code", ["code_hash"], unique=False)

    op.create_table(
        "portal_grant",
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("enterprise", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("granted_by", sa.String(length=64), nullable=False),
        sa.Column("granted_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["portal_client.id"], name="fk_portal_grant_client"),
        sa.ForeignKeyConstraint(["enterprise"], ["organisation.id"], name="fk_portal_grant_enterprise"),
        sa.PrimaryKeyConstraint("client", "enterprise"),
    )
    with op.batch_alter_table("portal_grant", schema=None) as batch_op:
        batch_op.create_index("ix_portal_grant_enterprise", ["enterprise"], unique=False)

    op.create_table(
        "portal_key",
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("kid", sa.String(length=128), nullable=False),
        sa.Column("jwk", sa.String(length=2000), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["portal_client.id"], name="fk_portal_key_client"),
        sa.PrimaryKeyConstraint("client", "kid"),
    )
    op.create_table(
        "portal_secret",
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["portal_client.id"], name="fk_portal_secret_client"),
        sa.PrimaryKeyConstraint("secret_hash"),
    )
    with op.batch_alter_table("portal_secret", schema=None) as batch_op:
        batch_op.create_index("ix_portal_secret_client", ["client"], unique=False)

    op.create_table(
        "prepared",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=96), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("command", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["client"], ["portal_client.id"], name="fk_prepared_client"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("prepared", schema=None) as batch_op:
        batch_op.create_index("ix_prepared_case", ["case_id"], unique=False)

    op.create_table(
        "refresh",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("family", sa.String(length=64), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("enterprise", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.Column("used_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["client"], ["portal_client.id"], name="fk_refresh_client"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_refresh_person"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    with op.batch_alter_table("refresh", schema=None) as batch_op:
        batch_op.create_index("ix_refresh_family", ["family"], unique=False)
    _watch()


def downgrade() -> None:
    with op.batch_alter_table("refresh", schema=None) as batch_op:
        batch_op.drop_index("ix_refresh_family")

    op.drop_table("refresh")
    with op.batch_alter_table("prepared", schema=None) as batch_op:
        batch_op.drop_index("ix_prepared_case")

    op.drop_table("prepared")
    with op.batch_alter_table("portal_secret", schema=None) as batch_op:
        batch_op.drop_index("ix_portal_secret_client")

    op.drop_table("portal_secret")
    op.drop_table("portal_key")
    with op.batch_alter_table("portal_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_portal_grant_enterprise")

    op.drop_table("portal_grant")
    with op.batch_alter_table("oauth_request", schema=None) as batch_op:
        batch_op.drop_index("ix_oauth_request_code")

    op.drop_table("oauth_request")
    op.drop_table("token_key")
    with op.batch_alter_table("portal_spent", schema=None) as batch_op:
        batch_op.drop_index("ix_portal_spent_expires")

    op.drop_table("portal_spent")
    op.drop_table("portal_revoked")
    with op.batch_alter_table("portal_client", schema=None) as batch_op:
        batch_op.drop_index("ix_portal_client_district")

    op.drop_table("portal_client")
