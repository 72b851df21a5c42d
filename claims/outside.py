"""What programs of the system say that share no line with ours: OpenSSL and Go's `x/mod/sumdb` of trees, notes and
proofs, SQLite of the file, Debian's PostgreSQL of the contract every store keeps, poppler, qpdf, veraPDF and
LibreOffice of papers.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

from claims import archival, printed, sealed, sumdb, worded
from claims.record import record
from cloudnego.eventlog import merkle
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.migrating import migrate
from cloudnego.stories import STORIES
from tests.eventlog.given import make_district, played
from tests.postgres import BINARIES

ROOT: Final = Path(__file__).resolve().parents[1]
DEBIAN_POSTGRES: Final = Path("/usr/lib/postgresql")
CONTRACT: Final = ("tests/eventlog/test_contract.py", "-k", "postgres")
LEAF: Final = b"\x00"
NODE: Final = b"\x01"


class Missing(Exception):
    """A program is not installed."""


class Broken(AssertionError):
    """What the other program found differs from what we store."""


class Tools(NamedTuple):
    """The programs, as they are called."""

    openssl: str
    sqlite: str
    postgres: Path
    pdfsig: str
    qpdf: str
    go: str
    soffice: str

    def versions(self) -> dict[str, str]:
        """What each says it is."""
        asked: dict[str, tuple[str | Path, str]] = {
            "openssl": (self.openssl, "version"),
            "sqlite": (self.sqlite, "--version"),
            "postgres": (self.postgres / "postgres", "--version"),
            "qpdf": (self.qpdf, "--version"),
            "go": (self.go, "version"),
            "libreoffice": (self.soffice, "--version"),
        }
        found = {name: " ".join(_said(*command).split()[:3]) for name, command in asked.items()}
        told = subprocess.run((self.pdfsig, "-v"), check=False, capture_output=True, text=True)
        return {**found, "pdfsig": " ".join(told.stderr.split()[:3])}


class Tree(NamedTuple):
    """One stream as it is stored: leaves and their hashes by seq, the size and frontier of its head."""

    leaves: list[bytes]
    hashes: list[bytes]
    size: int
    frontier: bytes


def tools() -> Tools:
    """Find the programs. Raises Missing, naming what to install."""
    programs = {
        "openssl": "openssl", "sqlite3": "sqlite3", "pdfsig": "poppler-utils", "qpdf": "qpdf", "go": "golang-go",
        "soffice": "libreoffice-writer-nogui",
    }  # fmt: skip
    found = {program: shutil.which(program) or "" for program in programs}
    lacking = [package for program, package in programs.items() if not found[program]]
    servers = sorted(DEBIAN_POSTGRES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not servers:
        lacking.append("postgresql")
    if not sumdb.NEEDED.is_dir():
        lacking.append("golang-golang-x-mod-dev")
    wanted = [f"apt-get install {' '.join(lacking)}"] if lacking else []
    if wanted := [*wanted, *archival.lacking()]:
        raise Missing(" && ".join(wanted))
    return Tools(
        found["openssl"], found["sqlite3"], servers[-1].parent, found["pdfsig"], found["qpdf"], found["go"],
        found["soffice"],
    )  # fmt: skip


def _said(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


# --- trees, by OpenSSL --------------------------------------------------------------------------------------------


def write(folder: Path) -> Path:
    """A small data directory: every story once, asked of the log on SQLite. Returns the database file."""
    file = folder / "outside.sqlite3"
    migrate(f"sqlite:///{file}")
    log = SqlLog(f"sqlite:///{file}", Keyring.seeded("outside"))
    try:
        make_district(log)
        for number, story in enumerate(STORIES):
            played(log, story, f"o{number}", number + 1)
    finally:
        log.close()
    return file


def trees(tool: Tools, file: Path) -> dict[str, Tree]:
    """Every stream that has entries, by name, read by the sqlite3 program."""

    def rows(query: str) -> list[list[str]]:
        return [line.split("|") for line in _said(tool.sqlite, "-readonly", file, query).splitlines()]

    heads = rows("SELECT id, size, hex(frontier) FROM stream WHERE size > 0")
    found = {name: Tree([], [], int(size), bytes.fromhex(frontier)) for name, size, frontier in heads}
    for name, leaf, hashed in rows("SELECT case_id || '/' || stream, hex(leaf), hex(hash) FROM leaf ORDER BY 1, seq"):
        found[name].leaves.append(bytes.fromhex(leaf))
        found[name].hashes.append(bytes.fromhex(hashed))
    return found


class Hasher:
    """SHA-256 by the openssl program."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program: Final = program
        self._folder: Final = folder

    def one(self, content: bytes) -> bytes:
        """The hash of these bytes."""
        done = subprocess.run(
            (self._program, "dgst", "-sha256", "-binary"), input=content, check=True, capture_output=True
        )
        return done.stdout

    def many(self, contents: list[bytes]) -> list[bytes]:
        """The hashes of each of these, by one call."""
        files = [self._folder / f"leaf-{number}" for number in range(len(contents))]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        lines = _said(self._program, "dgst", "-sha256", "-r", *files).splitlines()
        return [bytes.fromhex(line.split()[0]) for line in lines]

    def root(self, hashes: list[bytes]) -> bytes:
        """The Merkle tree hash as RFC 6962 §2.1 says it: split at the largest power of two below the number."""
        if len(hashes) == 1:
            return hashes[0]
        split = 1 << (len(hashes) - 1).bit_length() - 1
        return self.one(NODE + self.root(hashes[:split]) + self.root(hashes[split:]))


def check_trees(tool: Tools, file: Path) -> tuple[int, int]:
    """Derive every leaf hash and every root again. Returns streams and leaves; raises Broken."""
    found = trees(tool, file)
    hasher = Hasher(tool.openssl, file.parent)
    for name, tree in found.items():
        if len(tree.leaves) != tree.size:
            raise Broken(f"{name}: {len(tree.leaves)} leaves, the head says {tree.size}")
        derived = hasher.many([LEAF + leaf for leaf in tree.leaves])
        if derived != tree.hashes:
            raise Broken(f"{name}: OpenSSL derives other leaf hashes")
        if hasher.root(derived) != merkle.root(merkle.unpack(tree.frontier)):
            raise Broken(f"{name}: OpenSSL derives another root")
    return len(found), sum(tree.size for tree in found.values())


# --- the file, by SQLite; the contract, by Debian's PostgreSQL ----------------------------------------------------


def check_file(tool: Tools, file: Path) -> None:
    """Raises Broken unless the sqlite3 program finds the file whole."""
    said = _said(tool.sqlite, "-readonly", file, "PRAGMA integrity_check").strip()
    if said != "ok":
        raise Broken(f"sqlite3 finds the file damaged: {said[:500]}")


def check_contract(tool: Tools) -> int:
    """The store contract on Debian's PostgreSQL. Returns how many tests passed; raises Broken."""
    done = subprocess.run(
        (sys.executable, "-m", "pytest", "-q", *CONTRACT),
        cwd=ROOT,
        env={**os.environ, BINARIES: str(tool.postgres)},
        check=False,
        capture_output=True,
        text=True,
    )
    passed = re.search(r"(\d+) passed", done.stdout)
    if done.returncode != 0 or passed is None or "skipped" in done.stdout:
        raise Broken(f"the contract suite does not pass:\n{done.stdout[-3000:]}{done.stderr[-500:]}")
    return int(passed[1])


def run() -> int:
    """All of it, recorded; one verdict line. 1 if something differs or a program is missing."""
    started = time.monotonic()
    try:
        tool = tools()
    except Missing as lacking:
        print(f"MISSING: programs of the system; {lacking}")
        return 1
    counted, fault = dict[str, int](), ""
    try:
        with tempfile.TemporaryDirectory(prefix="cloudnego-outside-") as folder:
            file = write(Path(folder))
            counted["streams"], counted["leaves"] = check_trees(tool, file)
            print(
                f"OpenSSL: {counted['streams']} roots and {counted['leaves']} leaf hashes derived again, all as stored"
            )
            check_file(tool, file)
            print("sqlite3: integrity_check says ok")
            counted["logs"], counted["proofs"] = sumdb.check(tool.go, file, Path(folder))
            print(f"x/mod/sumdb: {counted['logs']} signed heads and {counted['proofs']} proofs hold, and no spoilt one")
            counted["seals"] = sealed.check(tool.pdfsig, Path(folder))
            print(f"pdfsig: {counted['seals']} signatures in papers judged as they should be")
            signed = [Path(folder) / f"{kind}-good.pdf" for kind in sealed.FIELDS]
            papers = [*printed.papers(Path(folder)), *printed.reports(file, Path(folder)), *signed]
            counted["papers"] = printed.check(tool.qpdf, papers)
            print(f"qpdf and poppler: {counted['papers']} papers whole, with their fonts, of PDF/A-2b as they say")
            counted["rules"] = archival.check(Path(folder), papers)
            print(f"veraPDF: {counted['rules']} assertions hold of them, and each paper that was spoilt is refused")
            counted["passages"] = worded.check(tool.soffice, Path(folder))
            print(f"LibreOffice: {counted['passages']} passages of papers for those who edit, all read")
        counted["tests"] = check_contract(tool)
        print(f"Debian's PostgreSQL: {counted['tests']} tests of the store contract passed")
    except (
        Broken,
        sealed.Misjudged,
        printed.Misprinted,
        archival.NotArchival,
        worded.Unread,
        sumdb.Disagreed,
        subprocess.CalledProcessError,
    ) as wrong:
        fault = str(wrong)
    verdict, seconds = "broken" if fault else "kept", round(time.monotonic() - started)
    more = {**tool.versions(), **({"fault": fault[:2000]} if fault else {})}
    record("outside", seed=1, count=counted.pop("leaves", 0), verdict=verdict, seconds=seconds, **counted, **more)
    print(f"BROKEN: {fault}" if fault else f"KEPT: {counted}, by programs not ours")
    return 1 if fault else 0
