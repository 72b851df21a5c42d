"""A walk that is not what it says fails: a wrong actor, an act that is missing, a step held in another way."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace
from rich.console import Console
from typer.testing import CliRunner, Result

from cloudnego import stories
from cloudnego.__main__ import app
from cloudnego.chooser import working_day_after
from cloudnego.core import commands as c
from cloudnego.core.vocabulary import Side
from cloudnego.texts import knows
from cloudnego.walk import command
from cloudnego.walk.client import Api
from cloudnego.walk.people import Settled, settle
from cloudnego.walk.rail import Rail
from cloudnego.walk.record import Record
from cloudnego.walk.sandbox import Sandbox
from cloudnego.walk.table import Table
from tests.journeys.conftest import House

pytestmark = pytest.mark.slow  # waits for a server and walks through it

Story = Callable[[stories.Scene], None]


def _told(monkeypatch: pytest.MonkeyPatch, house: House, story: Story) -> Result:
    """The command line, as if `plain` were this story."""
    monkeypatch.setitem(stories.STORIES, "plain", story)
    return CliRunner().invoke(app, ["walk", house.url, "--story", "plain"])


def _up_to_offer(t: stories.Scene) -> None:
    t.open(t.organ(Side.WORKER))
    stories.confirm_service(t)
    stories.worker_list(t)
    stories.sheet(t, Side.WORKER)


def test_the_log_has_each_act_by_the_person_who_asked_it(running: House) -> None:
    """Read again from its beginning by somebody who has no part in it and sees all three joint streams."""
    with Api(running.url) as api:
        sandbox = Sandbox(api, command.START)
        settled = settle(sandbox, regional=False)
        record = Record("plain")
        rail = Rail(Console(quiet=True), record)
        stories.plain(Table(sandbox, settled, Random(7), record, rail))
        rows: list[dict[str, Any]] = []
        query: dict[str, str | int] = {"limit": 50}
        more = True
        while more:
            page = sandbox.look(settled.auditor, f"/negotiations/{record.case}/timeline", query)
            rows, more = rows + page["rows"], page["more"]
            query["cursor"] = page["next"]
    assert {row["stream"] for row in rows} == {"table", "filing", "notice"}
    in_log = [str(sandbox.people[row["actor"]]) for row in rows if row["via"] == "person"]
    caucus = {"record_opinions", "draft_topic_sheet"}
    asked = [act.by for act in record.acts if act.command not in caucus]
    assert _without_repeats(in_log) == _without_repeats(asked)
    assert {row["actor"] for row in rows if row["via"] != "person"} == {"clock"}
    turned = [row["facts"] for row in rows if row["type"] == "step_turned"]
    assert [(one["closed"], one["mode"]) for one in turned] == [
        (turn.closed.value, turn.mode.value) for turn in record.turns
    ]
    assert len(turned) == 8
    for stream in ("table", "filing", "notice"):
        seqs = [row["seq"] for row in rows if row["stream"] == stream]
        assert seqs == list(range(1, len(seqs) + 1))


def _without_repeats(names: list[str]) -> list[str]:
    return [name for name, before in zip(names, [None, *names], strict=False) if name != before]


def test_an_act_by_a_wrong_actor_fails_the_walk_and_shows_the_refusal(
    running: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tampered(t: stories.Scene) -> None:
        _up_to_offer(t)
        t.act(t.cast.worker_bench[1], c.SendOffer)  # a representative, but not the chief

    told = _told(monkeypatch, running, tampered)
    assert told.exit_code == 1
    assert '"code": "refused"' in told.stderr
    assert "not_your_seat" in told.stderr
    assert "3" in told.stderr.split("stopped in step ")[1][:2]


def test_an_act_by_somebody_for_whom_the_case_does_not_exist_fails_the_walk(
    running: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tampered(t: stories.Scene) -> None:
        t.open(t.organ(Side.WORKER))
        t.act(t.cast.outsiders[0], c.ConfirmElectronicService)

    def with_stranger(sandbox: Sandbox, *, regional: bool) -> Settled:
        settled = settle(sandbox, regional=regional)
        stranger = sandbox.person("worker", "路人", [])
        return replace(settled, cast=replace(settled.cast, outsiders=(stranger,)))

    monkeypatch.setattr(command, "settle", with_stranger)
    told = _told(monkeypatch, running, tampered)
    assert told.exit_code == 1
    assert '"status": 404' in told.stderr


def test_an_act_that_another_person_carried_out_is_noticed_in_the_log(
    running: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server says yes, but the one who asked is not the one the story means."""
    ask = Sandbox.ask

    def swapped(self: Sandbox, who: str, path: str, *words: Any) -> Any:
        other = next(p.id for p in self.people.values() if p.role == "legal_representative")
        return ask(self, other if path.endswith("confirm-electronic-service") else who, path, *words)

    monkeypatch.setattr(Sandbox, "ask", swapped)
    told = _told(monkeypatch, running, _up_to_offer)
    assert told.exit_code == 1
    assert "电子送达已确认" in told.stderr


def test_a_story_that_stops_on_the_way_fails_the_walk(running: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told = _told(monkeypatch, running, _up_to_offer)
    assert told.exit_code == 1
    assert "did not end as the story does" in told.stderr


def test_a_second_gathering_fails_the_walk_though_every_act_was_carried_out(
    running: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gathered(t: stories.Scene, days: int = 8) -> None:
        union = t.organ(Side.WORKER)
        t.act(t.chief(Side.EMPLOYER), c.SubmitDraft)
        day = working_day_after(t.moment(union), days)
        t.act(union, c.SendCongressMaterials)
        t.act(union, c.ConveneCongress, day=day, held="gathering")
        t.act(union, c.AdoptVotingMethod)
        t.wait_until(day)

    monkeypatch.setattr(stories, "convene", gathered)
    told = _told(monkeypatch, running, stories.plain)
    assert told.exit_code == 1
    assert "7 were online and 2 in person" in told.stderr


def test_every_sentence_of_a_walk_stands_in_both_languages() -> None:
    folder = Path(command.__file__).parent
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    keys = {
        "walk.failures." + str(call.args[0].value)
        for call in calls
        if getattr(call.func, "id", "") == "WalkFailed" and call.args and isinstance(call.args[0], ast.Constant)
    }
    keys |= {f"walk.failures.{key}" for key in ("refused", "ends_otherwise", "not_eight_and_one")}
    keys |= {f"walk.stories.{story}" for story in stories.STORIES} | {f"commands.{name}" for name in c.COMMANDS}
    assert len(keys) > 100
    assert [key for key in sorted(keys) if not knows(key)] == []


def test_every_role_of_the_cast_has_a_name(running: House) -> None:
    with Api(running.url) as api:
        roles = set()
        for regional in (False, True):
            sandbox = Sandbox(api, command.START)
            settle(sandbox, regional=regional)
            roles |= {person.role for person in sandbox.people.values()}
    assert [role for role in sorted(roles) if not knows(f"walk.roles.{role}")] == []
