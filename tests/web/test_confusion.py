"""Two readings of one request: what stands there twice, and who is believed then; and guesses that come all at once."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from sqlalchemy.exc import DataError

from cloudnego.web.errors import problem_of
from tests.web.conftest import API, PASSWORD, Town, client_of
from tests.web.test_accounts import OURS, sign_in

ONCE = ("Authorization", "Host", "Origin", "Content-Type", "Content-Length", "X-Acting-As", "X-CloudNego", "Cookie")


async def test_nobody_steps_up_the_session_of_another_with_a_proof_of_his_own(town: Town) -> None:
    """A stolen session of the chair, and a letter of one's own: whose session is raised?"""
    stolen, own = town.tokens["firm.chair"], town.tokens["firm.boss"]
    proof = {"means": "letter", "code": await town.letter("firm.boss"), "password": PASSWORD}
    for tokens in ((stolen, own), (own, stolen)):
        headers = [("Authorization", f"Bearer {one}") for one in tokens]
        async with client_of(town.house) as client:
            answer = await client.post(f"{API}/session/step-up", json=proof, headers=headers)
        assert answer.status_code == 400
    assert (await town["firm.chair"].get(f"{API}/me")).json()["grade"] == "password"


@pytest.mark.parametrize("name", ONCE)
async def test_a_header_that_says_who_or_what_stands_there_once(town: Town, name: str) -> None:
    async with client_of(town.house) as client:
        answer = await client.get(f"{API}/procedure", headers=[(name, "x"), (name.lower(), "y")])
    assert (answer.status_code, answer.json()["code"]) == (400, "header_twice")


@pytest.mark.parametrize("order", [("theirs", "mine"), ("mine", "theirs"), ("mine", "mine")])
async def test_of_two_cookies_of_our_name_none_is_believed(town: Town, order: tuple[str, str]) -> None:
    """A neighbour under the same domain cannot set ours, but in some browsers one without a name that looks like it."""
    tokens = {}
    for name, who in (("mine", "firm.chair"), ("theirs", "firm.hr")):
        async with client_of(town.house) as browser:
            assert (await browser.post(f"{API}/session", json=sign_in(town, login=who), headers=OURS)).is_success
            tokens[name] = browser.cookies["cloudnego"]
    async with client_of(town.house) as browser:
        cookie = "; ".join(f"cloudnego={tokens[one]}" for one in order)
        assert (await browser.get(f"{API}/me", headers={"Cookie": cookie})).status_code == 401
        odd = f'a[b]=1; x="; cloudnego={tokens["theirs"]}; cloudnego={tokens["mine"]}'
        assert (await browser.get(f"{API}/me", headers={"Cookie": odd})).status_code == 401
        other = f'a[b]=1; x="; cloudnego-outside=1; cloudnego={tokens["mine"]}; y'
        assert (await browser.get(f"{API}/me", headers={"Cookie": other})).json()["name"] == "firm.chair"


async def test_guesses_that_come_all_at_once_are_no_more_than_guesses_one_by_one(town: Town) -> None:
    """Those that were let in before the name was locked are told nothing after it is."""

    async def guess(password: str) -> httpx2.Response:
        async with client_of(town.house) as client:
            return await client.post(f"{API}/session", json=sign_in(town, password=password, door="bearer"))

    answers = await asyncio.gather(*(guess(f"guess number {number}") for number in range(20)), guess(PASSWORD))
    assert answers[-1].status_code == 429, "the right one came last, when the name was locked"


def test_what_a_database_cannot_hold_is_malformed_and_no_defect() -> None:
    """A text with a zero in an address, a number beyond 63 bits in a cursor somebody made: PostgreSQL refuses both."""
    assert problem_of(DataError("SELECT", {}, ValueError("NUL"))).code == "malformed"
    assert problem_of(ValueError("NUL")).code == "defect"
