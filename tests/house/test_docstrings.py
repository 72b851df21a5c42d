"""Every module says in one sentence what it is; every public thing that needs saying says it."""

from __future__ import annotations

import ast
from importlib import import_module

from tests.house.tree import PACKAGE, name, parsed, python

# What is this short and well named says itself.
LINES_UNSAID = 8
# The rule of a command has the command's name; what it is about is said there.
COMMANDS = import_module("cloudnego.core.commands").COMMANDS


def test_every_module_says_what_it_is() -> None:
    silent = [
        name(path)
        for path in python()
        if not ast.get_docstring(parsed(path)) and path.read_text(encoding="utf-8").strip()
    ]
    assert silent == []


def test_every_public_class_of_some_length_says_what_it_is() -> None:
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in python("src")
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and (node.end_lineno or 0) - node.lineno > LINES_UNSAID
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_public_function_of_some_length_says_what_its_name_cannot() -> None:
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in python("src")
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not (node.name in COMMANDS and path.is_relative_to(PACKAGE / "core"))
        and (node.end_lineno or 0) - node.body[0].lineno >= LINES_UNSAID
        and not ast.get_docstring(node)
    ]
    assert silent == []
