"""docs/PROCEDURE.md is the whole table in words: every step, ask, rule, reason and term, and where each leads."""

from __future__ import annotations

import re
from functools import cache

import pytest

from cloudnego.core.commands import COMMANDS, Command, SendOffer
from cloudnego.core.overlays import Overlay
from cloudnego.core.procedure import OPENINGS, PLACES, PROCEDURE
from cloudnego.core.refusals import Reason
from cloudnego.core.substates import SUBSTATES, DisputeSubState
from cloudnego.core.vocabulary import STEPS, Step
from cloudnego.law import DEFAULT_PACK, shipped_pack
from docs import generate
from tests.house.tree import page


@cache
def written() -> str:
    return page("docs/PROCEDURE.md")


@cache
def parts() -> dict[str, str]:
    """The page by heading, each with what stands under it up to the next one of its rank or above."""
    found = {}
    headings = list(re.finditer(r"^(#{2,4}) (.+)$", written(), re.MULTILINE))
    for number, heading in enumerate(headings):
        ends = (later.start() for later in headings[number + 1 :] if len(later[1]) <= len(heading[1]))
        found[heading[2]] = written()[heading.end() : next(ends, len(written()))]
    return found


def of_step(step: Step) -> str:
    """What stands under the heading of a step, its asks included."""
    return next(text for heading, text in parts().items() if re.match(rf"\d `{step}` ", heading))


def of_ask(command: type[Command]) -> str:
    """What stands under the heading of an ask."""
    name = command.model_fields["type"].default
    return next(text for heading, text in parts().items() if heading.startswith(f"`{name}` "))


def test_the_page_says_what_the_table_says_today() -> None:
    assert generate.DOCS / "PROCEDURE.md" not in generate.stale(), "run `make docs`"


@pytest.mark.parametrize("step", STEPS)
def test_a_step_names_what_ends_it_where_it_leads_and_all_its_asks(step: Step) -> None:
    rule, text = PROCEDURE[step], of_step(step)
    for end in rule.ends:
        assert f"  - `{end.__module__.rsplit('.', 1)[-1]}.{end.__name__}`: " in text
    for outcome, after in rule.then.items():
        assert re.search(rf"- `{outcome}` \(.+\) leads to `{after}`\n", text)
        assert f"    {step} --> {after}: {outcome}\n" in parts()["The steps"]
    for closing in rule.closed_by:
        assert f"`{closing.model_fields['type'].default}`" in text.split("####", 1)[0]
    named = re.findall(r"^#### `(\w+)`", text, re.MULTILINE)
    assert named == [ask.command.model_fields["type"].default for ask in rule.asks]


def test_every_ask_stands_on_the_page_exactly_once() -> None:
    assert sorted(re.findall(r"^#### `(\w+)`", written(), re.MULTILINE)) == sorted(COMMANDS)


def test_an_ask_says_who_until_when_on_paper_and_whether_it_binds() -> None:
    for command, place in PLACES.items():
        text = of_ask(command)
        assert text.count(" (") >= len(place.ask.by)
        if command not in OPENINGS:
            span = f"in `{place.first}`" if place.first is place.last else f"from `{place.first}` to `{place.last}`"
            assert span in text, command
        assert ("\n- **binding**: " in text) == command.binding, command
        assert ("\n- on paper too\n" in text) == (place.ask.on_paper and "on_paper" in command.model_fields), command


def test_every_need_and_fit_is_said_in_words() -> None:
    for command, place in PLACES.items():
        lines = re.findall(r"^  - `.+?`: (.+)$", of_ask(command), re.MULTILINE)
        assert len(lines) == len(place.ask.needs) + len(place.ask.fits), command
        assert [line for line in lines if not re.match(r"\S.*[.。:)”]( →|$)", line)] == [], command


def test_every_reason_can_be_met_somewhere_in_the_table() -> None:
    assert generate.reasons_reached() == {reason.value for reason in Reason}


def test_every_reason_that_can_be_met_is_said_in_both_languages() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", parts()["Reasons"], re.MULTILINE)
    assert {reason for reason, _, _ in rows} == generate.reasons_reached()
    assert all(re.search("[\u4e00-\u9fff]", zh) and re.search("[a-z]", en) for _, zh, en in rows)


def test_the_reasons_of_a_rule_are_its_own_and_those_of_what_it_asks() -> None:
    needs = {need.__name__: generate.reasons_of(need) for need in PLACES[SendOffer].ask.needs}
    assert needs["own_topics_ready"] == {"topics_not_ready"}
    assert {"list_missing", "list_not_published", "duty_not_accepted"} <= needs["own_list_ready"]
    assert "filed" not in needs["own_list_ready"]
    assert generate.reasons_of(generate.pages) == set()


def test_every_overlay_is_said_with_the_asks_that_lay_it_and_take_it_off() -> None:
    found = re.findall(r"^\| `(\w+)` (?:.+? )?\| (.+) \| (.+) \|$", parts()["Overlays"], re.MULTILINE)
    rows, of_a_dispute = found[: len(Overlay)], found[len(Overlay) :]
    assert [overlay for overlay, _, _ in rows] == [overlay.value for overlay in Overlay]
    assert [name for name, _, _ in of_a_dispute] == list(DisputeSubState)
    assert {name for _, on, off in rows for name in re.findall(r"`(\w+)`", on + off)} <= set(COMMANDS)


@pytest.mark.parametrize("step", STEPS)
def test_every_sub_state_of_a_step_is_said_in_both_languages_and_drawn(step: Step) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", of_step(step), re.MULTILINE)
    assert [name for name, _, _ in rows] == list(SUBSTATES[step])
    assert all(re.search("[\u4e00-\u9fff]", zh) and re.search("[A-Za-z]", en) for _, zh, en in rows)
    assert f"    {step}: {', '.join(SUBSTATES[step])}\n" in parts()["The steps"]


def test_every_term_of_the_default_pack_stands_with_its_articles() -> None:
    pack = shipped_pack(DEFAULT_PACK)
    for name, timer in pack.timers.items():
        row = next(line for line in parts()["Terms"].splitlines() if line.startswith(f"| `{name}` "))
        assert f"{timer.n} {timer.unit.value} " in row
        assert row.endswith(f"| {timer.level.value} | {', '.join(timer.cite)} |")
    assert pack.version in written()


def test_another_pack_writes_another_page() -> None:
    national = generate.procedure_page(shipped_pack("cn"))
    assert "`total_cap`" in written()
    assert "`total_cap`" not in national
