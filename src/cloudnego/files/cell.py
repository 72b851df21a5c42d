"""The process in which a foreign file is read: it takes away from itself memory, time, files and children, then reads.

`python -m cloudnego.files.cell <work> <kind>`; standard input is four bytes with the length of the mark, the mark, the
file; standard output is `+` and the bytes made, or `-` and the reason of a refusal. Nothing else is imported before the
limits hold, and nothing of the service is known here: no keys, no database, no settings.
"""

from __future__ import annotations

import os
import resource
import sys
from importlib import import_module
from typing import Final

MEMORY_MAX: Final = 512 * 1024 * 1024
CPU_S: Final = 8
TABLE_CPU_S: Final = 40
"""Fifty thousand rows of sixty columns, on a slow core."""
MADE_MAX: Final = 64 * 1024 * 1024
_LENGTH: Final = 4
_TRIAL: Final = "某某 2026-01-01 00:00"


def confine(cpu_s: int = CPU_S) -> None:
    """No more memory, seconds and files than a lawful document needs, no children, no core that would show it."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_MAX),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, MADE_MAX),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def work(what: str, kind: str, given: bytes) -> bytes:
    """The answer. A file that brings its reader down is refused like one that says what it is."""
    length = int.from_bytes(given[:_LENGTH], "big")
    mark, content = given[_LENGTH : _LENGTH + length].decode(), given[_LENGTH + length :]
    kinds = import_module("cloudnego.files.kinds")
    try:
        if what == "table":
            made: bytes = import_module("cloudnego.files.grids").grid(content, kind)
        elif what == "mark":
            made = import_module("cloudnego.files.marks").marked(content, kinds.FileKind(kind), mark)
        else:
            made = import_module("cloudnego.files.inspect").inspected(content, kinds.FileKind(kind))
            import_module("cloudnego.files.marks").marked(made, kinds.FileKind(kind), _TRIAL)  # or nobody could take it
    except kinds.FileRefused as no:
        return b"-" + str(no).encode()
    except (MemoryError, RecursionError):
        return b"-bomb"
    except Exception:
        return b"-damaged"
    return b"+" + made


def main() -> None:
    """What the process does."""
    confine(TABLE_CPU_S if sys.argv[1] == "table" else CPU_S)
    given = sys.stdin.buffer.read()
    made = memoryview(work(sys.argv[1], sys.argv[2], given))
    while made:
        made = made[os.write(1, made) :]


if __name__ == "__main__":
    main()
