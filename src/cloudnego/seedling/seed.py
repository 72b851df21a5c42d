"""A seed: everything a sandbox district is made of, and where the shipped ones are found."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from typing import NamedTuple

from cloudnego import places
from cloudnego.core.moment import Law
from cloudnego.core.vocabulary import Office, Side
from cloudnego.identity.founding import Place
from cloudnego.identity.kinds import OrganisationKind
from cloudnego.identity.references import NewReference
from cloudnego.identity.register import Entry
from cloudnego.law import shipped_calendar, shipped_pack
from cloudnego.seedling.play import Script

Told = Callable[[int], None]
"""Hears how much more was done."""


class Body(NamedTuple):
    """An organisation."""

    id: str
    kind: OrganisationKind
    name: str
    region: str
    upper: str | None = None
    ended: bool = False


class Human(NamedTuple):
    """A person; with an account if there is a login."""

    id: str
    name: str
    login: str | None = None


class Post(NamedTuple):
    """What a person is in an organisation. `side`: where a union or body is itself the organ of a side."""

    person: str
    organisation: str
    office: Office
    side: Side | None = None


class Figure(NamedTuple):
    """A reference value and who entered it."""

    id: str
    value: NewReference
    by: str


class Delegated(NamedTuple):
    """One line of a roll of delegates. `salt`: of its hash, in hex."""

    person: str
    number: str
    manager: bool
    woman: bool
    salt: str
    dispatched: bool = False


class Roll(NamedTuple):
    """An enterprise's roster of workers, by person and number, and the roll of its delegates as it was frozen by
    `keeper`; `leaves`: the hash of each line, `roll_hash`: of all of them."""

    enterprise: str
    keeper: str
    workers: tuple[tuple[str, str], ...]
    lines: tuple[Delegated, ...]
    leaves: tuple[str, ...]
    roll_hash: str


class Guest(NamedTuple):
    """Someone a visitor may sign in as, and what there is to see."""

    login: str
    name: str
    zh: str
    en: str
    look: str


class Seed(NamedTuple):
    """A district as it stands at `now`, the moment its clock starts from. `letter`: the code on all mandate letters.

    `tell` plays all cases into a script and says after each enterprise how many more were told.
    """

    district: str
    name: str
    pack: str
    now: datetime
    places: tuple[Place, ...]
    tiles: Mapping[str, tuple[int, int]]  # column and row of each place on the map
    bodies: tuple[Body, ...]
    enterprises: tuple[Entry, ...]
    humans: tuple[Human, ...]
    posts: tuple[Post, ...]
    figures: tuple[Figure, ...]
    pool: tuple[str, ...]  # its union's instructors
    rolls: tuple[Roll, ...]
    voting: str  # the case whose congress votes when the demonstration begins, by its name
    guests: tuple[Guest, ...]
    password: str
    letter: str
    tell: Callable[[Script, Told], None]
    enterprises_told: int

    def rehearsed(self) -> Script:
        """All cases in memory; the same every time."""
        script = Script(self.district)
        self.tell(script, lambda _: None)
        return script


def law_of(pack: str) -> Law:
    """A shipped pack with the shipped calendar."""
    return Law(pack=shipped_pack(pack), calendar=shipped_calendar())


def shipped(name: str) -> Seed:
    """The seed of this name; it always comes out the same. Importing it writes nothing beside its files."""
    if "seeds" not in sys.modules:  # the folder lies beside the package, or inside it when installed
        folder = places.seeds()
        spec = spec_from_file_location("seeds", folder / "__init__.py", submodule_search_locations=[str(folder)])
        assert spec is not None, "the folder of seeds is a package"
        assert spec.loader is not None
        sys.modules["seeds"] = package = module_from_spec(spec)
        spec.loader.exec_module(package)
    found = import_module(f"seeds.{name}.district").generate()
    assert isinstance(found, Seed), "a seed's package generates a seed"
    return found
