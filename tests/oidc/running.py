"""The npm package `oidc-provider` on the node of a wheel, one process a session."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.npm import fetched, node

HERE: Final = Path(__file__).resolve().parent


@contextmanager
def running(clients: list[dict[str, Any]]) -> Iterator[str]:
    """A provider that knows these clients; its issuer."""
    folder = fetched(HERE)
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
