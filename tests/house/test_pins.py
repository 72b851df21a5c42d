"""constraints.txt pins all that is installed, exactly, and nothing else; and names no host."""

from __future__ import annotations

import re
from importlib.metadata import distribution
from itertools import chain

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import config, page

PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+]+")


def _pins() -> dict[str, str]:
    lines = [line for line in page("constraints.txt").splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def _asked() -> list[Requirement]:
    """What pyproject.toml asks for, extras included."""
    project = config()["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for text in chain(project["dependencies"], *extras)]


def _peers() -> set[str]:
    """Programs that benches measure against or `make outside` asks: pinned by their names, for the tests do not install
    them."""
    extras = config()["project"]["optional-dependencies"]
    peers = {*extras["bench"], *extras["outside"]} - set(extras["test"])
    return {canonicalize_name(name) for name in peers}


def _needed() -> set[str]:
    """Every distribution that those bring along here."""
    seen: set[tuple[str, str]] = set()
    waiting = _asked()
    while waiting:
        requirement = waiting.pop()
        for extra in ("", *requirement.extras):
            if (key := (canonicalize_name(requirement.name), extra)) in seen:
                continue
            seen.add(key)
            if canonicalize_name(requirement.name) in _peers():
                continue
            brought = map(Requirement, distribution(requirement.name).requires or ())
            waiting += [r for r in brought if r.marker is None or r.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}


def test_a_pin_is_a_name_and_a_version() -> None:
    lines = [line for line in page("constraints.txt").splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not PIN.fullmatch(line)] == []
    assert lines == sorted(lines, key=str.lower)


def test_everything_installed_is_pinned() -> None:
    assert _needed() - set(_pins()) == set()


def test_nothing_else_is_pinned() -> None:
    assert set(_pins()) - _needed() == set()


def test_the_versions_here_are_the_pinned_ones() -> None:
    here = {name: version for name, version in _pins().items() if name not in _peers()}
    other = {
        name: distribution(name).version for name, version in here.items() if distribution(name).version != version
    }
    assert other == {}


def test_pyproject_leaves_versions_to_the_constraints() -> None:
    assert [str(requirement) for requirement in _asked() if requirement.specifier] == []
