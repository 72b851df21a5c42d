"""A checkpoint says what stands in a stream, at any size it ever had; its proofs hold for whoever kept an older one."""

from __future__ import annotations

import pytest

from cloudnego.audit.checkpoints import Checkpoints, NoSuchHead
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.notes import head_of, parse
from cloudnego.audit.trees import consistent, included
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.merkle import EMPTY_ROOT, leaf_hash

KEY = LogKey.seeded("checkpoints")


@pytest.fixture
def points(sql_log: SqlLog) -> Checkpoints:
    return Checkpoints(sql_log.engine, KEY)


def test_a_checkpoint_is_of_the_head_and_signed_in_its_name(points: Checkpoints, case: str, sql_log: SqlLog) -> None:
    heads = points.heads(case, Stream)
    assert {stream: head.size for stream, head in heads.items()} == {
        stream: size for stream, (_, size) in sql_log.versions(case).items()
    }
    for stream, head in heads.items():
        assert head.origin == f"log.example/{case}/{stream.value}"
        note = parse(points.note(head).rendered)
        assert head_of(note.text) == head
        assert KEY.keys(head.origin)[0].holds(note.text, note.signatures[0])
        assert not KEY.keys("log.example/n2/table")[0].holds(note.text, note.signatures[0])


def test_the_head_at_its_size_is_the_head(points: Checkpoints, case: str) -> None:
    for stream, head in points.heads(case, Stream).items():
        assert points.at(case, stream, head.size) == head
    assert points.at(case, Stream.TABLE, 0).root == EMPTY_ROOT


def test_every_older_head_is_gone_on_from(points: Checkpoints, case: str) -> None:
    head = points.heads(case, [Stream.TABLE])[Stream.TABLE]
    for first in range(head.size + 1):
        grown = points.grown(case, Stream.TABLE, first)
        assert grown.head == head
        old = points.at(case, Stream.TABLE, first)
        assert consistent(first, head.size, old.root, head.root, grown.proof)


def test_each_entry_is_shown_to_stand_in_the_head(points: Checkpoints, case: str) -> None:
    head = points.heads(case, [Stream.WORKER])[Stream.WORKER]
    for seq in range(1, head.size + 1):
        found = points.included(case, Stream.WORKER, seq)
        assert found.head == head
        assert included(leaf_hash(found.leaf), seq - 1, head.size, found.path, head.root)
        assert f'"seq":{seq},'.encode() in found.leaf
    early = points.included(case, Stream.WORKER, 1, 1)
    assert (early.head.size, early.path) == (1, ())


def test_what_never_was_has_no_head_and_no_proof(points: Checkpoints, case: str) -> None:
    size = points.heads(case, [Stream.TABLE])[Stream.TABLE].size
    assert points.heads("n0", Stream) == {}
    for ask in (
        lambda: points.at(case, Stream.TABLE, size + 1),
        lambda: points.grown(case, Stream.TABLE, size + 1),
        lambda: points.included(case, Stream.TABLE, size + 1),
        lambda: points.included(case, Stream.TABLE, 0),
        lambda: points.included(case, Stream.TABLE, 2, 1),
        lambda: points.included(case, Stream.TABLE, 1, size + 1),
    ):
        with pytest.raises(NoSuchHead):
            ask()
