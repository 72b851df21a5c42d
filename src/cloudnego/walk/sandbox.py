"""A sandbox district of the walk's own: opened over HTTP, peopled over HTTP, its clock moved over HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from cloudnego.core.vocabulary import Office
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.ports import CHINA
from cloudnego.walk.client import Api, Refusal, WalkFailed

_UNPROVED: Final = ("step_up_needed", "step_up_impossible")  # impossible: before he has a letter


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the cast, with the account the sandbox's administrator gave him. `role`: a key of `walk.roles`."""

    id: str
    role: str
    name: str
    login: str
    password: str

    def __str__(self) -> str:
        return f"{self.role} {self.name}"


class Sandbox:
    """The district, its people, and a session for each of them from the first time he asks."""

    def __init__(self, api: Api, starts_at: datetime) -> None:
        """Raises `WalkFailed` where the server offers no sandboxes."""
        self._api = api
        try:
            opened = api.call("POST", "/sandbox", {"name": "云帆演示区", "starts_at": starts_at.isoformat()})
        except Refusal as no:
            if no.status == 404:
                raise WalkFailed("no_sandboxes", url=api.url, problem=no.problem) from None
            raise
        self.district: str = opened["district"]
        self.now = datetime.fromisoformat(opened["now"])
        self.founded: Mapping[str, Any] = opened["founded"]
        self.people: dict[str, Person] = {}
        self._tokens: dict[str, str] = {}
        self._letters: dict[str, str] = {}  # codes of mandate letters
        self._admin = self._sign_in(opened["login"], opened["password"])

    # --- who there is ---------------------------------------------------------------------------------------------

    def organisation(self, kind: OrganisationKind, name: str, region: str, upper: str | None = None) -> str:
        """Add an organisation that is no enterprise; returns its id."""
        body = {"kind": kind.value, "name": name, "region": region, "upper": upper}
        return str(self._administer("/sandbox/organisations", body)["id"])

    def enterprise(self, facts: Mapping[str, Any]) -> str:
        """Enter an enterprise in the register; returns its id."""
        return str(self._administer("/enterprises", facts)["id"])

    def give_union(self, enterprise: str, name: str, region: str) -> str:
        """Make an enterprise's own union and enter it in the register; returns the union's id."""
        union = self.organisation(OrganisationKind.ENTERPRISE_UNION, name, region, upper=enterprise)
        self._api.call(
            "PATCH", f"/enterprises/{enterprise}", {"has_union": True, "union_organisation": union}, token=self._admin
        )
        return union

    def person(self, role: str, name: str, memberships: Iterable[tuple[str, Office]]) -> str:
        """Add a person with an account of his own and what he is in which organisation; returns his id."""
        login, password = f"walker{len(self.people) + 1}", secrets.token_urlsafe(12)
        held = [{"organisation": organisation, "office": office.value} for organisation, office in memberships]
        body = {"name": name, "login": login, "password": password, "memberships": held}
        made = Person(
            id=self._administer("/sandbox/people", body)["id"], role=role, name=name, login=login, password=password
        )
        self.people[made.id] = made
        return made.id

    def pooled(self, keeper: str, person: str) -> None:
        """Have an official enter somebody in the pool of instructors that both sides choose from (HZ 7)."""
        self._api.call("POST", "/instructors", {"person": person}, token=self._token(keeper))

    # --- the clock ------------------------------------------------------------------------------------------------

    def move(self, to: datetime) -> int:
        """Move the clock forward; returns how many asks of the clock were carried out on the way."""
        moved = self._administer("/sandbox/clock", {"to": to.astimezone(CHINA).isoformat(timespec="seconds")})
        self.now = datetime.fromisoformat(moved["now"])
        return int(moved["asked"])

    # --- asking as somebody ---------------------------------------------------------------------------------------

    def ask(self, who: str, path: str, body: Mapping[str, Any], key: str) -> Any:
        """A command of one person, in his own session. Where the server wants more of him than a password, he shows
        the code of his mandate letter, and asks again with the same key."""
        try:
            return self._api.call("POST", path, body, token=self._token(who), key=key)
        except Refusal as no:
            if (no.problem or {}).get("code") not in _UNPROVED:
                raise
        self._step_up(who)
        return self._api.call("POST", path, body, token=self._token(who), key=key)

    def look(self, who: str, path: str, query: Mapping[str, str | int] | None = None) -> Any:
        """A query of one person, in his own session."""
        return self._api.call("GET", path, token=self._token(who), query=query)

    def _administer(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._api.call("POST", path, body, token=self._admin)

    def _token(self, who: str) -> str:
        if who not in self._tokens:
            person = self.people[who]
            self._tokens[who] = self._sign_in(person.login, person.password)
        return self._tokens[who]

    def _step_up(self, who: str) -> None:
        if who not in self._letters:
            self._letters[who] = str(self._administer("/sandbox/letters", {"person": who})["code"])
        proof = {"means": "letter", "code": self._letters[who], "password": self.people[who].password}
        shown = self._api.call("POST", "/session/step-up", proof, token=self._token(who))
        self._tokens[who] = str(shown["token"])

    def _sign_in(self, login: str, password: str) -> str:
        body = {"login": login, "password": password, "district": self.district, "door": "bearer"}
        return str(self._api.call("POST", "/session", body)["token"])
