"""`cloudnego admin portal`: what an operator registers gets in, does what was granted, and ends when he says so."""

from __future__ import annotations

import re

from cloudnego.main import looked_into, portals_of
from cloudnego.settings import Settings
from tests.web.test_command_line import Run, init, run

__all__ = ["run"]


def firm(run: Run, code: str = "TEST-1") -> str:
    """The id of a new enterprise."""
    words = ("admin", "organisation", "add", "enterprise", "演示厂", "330109", "--address", "路 1 号")
    return run(*words, "--credit-code", code).stdout.strip()


def added(run: Run, *words: str) -> tuple[str, str]:
    answer = run("admin", "portal", "add", *words)
    assert answer.exit_code == 0, answer.output
    client, secret = answer.stdout.split()
    return client, secret


def lets_in(client: str, secret: str) -> set[str] | None:
    """What the secret opens in all; None where it is no secret of that client."""
    settings = Settings()
    with looked_into(settings) as (engine, ring):
        found = portals_of(engine, ring, settings).clients.by_secret(client, secret)
    return None if found is None else set(found.scopes)


def test_a_client_is_registered_granted_renewed_withdrawn_and_ended(run: Run) -> None:
    init(run)
    enterprise = firm(run)
    client, secret = added(run, "人力资源系统", "--enterprise", enterprise, "--scope", "cases", "--scope", "act")
    assert lets_in(client, secret) == {"cases", "act"}
    granted = run("admin", "portal", "grant", client, enterprise, "--scope", "register")
    assert (granted.exit_code, lets_in(client, secret)) == (0, {"register"})
    assert "register" in granted.stdout
    listed = run("admin", "portal", "list").stdout
    assert all(word in listed for word in (client, "人力资源系统", "enterprise", f"{enterprise}: register"))
    assert secret not in listed
    beside = run("admin", "portal", "secret", client).stdout.strip()
    assert [lets_in(client, one) is not None for one in (secret, beside)] == [True, True]
    alone = run("admin", "portal", "secret", client, "--end-others").stdout.strip()
    assert [lets_in(client, one) is not None for one in (secret, beside, alone)] == [False, False, True]
    assert run("admin", "portal", "withdraw", client, enterprise).exit_code == 0
    assert lets_in(client, alone) == set()
    assert run("admin", "portal", "end", client).exit_code == 0
    assert lets_in(client, alone) is None
    assert client not in run("admin", "portal", "list").stdout


def test_a_platform_is_granted_by_each_enterprise_and_an_enterprises_client_serves_no_other(run: Run) -> None:
    init(run)
    first, second = firm(run), firm(run, "TEST-2")
    platform, secret = added(run, "平台", "--redirect", "https://hr.example/back")
    assert lets_in(platform, secret) == set()
    for enterprise in (first, second):
        assert run("admin", "portal", "grant", platform, enterprise, "--scope", "cases").exit_code == 0
    assert lets_in(platform, secret) == {"cases"}
    client, _ = added(run, "系统", "--enterprise", first, "--scope", "cases")
    refused = run("admin", "portal", "grant", client, second, "--scope", "cases")
    assert (refused.exit_code, "another enterprise's" in refused.stderr) == (1, True)


WRONG = (
    (("add", "系统", "--enterprise", "FIRM"), "--enterprise and --scope"),
    (("add", "系统", "--scope", "cases"), "--enterprise and --scope"),
    (("add", "系统", "--enterprise", "o-nobody", "--scope", "cases"), "o-nobody"),
    (("add", " ", "--enterprise", "FIRM", "--scope", "cases"), "name"),
    (("add", "平台", "--redirect", "http://hr.example/back"), "redirect_uris"),
    (("add", "平台", "--district", "elsewhere"), "no district elsewhere"),
    (("grant", "c-nobody", "FIRM", "--scope", "cases"), "c-nobody"),
    (("withdraw", "CLIENT", "o-nobody"), "granted nothing"),
    (("withdraw", "c-nobody", "FIRM"), "c-nobody"),
    (("secret", "c-nobody"), "c-nobody"),
    (("end", "c-nobody"), "c-nobody"),
)
"""What cannot be, and a word of the sentence that says why."""


def test_what_cannot_be_is_said_in_a_sentence_and_leaves_nothing(run: Run) -> None:
    init(run)
    enterprise = firm(run)
    client, secret = added(run, "系统", "--enterprise", enterprise, "--scope", "cases")
    before = run("admin", "portal", "list").stdout
    named = {"FIRM": enterprise, "CLIENT": client}
    for words, said in WRONG:
        answer = run("admin", "portal", *(named.get(word, word) for word in words))
        assert (words, answer.exit_code) == (words, 1), answer.output
        assert said in answer.stderr.replace("\n", " "), words
        assert "Traceback" not in answer.output
    assert run("admin", "portal", "list").stdout == before
    assert lets_in(client, secret) == {"cases"}


def test_the_key_that_signs_tokens_is_turned(run: Run) -> None:
    init(run)
    names = [run("admin", "portal", "turn-key").stdout.strip() for _ in range(2)]
    assert len(set(names)) == 2
    assert all(re.fullmatch(r"[\w-]{20,}", name) for name in names)
    settings = Settings()
    with looked_into(settings) as (engine, ring):
        assert [one["kid"] for one in portals_of(engine, ring, settings).keys.jwks()["keys"]] == names[::-1]
