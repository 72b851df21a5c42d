"""The mark on what somebody takes away: who, when, of which case. It deters, and says of a leaked copy whose it was.

Whoever wants to can take a mark off; that is then something he did. A copy carries no metadata either: whose machine a
paper was written on is nobody's business but its maker's.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from cloudnego.files.kinds import FileKind


def marked(content: bytes, kind: FileKind, mark: str) -> bytes:
    """A copy of a file that was looked at, with the mark on it. Raises FileRefused where it cannot carry one."""
    if kind is FileKind.TXT:
        return _before(content, f"【{mark}】\r\n\r\n")
    if kind is FileKind.CSV:
        made: bytes = import_module("cloudnego.files.sheets").marked_table(content, mark)
        return made
    where = "pdf" if kind is FileKind.PDF else "picture" if kind.is_picture else "office"
    put: Callable[[bytes, FileKind, str], bytes] = import_module(f"cloudnego.files.{where}_marks").marked
    return put(content, kind, mark)


def _before(content: bytes, line: str) -> bytes:
    return b"\xef\xbb\xbf" + line.encode() + content.removeprefix(b"\xef\xbb\xbf")
