"""kill -9 of whoever tells webhooks; the long form is `make claim-webhooks`."""

from __future__ import annotations

import pytest

from claims.hooked import hooked


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.whole
def test_tellers_that_are_killed_lose_nothing_and_tell_nothing_out_of_order() -> None:
    assert hooked(25, 7).deliveries > 50
