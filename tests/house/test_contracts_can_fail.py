"""The contracts hold, and each is seen to fail when it is broken on purpose: a rule that cannot fail is a wish."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, ROOT, config, page

# contract → (module it is broken in, the import that breaks it, what must be there before there can be a contract)
_BREACHES = {
    "Dependencies point inward": ("core/vocabulary.py", "cloudnego.ports", ("ports.py",)),
    "The core reads top to bottom": ("core/pack.py", "cloudnego.core.calendar", ("core/calendar.py",)),
    "Steps do not know each other": ("core/steps/offer.py", "cloudnego.core.steps.reply", ("core/steps/reply.py",)),
    "The core is pure": ("core/calendar.py", "random", ()),
    "Only the composition root reads settings": ("ports.py", "cloudnego.settings", ("main.py", "__main__.py")),
    "Only the log judges": ("web/wrong.py", "cloudnego.core.decide", ("core/decide.py",)),
}
BREACHES = {
    contract: (module, imported)
    for contract, (module, imported, there) in _BREACHES.items()
    if all((PACKAGE / path).exists() for path in there)
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's package and configuration, to be broken."""
    where = tmp_path_factory.mktemp("broken")
    shutil.copytree(ROOT / "src", where / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", where)
    return where


def _tool(where: Path, *arguments: str, code: int) -> str:
    """What a tool says there, with the copy as the code it sees."""
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=where,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={"PYTHONPATH": str(where / "src"), "PATH": "", "NO_COLOR": "1", "COLUMNS": "200"},
    )
    assert run.returncode == code, run.stdout + run.stderr
    return run.stdout + run.stderr


def _contracts(where: Path, *, code: int) -> str:
    call = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return _tool(where, "-c", call, code=code)


def _add(where: Path, module: str, line: str) -> None:
    path = where / "src" / "cloudnego" / module
    path.parent.mkdir(exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() else '"""Added to be wrong."""\n'
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")


def test_every_contract_is_broken_here_once() -> None:
    contracts = {contract["name"] for contract in config()["tool"]["importlinter"]["contracts"]}
    assert set(BREACHES) <= contracts <= set(_BREACHES)


def test_the_contracts_hold_and_then_every_one_is_seen_to_fail(copy: Path) -> None:
    assert "0 broken" in _contracts(copy, code=0)
    for module, imported in BREACHES.values():
        _add(copy, module, f"import {imported}")
    said = _contracts(copy, code=1)
    for contract, (module, imported) in BREACHES.items():
        importer = "cloudnego." + module.removesuffix(".py").replace("/", ".")
        assert f"{contract} BROKEN" in said
        section = said.split(f"\n{contract}\n" + "-" * len(contract), 1)[1].split("\n---", 1)[0]
        assert f"{importer} -> {imported}" in section, f"{contract} fails for another reason:\n{section}"


@pytest.mark.parametrize("module", ["loose.py", "core/loose.py"])
def test_a_new_module_must_be_given_its_place(copy: Path, module: str) -> None:
    _add(copy, module, "LOOSE = True")
    try:
        assert "loose" in _contracts(copy, code=1)
    finally:
        (copy / "src" / "cloudnego" / module).unlink()


def test_no_layer_is_optional_once_it_is_there() -> None:
    text = page("pyproject.toml")
    package = ROOT / "src" / "cloudnego"
    layers = text.split("[tool.importlinter]", 1)[1]
    there = {path.stem for folder in (package, package / "core") for path in folder.glob("*.py")}
    there |= {path.parent.name for folder in (package, package / "core") for path in folder.glob("*/__init__.py")}
    assert [layer for layer in re.findall(r"\((\w+)\)", layers) if layer in there] == []


def _ruff(where: Path, module: str, source: str) -> list[tuple[str, str]]:
    """(rule, message) for each thing ruff finds in this source at this place."""
    path = where / "src" / "cloudnego" / module
    path.parent.mkdir(exist_ok=True)
    kept = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(source, encoding="utf-8")
    try:
        said = _tool(where, "-m", "ruff", "check", "--no-cache", "--output-format", "json", str(path), code=1)
    finally:
        path.unlink() if kept is None else path.write_text(kept, encoding="utf-8")
    return [(found["code"], found["message"]) for found in json.loads(said)]


def test_every_banned_call_is_refused(copy: Path) -> None:
    banned = config()["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    source = "".join(f"import {name.split('.')[0]}\n" for name in banned) + "".join(f"{name}\n" for name in banned)
    messages = [message for rule, message in _ruff(copy, "web/wrong.py", source) if rule == "TID251"]
    assert [name for name in banned if not any(message.startswith(f"`{name}` is banned") for message in messages)] == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        ("TID252", "from . import handle\n"),
        ("T201", "print('hello')\n"),
        ("DTZ001", "import datetime\n\nx = datetime.datetime(2026, 1, 1)\n"),
        ("ASYNC251", "import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n"),
        ("FIX002", "x = 1  # " + "TO" + "DO\n"),
    ],
)
def test_ruff_refuses(copy: Path, rule: str, source: str) -> None:
    assert rule in {found for found, _ in _ruff(copy, "web/wrong.py", source)}


def test_every_exception_from_a_rule_says_why() -> None:
    section = page("pyproject.toml").split("[tool.ruff.lint.per-file-ignores]", 1)[1].split("\n[", 1)[0]
    rows = [line for line in section.splitlines() if line.strip() and not line.endswith(("= [", "]"))]
    assert [row for row in rows if "#" not in row and not row.strip().startswith("]")] == []


def test_every_silenced_line_names_its_rule() -> None:
    found = [
        (path, line)
        for path in (ROOT / "src").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"#\s*noqa(?!: [A-Z]+\d+)|#\s*type:\s*ignore(?!\[)", line)
    ]
    assert found == []


FORGETFUL = '''"""Added to be wrong."""

from typing import assert_never

from cloudnego.core.vocabulary import Mode, Side


def forgets_by_assertion(side: Side) -> str:
    match side:
        case Side.WORKER:
            return "one"
        case _:
            assert_never(side)


def forgets_without_a_word(mode: Mode) -> None:
    match mode:
        case Mode.ONLINE:
            pass
'''


@pytest.mark.slow
def test_a_forgotten_match_arm_is_a_type_error(copy: Path) -> None:
    module = copy / "src" / "cloudnego" / "forgetful.py"
    module.write_text(FORGETFUL, encoding="utf-8")
    try:
        said = _tool(copy, "-m", "mypy", "--cache-dir", str(copy / "cache"), str(module), code=1)
    finally:
        module.unlink()
    assert "[arg-type]" in said
    assert "[exhaustive-match]" in said


def test_the_types_are_checked_strictly() -> None:
    mypy = tomllib.loads(page("pyproject.toml"))["tool"]["mypy"]
    assert mypy["strict"] is True
    assert "exhaustive-match" in mypy["enable_error_code"]
