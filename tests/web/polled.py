"""A case in which a general meeting of twelve is about to vote on the draft, and the phones of its voters."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from functools import cache
from random import Random
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric import rsa

from claims.walks import cast, register
from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Office
from cloudnego.identity.register import enterprise
from cloudnego.identity.roster import NewMembership, NewPerson, Roster
from cloudnego.identity.store import writing
from cloudnego.identity.workers import NewWorker, add_workers
from cloudnego.main import House
from cloudnego.polls.ballots import Question
from cloudnego.rehearsal import Played, Rehearsal
from cloudnego.stories import convene, gather, up_to_meeting
from cloudnego.stories import settle as settled
from tests.polls.voter import Secret, finalize
from tests.web.conftest import API
from tests.web.played import BEGUN, DISTRICT, LAW, at, settle, write

VOTERS = ("v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "w1", "w2", "s1", "s2")
BALLOT_BYTES = 2048


class Small(Rehearsal):
    """The plain story of an enterprise with twelve workers, who hold a general meeting and vote both ways."""

    def act(self, who: str, kind: type[c.Command], /, **wish: Any) -> None:
        roll = {"delegates": len(VOTERS), "workers": len(VOTERS), "managers": 0, "women": 0}
        more: dict[type[c.Command], dict[str, Any]] = {
            c.RecordDelegateRoll: roll,
            c.ConveneCongress: {"form": "general_meeting", "total": len(VOTERS)},
            c.AdoptVotingMethod: {"ballot": "both"},
        }
        super().act(who, kind, **(more.get(kind, {}) | wish))


@cache
def up_to_the_vote() -> tuple[list[Played], datetime]:
    """The acts, and the morning of the day of the vote."""
    scene = Small(LAW, cast(), register(Random(5)), BEGUN, Random(5))
    for part in (up_to_meeting, gather, settled, convene):
        part(scene)
    return scene.played, scene.at


def with_voters(house: House) -> None:
    """The district, its people, and twelve workers on the roster of E1."""
    settle(house)
    site = house.site
    with writing(site.engine) as session:
        roster = Roster(session, DISTRICT, site.new_id, site.now_s(), "operator")
        for person in VOTERS[:8]:
            roster.add_person(NewPerson(name=f"人{person}", login=person, password_hash="-"), person)
            roster.add_membership(NewMembership(person=person, organisation="E1", office=Office.WORKER))
        entry = enterprise(session, DISTRICT, "E1")
        assert entry is not None
        add_workers(session, roster, entry, [NewWorker(f"N{n}", f"人{p}", p) for n, p in enumerate(VOTERS)])


async def case_before_the_vote(house: House) -> str:
    with_voters(house)
    acts, morning = up_to_the_vote()
    case = await write(house, acts)
    at(house, morning)
    return case


class Phone:
    """A voter's browser, as far as a ballot goes."""

    def __init__(self, client: httpx2.AsyncClient, signs: str) -> None:
        self._client = client
        self._signs = signs

    async def ballot(self, poll: str, choice: str) -> dict[str, Any]:
        """Have a ballot signed unseen; returns what goes into the box."""
        seen = (await self._client.get(f"{API}/polls/{poll}")).json()
        key = rsa.RSAPublicNumbers(65537, int.from_bytes(unpadded(seen["key"]["modulus"]), "big")).public_key()
        choices = frozenset(one["code"] for one in seen["choices"])
        question = Question(poll=bytes.fromhex(seen["hash"]), choices=choices, picks=seen["picks"])
        secret = Secret(self._signs, question.poll)
        content, blinded = secret.ask(key, question, choice)
        body = {"blinded": padless(blinded.asked)}
        answer = await self._client.post(f"{API}/polls/{poll}/issue", json=body)
        assert answer.status_code == 200, answer.text
        signature = finalize(key, content, unpadded(answer.json()["signature"]), blinded.inverse)
        return {"poll": poll, "nonce": secret.nonce.hex(), "choice": choice, "signature": signature.hex()}


def padded(ballot: dict[str, Any]) -> bytes:
    """A ballot in a body of the one size."""
    bare = json.dumps({**ballot, "pad": ""}).encode()
    return json.dumps({**ballot, "pad": "x" * (BALLOT_BYTES - len(bare))}).encode()


async def cast_ballot(door: httpx2.AsyncClient, ballot: dict[str, Any]) -> httpx2.Response:
    return await door.post(f"{API}/ballots", content=padded(ballot), headers={"Content-Type": "application/json"})


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def padless(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
