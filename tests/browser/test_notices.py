"""怎样通知我, the page that stops mails, and the page of numbers: at a phone and at a desk, in both languages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from cloudnego.core.vocabulary import Side
from cloudnego.identity.custody import Custody
from cloudnego.identity.sending import Addresses
from cloudnego.identity.store import writing
from cloudnego.main import looked_into, now_s
from cloudnego.notify.outbox import State
from cloudnego.notify.tables import Dispatch
from cloudnego.reaching import marks_of
from cloudnego.settings import Settings
from tests.browser.looks import LARGE_AND_ENGLISH, here
from tests.browser.person import PHONE
from tests.browser.played import Town, town_of
from tests.browser.windows import Enters
from tests.journeys.conftest import House
from tests.web.served import free_port

pytestmark = pytest.mark.whole

LETTER = "n" + "0123456789abcdef" * 2
LONG = "zhang.san.de.hen.chang.hen.chang.de.you.xiang.di.zhi@" + "yi-ge-hen-chang-de-yu-ming." * 3 + "example.com"


@pytest.fixture
def server(built: None, tmp_path: Path) -> Iterator[House]:
    """A server whose operator named a mail server and a channel to phones; neither is there, and from a sandbox nothing
    leaves."""
    port, channels = free_port(), tmp_path / "channels.json"
    label = {"zh": "短信", "en": "Text message"}
    way = {"kind": "post", "name": "sms", "label": label, "url": "http://127.0.0.1:9/send", "body": {"to": "{to}"}}
    channels.write_text(json.dumps({"channels": [way]}), "utf-8")
    with House(
        tmp_path, port=port, PUBLIC_URL=f"http://127.0.0.1:{port}", CHANNELS_FILE=str(channels), MAIL_HOST="127.0.0.1",
        MAIL_PORT="9", MAIL_TLS="none", MAIL_FROM="notice@table.example",
    ) as made:  # fmt: skip
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def town(enters: Enters, server: House) -> AsyncIterator[Town]:
    async with town_of(server.url, enters) as made:
        yield made


def _mailed(home: Path, town: Town, person: str) -> str:
    """He has confirmed an address, and one letter went there: where it is stopped."""
    settings, district = Settings(data_dir=home / "data"), town.sandbox.district
    with looked_into(settings) as (engine, ring):
        addresses = Addresses(engine, Custody(engine, ring), now_s)
        addresses.set(district, person, LONG)
        assert addresses.confirm(person, LONG)
        with writing(engine) as session:
            sent = Dispatch(
                id="d", district=district, person=person, message="m", channel="mail", made_s=now_s(), next_s=now_s(),
                letter=LETTER, state=State.SENT.value, done_s=now_s(),
            )  # fmt: skip
            session.add(sent)
        return marks_of(settings, ring, "").leave(LETTER)


def _failed(home: Path, person: str) -> None:
    with looked_into(Settings(data_dir=home / "data")) as (engine, ring):
        assert Addresses(engine, Custody(engine, ring), now_s).failed(person, LONG, now_s())


async def test_mails_are_stopped_by_who_has_one_and_begun_again_by_whose_they_are(
    enters: Enters, town: Town, tmp_path: Path
) -> None:
    who = town.settled.cast.bench(Side.WORKER)[1]
    worker = await town.window(who)
    await worker.page.set_viewport_size(PHONE)
    await worker.goes_to("/me#notices")
    await worker.sees("怎样通知我")
    await here(worker, tmp_path, "none")
    path = _mailed(tmp_path, town, who)
    await worker.page.reload()
    await worker.sees("已确认")
    await worker.is_fine()
    await here(worker, tmp_path, "confirmed")

    reader = await enters("somebody with the mail", PHONE)
    await reader.goes_to(path)
    await reader.is_fine()
    await here(reader, tmp_path, "asks")
    await worker.page.reload()
    await expect(worker.page.get_by_label("给我发邮件")).to_be_checked()
    await reader.presses("不再发邮件")
    await reader.sees("已经停发邮件")
    await reader.is_fine()
    await here(reader, tmp_path, "stopped")
    async with reader.refused(404):
        await reader.goes_to("/unsubscribe/nothing")
        await reader.presses("不再发邮件")
        await reader.sees("这个链接用不了")
    await here(reader, tmp_path, "gone")

    await worker.goes_to("/messages")
    await worker.sees("有人用邮件里的退订链接停了发给您的邮件通知")
    await worker.is_fine()
    await here(worker, tmp_path, "told")
    await worker.page.set_viewport_size(PHONE)
    await worker.page.get_by_role("link", name="去“怎样通知我”").click()
    await expect(worker.page.get_by_label("给我发邮件")).not_to_be_checked()
    await worker.page.get_by_label("给我发邮件").check()
    await worker.page.locator("#notices").get_by_role("button", name="保存", exact=True).click()
    await worker.sees("已保存")
    _failed(tmp_path, who)
    await worker.page.reload()
    await worker.sees("被退回，已停用")
    await worker.is_fine()
    await here(worker, tmp_path, "failed")

    official = await town.window(town.by_role("district_union"))
    await official.goes_to("/office/notices")
    await official.sees("演示区不外发通知")
    await expect(official.page.locator("dl div", has_text="已发出").locator("dd").first).to_have_text("1")
    await official.is_fine()
    await here(official, tmp_path, "counts")
    for one, where in ((worker, "/me#notices"), (official, "/office/notices"), (reader, path)):
        await one.page.evaluate(LARGE_AND_ENGLISH)
        await one.goes_to("/glossary")  # an address that only ends otherwise would not be gone to
        await one.goes_to(where)
        await one.is_fine()
        await here(one, tmp_path, f"en-{where.split('/')[1].partition('#')[0]}")
