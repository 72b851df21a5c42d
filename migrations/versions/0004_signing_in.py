"""how people prove themselves: the grade of a session, letters, codes, passkeys, messages, resets.

Sessions get a name that stays when their token changes. What was open before has none, so everybody signs in once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A table that is made anew has lost the triggers of 0002, so they are made again here, over the columns it has now.
MOVES_WERE = "token_hash, district, person, door, created_s, expires_s"
MOVES_ARE = f"{MOVES_WERE}, id, grade, proved_until_s, best, agent"
MOVE = (
    "INSERT INTO identity_epoch (id, epoch) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET epoch = identity_epoch.epoch + 1"
)


def _added() -> tuple[sa.Column[str] | sa.Column[int] | sa.UniqueConstraint, ...]:
    """The columns a session has now: its name, what was proved in it, what the browser calls itself."""
    return (
        _text("id", 64),
        sa.Column("grade", sa.Integer(), nullable=False),
        _second("proved_until_s"),
        sa.Column("best", sa.Integer(), nullable=False),
        _text("agent", 120, nullable=True),
        sa.UniqueConstraint("id", name="uq_sign_in_id"),
    )


def _sign_in(added: tuple[sa.Column[str] | sa.Column[int] | sa.UniqueConstraint, ...], watched: str) -> None:
    """The table without a row, with its triggers."""
    op.drop_table("sign_in")
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=8), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("seen_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        *added,
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_sign_in_person"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_sign_in_person", "sign_in", ["person"])
    for name, event in (("delete", "DELETE"), ("update", f"UPDATE OF {watched}")):
        trigger = f"identity_epoch_sign_in_{name}"
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"CREATE TRIGGER {trigger} AFTER {event} ON sign_in BEGIN {MOVE}; END")
        else:
            op.execute(
                f"CREATE CONSTRAINT TRIGGER {trigger} AFTER {event} ON sign_in DEFERRABLE INITIALLY DEFERRED "
                "FOR EACH ROW EXECUTE FUNCTION move_identity_epoch()"
            )


def _person(table: str) -> tuple[sa.Column[str] | sa.ForeignKeyConstraint, ...]:
    """Whose it is, in which district."""
    return (
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=f"fk_{table}_person"),
    )


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _second(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def upgrade() -> None:
    _sign_in(_added(), MOVES_ARE)
    op.create_table(
        "letter",
        _text("id", 64),
        *_person("letter"),
        _text("membership", 64),
        _text("digest", 64),
        sa.Column("until", sa.Date(), nullable=True),
        _second("issued_s"),
        _text("issued_by", 64, nullable=True),
        _second("used_s", nullable=True),
        _second("revoked_s", nullable=True),
        _text("revoked_by", 64, nullable=True),
        sa.ForeignKeyConstraint(["membership"], ["membership.id"], name="fk_letter_membership"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_letter_person", "letter", ["person"])
    op.create_index("ix_letter_membership", "letter", ["membership"])
    op.create_table(
        "one_time_code",
        _text("id", 64),
        *_person("one_time_code"),
        _text("session", 64),
        _text("means", 16),
        _text("digest", 64),
        sa.Column("tries", sa.Integer(), nullable=False),
        _second("made_s"),
        _second("expires_s"),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_one_time_code_person", "one_time_code", ["person"])
    op.create_table(
        "inbox_message",
        _text("id", 64),
        *_person("inbox_message"),
        _text("kind", 24),
        _text("body", 2000),
        _text("hidden_from", 64, nullable=True),
        _second("made_s"),
        _second("expires_s", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_inbox_message_person", "inbox_message", ["person"])
    op.create_table(
        "mail_address",
        *_person("mail_address"),
        _text("address", 254),
        _second("made_s"),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "authenticator",
        *_person("authenticator"),
        _text("secret", 200),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        _second("last_step"),
        _second("made_s"),
        sa.PrimaryKeyConstraint("person"),
    )
    _passkeys()
    op.create_table(
        "factor_reset",
        _text("id", 64),
        *_person("factor_reset"),
        _text("why", 500),
        _text("asked_by", 64),
        _second("asked_s"),
        sa.Column("two_persons", sa.Boolean(), nullable=False),
        _text("confirmed_by", 64, nullable=True),
        _second("done_s", nullable=True),
        _text("digest", 64, nullable=True),
        _second("spent_s", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_factor_reset_district", "factor_reset", ["district", "asked_s"])


def _passkeys() -> None:
    op.create_table(
        "passkey",
        _text("id", 64),
        *_person("passkey"),
        _text("credential", 1400),
        _text("public_key", 1400),
        _second("sign_count"),
        _text("name", 80),
        _second("made_s"),
        _second("used_s", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_passkey_person", "passkey", ["person"])
    op.create_table(
        "passkey_challenge",
        _text("id", 64),
        _text("district", 64),
        _text("purpose", 16),
        _text("session", 64, nullable=True),
        _second("expires_s"),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    for table in (
        "factor_reset", "passkey_challenge", "passkey", "authenticator", "mail_address", "inbox_message",
        "one_time_code", "letter",
    ):  # fmt: skip
        op.drop_table(table)
    _sign_in((), MOVES_WERE)
