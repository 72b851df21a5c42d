"""The official JavaScript library of Standard Webhooks takes our deliveries for ours, and nothing that was changed.

Its Python sister stands in `receiving.py`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from tests.npm import fetched, node
from tests.web.conftest import Town
from tests.web.portals import portal
from tests.web.receiving import Came, receiving
from tests.web.test_webhooks import HOOKS, Clock, feed, made

HERE: Final = Path(__file__).resolve().parent / "standard_webhooks"
REFUSED: Final = "WebhookVerificationError"


def verdicts(secret: str, deliveries: list[dict[str, Any]], place: Path) -> list[str]:
    """What the library says of each: the id of the event, or what it raised."""
    script = place / "verify.mjs"  # node looks for packages beside the script
    shutil.copy(HERE / "verify.mjs", script)
    (place / "node_modules").symlink_to(fetched(HERE) / "node_modules")
    ran = subprocess.run(
        [node() / "bin" / "node", script],
        input=json.dumps({"secret": secret, "deliveries": deliveries}),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[str] = json.loads(ran.stdout)
    return found


def shown(one: Came, **changed: str) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in one.headers.items()}
    return {"headers": headers, "body": one.body.decode()} | changed


async def test_the_library_of_npm_verifies_our_deliveries(town: Town, tmp_path: Path) -> None:
    await portal(town, "cases")
    clock = Clock(town)
    await town.open_case("firm")
    await town.open_case("firm", wage_year=2027)
    with receiving() as receiver:
        hook = await made(town, receiver)
        first = hook["secret"]
        await clock.tell()
        told = len(receiver.came)
        renewed = await town["portal"].post(f"{HOOKS}/{hook['webhook']['id']}/secrets", json={})
        await town.open_case("firm", wage_year=2028)
        await clock.tell()
    came = receiver.came
    ids = [row["id"] for row in await feed(town)]
    assert len(came) == len(ids) > told > 0
    false = [
        shown(came[0], body=came[0].body.decode().replace("case_opened", "case_closed")),
        shown(came[0], body=came[1].body.decode()),
    ]
    assert verdicts(first, [*map(shown, came), *false], tmp_path) == [*ids, REFUSED, REFUSED]
    (tmp_path / "node_modules").unlink()
    both = [REFUSED] * told + ids[told:]
    assert verdicts(renewed.json()["secret"], [shown(one) for one in came], tmp_path) == both
