"""The texts people accept: privacy notice, terms, promise of the ballot, and the confirmation of electronic service.

Shipped in `cloudnego/notices`, one file each, every version that ever was; a district may put its own in their place.
A text is accepted as it stood: by version and digest. The confirmation of electronic service is shown here and accepted
nowhere here: whether it is in force is a fact of each case (`core.papers`), made by a signed act of a side.
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml
from sqlalchemy import Engine
from sqlmodel import col, select

from cloudnego.identity.notice_tables import AcceptedText, DistrictText
from cloudnego.identity.store import reading, writing
from cloudnego.texts import Actionable, Said, fill

NAMES: Final = ("privacy", "terms", "ballot", "e-delivery")
BY_PERSON: Final = "person"


class NoticeError(Actionable):
    """A text of a district cannot be taken as it is."""


class _Version(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version as a file says it."""

    version: str
    from_on: date
    title: Said
    body: Said


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of shipped versions, oldest first."""

    accepted_by: str
    versions: tuple[_Version, ...]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a text as a district's people read it. `accepted_by`: `person`, or the command of a case that is
    the acceptance. `own`: the district's own version."""

    name: str
    version: str
    from_on: date
    title: Said
    body: Said
    accepted_by: str
    own: bool

    @property
    def digest(self) -> str:
        """SHA-256 over both languages, as they stand on a screen."""
        words = "\0".join((self.title["zh"], self.title["en"], self.body["zh"], self.body["en"]))
        return hashlib.sha256(words.encode()).hexdigest()


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody accepted a version, in whole seconds since 1970."""

    name: str
    version: str
    digest: str
    at_s: int


class NotAsItStands(Exception):
    """What was accepted is not the version in force, or not its words."""


class AcceptedByAct(Exception):
    """This text is accepted by an act in a case; `command` is its name."""

    def __init__(self, command: str) -> None:
        self.command = command
        super().__init__(command)


@cache
def shipped() -> dict[str, _File]:
    """Every shipped text with all its versions, by name."""
    folder = files("cloudnego") / "notices"
    return {name: _parsed((folder / f"{name}.yaml").read_text("utf-8"), _File) for name in NAMES}


def _parsed(text: str, kind: type[Any]) -> Any:
    return msgspec.convert(yaml.safe_load(text), kind, strict=False)


class Notices:
    """Texts of the districts and who accepted them. Blocking."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self, district: str, called: str) -> dict[str, tuple[Notice, ...]]:
        """Every version by name, oldest first, a district's own after the shipped ones; `called`: its name."""
        with reading(self._engine) as session:
            rows = session.exec(
                select(DistrictText)
                .where(DistrictText.district == district)
                .order_by(col(DistrictText.from_on), col(DistrictText.entered_s))
            ).all()
        own: dict[str, list[_Version]] = {name: [] for name in NAMES}
        for row in rows:
            title, body = Said(zh=row.title_zh, en=row.title_en), Said(zh=row.body_zh, en=row.body_en)
            own[row.name].append(_Version(version=row.version, from_on=row.from_on, title=title, body=body))
        return {
            name: tuple(
                _filled(name, one, file.accepted_by, called, own=mine)
                for mine, versions in ((False, file.versions), (True, tuple(own[name])))
                for one in versions
            )
            for name, file in shipped().items()
        }

    def in_force(self, district: str, called: str, today: date) -> tuple[Notice, ...]:
        """The version of each text that holds on this day: a district's own before the shipped one."""
        return tuple(
            [one for one in versions if one.from_on <= today][-1] if any(one.from_on <= today for one in versions)
            else versions[0]
            for versions in self.all(district, called).values()
        )  # fmt: skip

    def accepted(self, person: str) -> tuple[Accepted, ...]:
        """What somebody accepted, oldest first."""
        query = select(AcceptedText).where(AcceptedText.person == person).order_by(col(AcceptedText.at_s))
        with reading(self._engine) as session:
            rows = session.exec(query.order_by(col(AcceptedText.name))).all()
        return tuple(Accepted(name=r.name, version=r.version, digest=r.digest, at_s=r.at_s) for r in rows)

    def accept(self, person: str, district: str, notice: Notice, digest: str, now_s: int) -> bool:
        """Record that he accepts this version, whose words have this digest; False if he had. Raises NotAsItStands,
        AcceptedByAct."""
        if notice.accepted_by != BY_PERSON:
            raise AcceptedByAct(notice.accepted_by)
        if digest != notice.digest:
            raise NotAsItStands(notice.name)
        with writing(self._engine) as session:
            if session.get(AcceptedText, (person, notice.name, notice.version)) is not None:
                return False
            session.add(
                AcceptedText(
                    person=person,
                    name=notice.name,
                    version=notice.version,
                    district=district,
                    digest=digest,
                    at_s=now_s,
                )
            )
        return True

    def put(self, district: str, name: str, text: str, now_s: int) -> str:
        """Enter a district's own version from the text of a file: `version`, `from_on`, `title` and `body` in both
        languages. Returns the version. Raises NoticeError where it has been used, or cannot be read."""
        if name not in NAMES:
            raise NoticeError("notice_unknown", name=name, names=", ".join(NAMES))
        try:
            one: _Version = _parsed(text, _Version)
        except (msgspec.ValidationError, yaml.YAMLError):
            raise NoticeError("notice_unreadable") from None
        if one.version in {shipped_one.version for shipped_one in shipped()[name].versions}:
            raise NoticeError("notice_version_used", name=name, version=one.version)
        with writing(self._engine) as session:
            if session.get(DistrictText, (district, name, one.version)) is not None:
                raise NoticeError("notice_version_used", name=name, version=one.version)
            session.add(
                DistrictText(
                    district=district,
                    name=name,
                    version=one.version,
                    from_on=one.from_on,
                    title_zh=one.title["zh"],
                    title_en=one.title["en"],
                    body_zh=one.body["zh"],
                    body_en=one.body["en"],
                    entered_s=now_s,
                )
            )
        return one.version


def _filled(name: str, one: _Version, accepted_by: str, called: str, *, own: bool) -> Notice:
    facts = {"district": called}
    return Notice(
        name=name,
        version=one.version,
        from_on=one.from_on,
        title=Said(zh=fill(one.title["zh"], facts), en=fill(one.title["en"], facts)),
        body=Said(zh=fill(one.body["zh"], facts), en=fill(one.body["en"], facts)),
        accepted_by=accepted_by,
        own=own,
    )
