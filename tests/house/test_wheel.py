"""What is installed carries everything that the code looks for beside itself."""

from __future__ import annotations

import json
import os
import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

from cloudnego import places
from tests.house.tree import PACKAGE, ROOT, files


def _installed() -> Distribution:
    """The cloudnego that pip built from this checkout; CI always has one."""
    try:
        found = distribution("cloudnego")
    except PackageNotFoundError:
        found = None
    editable = found and json.loads(found.read_text("direct_url.json") or "{}").get("dir_info", {}).get("editable")
    if found is None or editable:
        assert "CI" not in os.environ, "CI installs the package by the README's command"
        pytest.skip("cloudnego is not installed from a wheel here")
    return found


def _carried() -> set[str]:
    return {str(path) for path in _installed().files or ()}


def test_the_wheel_carries_every_file_of_the_package() -> None:
    wanted = {path.relative_to(PACKAGE.parent).as_posix() for path in files() if path.is_relative_to(PACKAGE)}
    assert wanted - _carried() == set()


@pytest.mark.parametrize("folder", ["migrations", "seeds"])
def test_the_wheel_carries_what_migrates_and_what_the_demo_plays(folder: str) -> None:
    wanted = {
        f"cloudnego/_{path.relative_to(ROOT).as_posix()}" for path in files() if path.is_relative_to(ROOT / folder)
    }
    assert wanted, f"{folder}/ is empty"
    assert wanted - _carried() == set()


def test_the_wheel_carries_the_pages() -> None:
    carried = {path.removeprefix("cloudnego/web/static/") for path in _carried() if "/web/static/" in path}
    assert "index.html" in carried
    index = Path(str(_installed().locate_file("cloudnego/web/static/index.html"))).read_text(encoding="utf-8")
    script = re.search(r'src="/(assets/[^"]+\.js)"', index)
    assert script is not None
    assert {script[1], f"{script[1]}.br", f"{script[1]}.gz"} <= carried


def test_the_wheel_carries_the_licence_and_its_types() -> None:
    carried = _carried()
    assert "cloudnego/py.typed" in carried
    assert any(path.endswith("licenses/LICENSE") for path in carried)


@pytest.mark.parametrize("place", [places.migrations, places.seeds])
def test_in_a_checkout_the_checkout_is_found(place: object) -> None:
    assert callable(place)
    assert place() == ROOT / place.__name__  # type: ignore[attr-defined]


def test_in_a_wheel_the_wheel_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cloudnego" / "_migrations").mkdir(parents=True)
    monkeypatch.setattr(places, "_PACKAGE", tmp_path / "cloudnego")
    monkeypatch.setattr(places, "_CHECKOUT", tmp_path)
    assert places.migrations() == tmp_path / "cloudnego" / "_migrations"
    with pytest.raises(FileNotFoundError, match="install cloudnego again"):
        places.seeds()
