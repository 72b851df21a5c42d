"""Coming in through a real OpenID provider: who is linked gets in, and every way round is refused."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from cloudnego.identity.attempts import Attempt
from cloudnego.identity.outside import Pending, Seal
from cloudnego.identity.store import writing
from cloudnego.main import House, build
from tests.oidc.people import changed, sent_back, value
from tests.oidc.running import CLIENTS, OURS, issuer
from tests.web.conftest import API, PASSWORD, Founded, Town, client_of, settings_for
from tests.web.test_help_desk import proved
from tests.web.test_invitations import accepted, invited, own, token_of

__all__ = ["issuer"]

FROM_HERE = {"X-CloudNego": "1", "Origin": OURS}
PENDING = "cloudnego-outside"
SESSION = "cloudnego"


def configured(place: Path, issuer: str, **more: Any) -> Path:
    """The operator's file, with a secret beside it for each client."""
    for name, client in (("real", CLIENTS[0]), ("real-es", CLIENTS[1])):
        secret = place / f"{name}.secret"
        secret.write_text(client["client_secret"] + "\n")
        secret.chmod(0o600)
    real = {
        "kind": "openid",
        "id": "real",
        "name": {"zh": "统一身份认证", "en": "City sign-in"},
        "issuer": issuer,
        "client_id": "cloudnego",
        "secret_file": "real.secret",
    }
    other = {
        **real,
        "id": "real-es",
        "client_id": "cloudnego-es",
        "secret_file": "real-es.secret",
        "secret_by": "post",
        "algorithm": "ES256",
    }
    file = place / "providers.json"
    file.write_text(json.dumps({"site": OURS, "providers": [real, other], **more}), "utf-8")
    return file


@pytest.fixture
def house(tmp_path: Path, founded: Founded, issuer: str) -> Iterator[House]:
    shutil.copytree(founded.place, tmp_path / "data")
    file = configured(tmp_path, issuer)
    text_of = file.read_text("utf-8").replace(f'"site": "{OURS}"', '"site": "http://localhost"')
    file.write_text(text_of, "utf-8")
    made = build(settings_for(tmp_path / "data", outside_file=file, outside_loopback=True))
    object.__setattr__(made.site.outside, "site", OURS)  # the clients of the tests call the house by this name
    yield made
    made.close()


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(house) as client:
        yield client


async def signed_in(browser: httpx2.AsyncClient, town: Town, who: str) -> None:
    entry = {"login": who, "password": PASSWORD, "district": town.district}
    assert (await browser.post(f"{API}/session", json=entry, headers=FROM_HERE)).status_code == 201


async def begun(browser: httpx2.AsyncClient, town: Town, provider: str = "real", **more: str) -> str:
    """Where the browser goes to sign in."""
    body = {"district": town.district, **more}
    answer = await browser.post(f"{API}/session/outside/{provider}", json=body, headers=FROM_HERE)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["location"])


async def linking(browser: httpx2.AsyncClient, provider: str = "real") -> str:
    body = {"then": "/account", "password": PASSWORD}
    answer = await browser.post(f"{API}/me/outside/{provider}", json=body, headers=FROM_HERE)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["location"])


async def link(browser: httpx2.AsyncClient, town: Town, who: str, provider: str = "real", login: str = "alice") -> None:
    """Sign in with the password, link, sign out."""
    await signed_in(browser, town, who)
    answer = await browser.get(sent_back(await linking(browser, provider), login))
    assert (answer.status_code, answer.headers["location"]) == (303, "/account"), answer.text
    assert (await browser.delete(f"{API}/session", headers=FROM_HERE)).status_code == 204


async def refused(browser: httpx2.AsyncClient, url: str, code: str = "outside_refused") -> None:
    answer = await browser.get(url)
    assert (answer.status_code, answer.json()["code"]) == (401, code), answer.text
    assert SESSION not in answer.headers.get("set-cookie", "").replace(PENDING, "")
    assert (await browser.get(f"{API}/me")).status_code == 401


# --- the whole way ------------------------------------------------------------------------------------------------


async def test_the_providers_are_listed_for_everybody(browser: httpx2.AsyncClient) -> None:
    found = (await browser.get(f"{API}/outside")).json()["providers"]
    assert [one["id"] for one in found] == ["real", "real-es"]
    assert found[0]["name"] == {"zh": "统一身份认证", "en": "City sign-in"}


@pytest.mark.parametrize("provider", ["real", "real-es"])
async def test_who_linked_an_outside_account_signs_in_with_it(
    browser: httpx2.AsyncClient, town: Town, provider: str
) -> None:
    await link(browser, town, "firm.chair", provider)
    assert (await browser.get(f"{API}/me")).status_code == 401
    location = await begun(browser, town, provider, then="/negotiations")
    assert value(location, "code_challenge_method") == "S256"
    answer = await browser.get(sent_back(location))
    assert (answer.status_code, answer.headers["location"]) == (303, "/negotiations"), answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert (await browser.get(f"{API}/me")).json()["name"] == "firm.chair"
    assert PENDING not in browser.cookies, "it is needed no more"
    accounts = (await browser.get(f"{API}/me/outside")).json()["accounts"]
    assert [one["provider"] for one in accounts] == [provider]
    assert accounts[0]["used_at"] is not None


async def test_a_login_elsewhere_is_no_account_here(browser: httpx2.AsyncClient, town: Town) -> None:
    await refused(browser, sent_back(await begun(browser, town), "mallory"), "outside_not_linked")


async def test_coming_in_gives_a_new_session_and_ends_the_one_before(browser: httpx2.AsyncClient, town: Town) -> None:
    await link(browser, town, "firm.chair")
    await signed_in(browser, town, "firm.hr")
    before = browser.cookies[SESSION]
    assert (await browser.get(sent_back(await begun(browser, town)))).status_code == 303
    assert browser.cookies[SESSION] != before
    assert (await browser.get(f"{API}/me")).json()["name"] == "firm.chair"
    async with client_of(town.house, cookies={SESSION: before}) as old:
        assert (await old.get(f"{API}/me")).status_code == 401


async def test_the_cookies_are_httponly_lax_and_behind_tls_of_this_host_alone(
    browser: httpx2.AsyncClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = town.house.site.doorkeeper
    monkeypatch.setattr(keeper, "secure", True)
    monkeypatch.setattr(keeper, "cookie", "__Host-cloudnego")
    answer = await browser.post(f"{API}/session/outside/real", json={"district": town.district}, headers=FROM_HERE)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-cloudnego-outside=")
    assert all(part in cookie for part in ("HttpOnly", "Path=/", "SameSite=lax", "Secure", "Max-Age=600"))
    assert "Domain" not in cookie
    sealed = cookie.partition("=")[2].partition(";")[0]
    pending = town.house.site.outside.seal.open(sealed, town.house.site.now_s())
    assert pending is not None
    attempt = Attempt(pending.secret, "")
    for told in (attempt.state, attempt.nonce, attempt.challenge):
        assert told in answer.json()["location"]
    assert attempt.verifier not in answer.text


# --- what is refused ----------------------------------------------------------------------------------------------


async def test_who_is_sent_to_the_returning_address_by_somebody_else_is_signed_in_as_nobody(
    browser: httpx2.AsyncClient, town: Town
) -> None:
    """Login CSRF: the attacker comes back from the provider himself, and makes the victim's browser open that."""
    await link(browser, town, "firm.chair")
    theirs = sent_back(await begun(browser, town))
    async with client_of(town.house) as victim:
        await refused(victim, theirs)
        await begun(victim, town)
        await refused(victim, theirs)
        assert PENDING in victim.cookies, "and the victim's own attempt goes on"
    assert (await browser.get(theirs)).status_code == 303, "it was good where it began"


async def test_nobody_elses_page_begins_for_a_browser(browser: httpx2.AsyncClient, town: Town) -> None:
    for headers in ({}, {"X-CloudNego": "1"}, {"X-CloudNego": "1", "Origin": "https://evil.example"}):
        answer = await browser.post(f"{API}/session/outside/real", json={"district": town.district}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
        assert "set-cookie" not in answer.headers


async def test_what_came_back_once_does_not_come_back_twice(browser: httpx2.AsyncClient, town: Town) -> None:
    await link(browser, town, "firm.chair")
    location = await begun(browser, town)
    kept = browser.cookies[PENDING]
    back = sent_back(location)
    async with client_of(town.house, cookies={PENDING: kept}) as twin:
        answers = await asyncio.gather(browser.get(back), twin.get(back))
    assert sorted(one.status_code for one in answers) == [303, 401]


async def test_a_code_of_another_attempt_is_refused_by_the_provider(browser: httpx2.AsyncClient, town: Town) -> None:
    """Used already, or stolen from another browser: PKCE ties it to the attempt it was asked for."""
    await link(browser, town, "firm.chair")
    first = sent_back(await begun(browser, town))
    second = sent_back(await begun(browser, town))
    await refused(browser, changed(second, code=value(first, "code")))
    third = sent_back(await begun(browser, town))
    assert (await browser.get(third)).status_code == 303
    await browser.delete(f"{API}/session", headers=FROM_HERE)
    fourth = sent_back(await begun(browser, town))
    await refused(browser, changed(fourth, code=value(third, "code")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "x" * 43},
        {"state": None},
        {"code": None},
        {"code": "made-up"},
        {"iss": "https://other.example"},
        {"iss": None},
        {"error": "access_denied"},
    ],
    ids=str,
)
async def test_an_altered_return_is_refused(
    browser: httpx2.AsyncClient, town: Town, wrong: dict[str, str | None]
) -> None:
    await link(browser, town, "firm.chair")
    await refused(browser, changed(sent_back(await begun(browser, town)), **wrong))


async def test_a_value_that_stands_twice_is_refused(browser: httpx2.AsyncClient, town: Town) -> None:
    await link(browser, town, "firm.chair")
    back = sent_back(await begun(browser, town))
    await refused(browser, back + f"&code={value(back, 'code')}")


async def test_an_id_token_made_for_another_attempt_is_refused(browser: httpx2.AsyncClient, town: Town) -> None:
    await link(browser, town, "firm.chair")
    await refused(browser, sent_back(changed(await begun(browser, town), nonce="another")))


async def test_a_code_asked_for_without_our_challenge_is_refused(browser: httpx2.AsyncClient, town: Town) -> None:
    await link(browser, town, "firm.chair")
    challenge = Attempt(b"\0" * 32, "").challenge
    await refused(browser, sent_back(changed(await begun(browser, town), code_challenge=challenge)))


async def test_the_return_of_one_provider_is_none_of_another(browser: httpx2.AsyncClient, town: Town) -> None:
    await link(browser, town, "firm.chair")
    back = sent_back(await begun(browser, town))
    await refused(browser, back.replace("/real/", "/real-es/"))


async def test_an_attempt_that_took_too_long_or_was_sealed_by_somebody_else_is_refused(
    browser: httpx2.AsyncClient, town: Town
) -> None:
    await link(browser, town, "firm.chair")
    site = town.house.site
    for seal, until_s in ((site.outside.seal, site.now_s()), (Seal(lambda: [b"x" * 32]), site.now_s() + 60)):
        back = sent_back(await begun(browser, town))
        pending = site.outside.seal.open(browser.cookies[PENDING], site.now_s())
        assert pending is not None
        sealed = seal.close(Pending(pending.secret, "real", town.district, None, "/", until_s))
        async with client_of(town.house, cookies={PENDING: sealed}) as other:
            await refused(other, back)


async def test_an_ended_account_does_not_get_in(browser: httpx2.AsyncClient, town: Town) -> None:
    await link(browser, town, "firm.chair")
    with writing(town.house.site.engine) as session:
        session.connection().execute(text("UPDATE account SET ended_s = 1 WHERE login = 'firm.chair'"))
    await refused(browser, sent_back(await begun(browser, town)), "outside_not_linked")


async def test_a_provider_nobody_named_does_not_exist(browser: httpx2.AsyncClient, town: Town) -> None:
    body = {"district": town.district}
    assert (await browser.post(f"{API}/session/outside/no", json=body, headers=FROM_HERE)).status_code == 404
    assert (await browser.get(f"{API}/session/outside/no/return")).status_code == 404


@pytest.mark.parametrize("page", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", ""])
async def test_the_browser_ends_at_a_page_of_ours(browser: httpx2.AsyncClient, town: Town, page: str) -> None:
    body = {"district": town.district, "then": page}
    answer = await browser.post(f"{API}/session/outside/real", json=body, headers=FROM_HERE)
    assert answer.status_code == 422


# --- linking ------------------------------------------------------------------------------------------------------


async def test_linking_needs_a_session_of_this_browser(browser: httpx2.AsyncClient, town: Town) -> None:
    assert (await browser.post(f"{API}/me/outside/real", json={}, headers=FROM_HERE)).status_code == 401
    answer = await town["firm.chair"].post(f"{API}/me/outside/real", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "browsers_only")


async def test_a_session_alone_links_nothing(browser: httpx2.AsyncClient, town: Town) -> None:
    """A browser left alone: whoever sits down at it knows no password and has no letter."""
    await signed_in(browser, town, "firm.chair")
    path = f"{API}/me/outside/real"
    answer = await browser.post(path, json={}, headers=FROM_HERE)
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_impossible")
    for _ in range(6):
        answer = await browser.post(path, json={"password": "guessed"}, headers=FROM_HERE)
        assert (answer.status_code, answer.json()["code"]) == (403, "proof_failed")
    answer = await browser.post(path, json={"password": PASSWORD}, headers=FROM_HERE)
    assert (answer.status_code, answer.json()["code"]) == (429, "locked_out")


async def test_who_has_a_letter_shows_it_before_he_links_and_is_told_of_it(
    browser: httpx2.AsyncClient, town: Town
) -> None:
    code = await town.letter("firm.chair")
    await signed_in(browser, town, "firm.chair")
    path = f"{API}/me/outside/real"
    answer = await browser.post(path, json={"password": PASSWORD}, headers=FROM_HERE)
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")
    proof = {"means": "letter", "code": code, "password": PASSWORD}
    assert (await browser.post(f"{API}/session/step-up", json=proof, headers=FROM_HERE)).status_code == 200
    answer = await browser.post(path, json={}, headers=FROM_HERE)
    assert (await browser.get(sent_back(answer.json()["location"]))).status_code == 303
    (message,) = (await browser.get(f"{API}/me/inbox")).json()["rows"]
    assert (message["kind"], message["facts"]) == ("factor_added", {"what": "real"})
    assert (await browser.get(sent_back(await begun(browser, town)))).status_code == 303
    assert (await browser.get(f"{API}/me")).json()["grade"] == "password", "a provider vouches for no act"


async def test_linking_ends_with_whoever_began_it(browser: httpx2.AsyncClient, town: Town) -> None:
    await signed_in(browser, town, "firm.chair")
    back = sent_back(await linking(browser))
    await signed_in(browser, town, "firm.hr")
    answer = await browser.get(back)
    assert (answer.status_code, answer.json()["code"]) == (401, "outside_refused")
    await signed_in(browser, town, "firm.chair")
    back = sent_back(await linking(browser))
    await browser.delete(f"{API}/session", headers=FROM_HERE)
    await refused(browser, back, "not_signed_in")


async def test_an_outside_account_belongs_to_one_person_and_a_person_has_one_of_each(
    browser: httpx2.AsyncClient, town: Town
) -> None:
    await link(browser, town, "firm.chair")
    for who, login in (("firm.hr", "alice"), ("firm.chair", "bob")):
        await signed_in(browser, town, who)
        answer = await browser.get(sent_back(await linking(browser), login))
        assert (answer.status_code, answer.json()["code"]) == (409, "outside_taken"), who
    await refused_after_sign_out(browser, town, "bob")


async def refused_after_sign_out(browser: httpx2.AsyncClient, town: Town, login: str) -> None:
    await browser.delete(f"{API}/session", headers=FROM_HERE)
    await refused(browser, sent_back(await begun(browser, town), login), "outside_not_linked")


async def test_what_is_unlinked_opens_no_door_and_what_it_opened_is_shut(
    browser: httpx2.AsyncClient, town: Town
) -> None:
    await link(browser, town, "firm.chair")
    async with client_of(town.house) as thief:
        assert (await thief.get(f"{API}/me")).status_code == 401
        assert (await thief.get(sent_back(await begun(thief, town)))).status_code == 303
        await signed_in(browser, town, "firm.chair")
        assert (await browser.delete(f"{API}/me/outside/real", headers=FROM_HERE)).status_code == 204
        assert (await thief.get(f"{API}/me")).status_code == 401
        assert (await browser.get(f"{API}/me/outside")).json() == {"accounts": []}
        await refused(thief, sent_back(await begun(thief, town)), "outside_not_linked")
    assert (await browser.delete(f"{API}/me/outside/real", headers=FROM_HERE)).status_code == 404


async def test_who_was_invited_links_and_comes_in_with_his_own_login_from_then_on(
    browser: httpx2.AsyncClient, town: Town
) -> None:
    """An invitation makes the account; the link is one more key to it, made from inside."""
    union = await own(town, "firm.chair")
    made = await accepted(town, token_of(await invited(town, "firm.chair", union, "union")))
    await link(browser, town, made.json()["login"])
    assert (await browser.get(sent_back(await begun(browser, town)))).status_code == 303
    (held,) = (await browser.get(f"{API}/me")).json()["memberships"]
    assert (held["organisation"], held["office"]) == (union, "union")
    token = token_of(await invited(town, "firm.boss", town.ids["firm"], "hr"))
    answer = await browser.post(f"{API}/me/memberships", json={"token": token}, headers=FROM_HERE)
    assert answer.status_code == 201, "and who came in so takes another office as everybody does"


async def test_a_reset_ends_the_link_and_whoever_came_in_by_it(browser: httpx2.AsyncClient, town: Town) -> None:
    """He who has the outside account is perhaps the one who took this one over."""
    await link(browser, town, "firm.worker")
    assert (await browser.get(sent_back(await begun(browser, town)))).status_code == 303
    under_way = await linking(browser, "real-es")
    await proved(town, "town")
    body = {"person": town.ids["firm.worker"], "why": "账号被人使用"}
    assert (await town["town"].post(f"{API}/resets", json=body)).json()["code"] is not None
    assert (await browser.get(f"{API}/me")).status_code == 401
    await refused(browser, sent_back(under_way), "not_signed_in")
    await refused(browser, sent_back(await begun(browser, town)), "outside_not_linked")
