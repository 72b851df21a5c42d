"""Two nodes on one PostgreSQL call and send at the same moment: each message once, each letter once."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import col, select, update

from cloudnego import main
from cloudnego.eventlog.tables import District
from cloudnego.identity.factor_tables import Reminder
from cloudnego.identity.store import reading, writing
from cloudnego.notify.tables import Dispatch
from cloudnego.ports import CHINA
from cloudnego.web.crier import Crier
from tests.notify.conftest import HOME, Clock, Place, address
from tests.notify.postbox import LOGIN, Postbox, text_of
from tests.web.conftest import settings_for
from tests.web.played import DISTRICT, settle

pytestmark = pytest.mark.postgres


@pytest.fixture
def nodes(
    tmp_path: Path, postgres_url: str, box: Postbox, tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Place, Place]]:
    clock = Clock()
    monkeypatch.setattr(main, "now_s", lambda: int(clock().timestamp()))
    settings = settings_for(
        tmp_path / "data", database_url=SecretStr(postgres_url), public_url=HOME, mail_host="127.0.0.1",
        mail_port=box.port, mail_from="notice@table.example", mail_login=LOGIN[0], mail_password=SecretStr(LOGIN[1]),
    )  # fmt: skip
    assert tls
    main.install(settings)
    houses = [main.build(settings, clock) for _ in range(2)]
    settle(houses[0])
    with writing(houses[0].site.engine) as session:
        session.exec(update(District).values(kind="live"))
    for who in ("e0", "hr"):
        houses[0].site.factors.addresses.set(DISTRICT, who, address(who))
        assert houses[0].site.factors.addresses.confirm(who, address(who))
    for house in houses:
        house.timers._beside = None
    one, two = (Place(house, clock, box) for house in houses)
    yield one, two
    for house in houses:
        house.close()


async def test_both_at_once_do_it_once(nodes: tuple[Place, Place]) -> None:
    one, two = nodes
    case = await one.until("file_contract")
    latest = next(term.latest for term in one.open_terms(case) if term.timer == "file")
    assert latest is not None
    one.clock.at = datetime.combine(latest - timedelta(days=7), datetime.min.time(), CHINA) + timedelta(hours=8)
    criers = [one.crier, two.crier, Crier(one.site), Crier(two.site)]
    for _ in range(9):
        await one.house.timers.of_district(DISTRICT)
        await asyncio.gather(*(crier.round() for crier in criers))
        one.clock.at += timedelta(days=1)
    with reading(one.site.engine) as session:
        rungs = session.exec(select(Reminder.number).order_by(col(Reminder.number))).all()
        states = Counter(session.exec(select(Dispatch.state)))
    assert list(rungs) == [1, 2, 3, 4]
    assert Counter(who for who, _ in one.messages()) == {"e0": 4, "hr": 4}
    assert states == {"sent": 8}
    assert Counter((mail["To"], text_of(mail)) for mail in one.box.came).most_common(1)[0][1] == 1
    assert len(one.box.came) == 8
