"""Somebody at the real provider: signs in there, agrees, and is sent back."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx2

from tests.oidc.running import OURS

_FORM = re.compile(r'<form[^>]* action="([^"]+)"')


def sent_back(location: str, login: str = "alice") -> str:
    """Where the provider sends the browser of somebody who signs in there as `login` and agrees to everything."""
    with httpx2.Client(trust_env=False, verify=False) as browser:
        answer = browser.get(location)
        for _ in range(10):
            if answer.is_redirect:
                to = str(answer.url.join(answer.headers["location"]))
                if to.startswith(OURS):
                    return to
                answer = browser.get(to)
                continue
            form = _FORM.search(answer.text)
            assert form is not None, answer.text
            prompt = "login" if 'value="login"' in answer.text else "consent"
            answer = browser.post(form[1], data={"prompt": prompt, "login": login, "password": "x"})
    raise AssertionError("the provider sends the browser round and round")


def changed(url: str, **values: str | None) -> str:
    """The URL with other values in its query; None takes one away."""
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query)), **values}
    return urlunsplit(parts._replace(query=urlencode({name: one for name, one in query.items() if one is not None})))


def value(url: str, name: str) -> str:
    """A value in the query."""
    return dict(parse_qsl(urlsplit(url).query))[name]
