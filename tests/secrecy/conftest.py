"""A database server of its own: what a part of these proofs reads is every file it keeps."""

from __future__ import annotations

from tests.postgres import postgres

__all__ = ["postgres"]
