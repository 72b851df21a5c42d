"""A stock OAuth2 client (requests-oauthlib) over a real socket: client credentials, a code with PKCE, refreshing; and
the client that a stock generator makes of our document."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from oauthlib.oauth2 import BackendApplicationClient, WebApplicationClient
from requests_oauthlib import OAuth2Session

from clients.python import make
from cloudnego.identity.clients import Grant, NewClient
from tests.web.conftest import API, PASSWORD, settings_for
from tests.web.served import Served, free_port, serving

BACK = "http://127.0.0.1:9/back"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback; in front of a real service is TLS
    port = free_port()
    with serving(settings_for(tmp_path / "data", port=port)) as found:
        assert found.url == found.house.site.portals.issuer
        yield found


@pytest.fixture
def firm(served: Served) -> dict[str, str]:
    """A sandbox with an enterprise, its legal representative with a letter, and a client."""
    with httpx2.Client(base_url=served.url, trust_env=False) as door:
        opened = door.post(f"{API}/sandbox", json={}).json()
        signed = {"login": opened["login"], "password": opened["password"], "district": opened["district"]}
        admin = door.post(f"{API}/session", json=signed | {"door": "bearer"}).json()
        door.headers["Authorization"] = f"Bearer {admin['token']}"

        def made(path: str, **body: Any) -> Any:
            answer = door.post(API + path, json=body)
            assert answer.status_code == 201, answer.text
            return answer.json()

        enterprise = made(
            "/enterprises",
            name="演示企业",
            credit_code="TEST-STOCK",
            address="演示路",
            region="330109001",
            industry="C17",
        )["id"]
        office = {"organisation": enterprise, "office": "legal_representative"}
        boss = made("/sandbox/people", name="法人", login="boss", password=PASSWORD, memberships=[office])["id"]
        letter = made("/sandbox/letters", person=boss)["code"]
    new = NewClient(
        name="人力资源系统",
        redirect_uris=(BACK,),
        grants=(Grant(enterprise, frozenset({"cases", "register", "act", "open", "prepare"})),),
    )
    client, secret = served.house.site.portals.clients.register(opened["district"], new, "test")
    return {
        "district": opened["district"], "enterprise": enterprise, "boss": boss, "letter": letter,
        "client": client, "secret": secret,
    }  # fmt: skip


def test_client_credentials(served: Served, firm: dict[str, str]) -> None:
    session = OAuth2Session(client=BackendApplicationClient(client_id=firm["client"], scope=["cases", "register"]))
    session.trust_env = False
    token = session.fetch_token(f"{served.url}/oauth/token", client_secret=firm["secret"])
    assert (token["token_type"], set(token["scope"])) == ("Bearer", {"cases", "register"})
    answer = session.get(f"{served.url}{API}/enterprises/{firm['enterprise']}")
    assert answer.status_code == 200, answer.text
    assert session.get(f"{served.url}{API}/negotiations").json()["rows"] == []


def test_authorization_code_with_pkce_and_refresh(served: Served, firm: dict[str, str]) -> None:
    metadata = httpx2.get(f"{served.url}/.well-known/oauth-authorization-server").json()
    client = WebApplicationClient(client_id=firm["client"])
    session = OAuth2Session(client=client, redirect_uri=BACK, scope=["cases"], pkce="S256")
    session.trust_env = False
    address, state = session.authorization_url(metadata["authorization_endpoint"])
    page = httpx2.get(address, follow_redirects=False).headers["Location"]
    request = page.rsplit("/", 1)[1]
    with httpx2.Client(base_url=served.url, trust_env=False) as boss:
        signed = {"login": "boss", "password": PASSWORD, "district": firm["district"], "door": "bearer"}
        boss.headers["Authorization"] = f"Bearer {boss.post(f'{API}/session', json=signed).json()['token']}"
        proof = {"means": "letter", "code": firm["letter"], "password": PASSWORD}
        stepped = boss.post(f"{API}/session/step-up", json=proof).json()
        boss.headers["Authorization"] = f"Bearer {stepped['token']}"
        back = boss.post(f"{API}/oauth/requests/{request}/approve").json()["redirect_to"]
    said = parse_qs(urlsplit(back).query)
    assert (said["state"], said["iss"]) == ([state], [metadata["issuer"]])
    fetch = {"client_secret": firm["secret"], "authorization_response": back}
    first = session.fetch_token(metadata["token_endpoint"], **fetch)
    assert session.get(f"{served.url}{API}/me").json()["person"] == firm["boss"]
    session.auto_refresh_url = metadata["token_endpoint"]
    second = session.refresh_token(metadata["token_endpoint"], auth=(firm["client"], firm["secret"]))
    assert second["refresh_token"] != first["refresh_token"]
    me = session.get(f"{served.url}{API}/me")
    assert json.loads(me.content)["person"] == firm["boss"]


USES = """
import sys
from cloudnego_client.api.commands import open_case
from cloudnego_client.api.negotiations import get_case, list_cases
from cloudnego_client.api.portals import prepare_act, read_events
from cloudnego_client.models import OpenCase, PreparedBody, PreparedBodyWords
from cloudnego_client.portal import NoToken, Refused, connect, done

url, id_, secret, enterprise = sys.argv[1:]
with connect(url, id_, secret, enterprise=enterprise) as client:
    assert done(list_cases.sync(client=client)).rows == []
    wanted = OpenCase(enterprise=enterprise, wage_year=2026)
    case = done(open_case.sync(client=client, body=wanted, idempotency_key="1")).case
    assert done(open_case.sync(client=client, body=wanted, idempotency_key="1")).repeated
    assert [row.id for row in done(list_cases.sync(client=client)).rows] == [case]
    assert done(read_events.sync(client=client)).rows[0].type_ == "case_opened"
    draft = PreparedBody(command="withdraw_case", words=PreparedBodyWords.from_dict({"reason": "情况有变。"}))
    print(done(prepare_act.sync(case, client=client, body=draft)).link)
    try:
        done(get_case.sync("n-nobody", client=client))
    except Refused as no:
        print(no.problem.status, no.problem.code)
try:
    with connect(url, id_, "wrong") as client:
        list_cases.sync(client=client)
except NoToken as no:
    print(str(no)[:3])
"""


@pytest.mark.whole
@pytest.mark.timeout(900)
def test_the_client_of_a_stock_generator(served: Served, firm: dict[str, str], tmp_path: Path) -> None:
    """It is made, passes `mypy --strict`, and is used as its README says: opens once, hears of it, is refused."""
    make.main(tmp_path / "client")
    python = tmp_path / "client" / "tools" / "bin" / "python"
    said = subprocess.run(
        [python, "-c", USES, served.url, firm["client"], firm["secret"], firm["enterprise"]],
        cwd=tmp_path / "client" / "source", capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    link, *refused = said.stdout.split()
    assert link.startswith(f"{served.url}/negotiations/")
    assert refused == ["404", "not_found", "401"]
