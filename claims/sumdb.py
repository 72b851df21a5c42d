"""Our signed heads and proofs as `golang.org/x/mod/sumdb` reads them, which checks Go's own database of checksums: it
opens the notes, makes the trees again from the entries, and follows paths and proofs of growth. `sumdb.go` is its main.
"""

from __future__ import annotations

import json
import os
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from sqlmodel import Session, col, select

from cloudnego.audit.checkpoints import Checkpoints
from cloudnego.audit.logkey import LogKey
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import tables
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog

SOURCES: Final = Path("/usr/share/gocode")
"""Where Debian lays the sources of packages; no module is fetched."""
NEEDED: Final = SOURCES / "src/golang.org/x/mod/sumdb/tlog"
_KEY: Final = LogKey.seeded("sumdb")
_EACH: Final = 8
"""Entries and earlier sizes of each stream whose paths are followed."""


class Disagreed(AssertionError):
    """The other program finds a log wrong that is right, or a spoilt one right."""


def logs_of(file: Path) -> list[dict[str, Any]]:
    """Every stream of a database that has entries: its note, its entries, and proofs of some of them."""
    log, dice = SqlLog(f"sqlite:///{file}", Keyring.seeded("outside")), Random(1)
    try:
        points = Checkpoints(log.engine, _KEY)
        with Session(log.engine) as session:
            named = session.exec(select(tables.Stream.id).where(col(tables.Stream.size) > 0)).all()
        return [_told(points, name, dice) for name in sorted(named) if name.count("/") == 1]
    finally:
        log.close()


def _told(points: Checkpoints, name: str, dice: Random) -> dict[str, Any]:
    case, which = name.split("/", maxsplit=1)[0], Stream(name.split("/")[1])
    head = points.heads(case, [which])[which]
    found = [points.included(case, which, seq) for seq in range(1, head.size + 1)]
    some = sorted(dice.sample(range(1, head.size + 1), min(_EACH, head.size)))
    return {
        "key": _KEY.keys(head.origin)[0].vkey, "note": points.note(head).rendered,
        "leaves": [b64encode(one.leaf).decode() for one in found],
        "records": [{"seq": seq, "path": _texts(found[seq - 1].path)} for seq in some],
        "earlier": [
            {
                "size": size, "root": b64encode(points.at(case, which, size).root).decode(),
                "proof": _texts(points.grown(case, which, size).proof),
            }
            for size in some
        ],
    }  # fmt: skip


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]


def spoilt(one: dict[str, Any]) -> list[dict[str, Any]]:
    """The same log with another entry, another size, another root signed by nobody, another path, another past."""
    leaf = b64encode(b"{}").decode()
    origin, size, root, rest = one["note"].split("\n", 3)
    return [
        {**one, "leaves": [leaf, *one["leaves"][1:]]},
        {**one, "leaves": one["leaves"][:-1], "records": [], "earlier": []},
        {**one, "note": "\n".join((origin, size, b64encode(bytes(32)).decode(), rest))},
        {**one, "note": "\n".join((origin, f"{size}0", root, rest))},
        {**one, "records": [{**one["records"][0], "path": [*one["records"][0]["path"], root]}]},
        {**one, "earlier": [{**one["earlier"][0], "root": b64encode(bytes(32)).decode()}]},
    ]


def check(go: str, file: Path, folder: Path) -> tuple[int, int]:
    """Every log holds, and none that is spoilt does. Returns logs and proofs; raises Disagreed."""
    program = folder / "sumdb"
    place = {"GO111MODULE": "off", "GOPATH": str(SOURCES), "GOCACHE": str(folder / "go-cache"), "GOFLAGS": ""}
    source = Path(__file__).with_suffix(".go")
    subprocess.run((go, "build", "-o", program, source), check=True, env={**os.environ, **place})
    logs = logs_of(file)
    wrong = [said for said in _asked(program, logs) if said]
    if wrong:
        raise Disagreed(f"sumdb finds a log wrong: {wrong[0]}")
    for one in logs:
        taken = [at for at, said in enumerate(_asked(program, spoilt(one))) if not said]
        if taken:
            raise Disagreed(f"sumdb takes a log that was spoilt in way {taken[0]}: {one['note'].splitlines()[0]}")
    return len(logs), sum(len(one["records"]) + len(one["earlier"]) for one in logs)


def _asked(program: Path, logs: list[dict[str, Any]]) -> list[str]:
    done = subprocess.run((program,), input=json.dumps(logs), check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return [str(one) for one in found]
