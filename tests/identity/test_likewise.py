"""Providers that only speak something like OAuth 2: DingTalk's and WeCom's ways, each as an entry of settings."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from cloudnego.identity.attempts import Attempt, Refused
from cloudnego.identity.likewise import Likewise, LikewiseProvider
from cloudnego.identity.outward import Away, Outward
from tests.identity.forging import Answer, Asked, Forger, forging
from tests.oidc.people import value

ATTEMPT = Attempt(b"s" * 32, "https://us.example/return")


@pytest.fixture
def there() -> Iterator[Forger]:
    with forging() as made:
        yield made


def dingtalk(there: Forger) -> LikewiseProvider:
    """JSON by POST, the token in a header of its own."""
    how = {
        "authorize": {
            "url": f"{there.url}/oauth2/auth",
            "fields": {
                "client_id": "{client_id}", "redirect_uri": "{returns_to}", "response_type": "code",
                "scope": "openid", "state": "{state}", "prompt": "consent",
            },
        },
        "code_field": "authCode",
        "exchange": {
            "url": f"{there.url}/v1.0/oauth2/userAccessToken",
            "method": "POST",
            "send": "json",
            "fields": {
                "clientId": "{client_id}", "clientSecret": "{secret}", "code": "{code}",
                "grantType": "authorization_code",
            },
        },
        "worth_at": ["accessToken"],
        "who": {
            "url": f"{there.url}/v1.0/contact/users/me",
            "headers": {"x-acs-dingtalk-access-token": "{worth}"},
        },
        "subject_at": ["unionId"],
    }  # fmt: skip
    return LikewiseProvider(
        Outward(loopback=True), msgspec.convert(how, Likewise), client_id="ding1", secret="s3cret{code}"
    )


def wecom(there: Forger) -> LikewiseProvider:
    """A token of the whole firm first, then the code with it; failures come with status 200."""
    how = {
        "authorize": {
            "url": f"{there.url}/wwlogin/sso/login?login_type=CorpApp",
            "fields": {
                "appid": "{client_id}",
                "agentid": "1000002",
                "redirect_uri": "{returns_to}",
                "state": "{state}",
            },
        },
        "exchange": {
            "url": f"{there.url}/cgi-bin/gettoken",
            "fields": {"corpid": "{client_id}", "corpsecret": "{secret}"},
        },
        "who": {
            "url": f"{there.url}/cgi-bin/auth/getuserinfo",
            "fields": {"access_token": "{worth}", "code": "{code}"},
        },
        "subject_at": ["userid"],
        "good": {"errcode": 0},
    }
    return LikewiseProvider(Outward(loopback=True), msgspec.convert(how, Likewise), client_id="ww1", secret="corp")


async def whose(provider: LikewiseProvider, **came_with: str) -> str:
    return await provider.who(ATTEMPT, came_with, await provider.exchange(ATTEMPT, came_with))


async def test_the_browser_goes_out_with_its_state_and_without_our_secret(there: Forger) -> None:
    locations = [await provider.address(ATTEMPT) for provider in (dingtalk(there), wecom(there))]
    for location in locations:
        assert value(location, "state") == ATTEMPT.state
        assert value(location, "redirect_uri") == ATTEMPT.returns_to
        assert "s3cret" not in location
        assert ATTEMPT.verifier not in location
    assert value(locations[1], "login_type") == "CorpApp"
    assert there.asked == []


async def test_dingtalks_way(there: Forger) -> None:
    there.says("/v1.0/oauth2/userAccessToken", {"accessToken": "t0ken", "expireIn": 7200})

    def me(asked: Asked) -> Answer:
        known = asked.headers.get("x-acs-dingtalk-access-token") == "t0ken"
        return (200, {}, b'{"unionId": "u-1", "nick": "\xe5\x91\xa8"}') if known else (403, {}, b"{}")

    there.answers["/v1.0/contact/users/me"] = me
    assert await whose(dingtalk(there), authCode='c"1') == "u-1"
    assert there.asked[0].fields == {
        "clientId": "ding1", "clientSecret": "s3cret{code}", "code": 'c"1', "grantType": "authorization_code",
    }  # fmt: skip


async def test_wecoms_way(there: Forger) -> None:
    there.says("/cgi-bin/gettoken", {"errcode": 0, "errmsg": "ok", "access_token": "firm"})
    there.says("/cgi-bin/auth/getuserinfo", {"errcode": 0, "userid": "zhou.xl"})
    assert await whose(wecom(there), code="c2") == "zhou.xl"
    assert there.asked[1].fields == {"access_token": "firm", "code": "c2"}
    there.says("/cgi-bin/auth/getuserinfo", {"errcode": 40029, "userid": "zhou.xl"})
    with pytest.raises(Refused, match="not_good"):
        await whose(wecom(there), code="c2")


@pytest.mark.parametrize(
    "token",
    [{}, {"accessToken": None}, {"accessToken": ""}, {"accessToken": "a\r\nb: c"}, {"accessToken": ["t"]}],
    ids=str,
)
async def test_an_answer_without_a_token_is_refused(there: Forger, token: dict[str, object]) -> None:
    there.says("/v1.0/oauth2/userAccessToken", token)
    with pytest.raises(Refused, match="no_token"):
        await whose(dingtalk(there), authCode="c")


@pytest.mark.parametrize(
    "who",
    [{}, {"unionId": None}, {"unionId": ""}, {"unionId": True}, {"unionId": {"x": 1}}, {"unionId": "甲"}],
    ids=str,
)
async def test_an_answer_that_names_nobody_is_refused(there: Forger, who: dict[str, object]) -> None:
    there.says("/v1.0/oauth2/userAccessToken", {"accessToken": "t"})
    there.says("/v1.0/contact/users/me", who)
    with pytest.raises(Refused, match="no_subject"):
        await whose(dingtalk(there), authCode="c")


async def test_a_no_is_no_and_a_failure_is_a_failure(there: Forger) -> None:
    there.says("/v1.0/oauth2/userAccessToken", {"accessToken": "t"}, 403)
    with pytest.raises(Refused):
        await whose(dingtalk(there), authCode="c")
    there.says("/v1.0/oauth2/userAccessToken", {"accessToken": "t"}, 502)
    with pytest.raises(Away):
        await whose(dingtalk(there), authCode="c")
