"""One word, one meaning: what our files may not be called and may not say."""

from __future__ import annotations

import ast
import re

from tests.house.tree import ROOT, name, parsed, python, texts

# A bin collects what nobody wanted to place.
BINS = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "service", "services", "util", "utils"}

# The nine are steps. Put together here, so that this file may be read by its own test.
NOT_A_STEP = re.compile(r"\b(?:" + "pha" + "se|st" + "age)s?\\b", re.IGNORECASE)
UNFINISHED = re.compile(
    r"\b(?:" + "TO" + "DO|FIX" + "ME|X" + "XX|HA" + r"CK)\b|"
    r"\b(?i:for" + " now|not implem" + "ented yet|place" + r"holder)\b"
)  # fmt: skip


def test_no_module_or_folder_is_a_bin() -> None:
    bins = [name(path) for path in python() if BINS & {path.stem, *path.relative_to(ROOT).parts[:-1]}]
    assert bins == []


def test_a_step_is_called_a_step() -> None:
    others = [
        f"{name(path)}:{number}: {line.strip()}"
        for path in python("src", "seeds", "bench", "claims")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if NOT_A_STEP.search(line)
    ]
    assert others == []


def test_nothing_is_left_for_later() -> None:
    left = [
        f"{name(path)}:{number}: {line.strip()[:120]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if path.name != "LICENSE" and UNFINISHED.search(line)
    ]
    assert left == []


def test_nothing_raises_not_implemented() -> None:
    raised = [
        f"{name(path)}:{node.lineno}"
        for path in python("src")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Name) and node.id == "NotImplementedError"
    ]
    assert raised == []


LOGGING = {"structlog.configure", "logging.basicConfig", "logging.config.dictConfig", "logging.config.fileConfig"}


def test_the_log_is_configured_in_one_place() -> None:
    """`logs.py` knows what a log may never say; a second place would have to know it too."""
    places = {
        name(path)
        for path in python("src")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in LOGGING
    }
    assert places == {"src/cloudnego/logs.py"}


def test_the_patterns_see_what_they_forbid() -> None:
    assert NOT_A_STEP.search("the second " + "pha" + "se")
    assert not NOT_A_STEP.search("staged paraphrase")
    assert UNFINISHED.search("# TO" + "DO later")
    assert UNFINISHED.search("good enough for" + " now")
