"""The tree under test: its files, its modules, its configuration."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "cloudnego"
OURS = ("src", "tests", "seeds", "migrations", "bench", "claims", "docs")
_MADE = {".git", ".venv", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__", "node_modules"}
_BUILT = PACKAGE / "web" / "static"  # the pages, in a copy that was installed
_TEXT = {
    *("", ".css", ".html", ".ini", ".js", ".json", ".jsonl", ".mako", ".md", ".mjs", ".py", ".sh", ".svg", ".toml"),
    *(".ts", ".txt", ".vue", ".webmanifest", ".yaml"),
}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be in git, absolute, sorted; in a copy without git, every file no tool made."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
        found = (ROOT / name for name in listed.stdout.split("\0") if name)
    else:
        found = (
            path
            for path in ROOT.rglob("*")
            if not _MADE & set(path.relative_to(ROOT).parts) and not path.is_relative_to(_BUILT)
        )
    return tuple(sorted(path for path in found if path.is_file()))


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file with what it says."""
    for path in files():
        if path.suffix in _TEXT:
            yield path, path.read_text(encoding="utf-8")


def name(path: Path) -> str:
    """The path as said in a message: relative to the checkout."""
    return path.relative_to(ROOT).as_posix()


def python(*folders: str) -> list[Path]:
    """The Python files of these folders, or of all our folders."""
    return [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in (folders or OURS)]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def config() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def page(path: str) -> str:
    """One page of ours as text."""
    return (ROOT / path).read_text(encoding="utf-8")


def listed(path: str, marker: str) -> list[str]:
    """The lines of the first fenced block after `marker` in a page."""
    found = re.search(re.escape(marker) + r"\n```\w*\n(.*?)\n```", page(path), re.DOTALL)
    assert found, f"{path} has no block after {marker}"
    return found.group(1).splitlines()
