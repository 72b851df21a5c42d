"""Which outside providers an operator named: his file is read once at the start, and each entry becomes an `Adapter`.

OpenID Connect needs its issuer alone; what is only like OAuth 2 is put together from the entry. A third kind of
provider is a struct here and a class with the three questions of `Adapter`; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec

from cloudnego.identity.attempts import Adapter
from cloudnego.identity.likewise import Likewise, LikewiseProvider, UnknownPlace
from cloudnego.identity.openid import OpenIdProvider, SecretBy
from cloudnego.identity.outward import NotThere, Outward, checked
from cloudnego.identity.tokens import Algorithm
from cloudnego.texts import Actionable

ProviderId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class ProvidersWrong(Actionable):
    """The providers' file cannot be used."""


class InWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the button says."""

    zh: str
    en: str


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every provider has. `inner`: it lies in a network of the operator's own; `enterprises`: whose people alone
    come in by it, and only by a link of a program of theirs; none: it is offered to everybody."""

    id: ProviderId
    name: InWords
    client_id: str
    secret_file: str | None = None
    inner: bool = False
    enterprises: tuple[str, ...] = ()


class OpenIdEntry(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="openid"):
    """An OpenID provider."""

    issuer: str
    secret_by: SecretBy = "basic"
    scope: str = "openid"
    algorithm: Algorithm = "RS256"


class LikewiseEntry(_Entry, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="oauth2-like"):
    """One that is only like OAuth 2."""

    how: Likewise


class ProvidersFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. `site`: our own address as the providers know it; they send the browser back to it."""

    site: str
    providers: tuple[OpenIdEntry | LikewiseEntry, ...]


class Provider(msgspec.Struct, frozen=True):
    """One provider, ready to be asked. `key`: what makes the names it gives people its own."""

    id: str
    name: InWords
    key: str
    adapter: Adapter
    enterprises: frozenset[str] = frozenset()

    def serves(self, enterprise: str | None) -> bool:
        """Whether a link for this enterprise may name it."""
        return not self.enterprises or enterprise in self.enterprises


def providers_of(
    file: Path, outward: Outward, now_s: Callable[[], int], tick: Callable[[], float]
) -> tuple[str, dict[str, Provider]]:
    """Our own address (no slash at its end), and the providers by id in the order of the file. Raises
    `ProvidersWrong`."""
    try:
        read = msgspec.json.decode(file.read_bytes(), type=ProvidersFile)
    except OSError:
        raise ProvidersWrong("providers_missing", file=file) from None
    except msgspec.MsgspecError as wrong:  # it names the member and what it should be, not what stands there
        raise ProvidersWrong("providers_wrong", file=file, why=wrong) from None
    if len({one.id for one in read.providers}) != len(read.providers):
        raise ProvidersWrong("providers_wrong", file=file, why="id")
    try:
        site = checked(read.site, loopback=outward.loopback)
        if site.path != "/" or site.query:
            raise NotThere("path")
        found = {one.id: _provider(one, file, outward, now_s, tick) for one in read.providers}
    except (NotThere, UnknownPlace) as wrong:
        raise ProvidersWrong("providers_wrong", file=file, why=wrong) from None
    return read.site.rstrip("/"), found


def _provider(
    entry: OpenIdEntry | LikewiseEntry,
    file: Path,
    outward: Outward,
    now_s: Callable[[], int],
    tick: Callable[[], float],
) -> Provider:
    """Raises `ProvidersWrong`, `NotThere`, `UnknownPlace`."""
    secret = secret_in(file.parent / entry.secret_file) if entry.secret_file is not None else None
    if isinstance(entry, LikewiseEntry):
        adapter: Adapter = LikewiseProvider(
            outward, entry.how, client_id=entry.client_id, secret=secret or "", inner=entry.inner
        )
        return Provider(entry.id, entry.name, entry.how.who.url, adapter, frozenset(entry.enterprises))
    adapter = OpenIdProvider(
        outward,
        now_s,
        tick,
        issuer=entry.issuer,
        client_id=entry.client_id,
        secret=secret,
        secret_by=entry.secret_by,
        scope=entry.scope,
        algorithm=entry.algorithm,
        inner=entry.inner,
    )
    return Provider(entry.id, entry.name, entry.issuer, adapter, frozenset(entry.enterprises))


def secret_in(file: Path) -> str:
    """A secret: the file's one line, readable by its owner alone. Raises `ProvidersWrong`."""
    try:
        if file.stat().st_mode & 0o077:
            raise ProvidersWrong("secret_open", file=file)
        found = file.read_text("ascii").strip()
    except (OSError, ValueError):
        raise ProvidersWrong("secret_missing", file=file) from None
    if not found or not found.isprintable():
        raise ProvidersWrong("secret_missing", file=file)
    return found
