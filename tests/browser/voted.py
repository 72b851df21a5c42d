"""An enterprise of twelve workers whose general meeting votes on the platform; its voters who are not looked at."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any, Final

import httpx2
from cryptography.hazmat.primitives.asymmetric import rsa

from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Office
from cloudnego.polls.ballots import Question
from cloudnego.walk.client import API, Api
from tests.browser.played import Town, UpTo
from tests.polls.voter import Secret, finalize
from tests.web.polled import padded, padless, unpadded

VOTERS: Final = 12
_WORKERS: Final = ("worker_representative", "recorder", "scrutineer", "worker")  # whom a town has on its roster


class Meeting(UpTo):
    """The plain story of an enterprise with twelve workers, who hold a general meeting and vote both ways."""

    def act(self, who: str, kind: type[c.Command], /, **wish: Any) -> None:
        more: dict[type[c.Command], dict[str, Any]] = {
            c.RecordDelegateRoll: {"delegates": VOTERS, "workers": VOTERS, "managers": 0, "women": 0},
            c.ConveneCongress: {"form": "general_meeting", "total": VOTERS},
            c.AdoptVotingMethod: {"ballot": "both"},
        }
        super().act(who, kind, **(more.get(kind, {}) | wish))


class Vote:
    """A vote that runs, its town, and its voters who are not looked at."""

    def __init__(self, town: Town, case: str, voters: list[str]) -> None:
        self.town = town
        self.voters = voters
        self.case = case
        self.poll = next(iter(self._look(town.by_role("union_chair"), f"/negotiations/{self.case}")["state"]["polls"]))
        self._signs = (f"{n:016d}" for n in count(1))

    def _look(self, who: str, path: str) -> Any:
        return self.town.sandbox.look(who, path)

    def http(self, who: str, choice: str) -> None:
        """A voter whose phone is this program."""
        seen = self._look(who, f"/polls/{self.poll}")
        key = rsa.RSAPublicNumbers(65537, int.from_bytes(unpadded(seen["key"]["modulus"]), "big")).public_key()
        codes = frozenset(one["code"] for one in seen["choices"])
        secret = Secret(next(self._signs), bytes.fromhex(seen["hash"]))
        question = Question(poll=bytes.fromhex(seen["hash"]), choices=codes, picks=seen["picks"])
        content, blinded = secret.ask(key, question, choice)
        with Api(self.town.url) as api:
            token, body = self.town.sandbox._token(who), {"blinded": padless(blinded.asked)}
            signed = api.call("POST", f"/polls/{self.poll}/issue", body, token=token)["signature"]
            mark = finalize(key, content, unpadded(signed), blinded.inverse).hex()
            ballot = {"poll": self.poll, "nonce": secret.nonce.hex(), "choice": choice, "signature": mark}
        headers = {"Content-Type": "application/json"}
        answer = httpx2.post(f"{self.town.url}{API}/ballots", content=padded(ballot), headers=headers)
        assert answer.status_code == 200, answer.text

    def closes(self) -> None:
        """Past the close and the two minutes after it; the clock counts."""
        ends = self._look(self.town.by_role("auditor"), f"/polls/{self.poll}")["closes_at"]
        now = self.town.sandbox.now
        self.town.sandbox.move(max(now, now.fromisoformat(ends)) + timedelta(minutes=3))


def on_the_roster(town: Town) -> list[str]:
    """Twelve workers, before the story begins."""
    sandbox, firm = town.sandbox, town.settled.subject
    there = [one.id for one in sandbox.people.values() if one.role in _WORKERS]
    more = [sandbox.person("voter", f"职工{n:02d}", [(firm, Office.WORKER)]) for n in range(VOTERS - len(there))]
    lines = [{"number": f"9{n:03d}", "name": sandbox.people[one].name, "person": one} for n, one in enumerate(more)]
    with Api(town.url) as api:
        token = sandbox._token(town.by_role("union_chair"))
        api.call("POST", f"/enterprises/{firm}/workers", {"workers": lines}, token=token)
    return [*there, *more]


def opened(town: Town, table: UpTo, voters: list[str], kind: type[c.Command] = c.OpenBallot, **wish: object) -> Vote:
    """Open the vote where the story ended."""
    table.ends = None
    table.act(town.by_role("union_chair"), kind, **wish)
    return Vote(town, str(table.record.case), voters)
