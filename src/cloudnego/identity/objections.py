"""An objection to something that was posted, and its answer: both stay, and it is answered once."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class Objected(SQLModel):
    """What every table of objections has. Its times are by the clock of the district, as the days of posting are."""

    raised_s: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=500)
    answer: str | None = Field(default=None, max_length=500)
    answered_by: str | None = Field(default=None, max_length=64)
    answered_s: int | None = Field(default=None, sa_type=BigInteger)


def answered(row: Objected, text: str, by: str | None, at_s: int) -> bool:
    """Write the answer into an objection. False where it has one."""
    if row.answered_s is not None:
        return False
    row.answer, row.answered_by, row.answered_s = text, by, at_s
    return True
