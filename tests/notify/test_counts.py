"""How notices fare, in numbers: of the district alone, for two offices, and nobody in them."""

from __future__ import annotations

from datetime import datetime, timedelta

from cloudnego.notify.counts import LATE_S
from cloudnego.ports import CHINA
from tests.notify.conftest import Place, address
from tests.notify.test_delivery import choose, tell
from tests.web.conftest import API
from tests.web.played import DISTRICT, OFFICES, looking

NOON = datetime(2026, 3, 3, 12, tzinfo=CHINA)
HERE = f"{API}/notice-counts"


async def test_what_waits_left_and_failed_is_counted_and_nobody_is_in_it(place: Place) -> None:
    place.clock.at = NOON
    addresses = place.site.factors.addresses
    addresses.set(DISTRICT, "w1", "new@mail.example")
    place.box.says = {address("w0"): "550 no such user", address("hr"): "451 later"}.get
    choose(place, "town", daily=True)
    for who in ("e0", "w0", "w1", "hr", "hr", "town"):
        tell(place, who)
    await place.crier.round()
    found = (await looking(place.house)("district").get(HERE)).json()
    (mail,) = found["channels"]
    assert (mail["name"], mail["label"], mail["offered"]) == ("mail", None, True)
    assert mail["counts"] == {"waiting": 3, "late": 0, "sent": 1, "bounced": 0, "failed": 1, "lapsed": 0}
    assert found["addresses"] == {"confirmed": len(OFFICES), "unconfirmed": 1, "paused": 1}
    place.clock.at += timedelta(seconds=LATE_S + 400)
    late = (await looking(place.house)("district").get(HERE)).json()["channels"][0]["counts"]
    assert (late["waiting"], late["late"]) == (3, 2), "who wants one a day is told in the morning"
    place.clock.at += timedelta(days=31)
    old = (await looking(place.house)("district").get(HERE)).json()["channels"][0]["counts"]
    assert (old["sent"], old["failed"], old["waiting"]) == (0, 0, 3)


async def test_for_everybody_else_there_is_no_such_page(place: Place) -> None:
    look = looking(place.house)
    assert {who for who in OFFICES if (await look(who).get(HERE)).status_code == 200} == {"district"}
