"""What is in git runs anywhere: no path of the machine it was written on, no host of a registry."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import name, texts

# Put together here, so that this file may be read by its own test.
_PATHS = ["wo" + "rk", "ro" + "ot", "t" + "mp", "ho" + "me", "opt/py" + "pi", "opt/whe" + "els"]
_HOSTS = [
    "py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb." + "debian.org",
    "docker" + ".io", "gh" + "cr.io", "qu" + "ay.io", "aliyun" + ".com", "tuna.ts" + "inghua", "npmmi" + "rror",
    "proxy.go" + "lang",
]  # fmt: skip
PATH = re.compile(r"(?<![\w.:\-/])/(?:" + "|".join(_PATHS) + r")(?=[/\s\"'`),]|$)")
HOST = re.compile("|".join(map(re.escape, _HOSTS)))


def test_no_file_names_a_machine_or_a_registry() -> None:
    named = [
        f"{name(path)}:{number}: {found.group(0)}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := PATH.search(line) or HOST.search(line))
    ]
    assert named == []


@pytest.mark.parametrize(
    "line",
    [f"cd /{'wo' + 'rk'}/main", f"see '/{'t' + 'mp'}/x'", f"index-url = https://{'py' + 'pi.org'}/simple"],
)
def test_the_patterns_see_a_machine(line: str) -> None:
    assert PATH.search(line) or HOST.search(line)


def test_the_patterns_leave_addresses_of_the_api_alone() -> None:
    assert not PATH.search("GET /api/v1/" + "wo" + "rk-items")
    assert not PATH.search("src/" + "ro" + "ot/x")
