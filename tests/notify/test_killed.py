"""kill -9 of whoever hands notices over; the long form is `make claim-notices`."""

from __future__ import annotations

import pytest

from claims.noticing import noticed


@pytest.mark.kill
@pytest.mark.slow
@pytest.mark.whole
def test_senders_that_are_killed_lose_nothing_and_whoever_gets_a_notice_twice_gets_it_under_one_name() -> None:
    found = noticed(25, 7)
    assert found.mails > 20
    assert found.days > 3
