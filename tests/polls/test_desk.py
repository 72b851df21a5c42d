"""A binding ballot from the roll to the list, on both databases: each votes once, nothing is lost, nothing is told."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from operator import attrgetter
from pathlib import Path
from threading import Barrier
from typing import Any, Final

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Engine, text

from cloudnego import polls as polls_package
from cloudnego.eventlog.database import connect, snapshot
from cloudnego.eventlog.keys import Keyring
from cloudnego.polls.ballots import BadBallot, Ballot, Question, place
from cloudnego.polls.blind import BadBlinded, Forged
from cloudnego.polls.custody import receipt_text
from cloudnego.polls.desk import Polls
from cloudnego.polls.pool import Pool
from cloudnego.polls.recount import recount
from cloudnego.polls.refused import (
    BadCount,
    BoxDamaged,
    Issued,
    NoPoll,
    NotATeller,
    NotOnRoll,
    NotOpen,
    NotYet,
    OnPaper,
    PollClosed,
    PollRefused,
    PoolElsewhere,
)
from cloudnego.polls.roll import line, spend
from tests.polls.given import CLOSES_S, NOW_S, OVER_S, PEOPLE, QUESTION, Ground, asked, ballot
from tests.polls.test_recount import MUTANTS

ONE_STORE: Final = pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # it is not about how rows are kept
VOTES: Final = dict(zip(PEOPLE, ("yes", "no", "yes", "abstain", "yes", "no", "yes", "yes", "yes"), strict=False))


def columns(engine: Engine, statement: str) -> list[Any]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def checked(receipt: bytes, at: bytes, key: str) -> None:
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key + "="))
    public.verify(receipt, receipt_text(QUESTION.poll, at))


def test_from_the_roll_to_the_list(ground: Ground) -> None:
    polls, poll = ground.polls, ground.poll
    before, _ = polls.roll_lines(poll)
    assert hashlib.sha256(before).hexdigest() == ground.prepared.roll_hash
    assert before.count(b"\n") == ground.prepared.roll == len(PEOPLE)
    casts = {person: ground.vote(person, choice) for person, choice in VOTES.items()}
    polls.strike(poll, "p20", NOW_S)
    polls.strike(poll, "p20", NOW_S)
    assert [polls.standing(poll, who) for who in ("p00", "p20", "p21", "x")] == ["issued", "paper", "open", "none"]
    assert msgspec.structs.astuple(polls.figures(poll)) == (24, len(VOTES), 1)
    assert ground.in_box() == [], "fewer than a batch"
    for teller in ("t1", "t2"):
        polls.enter(poll, teller, {"no": 1}, 0, now_s=CLOSES_S)
    assert polls.unsettled("e") == []
    assert [(one.poll, one.state) for one in polls.unsettled("d")] == [(poll, "open")]
    closing, content = polls.count(poll, OVER_S), polls.listed(poll)
    counts, wrong = recount(closing.record(), content)
    assert (counts, wrong) == ({"abstain": 1, "no": 2, "yes": 6}, [])
    assert closing.paper is not None
    assert closing.paper.counts == {"abstain": 0, "no": 1, "yes": 0}
    assert ground.prepared.thumbprint == closing.thumbprint
    _, after = polls.roll_lines(poll)
    assert hashlib.sha256(after).hexdigest() == closing.roll_hash
    assert sorted(entry.split()[1] for entry in after.decode().splitlines())[-2:] == ["open", "paper"]
    (salt,) = columns(ground.engine, "SELECT salt FROM poll")[0]
    assert f"{line(bytes(salt), 'p20')} paper\n".encode() in after
    listed = [hashlib.sha256(_message(entry)).digest() for entry in content.decode().splitlines()]
    for one in casts.values():
        assert one.place in listed
        checked(one.receipt, one.place, ground.prepared.receipt_key)
    assert [one.state for one in polls.unsettled("d")] == ["counted"], "until the log has it"
    assert polls.count(poll, OVER_S) == closing
    polls.bury(poll)
    polls.bury(poll)
    assert polls.unsettled("d") == []
    assert (polls.count(poll, OVER_S), polls.closing(poll), polls.listed(poll)) == (closing, closing, content)
    assert columns(ground.engine, "SELECT wrapped, sealed FROM poll") == [(None, None)]
    assert columns(ground.engine, "SELECT DISTINCT blinded, answer FROM poll_voter") == [(None, None)]
    assert polls.standing(poll, "p00") == "issued"


def _message(entry: str) -> bytes:
    nonce, choice, _ = entry.split()
    return b"cloudnego-ballot-v1\0" + QUESTION.poll + bytes.fromhex(nonce) + choice.encode()


def test_each_is_issued_one_ballot_and_gets_it_again(ground: Ground) -> None:
    polls, poll = ground.polls, ground.poll
    answer = polls.issue(poll, "p00", asked("p00"), NOW_S)
    assert polls.issue(poll, "p00", asked("p00"), CLOSES_S - 1) == answer
    for who, blinded, now_s, wrong in (
        ("p00", asked("p00", "no"), NOW_S, Issued),
        ("p00", asked("p00"), CLOSES_S, PollClosed),
        ("p01", asked("p01"), CLOSES_S, PollClosed),
        ("x", asked("x"), NOW_S, NotOnRoll),
        ("p01", b"short", NOW_S, BadBlinded),
        ("p01", b"\xff" * 384, NOW_S, BadBlinded),
    ):
        with pytest.raises(wrong):
            polls.issue(poll, who, blinded, now_s)
    assert polls.standing(poll, "p01") == "open", "who is refused has lost nothing"
    polls.strike(poll, "p02", NOW_S)
    with pytest.raises(OnPaper):
        polls.issue(poll, "p02", asked("p02"), NOW_S)
    with pytest.raises(Issued):
        polls.strike(poll, "p00", NOW_S)
    with pytest.raises(NotOnRoll):
        polls.strike(poll, "x", NOW_S)
    with pytest.raises(PollClosed):
        polls.strike(poll, "p03", CLOSES_S)
    with pytest.raises(NoPoll):
        polls.issue("b0", "p00", asked("p00"), NOW_S)


def test_before_the_opening_nothing_is_given_and_what_was_opened_stays(ground: Ground) -> None:
    polls, poll = ground.polls, ground.polls.prepare("d", "case", ["p1", "p1"]).poll
    assert polls.figures(poll).roll == 1
    for ask in (
        lambda: polls.issue(poll, "p1", asked("p1"), NOW_S),
        lambda: polls.cast(poll, ballot("p1"), NOW_S),
        lambda: polls.count(poll, OVER_S),
        lambda: polls.closing(poll),
        lambda: polls.listed(poll),
        lambda: polls.bury(poll),
        lambda: polls.void(poll),
        lambda: polls.stands_in_the_way(poll, OVER_S),
        lambda: polls.drop(ground.poll),
        lambda: polls.open(ground.poll, QUESTION, CLOSES_S + 1),
    ):
        with pytest.raises(NotOpen):
            ask()
    with pytest.raises(BadBallot):
        polls.open(poll, Question(poll=bytes(32), choices=frozenset()), CLOSES_S)
    polls.open(ground.poll, QUESTION, CLOSES_S)
    polls.drop(poll)
    with pytest.raises(NoPoll):
        polls.standing(poll, "p1") if polls.figures(poll).roll else polls.drop(poll)


def test_a_ballot_is_taken_until_two_minutes_after_the_close(ground: Ground) -> None:
    polls, poll = ground.polls, ground.poll
    first = polls.cast(poll, ballot("a"), NOW_S)
    assert polls.cast(poll, ballot("a"), OVER_S - 1) == first, "brought again, it is the same"
    assert first.place == place(QUESTION, ballot("a"))
    with pytest.raises(PollClosed):
        polls.cast(poll, ballot("a"), OVER_S)
    for wrong, bad in (
        (Forged, msgspec.structs.replace(ballot("b"), choice="no")),
        (Forged, msgspec.structs.replace(ballot("b"), signature=b"")),
        (BadBallot, msgspec.structs.replace(ballot("b"), choice="maybe")),
        (BadBallot, msgspec.structs.replace(ballot("b"), nonce=b"short")),
    ):
        with pytest.raises(wrong):
            polls.cast(poll, bad, NOW_S)


@ONE_STORE
def test_batches_of_eight_and_whoever_brings_his_again_changes_nothing(ground: Ground) -> None:
    sizes, all_cast = [], [ballot(str(n)) for n in range(40)]
    for one in all_cast:
        ground.polls.cast(ground.poll, one, NOW_S)
        sizes.append(len(ground.in_box()))
    assert sizes == [0] * 15 + [8] * 8 + [16] * 8 + [24] * 8 + [32]
    file = ground.folder / f"{ground.poll}.pool"
    before = ground.in_box(), file.read_bytes()
    for one in all_cast[::5]:
        ground.polls.cast(ground.poll, one, NOW_S)
    assert (ground.in_box(), file.read_bytes()) == before


def test_two_nodes_at_once_give_one_ballot_and_count_one(ground: Ground, node: Callable[..., Polls]) -> None:
    nodes, start = [ground.polls, node(), node(), node()], Barrier(4)
    votes = [ballot(str(n)) for n in range(20)]

    def ask(at: int) -> str:
        start.wait()
        try:
            nodes[at].issue(ground.poll, "p00", asked("p00", ("yes", "no")[at % 2]), NOW_S)
        except PollRefused as no:
            return type(no).__name__
        return "given"

    def bring(at: int) -> bytes:
        start.wait()
        for one in votes[at::4]:
            nodes[at].cast(ground.poll, one, NOW_S)
        return nodes[at].cast(ground.poll, votes[0], NOW_S).receipt

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(4)))
        assert sorted(answers) == ["Issued", "Issued", "given", "given"], "one choice got through, twice the same"
        assert answers[0] == answers[2]
        assert len(set(threads.map(bring, range(4)))) == 1
    with pytest.raises(BoxDamaged):
        ground.polls.count(ground.poll, OVER_S)  # of those one was issued
    assert sorted(ground.in_box()) == sorted(place(QUESTION, one) for one in votes)


KILLED: Final = {
    "before it is on the disk": ("pool.Pool.write", 16),
    "before the box has its batch": ("box.put", 1),
    "before the pool is without it": ("pool.Pool.write", 17),
}


@ONE_STORE
@pytest.mark.parametrize(("what", "times"), KILLED.values(), ids=KILLED)
def test_killed_between_pool_and_box_each_ballot_is_one_and_no_batch_is_small(
    ground: Ground, node: Callable[..., Polls], monkeypatch: pytest.MonkeyPatch, what: str, times: int
) -> None:
    votes = [ballot(one) for one in PEOPLE]
    done, true = 0, attrgetter(what)(polls_package)

    def cut(*given: Any) -> None:
        nonlocal done
        done += 1
        if done == times:
            raise KeyboardInterrupt
        true(*given)

    with monkeypatch.context() as patched:
        patched.setattr(f"cloudnego.polls.{what}", cut)
        taken = list(takewhile(lambda one: cast(ground, one), votes))
    assert len(taken) == 15
    again, sizes = node(), {len(ground.in_box())}
    for one in votes[len(taken) :]:
        again.cast(ground.poll, one, NOW_S)
        sizes.add(len(ground.in_box()))
    assert sizes <= {0, 8, 16}
    assert len(ground.in_box()) == 16
    with pytest.raises(BoxDamaged):
        again.count(ground.poll, OVER_S)  # nobody was issued any
    assert sorted(ground.in_box()) == sorted(place(QUESTION, one) for one in votes)


def cast(ground: Ground, one: Ballot) -> bool:
    """Whether he was told that his ballot is taken."""
    try:
        ground.polls.cast(ground.poll, one, NOW_S)
    except KeyboardInterrupt:
        return False
    return True


@ONE_STORE
def test_what_waits_is_of_one_size_sealed_and_in_no_backup(ground: Ground) -> None:
    file, sizes, seen = ground.folder / f"{ground.poll}.pool", set(), set()
    for n in range(12):
        one = ballot(str(n), ("yes", "abstain")[n % 2])
        ground.polls.cast(ground.poll, one, NOW_S)
        content = file.read_bytes()
        sizes.add(len(content))
        seen.add(content)
        assert one.nonce not in content
    assert (len(sizes), len(seen)) == (1, 12)
    assert file.stat().st_mode & 0o777 == 0o600
    assert columns(ground.engine, "SELECT * FROM ballot") == []


@ONE_STORE
def test_only_the_node_that_has_the_pool_takes_ballots_and_counts(ground: Ground, node: Callable[..., Polls]) -> None:
    ground.vote("p00")
    none, other = node(None), node("elsewhere")
    assert (none.keeps_pool, other.keeps_pool) == (False, True)
    for one in (none, other):
        with pytest.raises(PoolElsewhere):
            one.cast(ground.poll, ballot("b"), NOW_S)
        assert one.stands_in_the_way(ground.poll, OVER_S) == ["pool_elsewhere"]
        with pytest.raises(NotYet, match="pool_elsewhere"):
            one.count(ground.poll, OVER_S)
        assert one.issue(ground.poll, "p01", asked("p01"), NOW_S), "any node issues"
    (ground.folder / f"{ground.poll}.pool").rename(ground.folder / "lost")
    with pytest.raises(PoolElsewhere):
        ground.polls.cast(ground.poll, ballot("b"), NOW_S)
    assert ground.polls.stands_in_the_way(ground.poll, NOW_S) == ["runs", "pool_elsewhere"]
    (ground.folder / "lost").rename(ground.folder / f"{ground.poll}.pool")
    assert ground.polls.count(ground.poll, OVER_S).cast == 1
    assert [one.name for one in ground.folder.glob(f"{ground.poll}*")] == []


@ONE_STORE
def test_a_poll_opened_on_a_node_without_pool_is_kept_where_its_first_ballot_comes(
    our_key: None, node: Callable[..., Polls]
) -> None:
    without, keeper = node(None), node()
    poll = without.prepare("d", "case", PEOPLE).poll
    without.open(poll, QUESTION, CLOSES_S)
    assert without.stands_in_the_way(poll, OVER_S) == []
    without.issue(poll, "p00", asked("p00"), NOW_S)
    keeper.cast(poll, ballot("a"), NOW_S)
    assert without.stands_in_the_way(poll, OVER_S) == ["pool_elsewhere"]
    assert keeper.count(poll, OVER_S).cast == 1


def test_papers_are_counted_twice_apart_and_a_difference_stops_the_close(ground: Ground) -> None:
    polls, poll = ground.polls, ground.poll
    for person in ("p01", "p02"):
        polls.strike(poll, person, NOW_S)
    with pytest.raises(NotYet, match="runs"):
        polls.enter(poll, "t1", {"yes": 1}, 0, now_s=CLOSES_S - 1)
    assert polls.stands_in_the_way(poll, CLOSES_S) == ["runs", "tellers_missing"]
    polls.enter(poll, "t1", {"yes": 2}, 0, now_s=CLOSES_S)
    assert polls.entered(poll) == {"t1": None}, "who counts after him does not see it"
    polls.enter(poll, "t2", {"yes": 1}, 1, now_s=CLOSES_S)
    assert [one is None for one in polls.entered(poll).values()] == [False, False]
    assert polls.stands_in_the_way(poll, OVER_S) == ["tellers_differ"]
    with pytest.raises(NotYet, match="tellers_differ"):
        polls.count(poll, OVER_S)
    with pytest.raises(NotATeller):
        polls.enter(poll, "t3", {"yes": 1}, 1, now_s=OVER_S)
    for teller in ("t1", "t2"):
        polls.enter(poll, teller, {"yes": 2}, 1, now_s=OVER_S)
    assert polls.stands_in_the_way(poll, OVER_S) == ["more_papers_than_struck"]
    for counts, spoiled, papers in (({"maybe": 1}, 0, None), ({"yes": -1}, 0, None), ({}, -1, None), ({}, 0, 1)):
        with pytest.raises(BadCount):
            polls.enter(poll, "t1", counts, spoiled, now_s=OVER_S, papers=papers)
    for teller in ("t1", "t2"):
        polls.enter(poll, teller, {"yes": 1}, 1, now_s=OVER_S)
    found = polls.count(poll, OVER_S).paper
    assert found is not None
    assert (found.counts["yes"], found.spoiled, found.papers) == (1, 1, 2)
    with pytest.raises(PollClosed):
        polls.enter(poll, "t1", {"yes": 1}, 1, now_s=OVER_S)


@ONE_STORE
def test_of_papers_with_several_votes_the_number_is_said(ground: Ground) -> None:
    polls, poll = ground.polls, ground.polls.prepare("d", "case", PEOPLE).poll
    polls.open(poll, Question(poll=bytes(32), choices=frozenset({"a", "b", "c"}), picks=2), CLOSES_S)
    for counts, spoiled, papers in (
        ({"a": 1}, 0, None),  # on how many?
        ({"a": 3, "b": 1}, 1, 3),  # three for one on two
        ({"a": 2, "b": 2, "c": 1}, 0, 2),  # five votes, four places
        ({"a": 1}, 0, 2),  # a paper without a vote is spoiled
    ):
        with pytest.raises(BadCount):
            polls.enter(poll, "t1", counts, spoiled, now_s=CLOSES_S, papers=papers)
    polls.enter(poll, "t1", {"a": 2, "b": 2}, 1, now_s=CLOSES_S, papers=3)


@ONE_STORE
def test_whoever_has_the_database_alters_no_result_unseen(ground: Ground) -> None:
    for person, choice in list(VOTES.items())[:3]:
        ground.vote(person, choice)
    ground.polls.cast(ground.poll, ballot("a stolen key"), NOW_S)
    with pytest.raises(BoxDamaged):
        ground.polls.count(ground.poll, OVER_S)  # four of three
    with ground.engine.begin() as connection:
        changed = "UPDATE ballot SET choice = CASE choice WHEN 'yes' THEN 'no' ELSE 'yes' END"
        connection.execute(text(changed))
    with pytest.raises(BoxDamaged) as found:
        ground.polls.count(ground.poll, OVER_S)
    assert sorted(found.value.places) == sorted(at.hex() for at in ground.in_box())


@ONE_STORE
def test_every_change_of_a_true_list_is_named_by_the_recount(ground: Ground) -> None:
    for person, choice in zip(PEOPLE, ("yes", "yes", "no", "yes", "abstain", "no", "yes"), strict=False):
        ground.vote(person, choice)
    closing, content = ground.polls.count(ground.poll, OVER_S), ground.polls.listed(ground.poll)
    assert recount(closing.record(), content)[1] == []
    for mutant, said in MUTANTS:
        altered = "".join(mutant(content.decode().splitlines(keepends=True))).encode()
        forged = closing.record() | {"list": hashlib.sha256(altered).hexdigest()}
        assert said in "\n".join(recount(forged, altered)[1])


def test_what_was_never_opened_goes_and_a_void_poll_leaves_no_ballot(ground: Ground, tmp_path: Path) -> None:
    polls, idle = ground.polls, ground.polls.prepare("d", "case", PEOPLE).poll
    for n in range(17):
        polls.cast(ground.poll, ballot(str(n)), NOW_S)
    polls.issue(ground.poll, "p00", asked("p00"), NOW_S)
    polls.tidy(NOW_S + 3600)
    assert polls.figures(idle).roll == len(PEOPLE)
    polls.tidy(NOW_S + 3601)
    assert polls.figures(idle).roll == 0
    assert len(ground.in_box()) == 8, "one that runs is left alone"
    polls.void(ground.poll)
    polls.void(ground.poll)
    assert ground.in_box() == []
    assert columns(ground.engine, "SELECT state, wrapped, sealed FROM poll") == [("voided", None, None)]
    assert columns(ground.engine, "SELECT DISTINCT blinded FROM poll_voter") == [(None,)]
    assert not (ground.folder / f"{ground.poll}.pool").exists()
    assert polls.standing(ground.poll, "p00") == "issued"
    for ask in (polls.closing, polls.listed, polls.bury):
        with pytest.raises(NotOpen):
            ask(ground.poll)
    for late in (
        lambda: polls.issue(ground.poll, "p01", asked("p01"), NOW_S),
        lambda: polls.cast(ground.poll, ballot("x"), NOW_S),
        lambda: polls.count(ground.poll, OVER_S),
    ):
        with pytest.raises(PollClosed):
            late()


@ONE_STORE
def test_a_sandbox_that_ended_leaves_no_open_poll(ground: Ground) -> None:
    with ground.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO district (id, name, kind, clock_offset_s, pack, pack_version, calendar, secret, ended_s) "
                "VALUES ('d', '练习', 'sandbox', 0, 'p', '1', 'c', :secret, 1)"
            ),
            {"secret": b"x"},
        )
    ground.polls.cast(ground.poll, ballot("a"), NOW_S)
    ground.polls.tidy(NOW_S)
    assert columns(ground.engine, "SELECT state, wrapped FROM poll") == [("voided", None)]


def test_after_the_close_no_file_and_no_order_tells_who_came_when(ground: Ground, url: str, tmp_path: Path) -> None:
    """The order of rows is that of their keys, and what was signed for whom is in no file any more."""
    order = [*PEOPLE[10:18], *PEOPLE[:10]]
    voted, blinded = [ballot(person) for person in order], [os.urandom(384) for _ in order]
    for person, asked_for in zip(order, blinded, strict=True):
        with ground.engine.begin() as connection:
            assert spend(connection, ground.poll, person, asked_for, os.urandom(384))
    for one in voted:
        ground.polls.cast(ground.poll, one, NOW_S)
    ground.polls.count(ground.poll, OVER_S)
    ground.polls.bury(ground.poll)
    ground.polls.tidy(NOW_S)
    if url.startswith("sqlite"):
        for file in tmp_path.glob("log.sqlite3*"):
            content = file.read_bytes()
            assert [one for one in blinded if one in content] == []
            assert [one for one in voted if one.signature in content] == [], "the list has them as letters"
    else:
        assert columns(ground.engine, "SELECT person FROM poll_voter ORDER BY ctid") == [(one,) for one in PEOPLE]
        dead = "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relname = 'ballot'"
        assert columns(ground.engine, dead) == [("ballot", 0)]


@ONE_STORE
def test_whoever_reads_keeps_old_bytes_and_the_next_round_takes_them(
    ground: Ground, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cloudnego.eventlog.database.BUSY_MS", 20)  # nobody waits ten seconds for the reader here
    one, asked_for = connect(url), os.urandom(384)
    with ground.engine.begin() as connection:
        assert spend(connection, ground.poll, "p00", asked_for, os.urandom(384))
    polls = Polls(one, Keyring.seeded("polls"), Pool(ground.folder), lambda: NOW_S)
    with snapshot(ground.engine) as reader:
        reader.execute(text("SELECT * FROM poll")).all()
        polls.void(ground.poll)
        polls.tidy(NOW_S)
        assert columns(one, "SELECT pool FROM poll") == [("traces",)]
    polls.tidy(NOW_S)
    assert columns(one, "SELECT pool FROM poll") == [(None,)]
    assert not any(asked_for in file.read_bytes() for file in tmp_path.glob("log.sqlite3*"))
    one.dispose()
