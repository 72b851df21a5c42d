"""The documentation names all that there is, and names nothing that there is not."""

from __future__ import annotations

import importlib
import re
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest
from typer.main import get_command

from tests.house.tree import PACKAGE, ROOT, files, name, page

PAGES = [
    path for path in files() if path.suffix == ".md" and path.parent in (ROOT / "docs", ROOT / "docs" / "decisions")
]
# What looks like a file of ours: `core/decide.py`, `docs/decisions/`, `tests/house/test_size.py::test_x`.
PATH = re.compile(r"`((?:[\w.-]+/)+(?:[\w.-]+)?|[\w-]+\.(?:py|md|toml|txt|ini))(?:::(\w+))?`")


def _module(path: str) -> ModuleType:
    if find_spec(path) is None:
        pytest.skip(f"{path} is not written yet")
    return importlib.import_module(path)


def _named(page_text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", page_text) is not None


def settings_table() -> str:
    """The table of docs/OPERATIONS.md, in the settings' own words."""
    settings = _module("cloudnego.settings").Settings
    prefix = settings.model_config["env_prefix"]
    rows = [
        f"| `{prefix}{name.upper()}` | {_shown(field.default)} | {field.description} |"
        for name, field in settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | why |", "|---|---|---|", *rows])


def _shown(default: object) -> str:
    match default:
        case None | ():
            return "unset"
        case bool():
            return f"`{str(default).lower()}`"
        case _:
            return f"`{default}`"


def test_every_setting_is_explained_to_operators() -> None:
    shown = page("docs/OPERATIONS.md").split("<!-- settings -->\n", 1)[1].split("\n\n", 1)[0]
    assert shown == settings_table(), f"docs/OPERATIONS.md should say:\n{settings_table()}"


def test_no_page_speaks_of_a_setting_that_is_none() -> None:
    settings = _module("cloudnego.settings").Settings
    prefix = settings.model_config["env_prefix"]
    known = {f"{prefix}{name.upper()}" for name in settings.model_fields}
    known |= {f"{name}_FILE" for name in known}  # a secret may lie in a file
    for path in (ROOT / "README.md", *PAGES):
        assert set(re.findall(rf"\b{prefix}\w+", path.read_text(encoding="utf-8"))) <= known, name(path)


def test_every_setting_says_why_it_exists() -> None:
    fields = _module("cloudnego.settings").Settings.model_fields
    assert [name for name, field in fields.items() if not field.description] == []


@pytest.mark.parametrize("listed", ["steps", "commands", "reasons"])
def test_the_procedure_page_names_all_of_them(listed: str) -> None:
    words = {
        "steps": lambda: [step.value for step in _module("cloudnego.core.vocabulary").Step],
        "commands": lambda: list(_module("cloudnego.core.commands").COMMANDS),
        "reasons": lambda: [reason.value for reason in _module("cloudnego.core.refusals").Reason],
    }[listed]()
    if not (ROOT / "docs" / "PROCEDURE.md").exists():
        pytest.skip("docs/PROCEDURE.md is not generated yet")
    text = page("docs/PROCEDURE.md")
    assert [word for word in words if not _named(text, word)] == []


def test_every_reason_is_said_in_both_languages() -> None:
    reasons = [reason.value for reason in _module("cloudnego.core.refusals").Reason]
    texts = _module("cloudnego.texts")
    for language in texts.LANGUAGES:
        said = {segment for key in texts.catalogue(language) for segment in key.split(".")}
        assert [reason for reason in reasons if reason not in said] == [], language


def test_every_command_of_the_command_line_is_explained() -> None:
    program = _module("cloudnego.__main__")
    text = page("docs/OPERATIONS.md") + page("README.md")
    commands = getattr(get_command(program.app), "commands", {})
    assert commands
    assert [command for command in commands if f"cloudnego {command}" not in text] == []


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=name)
def test_every_file_that_a_page_names_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    gone = []
    for file, test in PATH.findall(text):
        found = [place for root in (ROOT, PACKAGE) if (place := root / file).exists()]
        if not found:
            gone.append(file)
        elif test and f"def {test}(" not in found[0].read_text(encoding="utf-8"):
            gone.append(f"{file}::{test}")
    assert gone == []


def test_house_rules_say_how_each_is_checked() -> None:
    rules = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", page("docs/HOUSE_RULES.md"), re.MULTILINE)
    assert [int(number) for number, _, _ in rules] == list(range(1, 11))
    assert [number for number, _, check in rules if not PATH.search(check)] == []


def test_decisions_are_numbered_and_keep_their_form() -> None:
    records = [path for path in PAGES if path.parent.name == "decisions"]
    assert [path.name[:4] for path in records] == [f"{n:04d}" for n in range(1, len(records) + 1)]
    for path in records:
        text = path.read_text(encoding="utf-8")
        assert re.match(rf"# {path.name[:4]} · .+\n", text)
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Rejected"]
        assert len(text.splitlines()) <= 60, "a decision is one screen"
