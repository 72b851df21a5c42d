"""The migrations of the tables. Alembic is imported where tables are moved and nowhere else: it is a sixth of what a
start costs, and most starts move nothing."""

from __future__ import annotations

from collections.abc import Callable

from alembic import command
from alembic.config import Config

from cloudnego import places


def alembic_config(url: str) -> Config:
    """What alembic needs to find our migrations and the database, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(places.migrations()))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head", *, told: Callable[[int], None] | None = None) -> None:
    """Bring the database to `revision`. Events are never touched: a migration changes tables only, and fills those that
    follow from the log; `told` hears of each case as it is read."""
    config = alembic_config(url)
    config.attributes["told"] = told
    command.upgrade(config, revision)
