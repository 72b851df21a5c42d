"""Authenticator apps (RFC 6238): a secret shared once, six digits every thirty seconds, each taken once."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Final

import msgspec
import pyotp
from sqlalchemy import Engine
from sqlmodel import select

from cloudnego.identity.custody import Custody
from cloudnego.identity.factor_tables import Authenticator
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading, writing

_STEP_S: Final = 30
_DRIFT: Final = 1  # steps a phone's clock may be off, either way
_ISSUER: Final = "CloudNego"


class NewApp(msgspec.Struct, frozen=True):
    """What the app is given, once: the secret in base32, and the same as a `otpauth:` address for a QR code."""

    secret: str
    uri: str


class Apps:
    """Authenticator apps of all districts. Blocking."""

    def __init__(self, engine: Engine, custody: Custody, now_s: Callable[[], int]) -> None:
        self._engine = engine
        self._custody = custody
        self._now_s = now_s

    def has(self, person: str) -> bool:
        """Whether somebody has an app that has shown a code."""
        with reading(self._engine) as session:
            row = session.get(Authenticator, person)
        return row is not None and row.confirmed

    def begin(self, who: Who) -> NewApp:
        """A new secret, which counts once it is confirmed. Until then it takes no other's place: asking again gives
        another, but one that is confirmed stays until it is removed. Raises AlreadyHasOne."""
        secret = pyotp.random_base32()
        with writing(self._engine) as session:
            row = session.get(Authenticator, who.person)
            if row is not None and row.confirmed:
                raise AlreadyHasOne(who.person)
            row = row or Authenticator(person=who.person, district=who.district, secret="", made_s=0)
            row.secret = self._custody.seal(who.district, secret, "app", who.person)
            row.made_s = self._now_s()
            session.add(row)
        return NewApp(secret, pyotp.TOTP(secret).provisioning_uri(name=who.name, issuer_name=_ISSUER))

    def confirm(self, who: Who, code: str) -> bool:
        """Whether the app shows what it should; then it counts from now on."""
        return self._taken(who.person, code, confirmed=False)

    def right(self, who: Who, code: str) -> bool:
        """Whether this is a code of his app that was not taken before."""
        return self._taken(who.person, code, confirmed=True)

    def remove(self, person: str) -> bool:
        """Take an app away, confirmed or not; whether there was one."""
        with writing(self._engine) as session:
            row = session.get(Authenticator, person)
            if row is not None:
                session.delete(row)
        return row is not None

    def _taken(self, person: str, code: str, *, confirmed: bool) -> bool:
        with writing(self._engine) as session:
            query = select(Authenticator).where(Authenticator.person == person)
            row = session.exec(query.with_for_update()).first()
            if row is None or row.confirmed is not confirmed:
                return False
            step = self._step_of(row, code)
            if step is None:
                return False
            row.last_step, row.confirmed = step, True
            session.add(row)
        return True

    def _step_of(self, row: Authenticator, code: str) -> int | None:
        """The time step a code is of, if it is later than any that was taken."""
        app = pyotp.TOTP(self._custody.open(row.district, row.secret, "app", row.person))
        now = self._now_s() // _STEP_S
        steps = [step for step in range(now - _DRIFT, now + _DRIFT + 1) if step > row.last_step]
        right = [step for step in steps if hmac.compare_digest(app.generate_otp(step), code)]
        return right[0] if right else None


class AlreadyHasOne(Exception):
    """He has a confirmed app; it must be removed first."""
