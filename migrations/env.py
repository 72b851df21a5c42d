"""How alembic reaches the database: from its own command line by the settings, from `eventlog.migrate` by a URL.

A migration changes tables. It never edits an event: old shapes are lifted when they are read (`eventlog/codec.py`).
Where rows of a projection are new, they are filled here from the log, after the last migration and in its transaction:
then tables and program agree, whichever release the database comes from.
"""

from __future__ import annotations

from importlib import import_module
from logging.config import fileConfig
from typing import Literal

from alembic import context
from sqlmodel import AutoString, SQLModel

from cloudnego.eventlog import seats
from cloudnego.eventlog.database import connect, sqlite_file, writing
from cloudnego.settings import Settings

for tables in (
    "cloudnego.eventlog.tables",
    "cloudnego.audit.tables",
    "cloudnego.files.tables",
    "cloudnego.surveys.tables",
    "cloudnego.identity.tables",
    "cloudnego.identity.congress_tables",
    "cloudnego.identity.delegate_tables",
    "cloudnego.identity.factor_tables",
    "cloudnego.identity.nomination_tables",
    "cloudnego.identity.notice_tables",
    "cloudnego.identity.record_tables",
    "cloudnego.identity.grant_tables",
    "cloudnego.identity.portal_tables",
    "cloudnego.identity.hook_tables",
    "cloudnego.identity.link_tables",
    "cloudnego.notify.tables",
    "cloudnego.papers.tables",
    "cloudnego.exporting.job_tables",
    "cloudnego.importing.job_tables",
    "cloudnego.identity.hold_tables",
    "cloudnego.polls.tables",
):
    import_module(tables)  # each declares its tables in SQLModel.metadata

if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name)


def render(kind: str, item: object, _: object) -> str | Literal[False]:
    """SQLModel's string type is a plain one: a migration should not need SQLModel to be read in ten years."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


if context.is_offline_mode():
    raise SystemExit("migrations run against a database; --sql is not supported")

engine = connect(context.config.attributes.get("url") or Settings().database)
file = sqlite_file(engine)
if file is not None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
try:
    with writing(engine).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=True,  # SQLite cannot alter a column
            compare_type=True,
            render_item=render,
        )
        state = context.get_context()
        before = state.get_current_revision()
        with context.begin_transaction():
            context.run_migrations()
            if before is not None and before != state.get_current_revision() == context.get_head_revision():
                seats.fill(connection, context.config.attributes.get("told"))
        connection.commit()
finally:
    engine.dispose()
