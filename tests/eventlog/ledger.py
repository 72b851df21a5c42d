"""What was acknowledged, held against what is stored: the checker of every test that makes things go wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.fsck import fsck
from cloudnego.eventlog.leaf import command_id, decode
from cloudnego.eventlog.log import SqlLog
from cloudnego.eventlog.replay import replay
from cloudnego.ports import Entry, Receipt


class Ledger:
    """Receipts by who asked under which key."""

    def __init__(self) -> None:
        self.acks: dict[tuple[str, str, str], tuple[Entry, ...]] = {}

    def note(self, actor: str, key: str, receipt: Receipt) -> None:
        """Remember an acknowledgement; a second one under the same key must be the same."""
        name = (receipt.case, actor, key)
        known = self.acks.setdefault(name, receipt.entries)
        assert known == receipt.entries, f"two receipts for {name}: {known} and {receipt.entries}"

    def held_against(self, log: SqlLog) -> None:
        """Nothing acknowledged is lost, nothing is there twice or in part; every hash and every row derives."""
        cases = {case for case, _, _ in self.acks}
        stored = {case: stored_commands(log, case) for case in cases}
        for (case, actor, key), entries in self.acks.items():
            found = stored[case].get((command_id(actor, key), _group(entries)))
            assert found == entries, f"{actor} {key} in {case}: acknowledged {entries}, stored {found}"
        report = fsck(log.engine, log.ring)
        assert report.whole, report.faults
        replayed = replay(log.engine, log.ring, log.districts.law, mend=False)
        assert replayed.equal, replayed.differences


def _group(entries: Iterable[Entry]) -> str:
    """The joint streams share their keys; a caucus has its own."""
    (name, *_) = {entry.stream.value if entry.stream.is_caucus else "joint" for entry in entries}
    return name


def stored_commands(log: SqlLog, case: str) -> Mapping[tuple[str, str], tuple[Entry, ...]]:
    """The entries of each command of a case, by command id and group; each command stands in one piece."""
    found: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    closed: set[tuple[str, str]] = set()
    for streams in (Stream.TABLE, Stream.FILING, Stream.NOTICE), (Stream.WORKER,), (Stream.EMPLOYER,):
        last: tuple[str, str] | None = None
        for one in log.read(case, frozenset(streams), limit=1_000_000):
            entry = Entry(one.stream, one.seq, one.type)
            name = (decode(one.leaf).command_id, _group([entry]))
            if name != last and last is not None:
                closed.add(last)
            assert name not in closed, f"{name} stands twice in {case}"
            found[name].append(entry)
            last = name
    return {name: tuple(entries) for name, entries in found.items()}
