"""Access tokens of portals (RFC 9068): issued, revoked, and turned back into who is asking.

A token says which client it is of, and nothing that could grow old: what the client may do is looked up at each use.
One with a person in it (`act`) is that person's, as far as he let the client act for him.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Final

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from cloudnego.core.vocabulary import Office, Side
from cloudnego.identity import tokens
from cloudnego.identity.clients import Client, Clients, client_in, is_revoked, written
from cloudnego.identity.consents import Consent, consented
from cloudnego.identity.sessions import Held, Known, Through, Who, held_by
from cloudnego.identity.store import reading
from cloudnego.identity.tables import Organisation, Person
from cloudnego.identity.token_keys import TokenKeys
from cloudnego.identity.usage import Usage

ACCESS_S: Final = 600
"""An access token holds ten minutes: so long a stolen one is good at most."""

_BELIEVED_S: Final = 300
_TYP: Final = "at+jwt"
_ACTS: Final = frozenset({"act", "open"})


EVERY: Final = "*"
"""What a client says that asks for all enterprises that let it see their cases: only what looks at all at once."""

_LOOKS: Final = "cases"


class NoEnterprise(Exception):
    """A platform's client must say for which enterprise it asks."""


class Portals:
    """All of it synchronous: the web calls it in a thread."""

    def __init__(
        self, engine: Engine, clients: Clients, keys: TokenKeys, now_s: Callable[[], int], issuer: str, *, most: int
    ) -> None:
        self.clients = clients
        self.usage = Usage(engine, now_s, most)
        self.keys = keys
        self.issuer = issuer
        self.audience = f"{issuer}/api/v1"
        self._engine = engine
        self._now_s = now_s
        use = tokens.Use(
            algorithm="ES256",
            typ=frozenset({_TYP}),
            iss=issuer,
            aud=frozenset({self.audience}),
            lasts_max_s=ACCESS_S,
            needs=frozenset({"jti", "client_id", "scope"}),
        )
        self._verified = tokens.Verified(use)

    def issue(self, client: str, scopes: Iterable[str], consent: Consent | None = None) -> str:
        """An access token of a client, or of a person through it, who let it act in one enterprise."""
        now = self._now_s()
        claims: dict[str, object] = {
            "iss": self.issuer,
            "sub": client if consent is None else consent.person,
            "aud": self.audience,
            "iat": now,
            "exp": now + ACCESS_S,
            "jti": secrets.token_urlsafe(16),
            "client_id": client,
            "scope": written(scopes),
        }
        if consent is not None:
            claims |= {"act": {"sub": client}, "enterprise": consent.enterprise, "consent": consent.id}
        return tokens.sign(claims, self.keys.signing(), _TYP)

    def claims(self, token: str, epoch: int | None = None) -> tokens.Claims:
        """What a token of ours claims. Raises `BadToken`."""
        keys = self.keys.public()
        return self._verified.claims(token, keys, self._now_s(), epoch)

    def revoke(self, token: str, client: str) -> None:
        """End an access token before its time (RFC 7009). One that is none, or another's, is no error."""
        try:
            claims = self.claims(token)
        except tokens.BadToken:
            return
        if claims["client_id"] == client:
            self.clients.revoke(client, claims["jti"], claims["exp"])

    def known(self, token: str, enterprise: str | None, epoch: int | None) -> Known | None:
        """Who asks with this token for this enterprise, and for how long that holds by itself.

        None: the token is none, it was revoked, or its client has ended or is granted nothing there. Raises
        `NoEnterprise` where a platform does not say for whom.
        """
        try:
            claims = self.claims(token, epoch)
        except tokens.BadToken:
            return None
        with reading(self._engine) as session:
            client = client_in(session, claims["client_id"])
            if client is None or is_revoked(session, client.id, claims["jti"]):
                return None
            who = self._who(session, client, claims, enterprise)
        return None if who is None else Known(who, min(claims["exp"] - self._now_s(), _BELIEVED_S))

    def eyes(self, client_id: str, enterprise: str, scopes: frozenset[str]) -> tuple[Who, ...]:
        """What a client is for each enterprise that lets it see its cases, or for the one named, within these scopes.
        Empty where it has ended, or nobody lets it."""
        with reading(self._engine) as session:
            client = client_in(session, client_id)
            if client is None:
                return ()
            return tuple(
                Who(
                    person=client.id, name=client.name, district=client.district, door="portal",
                    held=_held_by_client(client, firm, granted & scopes),
                    portal=Through(client=client.id, name=client.name, enterprise=firm.id, scopes=granted & scopes),
                )
                for firm, granted in _that_let_it_look(session, client, enterprise)
                if _LOOKS in scopes
            )  # fmt: skip

    def _for_every(self, session: Session, client: Client, claims: tokens.Claims) -> Who | None:
        """A client that asks for all enterprises at once holds nothing of any of them."""
        if "act" in claims or _LOOKS not in claims["scope"].split() or not _that_let_it_look(session, client, EVERY):
            return None
        through = Through(client=client.id, name=client.name, enterprise=EVERY, scopes=frozenset({_LOOKS}))
        return Who(person=client.id, name=client.name, district=client.district, door="portal", held=(), portal=through)

    def _who(self, session: Session, client: Client, claims: tokens.Claims, enterprise: str | None) -> Who | None:
        delegated = claims.get("enterprise")
        if enterprise == EVERY:
            return self._for_every(session, client, claims)
        if enterprise is None:
            named = [delegated] if delegated is not None else [one.enterprise for one in client.grants]
            if len(named) > 1 or (client.kind == "platform" and delegated is None):
                raise NoEnterprise
            enterprise = named[0] if named else None
        if enterprise is None or delegated not in (None, enterprise):
            return None
        scopes = client.scopes_for(enterprise) & frozenset(claims["scope"].split())
        firm = session.get(Organisation, enterprise)
        if firm is None or firm.district != client.district or firm.ended_s is not None or not scopes:
            return None
        through = Through(client=client.id, name=client.name, enterprise=enterprise, scopes=scopes)
        if "act" not in claims:
            held = _held_by_client(client, firm, scopes)
            return Who(
                person=client.id, name=client.name, district=client.district, door="portal", held=held, portal=through
            )
        if not consented(session, claims.get("consent", ""), claims["sub"], client.id):
            return None
        return _person_through(session, claims["sub"], client, through)


def _that_let_it_look(session: Session, client: Client, enterprise: str) -> list[tuple[Organisation, frozenset[str]]]:
    """The enterprises, or the one named, that let a client see their cases, with all they let it do."""
    granted = {
        one.enterprise: one.scopes
        for one in client.grants
        if _LOOKS in one.scopes and enterprise in (EVERY, one.enterprise)
    }
    alive = select(Organisation).where(col(Organisation.id).in_(sorted(granted)), col(Organisation.ended_s).is_(None))
    found = session.exec(alive.where(Organisation.district == client.district).order_by(col(Organisation.id))).all()
    return [(firm, granted[firm.id]) for firm in found]


def _held_by_client(client: Client, firm: Organisation, scopes: frozenset[str]) -> tuple[Held, ...]:
    """The portal of the enterprise; where it may act it does what the enterprise's own office for this does."""
    offices = (Office.PORTAL, *((Office.HR,) if scopes & _ACTS else ()))
    return tuple(
        Held(
            membership=client.id,
            organisation=firm.id,
            organisation_kind=firm.kind,
            organisation_name=firm.name,
            region=firm.region,
            upper=firm.upper,
            office=office,
            side=Side.EMPLOYER,
            seat_hint=None,
            mandate=None,
            mandate_scope=None,
            mandate_from=None,
            mandate_to=None,
            opens=scopes,
        )
        for office in offices
    )


def may_delegate(held: Held, enterprise: str) -> bool:
    """Whether what somebody is lets a portal of this enterprise act for him: only the employer's own people.

    A portal belongs to the enterprise. A worker who let it in would let the employer in.
    """
    employers = held.office in (Office.HR, Office.LEGAL_REPRESENTATIVE) or held.side is Side.EMPLOYER
    return held.organisation == enterprise and employers


def _person_through(session: Session, person: str, client: Client, through: Through) -> Who | None:
    row = session.get(Person, person)
    if row is None or row.ended_s is not None or row.district != client.district:
        return None
    held = tuple(one for one in held_by(session, person) if may_delegate(one, through.enterprise))
    if not held:
        return None
    return Who(
        person=person,
        name=row.name,
        district=row.district,
        door="portal",
        held=tuple(one.having(through.scopes) for one in held),
        portal=through,
    )
