"""the first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "body",
        sa.Column("pos", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("words_salt", sa.LargeBinary(), nullable=True),
        sa.Column("asked", sa.LargeBinary(), nullable=True),
        sa.Column("warned", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("pos"),
    )
    op.create_table(
        "district",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("clock_offset_s", sa.BigInteger(), nullable=False),
        sa.Column("pack", sa.String(length=64), nullable=False),
        sa.Column("pack_version", sa.String(length=64), nullable=False),
        sa.Column("calendar", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "law_text",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "version"),
    )
    op.create_table(
        "leaf",
        sa.Column("pos", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("pos"),
        sa.UniqueConstraint("case_id", "stream", "seq", name="uq_leaf_case_id_stream_seq"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("upper", sa.String(length=64), nullable=True),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("ended_s", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_district_region", ["district", "region"], unique=False)

    op.create_table(
        "overview",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("ending", sa.String(length=24), nullable=True),
        sa.Column("overlays", sa.String(length=80), nullable=False),
        sa.Column("light", sa.String(length=8), nullable=False),
        sa.Column("light_reason", sa.String(length=64), nullable=False),
        sa.Column("turn_side", sa.String(length=8), nullable=True),
        sa.Column("turn_seat", sa.String(length=24), nullable=True),
        sa.Column("stuck", sa.String(length=64), nullable=True),
        sa.Column("next_due", sa.Date(), nullable=True),
        sa.Column("wage_year", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parent", sa.String(length=96), nullable=True),
        sa.Column("enterprise", sa.String(length=96), nullable=False),
        sa.Column("worker_organ", sa.String(length=96), nullable=False),
        sa.Column("employer_organ", sa.String(length=96), nullable=False),
        sa.Column("covers", sa.Text(), nullable=False),
        sa.Column("region", sa.String(length=96), nullable=False),
        sa.Column("town", sa.String(length=96), nullable=False),
        sa.Column("industry", sa.String(length=96), nullable=False),
        sa.Column("size_band", sa.String(length=16), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("external_ref", sa.String(length=40), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("offer_open", sa.Boolean(), nullable=False),
        sa.Column("offered_on", sa.Date(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("raise_rate", sa.String(length=16), nullable=True),
        sa.Column("gatherings", sa.Integer(), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_online", sa.Integer(), nullable=False),
        sa.Column("contested", sa.Integer(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("passed_first", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("case_id"),
    )
    with op.batch_alter_table("overview", schema=None) as batch_op:
        batch_op.create_index("ix_overview_district_external_ref", ["district", "external_ref"], unique=False)
        batch_op.create_index("ix_overview_district_next_due", ["district", "next_due"], unique=False)
        batch_op.create_index("ix_overview_district_opened_on", ["district", "opened_on", "case_id"], unique=False)
        batch_op.create_index("ix_overview_enterprise", ["enterprise"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("ended_s", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_district", ["district"], unique=False)

    op.create_table(
        "reference_value",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=24), nullable=False),
        sa.Column("source_url", sa.String(length=500), nullable=False),
        sa.Column("source_name", sa.String(length=200), nullable=True),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("reference_value", schema=None) as batch_op:
        batch_op.create_index("ix_reference_value_district_kind", ["district", "kind", "period"], unique=False)

    op.create_table(
        "region",
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("district", "code"),
    )
    op.create_table(
        "rollup",
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("face", sa.String(length=8), nullable=False),
        sa.Column("wage_year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=96), nullable=False),
        sa.Column("industry", sa.String(length=96), nullable=False),
        sa.Column("size_band", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("ending", sa.String(length=24), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("headcount", sa.BigInteger(), nullable=False),
        sa.Column("gatherings", sa.Integer(), nullable=False),
        sa.Column("steps_done", sa.Integer(), nullable=False),
        sa.Column("steps_online", sa.Integer(), nullable=False),
        sa.Column("yellow", sa.Integer(), nullable=False),
        sa.Column("red", sa.Integer(), nullable=False),
        sa.Column("grey", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Integer(), nullable=False),
        sa.Column("balloted", sa.Integer(), nullable=False),
        sa.Column("passed_first", sa.Integer(), nullable=False),
        sa.Column("in_force", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=False),
        sa.Column("contested", sa.Integer(), nullable=False),
        sa.Column("rated", sa.Integer(), nullable=False),
        sa.Column("rate_sum", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("district", "face", "wage_year", "place", "industry", "size_band", "step", "ending"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_s", sa.BigInteger(), nullable=False),
        sa.Column("locked_until_s", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name_hash"),
    )
    op.create_table(
        "stream",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("joint", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "stream_key",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "account",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=True),
        sa.Column("ended_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_account_person"),
        sa.PrimaryKeyConstraint("person"),
        sa.UniqueConstraint("district", "login", name="uq_account_district_login"),
    )
    op.create_table(
        "enterprise",
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("credit_code", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("branch_of", sa.String(length=200), nullable=True),
        sa.Column("branch_consent", sa.Boolean(), nullable=True),
        sa.Column("ownership", sa.String(length=40), nullable=True),
        sa.Column("above_scale", sa.Boolean(), nullable=False),
        sa.Column("has_union", sa.Boolean(), nullable=False),
        sa.Column("union_organisation", sa.String(length=64), nullable=True),
        sa.Column("union_chair", sa.String(length=64), nullable=True),
        sa.Column("has_congress", sa.Boolean(), nullable=False),
        sa.Column("delegates", sa.Integer(), nullable=True),
        sa.Column("manager_delegates", sa.Integer(), nullable=True),
        sa.Column("congress_until", sa.Date(), nullable=True),
        sa.Column("hrss_office", sa.String(length=200), nullable=True),
        sa.Column("hrss_hours", sa.String(length=80), nullable=True),
        sa.Column("receiving_address", sa.String(length=300), nullable=True),
        sa.Column("contact", sa.String(length=200), nullable=True),
        sa.Column("external_ref", sa.String(length=96), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_enterprise_organisation"),
        sa.PrimaryKeyConstraint("organisation"),
        sa.UniqueConstraint("district", "credit_code", name="uq_enterprise_district_credit_code"),
    )
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.create_index("ix_enterprise_district_external_ref", ["district", "external_ref"], unique=False)

    op.create_table(
        "headcount",
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("women", sa.Integer(), nullable=True),
        sa.Column("dispatched", sa.Integer(), nullable=True),
        sa.Column("disabled", sa.Integer(), nullable=True),
        sa.Column("front_line", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_headcount_organisation"),
        sa.PrimaryKeyConstraint("organisation", "year"),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("office", sa.String(length=24), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=True),
        sa.Column("seat_hint", sa.String(length=24), nullable=True),
        sa.Column("mandate", sa.String(length=96), nullable=True),
        sa.Column("mandate_scope", sa.String(length=200), nullable=True),
        sa.Column("mandate_from", sa.Date(), nullable=True),
        sa.Column("mandate_to", sa.Date(), nullable=True),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=True),
        sa.Column("ended_s", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.id"], name="fk_membership_organisation"),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_membership_person"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_district", ["district"], unique=False)
        batch_op.create_index("ix_membership_organisation", ["organisation"], unique=False)
        batch_op.create_index("ix_membership_person", ["person"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("district", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=8), nullable=False),
        sa.Column("created_s", sa.BigInteger(), nullable=False),
        sa.Column("seen_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_s", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_sign_in_person"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_person", ["person"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_person")

    op.drop_table("sign_in")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index("ix_membership_person")
        batch_op.drop_index("ix_membership_organisation")
        batch_op.drop_index("ix_membership_district")

    op.drop_table("membership")
    op.drop_table("headcount")
    with op.batch_alter_table("enterprise", schema=None) as batch_op:
        batch_op.drop_index("ix_enterprise_district_external_ref")

    op.drop_table("enterprise")
    op.drop_table("account")
    op.drop_table("stream_key")
    op.drop_table("stream")
    op.drop_table("sign_in_failure")
    op.drop_table("rollup")
    op.drop_table("region")
    with op.batch_alter_table("reference_value", schema=None) as batch_op:
        batch_op.drop_index("ix_reference_value_district_kind")

    op.drop_table("reference_value")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_district")

    op.drop_table("person")
    with op.batch_alter_table("overview", schema=None) as batch_op:
        batch_op.drop_index("ix_overview_enterprise")
        batch_op.drop_index("ix_overview_district_opened_on")
        batch_op.drop_index("ix_overview_district_next_due")
        batch_op.drop_index("ix_overview_district_external_ref")

    op.drop_table("overview")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_district_region")

    op.drop_table("organisation")
    op.drop_table("leaf")
    op.drop_table("law_text")
    op.drop_table("district")
    op.drop_table("body")
