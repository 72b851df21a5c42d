"""the register of papers: what was made of which facts, under which number, and its bytes in parts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "paper",
        _text("number", 160),
        _text("district", 64),
        _text("case_id", 32),
        _text("doc", 8),
        _text("about", 96),
        _number("seq"),
        _text("streams", 48),
        _text("facts_hash", 64),
        _text("file_hash", 64),
        _number("facts_size"),
        _number("size"),
        _text("made_by", 64),
        sa.Column("made_s", sa.BigInteger(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("case_id", "doc", "seq", name="uq_paper_case_id_doc_seq"),
        sa.UniqueConstraint("case_id", "facts_hash", name="uq_paper_case_id_facts_hash"),
    )
    op.create_index("ix_paper_facts_hash", "paper", ["facts_hash"])
    op.create_index("ix_paper_file_hash", "paper", ["file_hash"])
    op.create_table(
        "paper_part",
        _text("paper", 160),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["paper"], ["paper.number"], name="fk_paper_part_paper"),
        sa.PrimaryKeyConstraint("paper", "part"),
    )


def downgrade() -> None:
    op.drop_table("paper_part")
    op.drop_table("paper")
