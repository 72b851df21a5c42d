"""Functions and files stay small enough to be read at one go."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import name, parsed, python

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 420

# Lists, one row for each thing that may be said: they are as long as the law.
LISTS = {
    "src/cloudnego/core/commands.py",
    "src/cloudnego/core/events.py",
    "src/cloudnego/chooser.py",  # one filler a command
    "src/cloudnego/stories.py",  # the stories one after another
    "src/cloudnego/core/pack.py",
    "src/cloudnego/core/procedure.py",
    "src/cloudnego/core/refusals.py",
    "src/cloudnego/core/state.py",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, Function))


def _body(function: Function) -> list[ast.stmt]:
    return function.body if ast.get_docstring(function) is None else function.body[1:]


def _lines(function: Function) -> int:
    """Lines of code of the function, its docstring not counted; a lone `match` is a list and counts as one line."""
    body = _body(function)
    if not body or (len(body) <= 2 and any(isinstance(statement, ast.Match) for statement in body)):
        return 1
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{name(path)}:{function.lineno} {function.name} has {_lines(function)} lines"
        for path in python()
        if "migrations/versions" not in name(path)
        for function in _functions(path)
        if _lines(function) > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_no_file_is_longer_than_a_sitting() -> None:
    long = [
        f"{name(path)} has {lines} lines"
        for path in python("src", "seeds", "bench", "claims")
        if name(path) not in LISTS and (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES_MAX
    ]
    assert long == []


def test_the_measure_sees_a_long_function() -> None:
    source = "def f() -> None:\n" + "    x = 1\n" * (FUNCTION_LINES_MAX + 1)
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert _lines(function) == FUNCTION_LINES_MAX + 1
