"""Loading: through the log's own judging, whole or not at all, and read back as it was told."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import msgspec
import pytest
from sqlmodel import select

from cloudnego.core import commands as c
from cloudnego.core.refusals import Refused
from cloudnego.core.vocabulary import Scope, Side
from cloudnego.eventlog.fsck import fsck
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.replay import replay
from cloudnego.identity.clocks import Clocks
from cloudnego.identity.delegates import voters_of
from cloudnego.identity.snapshot import snapshot
from cloudnego.identity.store import reading
from cloudnego.identity.tables import Account, Membership, Person
from cloudnego.ports import Cut
from cloudnego.seedling.load import load, loaded
from cloudnego.seedling.play import Script
from cloudnego.seedling.seed import Seed, Told
from seeds.xiaoshan.firms import all_firms
from seeds.xiaoshan.regional import down_2025
from seeds.xiaoshan.telling import Teller, register_of
from tests.seeds.conftest import NOW_S, Loaded, open_log

pytestmark = pytest.mark.slow  # whichever comes first waits for the seed


def test_it_is_loaded_in_twenty_seconds_of_cpu(loaded_once: Loaded) -> None:
    assert loaded_once.cpu_s <= 20, f"{loaded_once.cpu_s:.1f} s"


def test_the_loader_says_how_far_it_is(loaded_once: Loaded, seed: Seed) -> None:
    assert sum(loaded_once.said) == seed.enterprises_told == 161


def test_what_is_read_back_is_what_was_told(loaded_once: Loaded) -> None:
    log, script, _, _ = loaded_once
    differing = [script.names[id_] for id_, told in script.cases.items() if log.state(id_) != told]
    assert differing == []


def test_the_log_was_told_the_same_as_memory(loaded_once: Loaded, told: Script) -> None:
    """All but the ids of cases that name each other, which are the log's."""
    written = loaded_once.script.acts
    assert [(a.case, a.at, a.by) for a in written] == [(a.case, a.at, a.by) for a in told.acts]
    other = [a.command.type for a, b in zip(written, told.acts, strict=True) if a.command != b.command]
    assert Counter(other).keys() == {"open_case", "record_supersession", "merge_into_regional"}
    names = loaded_once.script.names
    for a, b in zip(written, told.acts, strict=True):
        if isinstance(a.command, c.OpenCase) and isinstance(b.command, c.OpenCase) and b.command.parent:
            assert names[str(a.command.parent)] == b.command.parent


def test_the_log_is_whole_and_its_projections_are_what_it_says(loaded_once: Loaded) -> None:
    log = loaded_once.log
    report = fsck(log.engine, log.ring)
    assert report.faults == ()
    assert report.leaves > 20_000
    assert replay(log.engine, log.ring, log.districts.law, mend=False).equal


def test_the_cockpit_shows_161_enterprises_and_32000_workers(loaded_once: Loaded, seed: Seed) -> None:
    whole = loaded_once.log.cockpit(Cut(district=seed.district, wage_year=2026))
    assert (whole.total.cases, whole.total.headcount) == (161, 32_000)
    assert len(whole.by_step) == 9
    assert min(whole.total.red, whole.total.yellow, whole.total.grey) > 0


def test_nothing_is_due_when_it_has_been_loaded(loaded_once: Loaded, seed: Seed) -> None:
    assert loaded_once.log.due(seed.district, seed.now.date()) == []


def test_those_who_vote_stand_on_a_roll_by_persons_and_the_case_has_its_hash(loaded_once: Loaded, seed: Seed) -> None:
    log, script, (roll,) = loaded_once.log, loaded_once.script, seed.rolls
    case = log.state(next(id_ for id_, name in script.names.items() if name == seed.voting))
    assert case is not None
    assert case.roll is not None
    assert (case.step, case.roll.roll_hash) == ("congress", roll.roll_hash)
    assert case.congress.day is not None
    assert case.congress.day <= seed.now.date(), "the ballot can be opened"
    with reading(log.engine) as session:
        voters = voters_of(session, seed.district, roll.enterprise, roll.roll_hash, "delegates")
        everybody = voters_of(session, seed.district, roll.enterprise, None, "all_workers")
    assert (len(voters), len(everybody)) == (case.congress.total, case.roll.workers)
    assert {human.id for human in seed.humans if human.login == "voter"} <= set(voters)


def test_the_districts_clock_starts_from_the_seeds_moment(loaded_once: Loaded, seed: Seed) -> None:
    found = loaded_once.log.districts.get(seed.district)
    assert found.kind == "sandbox"
    assert NOW_S + found.clock_offset_s == int(seed.now.timestamp())
    assert Clocks(loaded_once.log.districts, lambda: seed.now).district(seed.district) == found


def test_caucuses_are_there_and_sealed(loaded_once: Loaded) -> None:
    log, script, _, _ = loaded_once
    case = next(id_ for id_, name in script.names.items() if name == "park-2018")
    caucus = log.caucus(case, Side.WORKER)
    assert caucus is not None
    assert caucus.issued > 300


def test_people_and_accounts_are_there(loaded_once: Loaded, seed: Seed) -> None:
    with reading(loaded_once.log.engine) as session:
        assert len(session.exec(select(Person.id)).all()) == len(seed.humans) > 32_000
        assert len(session.exec(select(Membership.id)).all()) == len(seed.posts)
        assert set(session.exec(select(Account.login)).all()) == {guest.login for guest in seed.guests}


def test_the_door_would_read_the_same_of_the_register(loaded_once: Loaded, seed: Seed) -> None:
    with reading(loaded_once.log.engine) as session:
        for firm in (one for one in all_firms() if one.served):
            year = 2024 + firm.workers % 3
            found = snapshot(
                session, seed.district, subject=firm.entry.id, scope=Scope.ENTERPRISE, wage_year=year, covered=()
            )
            assert found is not None
            mine = msgspec.structs.replace(register_of(firm, year), references=())
            assert msgspec.structs.replace(found.register, references=()) == mine
            references = {(one.kind, one.period, one.fen, one.rate) for one in found.register.references}
            assert references == {(o.kind, o.period, o.fen, o.rate) for o in register_of(firm, year).references}


def test_the_door_would_read_the_same_of_a_region(loaded_once: Loaded, seed: Seed) -> None:
    opened = next(
        state.opened for id_, state in loaded_once.script.cases.items() if loaded_once.script.names[id_] == "down-2025"
    )
    assert opened is not None
    with reading(loaded_once.log.engine) as session:
        found = snapshot(
            session, seed.district, subject=opened.enterprise, scope=opened.scope, wage_year=opened.wage_year,
            covered=[one.enterprise for one in opened.covers],
        )  # fmt: skip
    assert found is not None
    read = found.register
    assert (read.town, read.industry, read.worker_organ, read.employer_organ) == (
        opened.town, opened.industry, opened.worker_organ, opened.employer_organ,
    )  # fmt: skip
    assert read.covers == opened.covers


# --- a smaller seed -----------------------------------------------------------------------------------------------


def _tell_one(script: Script, told: Told) -> None:
    down_2025(Teller(script), all_firms())
    told(1)


@pytest.fixture
def small(seed: Seed) -> Seed:
    """The same district with one case and few people."""
    people = {human.id for human in seed.humans if human.login}
    return seed._replace(
        humans=tuple(human for human in seed.humans if human.id in people),
        posts=tuple(post for post in seed.posts if post.person in people), rolls=(), tell=_tell_one,
    )  # fmt: skip


@pytest.mark.postgres
def test_it_loads_into_postgresql_too(seed: Seed, small: Seed, postgres_log: SqlLog) -> None:
    everybody = small._replace(humans=seed.humans, posts=seed.posts, rolls=seed.rolls)
    script = load(postgres_log, everybody, password_hash="h", now_s=NOW_S)
    assert script is not None
    assert [postgres_log.state(id_) for id_ in script.cases] == list(script.cases.values())
    assert fsck(postgres_log.engine, postgres_log.ring).faults == ()


def test_loading_again_changes_nothing(small: Seed, tmp_path: Path) -> None:
    log = open_log(tmp_path)
    try:
        assert not loaded(log, small.district)
        assert load(log, small, password_hash="h", now_s=NOW_S) is not None
        before = log.districts.get(small.district)
        assert loaded(log, small.district)
        assert load(log, small, password_hash="h", now_s=NOW_S + 99) is None
        assert log.districts.get(small.district) == before
    finally:
        log.close()


def test_an_interrupted_load_leaves_no_case_and_is_taken_up(small: Seed, tmp_path: Path) -> None:
    def torn(script: Script, told: Told) -> None:
        _tell_one(script, told)
        raise KeyboardInterrupt

    log = open_log(tmp_path)
    try:
        with pytest.raises(KeyboardInterrupt):
            load(log, small._replace(tell=torn), password_hash="h", now_s=NOW_S)
        assert not loaded(log, small.district)
        script = load(log, small, password_hash="h", now_s=NOW_S)
        assert script is not None
        assert [log.state(id_) for id_ in script.cases] == list(script.cases.values())
    finally:
        log.close()


def test_a_seed_that_breaks_a_rule_is_not_loaded(small: Seed, tmp_path: Path) -> None:
    """The worker's chief offers before there is a list: the log refuses, and nothing of the seed's cases is kept."""

    def unlawful(script: Script, told: Told) -> None:
        _tell_one(script, told)
        teller = Teller(script)
        firm = next(one for one in all_firms() if one.served and one.entry.has_union)
        play = teller.case(firm, 2026, date(2026, 3, 2))
        play.open(play.organ(Side.WORKER))
        play.act(play.organ(Side.WORKER), c.SendOffer)

    log = open_log(tmp_path)
    try:
        with pytest.raises(Refused):
            load(log, small._replace(tell=unlawful), password_hash="h", now_s=NOW_S)
        assert not loaded(log, small.district)
    finally:
        log.close()
