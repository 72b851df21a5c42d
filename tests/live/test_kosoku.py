"""Autobahn's cases, without those that wait or are large: `make claim-kosoku` plays them all."""

from __future__ import annotations

from claims.kosoku import NOT_OURS, QUICK, failed, played


async def test_nothing_of_the_protocol_fails_but_what_is_uvicorns_own() -> None:
    found = await played(QUICK)
    assert len(found) > 90
    assert failed(found) == set(NOT_OURS)
