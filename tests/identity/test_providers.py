"""The operator's file of outside providers: what cannot be used is said at the start, and by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudnego.identity.outward import Outward
from cloudnego.identity.providers import ProvidersWrong, providers_of

OPENID: dict[str, Any] = {
    "kind": "openid", "id": "city", "name": {"zh": "统一身份认证", "en": "City"}, "client_id": "us",
    "issuer": "https://id.example", "secret_file": "city.secret",
}  # fmt: skip
STEP = {"url": "https://id.example/x"}
LIKEWISE: dict[str, Any] = {
    "kind": "oauth2-like", "id": "like", "name": {"zh": "钉钉", "en": "DingTalk"}, "client_id": "us",
    "how": {"authorize": STEP, "exchange": STEP, "who": STEP, "subject_at": ["unionId"]},
}  # fmt: skip


def read(place: Path, *providers: dict[str, Any], site: str = "https://us.example", mode: int = 0o600) -> Any:
    file, secret = place / "providers.json", place / "city.secret"
    file.write_text(json.dumps({"site": site, "providers": providers}), "utf-8")
    secret.write_text("s3cret\n", "utf-8")
    secret.chmod(mode)
    return providers_of(file, Outward(), lambda: 0, lambda: 0.0)


def test_each_entry_is_a_provider_in_the_order_of_the_file(tmp_path: Path) -> None:
    site, found = read(tmp_path, LIKEWISE, OPENID, site="https://us.example/")
    assert site == "https://us.example"
    assert list(found) == ["like", "city"]
    assert found["city"].key == "https://id.example"
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    "wrong",
    [
        {**OPENID, "issuer": "http://id.example"},
        {**OPENID, "issuer": "http://127.0.0.1"},
        {**OPENID, "algorithm": "HS256"},
        {**OPENID, "algorithm": "none"},
        {**OPENID, "id": "../x"},
        {**OPENID, "kind": "saml"},
        {**OPENID, "secret": "in the file itself"},
        {**OPENID, "inner": "yes"},
        {**LIKEWISE, "how": {**LIKEWISE["how"], "who": {"url": "http://id.example"}}},
        {**LIKEWISE, "how": {**LIKEWISE["how"], "who": {**STEP, "method": "DELETE"}}},
        {**LIKEWISE, "how": {**LIKEWISE["how"], "exchange": {**STEP, "fields": {"x": "{secrets}"}}}},
        {**LIKEWISE, "how": {**LIKEWISE["how"], "authorize": {**STEP, "fields": {"x": "{secret}"}}}},
        {**LIKEWISE, "how": {**LIKEWISE["how"], "authorize": {**STEP, "fields": {"x": "{verifier}"}}}},
    ],
    ids=lambda one: str(one)[-60:],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ProvidersWrong) as said:
        read(tmp_path, wrong)
    assert said.value.key == "providers_wrong"


def test_two_of_one_name_and_a_site_that_is_none_are_refused(tmp_path: Path) -> None:
    for providers, site in (((OPENID, OPENID), "https://us.example"), ((OPENID,), "http://us.example")):
        with pytest.raises(ProvidersWrong):
            read(tmp_path, *providers, site=site)
    for site in ("https://us.example/path", "https://us.example/?x=1"):
        with pytest.raises(ProvidersWrong):
            read(tmp_path, OPENID, site=site)


def test_a_secret_that_others_may_read_or_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProvidersWrong) as said:
        read(tmp_path, OPENID, mode=0o640)
    assert said.value.key == "secret_open"
    with pytest.raises(ProvidersWrong) as said:
        read(tmp_path, {**OPENID, "secret_file": "gone"})
    assert said.value.key == "secret_missing"
    with pytest.raises(ProvidersWrong) as said:
        providers_of(tmp_path / "no.json", Outward(), lambda: 0, lambda: 0.0)
    assert said.value.key == "providers_missing"
