"""An official sets an enterprise up by the pages of the office, and whom he invited comes in by the link."""

from __future__ import annotations

import re

import httpx2
import pytest
from playwright.async_api import expect

from tests.browser.person import PHONE, Person
from tests.browser.played import town_of
from tests.browser.windows import Enters
from tests.journeys.conftest import House

pytestmark = pytest.mark.whole

NAME = "浏览器试填精密零部件制造（杭州）有限公司"
FACTS = {"名称": NAME, "统一社会信用代码": "91330109MA2TESTX0N", "地址": "试填路 8 号", "行业代码": "C3670"}
SYSTEM = "人事系统"
TRIAL = "试接用的人事薪酬系统第一版"
HOOK = "https://127.0.0.1/hooks/wage-negotiation/of-the-personnel-system-of-the-enterprise?key=said-once"


def _makes_a_webhook(url: str, client: str, secret: str) -> None:
    """What the program itself does, with the id and the secret it was given."""
    with httpx2.Client(base_url=url) as door:
        form = {"grant_type": "client_credentials"}
        token = door.post("/oauth/token", data=form, auth=(client, secret)).json()["access_token"]
        told = door.post("/api/v1/webhooks", json={"url": HOOK}, headers={"Authorization": f"Bearer {token}"})
        assert told.status_code == 201, told.text


async def _tries_it(official: Person) -> None:
    """Sees the webhook, tries it, lets it rest, reads what was sent, takes it away."""
    page, sheet = official.page, official.page.locator("dialog[open]").last
    await official.goes_to("/office/portals")
    await page.get_by_role("button", name=f"测试 {HOOK}").click()
    await official.sees("地址不是公网地址")
    await page.get_by_role("button", name=f"暂停 {HOOK}").click()
    await official.sees("已暂停")
    await official.is_fine()
    await page.get_by_role("button", name=f"推送记录 {HOOK}").click()
    await expect(sheet.get_by_text("测试消息")).to_be_visible()
    await official.is_fine()
    await sheet.get_by_role("button", name="关闭").click()
    await page.get_by_role("button", name=f"删除 {HOOK}").click()
    await sheet.get_by_role("button", name="删除").click()
    await expect(page.get_by_text(HOOK)).to_have_count(0)


async def _makes_a_test_client(official: Person) -> None:
    """Sees how much the program was used; makes a test client, keeps what is said once, ends it."""
    page, sheet = official.page, official.page.locator("dialog[open]").last
    await page.get_by_text("用量").first.click()
    await official.sees("近 30 天：请求 1 次")
    await official.is_fine()
    await page.get_by_role("button", name="新建试接系统").click()
    await sheet.get_by_label("系统名称").fill(TRIAL)
    await sheet.get_by_role("button", name="新建试接系统").click()
    await expect(sheet.locator(".secret").first).to_have_text(re.compile("^cns_"))
    await official.is_fine()
    await sheet.get_by_role("button", name="已存好").click()
    await official.sees("自动停用")
    await official.is_fine()
    await page.get_by_role("button", name=f"停用试接 {TRIAL}").click()
    await sheet.get_by_role("button", name="停用试接").click()
    await official.sees("还没有试接系统")


async def test_an_official_enters_an_enterprise_its_people_and_its_portal(enters: Enters, server: House) -> None:
    async with town_of(server.url, enters) as town:
        who = town.by_role("district_union")
        official = await town.window(who)
        page, sheet = official.page, official.page.locator("dialog[open]").last

        await official.goes_to("/office/enterprises")
        await page.get_by_role("button", name="登记企业").click()
        for label, text in FACTS.items():
            await sheet.get_by_label(label, exact=True).fill(text)
        await sheet.get_by_label("所在地").select_option(index=1)
        await sheet.get_by_role("button", name="登记企业").click()
        await page.wait_for_url("**/office/enterprises/*")
        await official.is_fine()

        await page.get_by_role("button", name="给这家企业建工会").click()
        await sheet.get_by_role("button", name="登记组织").click()
        await expect(page.get_by_role("link", name=f"{NAME}工会")).to_be_visible()

        await page.get_by_role("button", name="邀请一位").click()
        await sheet.get_by_label("姓名").fill("谢安")
        await sheet.get_by_role("button", name="邀请一位").click()
        link = await sheet.locator(".secret").inner_text()
        await official.is_fine()

        hr = await enters("hr", PHONE)
        await hr.page.goto(link)
        await hr.sees(NAME)
        await hr.is_fine()
        await hr.page.get_by_label("登录名").fill("xiean")
        await hr.page.get_by_label("新密码").fill("a door of my own")
        await hr.page.get_by_role("button", name="接受").click()
        await hr.page.get_by_role("button", name="登录").click()
        await hr.page.wait_for_url(re.compile(r"/(accept.*)?$"))
        await hr.is_fine()

        await official.goes_to("/office/portals")
        await page.get_by_role("button", name="登记系统").click()
        await sheet.get_by_label("系统名称").fill(SYSTEM)
        await sheet.get_by_label("名称、统一社会信用代码").fill(NAME)
        await sheet.get_by_role("button", name="查找").click()
        await sheet.get_by_label("企业", exact=True).select_option(label=NAME)
        async with official.refused(403):  # what opens something to a program wants a proof
            await sheet.get_by_role("button", name="登记系统").click()
            await page.locator("#stepup").wait_for()
            await town.proves(official, who)
            await expect(sheet.locator(".secret").last).to_have_text(re.compile("^cns_"))
        await official.is_fine()
        said = [await sheet.locator(".secret").nth(n).inner_text() for n in (0, 1)]
        await sheet.get_by_role("button", name="已存好").click()
        _makes_a_webhook(server.url, said[0].strip(), said[1].strip())
        await official.goes_to("/office/portals")
        await _makes_a_test_client(official)
        await _tries_it(official)
        await page.get_by_role("button", name=f"撤回授权 {NAME}").click()
        await sheet.get_by_role("button", name="撤回授权").click()
        await expect(page.get_by_role("heading", name=SYSTEM)).to_have_count(0)
        await official.is_fine()
