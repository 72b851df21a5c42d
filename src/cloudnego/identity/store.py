"""Opening a transaction of the identity tables: one that reads, or one that writes from its first statement on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlmodel import Session

from cloudnego.eventlog.database import writing as for_writing


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A transaction that will write; committed at the end, rolled back by any exception."""
    with Session(for_writing(engine), expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A transaction that only reads."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
