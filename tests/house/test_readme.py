"""The README's commands are the ones CI runs, and what it says a reader can find is there."""

from __future__ import annotations

import re

from tests.house.tree import ROOT, config, listed, page


def test_starting_is_one_command() -> None:
    (command,) = listed("README.md", "<!-- ci: start -->")
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt . && ")
    assert command.endswith(" .venv/bin/cloudnego demo")


def test_testing_is_one_command() -> None:
    (command,) = listed("README.md", "<!-- ci: test -->")
    made, install, run = command.split(" && ")
    assert made == "python3 -m venv .venv", "it stands alone: who runs the tests need not have started anything"
    assert install == ".venv/bin/pip install -q -c constraints.txt '.[test]'"
    assert run == ".venv/bin/python -m pytest -n 2"


def test_ci_follows_the_readme() -> None:
    script = page(".ci/run")
    assert "start=$(readme start)" in script
    assert "tests=$(readme test)" in script
    for check in ("ruff check", "ruff format --check", "-m mypy", "lint-imports"):
        assert check in script
    assert "pip install" not in script, "CI installs by the README's commands and by nothing else"


def test_ci_needs_no_make() -> None:
    assert not re.search(r"^\s*make\b", page(".ci/run"), re.MULTILINE)


def test_the_program_that_the_readme_starts_is_installed_by_us() -> None:
    assert config()["project"]["scripts"] == {"cloudnego": "cloudnego.__main__:main"}


def test_every_link_leads_somewhere() -> None:
    for where in ("README.md", "docs/ARCHITECTURE.md", "docs/HOUSE_RULES.md", "docs/OPERATIONS.md", "CHANGELOG.md"):
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page(where)):
            assert ((ROOT / where).parent / target).exists(), f"{where} links to {target}"


def test_chinese_comes_first() -> None:
    paragraphs = [p for p in page("README.md").split("\n\n") if not p.startswith(("#", "<", "!", "["))]
    assert re.search(r"[一-鿿]{10}", paragraphs[0])
    assert re.search(r"[a-z]{4,}(?: [a-z]+){6}", paragraphs[1])
