"""The catalogue says everything the core can say, in both languages, with nothing a rule does not give."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

import cloudnego.core
from cloudnego.core import gate
from cloudnego.core.commands import COMMANDS
from cloudnego.core.events import EVENTS, Outcome
from cloudnego.core.overlays import Overlay
from cloudnego.core.pack import TIMERS, Level
from cloudnego.core.refusals import Reason
from cloudnego.core.substates import SUBSTATES, DisputeSubState
from cloudnego.core.vocabulary import Ending, Light, Seat, Side, Step, Stream
from cloudnego.law import pack_texts, shipped_pack
from cloudnego.texts import LANGUAGES, catalogue

CORE = Path(cloudnego.core.__file__).parent
# Sections of the HTTP doors, in files of their own.
DOORS = (
    *(
        "problems.",
        "fields.",
        "walk.",
        "keeping.",
        "operator.",
        "api.",
        "files.",
        "inbox.",
        "means.",
        "slip.",
        "signing.",
        "form.",
        "pages.",
        "congress_paper.",
        "paper.",
        "receipt.",
    ),
    *("guide.", "glossary.", "surveys.", "audit.", "polls.", "dossier.", "portal_check.", "ics.", "imports."),
    *("notify.", "links.", "score."),
)
PLACE = re.compile(r"\{([^{}]*)\}")

ENUMS: dict[str, type[StrEnum]] = {
    "steps": Step,
    "seats": Seat,
    "sides": Side,
    "streams": Stream,
    "lights": Light,
    "overlays": Overlay,
    "endings": Ending,
    "levels": Level,
}

# The product records facts. Whether a law was broken only an authority says, and nobody is blamed.
JUDGING = {
    "zh": re.compile("违法|违规|违反|非法|资方|劳方|对手|谈判|让步|施压|拒不|拖延|尽快|及时|近期|抱歉|！"),
    "en": re.compile(r"(?i)violat|illegal|unlawful|breach|sorry|opponent|concession|as soon as possible|!"),
}
WARNS = {"zh": "提醒，不阻止。", "en": "This warns and does not block."}


class Site(NamedTuple):
    """One call of `no`: the facts it passes, and whether it says in so many words that it only warns. `apart`: what it
    passes besides facts, such as the side; `words`: facts that are written out where they are given."""

    facts: frozenset[str]
    warns: bool
    apart: frozenset[str] = frozenset()
    words: frozenset[tuple[str, str]] = frozenset()

    @property
    def places(self) -> frozenset[str]:
        """What a sentence may ask for here (`cloudnego.sentences`)."""
        found = self.facts | (self.apart & {"side", "cure"})
        found |= {"organ"} if "side" in self.apart else set()
        return found | ({"span"} if found >= {"step", "first", "last"} else set())


def _sites_in(tree: ast.AST) -> Iterator[tuple[str, Site]]:
    apart = frozenset({"level", "cure", "side", "by"})
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "no":
            continue
        reason = node.args[0]
        assert isinstance(reason, ast.Attribute), f"line {node.lineno}: the reason is named where it is given"
        names = [keyword.arg for keyword in node.keywords]
        assert None not in names, f"line {node.lineno}: the facts of a reason are named where it is given"
        levels = [ast.unparse(k.value) for k in node.keywords if k.arg == "level"]
        given = frozenset(name for name in names if name is not None)
        words = {(k.arg, k.value.value) for k in node.keywords if k.arg and isinstance(k.value, ast.Constant)}
        written = frozenset((name, word) for name, word in words if isinstance(word, str))
        yield Reason[reason.attr].value, Site(given - apart, levels == ["Level.ADVISORY"], given & apart, written)


@cache
def sites() -> dict[str, list[Site]]:
    """Every place in the core that gives a reason, by reason."""
    found: defaultdict[str, list[Site]] = defaultdict(list)
    for path in CORE.rglob("*.py"):
        for reason, site in _sites_in(ast.parse(path.read_text(encoding="utf-8"))):
            found[reason].append(site)
    return dict(found)


def reasons_of_the_light() -> set[str]:
    """What the traffic light names besides terms: the second word of each `Shown` that is written out."""
    calls = [node for node in ast.walk(ast.parse(Path(gate.__file__).read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and ast.unparse(node.func) == "Shown"]  # fmt: skip
    return {str(call.args[1].value) for call in calls if isinstance(call.args[1], ast.Constant)}


def expected() -> set[str]:
    """Every key the core can ask the catalogue for."""
    keys = {f"{section}.{member.value}" for section, members in ENUMS.items() for member in members}
    keys |= {f"substates.{step.value}.{one.value}" for step, kind in SUBSTATES.items() for one in kind}
    keys |= {f"substates.dispute.{one.value}" for one in DisputeSubState}
    keys |= {f"reasons.{reason.value}.{part}" for reason in Reason for part in ("sentence", "way_out")}
    keys |= {f"commands.{name}" for name in COMMANDS}
    keys |= {f"commands_binding.{name}" for name, command in COMMANDS.items() if command.binding}
    keys |= {f"events.{name}" for name in EVENTS}
    keys |= {f"outcomes.{outcome}" for outcome in get_args(Outcome)}
    keys |= {f"timers.{timer}" for timer in TIMERS}
    keys |= {f"facts.organ.{side.value}" for side in Side} | {f"facts.month.m{month}" for month in range(1, 13)}
    return keys | {f"light_reasons.{name}" for name in TIMERS | reasons_of_the_light()}


def ours(language: str) -> dict[str, str]:
    """The texts of the core in one language."""
    return {key: text for key, text in catalogue(language).items() if not key.startswith(DOORS)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_the_core_names_has_a_text(language: str) -> None:
    assert sorted(expected() - set(ours(language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_names_what_is_not_there(language: str) -> None:
    """The words of single facts are held against the rules in `tests/house/test_sentences.py`."""
    of_facts = {key for key in ours(language) if key.startswith("facts.")}
    assert sorted(set(ours(language)) - expected() - of_facts) == []


def test_the_names_of_the_steps_are_those_of_every_shipped_pack() -> None:
    for pack_id in pack_texts():
        for row in shipped_pack(pack_id).steps:
            assert (row.name.zh, row.name.en) == tuple(catalogue(x)[f"steps.{row.code.value}"] for x in LANGUAGES)


def test_both_languages_are_filled_with_the_same_facts() -> None:
    zh, en = catalogue("zh"), catalogue("en")
    assert zh.keys() == en.keys()
    written = [key for key in zh if key != "api.about"]  # its braces are examples of JSON
    assert [key for key in written if set(PLACE.findall(zh[key])) != set(PLACE.findall(en.get(key, "")))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_asks_only_for_facts_that_every_rule_gives(language: str) -> None:
    asked_too_much = {}
    for key, text in ours(language).items():
        asked = set(PLACE.findall(text))
        given: frozenset[str] = frozenset()
        if key.startswith("reasons."):
            given = frozenset.intersection(*(site.places for site in sites()[key.split(".")[1]]))
        if asked - given and not key.startswith("facts."):
            asked_too_much[key] = sorted(asked - given)
    assert asked_too_much == {}


def test_every_reason_is_given_by_some_rule() -> None:
    assert sorted({reason.value for reason in Reason} - set(sites())) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_says_that_it_only_warns_exactly_where_every_rule_only_warns(language: str) -> None:
    only_warns = {reason for reason, found in sites().items() if all(site.warns for site in found)}
    says_so = {r.value for r in Reason if WARNS[language] in catalogue(language)[f"reasons.{r.value}.sentence"]}
    assert says_so ^ only_warns == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_judged_or_blamed(language: str) -> None:
    assert {key: text for key, text in ours(language).items() if JUDGING[language].search(text)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_reasons_or_acts_read_the_same(language: str) -> None:
    for part in (r"reasons\..*\.sentence", r"commands\..*", r"events\..*", r"seats\..*", r"commands_binding\..*"):
        texts = [text for key, text in ours(language).items() if re.fullmatch(part, key)]
        assert sorted({text for text in texts if texts.count(text) > 1}) == []


@pytest.mark.parametrize(("language", "end"), [("zh", "。"), ("en", ".")])
def test_what_stands_in_the_way_and_the_way_out_are_whole_sentences(language: str, end: str) -> None:
    whole = re.compile(r"reasons\.|commands_binding\.|light_reasons\.")
    assert [key for key, text in ours(language).items() if bool(whole.match(key)) != text.endswith(end)] == []


def test_each_language_speaks_its_own() -> None:
    zh = {key: PLACE.sub("", text) for key, text in ours("zh").items()}
    assert [key for key, text in zh.items() if re.search("[A-Za-z]", text)] == []
    assert [key for key, text in ours("en").items() if re.search("[\u4e00-\u9fff]", text)] == []


def test_the_finder_of_rules_sees_facts_and_levels() -> None:
    source = "no(Reason.SUSPENDED, 'HZ 27', level=Level.ADVISORY, side=s, n=1)\nno(Reason.FILED, level=row.level)"
    assert dict(_sites_in(ast.parse(source))) == {
        "suspended": Site(frozenset({"n"}), warns=True, apart=frozenset({"level", "side"})),
        "filed": Site(frozenset(), warns=False, apart=frozenset({"level"})),
    }
    with pytest.raises(AssertionError, match="named where it is given"):
        dict(_sites_in(ast.parse("no(Reason.FILED, **facts)")))
