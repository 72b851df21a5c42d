"""A portal's link at a real browser: by a real OpenID provider to the place; and an address for one's own calendar."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.person import DESKTOP, PHONE, Person
from tests.browser.played import READ, Town, town_of
from tests.browser.windows import Enters
from tests.journeys.conftest import House
from tests.oidc.running import running
from tests.web.served import free_port

pytestmark = pytest.mark.whole
PROVIDER = "集团统一登录"


@pytest.fixture
def server(built: None, tmp_path: Path) -> Iterator[House]:
    """A server whose operator named a provider of the group's own."""
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    back = f"{here}/api/v1/session/outside/group/return"
    client = {"client_id": "us", "client_secret": "a secret of ours", "redirect_uris": [back]}
    with running([client]) as issuer:
        secret, file = tmp_path / "group.secret", tmp_path / "providers.json"
        secret.write_text("a secret of ours\n", "utf-8")
        secret.chmod(0o600)
        entry = {
            "kind": "openid", "id": "group", "name": {"zh": PROVIDER, "en": "Group sign-in"}, "issuer": issuer,
            "client_id": "us", "secret_file": secret.name,
        }  # fmt: skip
        file.write_text(json.dumps({"site": here, "providers": [entry]}), "utf-8")
        with House(tmp_path, port=port, OUTSIDE_FILE=str(file), OUTSIDE_LOOPBACK="1", PUBLIC_URL=here) as made:
            made.url = here
            yield made


@pytest_asyncio.fixture(loop_scope="session")
async def town(enters: Enters, server: House) -> AsyncIterator[Town]:
    async with town_of(server.url, enters) as made:
        yield made


def _link(server: House, town: Town, **place: str) -> str:
    """What a program of the enterprise makes for its user."""
    asked = ("--enterprise", town.settled.subject, "--scope", "cases", "--district", town.sandbox.district)
    added = server.run("admin", "portal", "add", "云帆人力资源系统（演示）", *asked)
    assert added.returncode == 0, added.stderr
    client, secret = added.stdout.split()
    with httpx2.Client(base_url=server.url, trust_env=False) as program:
        form = {"grant_type": "client_credentials"}
        token = program.post("/oauth/token", data=form, auth=(client, secret)).json()["access_token"]
        body = {"provider": "group", **place}
        made = program.post("/api/v1/links", json=body, headers={"Authorization": f"Bearer {token}"})
        assert made.status_code == 201, made.text
        return str(made.json()["url"]).removeprefix(server.url)


async def _at_the_provider(person: Person, server: House) -> None:
    """Sign in there, where it asks, and agree; one that knows him sends him on at once."""
    page = person.page
    await page.wait_for_url(lambda url: not url.startswith(server.url) or "because" in url or url.endswith("/cases"))
    while True:
        await page.wait_for_load_state()
        if page.url.startswith(server.url):
            return
        login = page.locator('input[name="login"]')
        if await login.count():
            await login.fill("alice")
            await page.locator('input[name="password"]').fill("x")
        await page.locator('button[type="submit"]').click()


async def test_a_link_brings_somebody_to_its_place_by_the_provider_it_names(
    enters: Enters, town: Town, server: House
) -> None:
    who = town.by_role("hr")
    path, one = _link(server, town, place="cases"), town.sandbox.people[who]
    person = await enters("hr", PHONE)
    page = person.page
    # the provider's own page asks for letters of another's
    await page.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(body="", content_type="text/css"))
    await person.goes_to(path)
    await person.sees("您的协商案")
    await person.sees("云帆人力资源系统（演示）")
    await person.fits_everywhere()
    await page.get_by_role("button", name=f"用 {PROVIDER} 登录并前往").click()
    await _at_the_provider(person, server)
    await person.sees(re.compile("还没有和您在云协商的账号关联"))
    await person.fits_everywhere()
    await page.get_by_label("登录名").fill(one.login)
    await page.get_by_label("密码").last.fill(one.password)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.wait_for_url(re.compile(r"/(accept|cases)"))
    while await page.get_by_role("button", name=READ).count():
        await person.presses(READ)
    await page.wait_for_url(re.compile("/cases$"))
    town._letter(who)
    await person.goes_to("/")
    await person.goes_to(path)
    await person.sees(one.name)
    async with person.refused(403):
        await page.get_by_role("button", name=f"以后用 {PROVIDER} 登录").click()
        await town.proves(person, who)
        await page.wait_for_url(lambda url: not url.endswith(path))
        await _at_the_provider(person, server)
    await page.wait_for_url(re.compile("/cases$"))
    await person.is_fine()
    await person.context.clear_cookies(name=re.compile("cloudnego"))
    await person.goes_to(path)
    await page.get_by_role("button", name=f"用 {PROVIDER} 登录并前往").click()
    await _at_the_provider(person, server)
    await page.wait_for_url(re.compile("/cases$"))
    await person.is_fine()


async def test_a_link_that_is_none_says_so(enters: Enters, server: House) -> None:
    person = await enters("stranger", PHONE)
    async with person.refused(404):
        await person.goes_to("/go#nothing")
        await person.sees("链接已失效")
    await person.fits_everywhere()


async def test_somebody_makes_an_address_for_his_calendar_and_ends_it(enters: Enters, town: Town) -> None:
    who = town.by_role("legal_representative")
    person = await town.window(who)
    await person.page.set_viewport_size(DESKTOP)
    await person.goes_to("/")
    while await person.page.get_by_role("button", name=READ).count():
        await person.presses(READ)
    await person.goes_to("/me")
    async with person.refused(403):
        await person.page.get_by_role("button", name="新建订阅地址").click()
        await town.proves(person, who)
        await person.sees("地址只显示这一次。")
    address = await person.page.locator(".made .secret").inner_text()
    await expect(person.page.get_by_role("img", name="订阅地址的二维码")).to_be_visible()
    await person.fits_everywhere()
    with httpx2.Client(trust_env=False) as program:
        assert "BEGIN:VCALENDAR" in program.get(address).text
        await person.presses(re.compile("^停用"))
        await person.sees("已停用。")
        assert program.get(address).status_code == 404
