"""The score: points from what everybody sees, each with the entries it rests on; a draw that anybody can make again."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cloudnego.core.vocabulary import Stream
from cloudnego.main import House
from cloudnego.scoring.score import BadWeights, Rates, drawn, items_of, score_of
from cloudnego.surveys.questionnaire import Answer
from cloudnego.texts import say
from cloudnego.web.satisfaction import rates_of, satisfaction_of
from tests.web.conftest import API
from tests.web.played import at, looking, rehearsed, settle, write

NOTICE = frozenset({Stream.NOTICE})
QUESTIONNAIRE = satisfaction_of("满意度", (), ())


def answers(*places: tuple[int, int, int]) -> list[Answer]:
    return [Answer(picks=tuple((one,) for one in each)) for each in places]


async def test_the_score_grows_with_the_case_is_the_same_for_all_who_see_it_and_names_its_entries(house: House) -> None:
    settle(house)
    acts = rehearsed()
    clients, points = looking(house), -1
    case: str | None = None
    for first, last in ((0, 20), (20, len(acts) // 2), (len(acts) // 2, len(acts))):
        case = await write(house, acts[first:last], key=f"part{first}", case=case)
        at(house, acts[last - 1].at + timedelta(hours=1))
        seen: dict[str, bytes] = {}
        document: dict[str, Any] = {}
        for who in ("w0", "e0", "hr", "w9", "recorder", "town", "authority"):
            answer = await clients(who).get(f"{API}/negotiations/{case}/score")
            assert answer.status_code == 200, answer.text
            seen[who], document = answer.content, answer.json()
        assert len(set(seen.values())) == 1, "it tells nobody more than the others"
        assert points <= document["points"] <= document["of"] == 54
        points = document["points"]
        timeline = (await clients("w9").get(f"{API}/negotiations/{case}/timeline", params={"limit": 200})).json()
        known = {f"{one['stream']}.{one['seq']}" for one in timeline["rows"]}
        items = [item for head in document["heads"] for item in head["items"]]
        assert {entry for item in items for entry in item["evidence"]} <= known, "every entry can be opened"
        assert sum(item["points"] for item in items) == document["points"]
        assert all(item["points"] == 0 for item in items if item["open"])
        assert all(item["evidence"] for item in items if item["points"])
    assert points >= 35, "a whole negotiation, kept and published"
    assert (await clients("stranger").get(f"{API}/negotiations/{case}/score")).status_code == 404
    rows = (await clients("district").get(f"{API}/scores")).json()["rows"]
    assert [(one["case"], one["points"]) for one in rows] == [(case, points)]
    lot = (await clients("district").get(f"{API}/scores", params={"seed": "2026年第一期", "draw": 3})).json()
    assert (lot["among"], [one["drawn"] for one in lot["rows"]]) == (1, [True])
    assert (await clients("elsewhere").get(f"{API}/scores")).json()["rows"] == []
    assert (await clients("hr").get(f"{API}/scores")).status_code == 404


async def test_what_the_workers_say_enters_once_it_is_closed_and_enough_have_answered(house: House) -> None:
    settle(house)
    acts = rehearsed()
    published = next(n for n, act in enumerate(acts) if act.command.type == "publish_contract")
    case = await write(house, acts[:published])
    at(house, acts[published].at)
    clients = looking(house)
    closes_at = (acts[published].at + timedelta(days=3)).isoformat(timespec="seconds")
    asked = {"about": "satisfaction", "title": "合同满意度", "closes_at": closes_at}
    early = await clients("w0").post(f"{API}/negotiations/{case}/surveys", json=asked)
    assert early.json()["code"] == "survey_too_early"
    await write(house, acts[published : published + 1], key="published", case=case)
    at(house, acts[published].at + timedelta(hours=1))
    wrong = {**asked, "questions": [{"kind": "scale", "text": "您满意吗？"}]}
    assert (await clients("w0").post(f"{API}/negotiations/{case}/surveys", json=wrong)).status_code == 422
    made = await clients("w0").post(f"{API}/negotiations/{case}/surveys", json=asked)
    assert made.status_code == 201, made.text
    survey = made.json()["id"]
    kept = house.site.surveys.get(case, survey)
    assert kept is not None
    sheet = {"id": 32 * "a", "picks": [[0], [0], [4]]}
    path = f"{API}/negotiations/{case}/surveys/{survey}/answers"
    assert (await clients("w9").post(path, json=sheet)).status_code == 201
    before = (await clients("w9").get(f"{API}/negotiations/{case}/score")).json()
    assert before["rates"] is None
    at(house, acts[published].at + timedelta(days=4))
    after = (await clients("e0").get(f"{API}/negotiations/{case}/score")).json()
    assert after["rates"]["returned"] == 1
    assert after["rates"]["satisfaction"] is None, "one answer makes somebody known"
    assert (await clients("e0").get(f"{API}/negotiations/{case}/surveys")).status_code == 404, "no survey of his"


def test_rates_are_whole_percent_of_what_the_shield_shows() -> None:
    many = answers(*[(0, 0, 4)] * 30, *[(0, 1, 3)] * 10, *[(1, 2, 0)] * 10)
    assert rates_of(QUESTIONNAIRE, many) == Rates(participation=80, awareness=80, satisfaction=80)
    assert rates_of(QUESTIONNAIRE, answers(*[(0, 0, 4)] * 9)) == Rates(
        participation=None, awareness=None, satisfaction=None
    )
    alone = answers(
        *[(0, 0, 3)] * 6, *[(0, 0, 0)] * 5, (0, 0, 4)
    )  # one grade of one person is told with the next to it
    assert rates_of(QUESTIONNAIRE, alone).satisfaction == 58
    for seed in range(200):  # whatever is told fits what was answered, or is not told
        dice = Random(seed)
        given = [(dice.randrange(2), dice.randrange(3), dice.randrange(5)) for _ in range(dice.randrange(60))]
        rates, n = rates_of(QUESTIONNAIRE, answers(*given)), max(len(given), 1)
        counted = [
            sum(one[0] == 0 for one in given),
            sum(one[1] < 2 for one in given),
            sum(one[2] > 2 for one in given),
        ]
        right = [100 * one // n for one in counted]
        for told, true in zip((rates.participation, rates.awareness, rates.satisfaction), right, strict=True):
            assert told in (None, true), seed


async def test_rates_give_their_points_from_four_fifths_on(house: House) -> None:
    settle(house)
    case = await write(house, rehearsed())
    rows = house.site.log.read(case, NOTICE, None, 10_000)
    items = items_of()
    none = score_of(rows, None, items)
    full = score_of(rows, Rates(participation=80, awareness=100, satisfaction=79), items)
    said = {one.code: one.points for one in full.items if one.head == "overall"}
    assert said == {"participation": 2, "awareness": 2, "satisfaction": 1}
    assert full.points - none.points == 5
    for item in items:
        assert say(f"score.items.{item.code}.why", {"got": "1", "wanted": "2"})["zh"]


def test_an_office_may_weigh_otherwise_and_not_nonsensically(tmp_path: Path) -> None:
    assert sum(one.points for one in items_of()) == 54
    own = tmp_path / "weights.yaml"
    own.write_text("in_time: 10\nmet_in_person: 0\n", "utf-8")
    changed = {one.code: one.points for one in items_of(own)}
    assert changed["in_time"] == 10
    assert "met_in_person" not in changed
    for wrong in ("nonsense: 1\n", "in_time: -1\n", "in_time: 101\n", "[]\n", ": :\n", "in_time: many\n"):
        own.write_text(wrong, "utf-8")
        with pytest.raises(BadWeights):
            items_of(own)


def test_a_draw_is_made_again_by_whoever_has_the_seed() -> None:
    cases = [f"n{n}" for n in range(300)]
    lot = drawn("seed", reversed(cases), 12)
    by_hand = sorted(cases, key=lambda one: sha256(f"seed\n{one}".encode()).hexdigest())[:12]
    assert lot == frozenset(by_hand)
    assert drawn("another", cases, 12) != lot
    assert drawn("seed", cases[:3], 12) == frozenset(cases[:3])
