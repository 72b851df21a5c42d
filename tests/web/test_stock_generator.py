"""A stock OpenAPI generator (`@hey-api/openapi-ts`) takes our document as the server gives it: its TypeScript client
compiles strictly, and is used against the running server."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Final

import httpx2
import pytest

from cloudnego.identity.clients import Grant, NewClient
from tests.npm import fetched, node
from tests.web.conftest import Founded, settings_for
from tests.web.served import serving

HERE: Final = Path(__file__).resolve().parent / "generated"


def ran(place: Path, *command: str) -> str:
    """What a script of node said. Raises AssertionError with all it complained of."""
    done = subprocess.run(
        [node() / "bin" / "node", *command], cwd=place, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.whole
@pytest.mark.timeout(300)
def test_the_client_of_a_stock_generator_compiles_and_works_unchanged(tmp_path: Path, founded: Founded) -> None:
    place = tmp_path / "portal"
    shutil.copytree(HERE, place)
    (place / "node_modules").symlink_to(fetched(HERE) / "node_modules")
    shutil.copytree(founded.place, tmp_path / "data")
    with serving(settings_for(tmp_path / "data")) as served:
        (place / "openapi.json").write_bytes(httpx2.get(f"{served.url}/openapi.json").content)
        ran(place, "node_modules/@hey-api/openapi-ts/bin/run.js", "-i", "openapi.json", "-o", "client", "-c",
            "@hey-api/client-fetch")  # fmt: skip
        ran(place, "node_modules/typescript/bin/tsc", "-p", ".")
        grant = Grant(founded.ids["firm"], frozenset({"cases", "open", "act"}))
        portals = served.house.site.portals
        client, _ = portals.clients.register(founded.district, NewClient(name="系统", grants=(grant,)), "operator")
        token = portals.issue(client, grant.scopes)
        said = json.loads(ran(place, "out/use.js", served.url, token, founded.ids["firm"], client))
    assert said == {
        "before": 0, "first": "case_opened", "asks": True, "refused": "not_found", "requests": 6, "errors": 1,
    }  # fmt: skip
