"""A stock OAuth2 client (requests-oauthlib) gets a token by client credentials (RFC 6749 §4.4) at the real provider."""

from __future__ import annotations

import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.oidc.running import CLIENTS, issuer

__all__ = ["issuer"]

ID, SECRET = CLIENTS[2]["client_id"], CLIENTS[2]["client_secret"]


@pytest.fixture(autouse=True)
def over_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stock client wants https, and knows loopback from no other place."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def test_it_gets_a_token_that_the_provider_knows(issuer: str) -> None:
    with OAuth2Session(client=BackendApplicationClient(client_id=ID, scope=["read"])) as client:
        token = client.fetch_token(f"{issuer}/token", auth=HTTPBasicAuth(ID, SECRET))
    assert (token["token_type"], token["scope"]) == ("Bearer", ["read"])
    answer = requests.post(
        f"{issuer}/token/introspection", data={"token": token["access_token"]}, auth=(ID, SECRET), timeout=5
    )
    assert (answer.json()["active"], answer.json()["client_id"]) == (True, ID)


def test_with_a_wrong_secret_it_gets_none(issuer: str) -> None:
    with (
        OAuth2Session(client=BackendApplicationClient(client_id=ID, scope=["read"])) as client,
        pytest.raises(OAuth2Error),
    ):
        client.fetch_token(f"{issuer}/token", auth=HTTPBasicAuth(ID, "guessed"))
