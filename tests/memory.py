"""Where files of tests lie in memory: they commit some ten thousand times, and each commit would wait for a disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")
_ROOM: Final = 4 << 30


def in_memory() -> Path | None:
    """A folder whose files lie in memory, where that has room; a container's usual 64 MB are none."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM else None
