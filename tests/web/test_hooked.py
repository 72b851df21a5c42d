"""kill -9 of whoever tells webhooks; the long form is `make claim-webhooks`."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from pydantic import SecretStr

from claims.hooked import hooked
from cloudnego.identity.clients import Grant, NewClient
from cloudnego.identity.hooks import NewHook
from cloudnego.web.feed import Wanted, look
from tests.web.conftest import settings_for
from tests.web.played import DISTRICT, rehearsed, settle, write
from tests.web.receiving import receiving
from tests.web.served import serving

SCOPES: Final = frozenset({"cases", "table"})


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.whole
def test_tellers_that_are_killed_lose_nothing_and_tell_nothing_out_of_order() -> None:
    assert hooked(25, 7).deliveries > 50


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.whole
def test_two_nodes_on_one_database_tell_each_event_once(tmp_path: Path, postgres_url: str) -> None:
    settings = settings_for(
        tmp_path / "data", database_url=SecretStr(postgres_url), timers_every_s=3600.0, webhooks_loopback=True
    )
    with receiving() as receiver, ExitStack() as stack:
        nodes = [stack.enter_context(serving(settings)) for _ in range(2)]
        settle(nodes[0].house)
        site = nodes[0].house.site
        new = NewClient(name="接收方", grants=(Grant("E1", SCOPES),))
        client, _ = site.portals.clients.register(DISTRICT, new, "operator")
        hook = NewHook(
            district=DISTRICT, client=client, enterprise="E1", scopes=SCOPES, url=receiver.url,
            types=frozenset(), cases=frozenset(), place=0, by=client,
        )  # fmt: skip
        site.hooks.make(hook)
        nodes[0].run(write(nodes[0].house, rehearsed()))
        eyes = site.portals.eyes(client, "E1", SCOPES)
        ids = [row.id for _, row in look(site, eyes, 0, Wanted(), 1_000).rows]
        for _ in range(300):
            if len(receiver.took) >= len(ids):
                break
            time.sleep(0.1)
        time.sleep(1)
        assert receiver.took == ids
        assert len(ids) > 5
