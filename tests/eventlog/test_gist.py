"""The gist of streams is what reading every event of them would give: the same words, and nobody forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.gist import _TEXT
from cloudnego.ports import EventLog, Recorded
from tests.eventlog.given import Log, played, rehearsed

JOINT = frozenset({Stream.TABLE, Stream.FILING, Stream.NOTICE})
READERS = [JOINT | {Stream.WORKER}, JOINT | {Stream.EMPLOYER}, JOINT, frozenset({Stream.NOTICE}), frozenset[Stream]()]


def everything(log: EventLog, case: str, streams: frozenset[Stream]) -> list[Recorded]:
    return log.read(case, streams, limit=10_000)


def texts_in(value: Any) -> set[str]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = {value} if isinstance(value, str) else set()
    return own.union(*map(texts_in, parts))


@pytest.mark.parametrize("story", ["objected", "at-preparation", "drift"])
def test_the_gist_has_the_words_and_the_people_of_every_event(log: Log, story: str) -> None:
    case, people = played(log, story), rehearsed(story).members
    met: set[str] = set()
    for streams in READERS:
        gist, events = log.gist(case, streams), everything(log, case, streams)
        assert gist.words == {f"{one.stream.value}.{one.seq}": one.event.words for one in events if one.event.words}
        facts = [one.event.model_dump(mode="json", exclude={"words"}) for one in events]
        named = {one.actor for one in events} | {text for one in facts for text in texts_in(one) if text in people}
        assert named - gist.persons == set()
        assert {one for one in gist.persons if one in people} == {one for one in named if one in people}
        met |= named
    assert len(met & people.keys()) > 8


def test_words_that_were_erased_are_in_no_gist(log: Log) -> None:
    case = played(log, "plain")
    before = log.gist(case, JOINT)
    gone = next(iter(before.words))
    stream, _, seq = gone.partition(".")
    log.erase(case, Stream(stream), frozenset({int(seq)}))
    after = log.gist(case, JOINT)
    assert before.words.keys() - after.words.keys() == {gone}
    assert after.persons == before.persons


def test_a_case_that_is_not_there_has_nothing_to_say(log: Log) -> None:
    gist = log.gist("n0", JOINT)
    assert (gist.words, gist.persons) == ({}, frozenset())


def test_keys_and_hashes_are_nobody() -> None:
    long, too_long, hashed = b"p" * 64, b"p" * 65, b"a" * 64
    body = b'{"chief":"w1","reps":["w2",{"person":"%b"}],"file":"%b","note":"two words","x":"%b"}'
    assert _TEXT.findall(body % (long, hashed, too_long)) == [b"w1", b"w2", long]
