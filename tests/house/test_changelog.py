"""What changes for users is written down before it is released."""

from __future__ import annotations

import re
from collections import Counter

from cloudnego import __version__
from tests.house.tree import page

HEADINGS = re.findall(r"^## (.+)$", page("CHANGELOG.md"), re.MULTILINE)


def test_the_newest_section_is_what_is_not_released() -> None:
    assert HEADINGS[0] == "Unreleased"


def test_the_unreleased_section_says_something() -> None:
    section = page("CHANGELOG.md").split("## Unreleased", 1)[1].split("\n## ", 1)[0]
    assert re.search(r"^- ", section, re.MULTILINE)


def test_each_change_is_told_once() -> None:
    """Merging keeps both of two lines, also where one is the other mended."""
    told = Counter(re.findall(r"^- \*\*(.+?)\*\*", page("CHANGELOG.md"), re.MULTILINE))
    assert [title for title, times in told.items() if times > 1] == []


def test_released_versions_are_dated_and_fall() -> None:
    released = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) · \d{4}-\d{2}-\d{2}", heading) for heading in HEADINGS[1:]]
    assert all(released)
    numbers = [tuple(map(int, found.groups())) for found in released if found]
    assert numbers == sorted(numbers, reverse=True)
    if released and released[0]:
        assert __version__ == ".".join(released[0].groups())
