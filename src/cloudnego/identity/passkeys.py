"""Passkeys (WebAuthn level 2): registered, shown in a session, or shown instead of name and password.

What the browser sends is checked by the `webauthn` package, which is imported when the first passkey is asked for: it
reads the grammar of certificates, a tenth of every start. Ours are the challenges: each is thrown here, lies in the
database by its hash, is for one purpose and one session, and is taken once.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Engine
from sqlmodel import col, delete, select

from cloudnego.identity.factor_tables import Challenge, Passkey
from cloudnego.identity.sessions import Who
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Account, Person

_LASTS_S: Final = 300
_THROW: Final = 32
_NAME: Final = "CloudNego 云协商"
_KEYS_MAX: Final = 10

REGISTER: Final = "register"
STEP_UP: Final = "step_up"
SIGN_IN: Final = "sign_in"


class NotProved(Exception):
    """What was shown proves nothing. Why, is not said: it would help who tries."""


class TooManyKeys(Exception):
    """One person has ten passkeys already."""


class PasskeyAt(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey as its owner sees it. Instants in seconds of real time."""

    id: str
    name: str
    made_s: int
    used_s: int | None


class Owner(msgspec.Struct, frozen=True):
    """Whose passkey it is, and the name he signs in with."""

    person: str
    district: str
    login: str


class Passkeys:
    """Passkeys of all districts, for one domain (`rp_id`). Blocking."""

    def __init__(
        self, engine: Engine, new_id: Callable[[str], str], now_s: Callable[[], int], domain: str | None
    ) -> None:
        self._engine = engine
        self._new_id = new_id
        self._now_s = now_s
        self.domain = domain

    def of(self, person: str) -> list[PasskeyAt]:
        """The passkeys of a person, oldest first."""
        with reading(self._engine) as session:
            rows = session.exec(select(Passkey).where(Passkey.person == person).order_by(col(Passkey.made_s))).all()
        return [PasskeyAt(id=row.id, name=row.name, made_s=row.made_s, used_s=row.used_s) for row in rows]

    def remove(self, person: str, passkey: str) -> bool:
        """Take one away; whether it was his."""
        with writing(self._engine) as session:
            row = session.get(Passkey, passkey)
            mine = row is not None and row.person == person
            if row is not None and mine:
                session.delete(row)
        return mine

    # --- what the browser is asked --------------------------------------------------------------------------------

    def ask_to_register(self, who: Who) -> dict[str, Any]:
        """Options for `navigator.credentials.create`. No attestation: the maker of a phone is none of our business."""
        import webauthn
        from webauthn.helpers import structs

        options = webauthn.generate_registration_options(
            rp_id=self._domain(),
            rp_name=_NAME,
            user_name=who.name,
            user_id=who.person.encode(),
            challenge=self._challenge(who.district, REGISTER, who.session),
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.PREFERRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in self._ids(who.person)],
        )
        return _plain(webauthn.options_to_json(options))

    def ask_to_show(self, who: Who) -> dict[str, Any]:
        """Options for `navigator.credentials.get` with one of his own."""
        challenge = self._challenge(who.district, STEP_UP, who.session)
        return self._ask(challenge, self._ids(who.person))

    def ask_who(self) -> dict[str, Any]:
        """The same for somebody who has not said who he is."""
        return self._ask(self._challenge("", SIGN_IN, None), [])

    # --- what it answers ------------------------------------------------------------------------------------------

    def register(self, who: Who, credential: Mapping[str, Any], origins: Sequence[str], name: str) -> PasskeyAt:
        """Keep a new passkey. Raises NotProved, TooManyKeys."""
        import webauthn

        challenge = self._taken(credential, REGISTER, who.session)
        try:
            found = webauthn.verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=self._domain(),
                expected_origin=list(origins),
                require_user_verification=True,
            )
        except Exception:  # whatever the package makes of bytes a stranger chose: it is no proof
            raise NotProved from None
        row = Passkey(
            id=sha256(found.credential_id).hexdigest(),
            district=who.district,
            person=who.person,
            credential=_text(found.credential_id),
            public_key=_text(found.credential_public_key),
            sign_count=found.sign_count,
            name=name,
            made_s=self._now_s(),
        )
        with writing(self._engine) as session:
            if session.get(Passkey, row.id) is not None:
                raise NotProved
            if len(session.exec(select(Passkey.id).where(Passkey.person == who.person)).all()) >= _KEYS_MAX:
                raise TooManyKeys(who.person)
            session.add(row)
        return PasskeyAt(id=row.id, name=row.name, made_s=row.made_s, used_s=None)

    def right(self, who: Who, credential: Mapping[str, Any], origins: Sequence[str]) -> bool:
        """Whether a passkey of this person was shown in this session."""
        try:
            return self._shown(credential, origins, STEP_UP, who.session).person == who.person
        except NotProved:
            return False

    def owner(self, credential: Mapping[str, Any], origins: Sequence[str]) -> Owner:
        """Whose passkey was shown at the door. Raises NotProved, also where he or his account has ended."""
        row = self._shown(credential, origins, SIGN_IN, None)
        query = (
            select(Account.login)
            .join(Person, col(Person.id) == col(Account.person))
            .where(Account.person == row.person, col(Account.ended_s).is_(None), col(Person.ended_s).is_(None))
        )
        with reading(self._engine) as session:
            login = session.exec(query).first()
        if login is None:
            raise NotProved
        return Owner(row.person, row.district, login)

    def _shown(
        self, credential: Mapping[str, Any], origins: Sequence[str], purpose: str, session_id: str | None
    ) -> Passkey:
        import webauthn

        challenge = self._taken(credential, purpose, session_id)
        try:
            shown = _bytes(str(credential["rawId"]))
        except (KeyError, ValueError):
            raise NotProved from None
        with writing(self._engine) as session:
            query = select(Passkey).where(Passkey.id == sha256(shown).hexdigest())
            row = session.exec(query.with_for_update()).first()
            if row is None:
                raise NotProved
            try:
                found = webauthn.verify_authentication_response(
                    credential=dict(credential),
                    expected_challenge=challenge,
                    expected_rp_id=self._domain(),
                    expected_origin=list(origins),
                    credential_public_key=_bytes(row.public_key),
                    credential_current_sign_count=row.sign_count,
                    require_user_verification=True,
                )
            except Exception:  # as above; a counter that went back is a copy of the key
                raise NotProved from None
            row.sign_count, row.used_s = found.new_sign_count, self._now_s()
            session.add(row)
        return row

    # --- challenges -----------------------------------------------------------------------------------------------

    def _domain(self) -> str:
        if self.domain is None:
            raise NotProved
        return self.domain

    def _ask(self, challenge: bytes, passkeys: list[bytes]) -> dict[str, Any]:
        import webauthn
        from webauthn.helpers import structs

        options = webauthn.generate_authentication_options(
            rp_id=self._domain(),
            challenge=challenge,
            allow_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in passkeys],
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return _plain(webauthn.options_to_json(options))

    def _ids(self, person: str) -> list[bytes]:
        with reading(self._engine) as session:
            rows = session.exec(select(Passkey.credential).where(Passkey.person == person)).all()
        return [_bytes(one) for one in rows]

    def _challenge(self, district: str, purpose: str, session_id: str | None) -> bytes:
        """A new challenge; a session has one for a purpose at a time."""
        challenge, now = secrets.token_bytes(_THROW), self._now_s()
        with writing(self._engine) as session:
            session.exec(delete(Challenge).where(col(Challenge.expires_s) < now))
            if session_id is not None:
                old = delete(Challenge).where(col(Challenge.session) == session_id, col(Challenge.purpose) == purpose)
                session.exec(old)
            session.add(
                Challenge(
                    id=sha256(challenge).hexdigest(),
                    district=district,
                    purpose=purpose,
                    session=session_id,
                    expires_s=now + _LASTS_S,
                )
            )
        return challenge

    def _taken(self, credential: Mapping[str, Any], purpose: str, session_id: str | None) -> bytes:
        """The challenge that the browser signed, if it was ours, for this, and not taken before. Raises NotProved."""
        try:
            client = msgspec.json.decode(_bytes(str(credential["response"]["clientDataJSON"])))
            challenge = _bytes(str(client["challenge"]))
        except (KeyError, TypeError, ValueError, msgspec.MsgspecError):
            raise NotProved from None
        with writing(self._engine) as session:
            row = session.get(Challenge, sha256(challenge).hexdigest(), with_for_update=True)
            if row is None or row.purpose != purpose or row.session != session_id:
                raise NotProved
            fresh = self._now_s() < row.expires_s
            session.delete(row)
        if not fresh:
            raise NotProved
        return challenge


def _plain(options: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(options)
    return found


def _bytes(text: str) -> bytes:
    """Of base64url as browsers send it, without its padding."""
    return urlsafe_b64decode(f"{text}===")


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
