"""What the command line says is written in both languages, is all used, and is given what it asks for."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest

import cloudnego.admin
import cloudnego.eventlog.backup
import cloudnego.main
import cloudnego.serving
from cloudnego import console
from cloudnego.texts import LANGUAGES, Actionable, catalogue
from tests.house.tree import parsed, python

PLACE = re.compile(r"\{([a-z_]+)\}")
SAYERS = {"tell": "said", "asked_for": "ask", "_typed": "ask", "_failure": "failures", "_both": "failures"}
ADDED = {"_typed": set[str](), "_both": {"why"}}
FROM_TABLES = {
    *console._FILES.values(),
    *cloudnego.serving.NOT_HERE.values(),
    "other_file",
    "no_such_host",
    "cannot_listen",
}
"""Keys that are looked up by what the operating system says."""


def failures() -> set[str]:
    """The names of the failures a person can act on, however deep they derive."""
    found, fresh = set[str](), [Actionable]
    while fresh:
        kind = fresh.pop()
        found.add(kind.__name__)
        fresh += kind.__subclasses__()
    return found


def _texts_in(expression: ast.expr) -> Iterator[str]:
    """Every text an expression can come to, written out in it."""
    for one in ast.walk(expression):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def uses() -> Iterator[tuple[str, set[str] | None]]:
    """Each text that is asked for by name, and the facts it is given; None where they come from elsewhere."""
    kinds = failures()
    for path in python("src"):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = ast.unparse(node.func)
            section = SAYERS.get(called) or ("failures" if called in kinds else None)
            for key in _texts_in(node.args[0]) if section else ():
                names = {keyword.arg for keyword in node.keywords}
                given = None if None in names else {name for name in names if name} | ADDED.get(called, set())
                yield f"operator.{section}.{key}", given


def texts(language: str) -> dict[str, str]:
    return {key: text for key, text in catalogue(language).items() if key.startswith("operator.")}


def test_every_text_is_written_in_both_languages_with_the_same_places() -> None:
    zh, en = (texts(language) for language in LANGUAGES)
    assert zh.keys() == en.keys()
    assert [key for key in zh if set(PLACE.findall(zh[key])) != set(PLACE.findall(en[key]))] == []


def test_every_text_is_used_and_every_use_has_its_text() -> None:
    assert cloudnego.admin.app is not None
    assert cloudnego.eventlog.backup.FORMAT, "all failures are known only when their modules are"
    used = {key for key, _ in uses()} | {f"operator.failures.{key}" for key in FROM_TABLES}
    assert used == set(texts("zh"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_given_what_it_asks_for(language: str) -> None:
    wanted = {key: set(PLACE.findall(text)) for key, text in texts(language).items()}
    given: defaultdict[str, list[set[str]]] = defaultdict(list)
    for key, facts in uses():
        if facts is not None:
            given[key].append(facts)
    assert [key for key, some in given.items() if any(wanted[key] - one for one in some)] == []


def test_each_language_speaks_its_own() -> None:
    names = re.compile(r"cloudnego [a-z \-]+|--[a-z-]+|CLOUDNEGO_\w+|postgresql://\S*|[a-z_]+=\{?[a-z_]*\}?|chmod 600")
    words = re.compile(r"CloudNego|SQLite|PostgreSQL|wal|\bon\b|journal_mode|synchronous|YAML|JSON")
    zh = {key: words.sub("", names.sub("", PLACE.sub("", text))) for key, text in texts("zh").items()}
    assert {key: text for key, text in zh.items() if re.search("[A-Za-z]", text)} == {}
    assert [key for key, text in texts("en").items() if re.search("[\u4e00-\u9fff]", text)] == []
