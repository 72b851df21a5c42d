"""The database server that a part of these proofs asks."""

from __future__ import annotations

from tests.postgres import postgres

__all__ = ["postgres"]
