"""The writer's books: cases it has folded, read on where another node wrote, and forgotten when a batch fails."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog import overviews, seats
from cloudnego.eventlog.fold import Case, new_caucus
from cloudnego.eventlog.judge import Pin
from cloudnego.eventlog.keys import KeyMissing, Keyring
from cloudnego.eventlog.seal import Sealer
from cloudnego.eventlog.store import Head, Store
from cloudnego.eventlog.tables import District


class Tenant(NamedTuple):
    """What the writer needs of a district."""

    secret: bytes
    pin: Pin


class Keys:
    """Keys of caucus streams, unwrapped once each. Whoever `writes` makes missing ones; they wait in `fresh`."""

    def __init__(self, ring: Keyring, stored: Callable[[str], bytes | None], *, writes: bool) -> None:
        self._ring: Final = ring
        self._stored: Final = stored
        self._writes: Final = writes
        self._open: Final[dict[str, AESGCM]] = {}
        self.fresh: Final[list[tuple[str, bytes]]] = []

    def of(self, stream: str) -> AESGCM:
        """The key of a stream; made if there is none yet. Raises KeyMissing."""
        found = self._open.get(stream)
        if found is None:
            wrapped = self._stored(stream)
            if wrapped is None:
                if not self._writes:
                    raise KeyMissing("key_lost", what=stream)
                key, wrapped = self._ring.new(stream)
                self.fresh.append((stream, wrapped))
            else:
                key = self._ring.unwrap(wrapped, stream)
            found = self._open[stream] = AESGCM(key)
        return found

    def anew(self, stream: str) -> AESGCM:
        """The key as it is stored now: another process may have given the stream a new one. Raises KeyMissing."""
        self.drop(stream)
        return self.of(stream)

    def drop(self, stream: str) -> None:
        """Look it up again when it is needed next; one that waits to be stored is the right one."""
        if all(name != stream for name, _ in self.fresh):
            self._open.pop(stream, None)

    def forget(self) -> None:
        """Drop keys that were made for a batch which failed."""
        for stream, _ in self.fresh:
            del self._open[stream]
        self.fresh.clear()


class Books:
    """All the writer remembers. Only its thread touches them."""

    def __init__(self, store: Store, ring: Keyring, *, cases_max: int) -> None:
        self._store: Final = store
        self._ring: Final = ring
        self._cases_max: Final = cases_max
        self._cases: Final[OrderedDict[str, Case]] = OrderedDict()
        self._tenants: Final[dict[str, Tenant]] = {}
        self._connection: Connection | None = None
        self.keys: Final = Keys(ring, self._stored_key, writes=True)
        self._epochs: Final[dict[str, int]] = {}
        self.sealer: Final = Sealer(ring.dice, self.keys.of, self.keys.anew)

    def open(self, connection: Connection) -> None:
        """Use this connection's transaction for the batch to come."""
        self._connection = connection

    def forget(self) -> None:
        """After a failed batch nothing in memory may be ahead of the disk."""
        self._cases.clear()
        self.keys.forget()

    def drop(self, cases: Iterable[str]) -> None:
        """Forget cases that were never opened."""
        for case in cases:
            self._cases.pop(case, None)

    def take_back(self, cases: Iterable[str]) -> None:
        """Forget cases and keys of a transaction that only opened cases and was rolled back."""
        self.drop(cases)
        self.keys.forget()

    def settle(self, written: Iterable[Case]) -> None:
        """After the commit: memory and disk agree. Keep the cases used last."""
        for case in written:
            case.clean()
        self.keys.fresh.clear()
        while len(self._cases) > self._cases_max:
            self._cases.popitem(last=False)

    def _stored_key(self, stream: str) -> bytes | None:
        assert self._connection is not None, "keys are looked up inside a batch"
        return self._store.key(self._connection, stream)

    def tenant(self, connection: Connection, district: str, *, fresh: bool = True) -> Tenant | None:
        """The district, with its default law as it stands now if `fresh`; None if there is no such district."""
        known = self._tenants.get(district)
        if known is not None and not fresh:
            return known
        mark = "?" if self._store.sqlite else "%s"
        row = connection.exec_driver_sql(
            f"SELECT pack, pack_version, calendar, secret FROM {District.__tablename__} WHERE id = {mark}", (district,)
        ).first()
        if row is None:
            return None
        secret = known.secret if known else self._ring.unwrap(bytes(row[3]), f"district {district}")
        found = self._tenants[district] = Tenant(secret, (row[0], row[1], row[2]))
        return found

    def known(self, case: str) -> Case | None:
        """The case if it is in memory, now the most recently used."""
        found = self._cases.get(case)
        if found is not None:
            self._cases.move_to_end(case)
        return found

    def bring(self, connection: Connection, case: str, head: Head) -> Case:
        """The case with its joint state read on to `head`, the row of its table stream."""
        found = self.known(case)
        if found is None:
            found = self._cases[case] = Case(case, head.district)
        if found.joint.size != head.joint:
            found.joint.read_on(self._store.tail(connection, case, found.joint.sizes), self.sealer)
            found.overview, found.shown = overviews.stored(connection, case), None
            found.seats = seats.stored(connection, case)
        return found

    def knows_caucus(self, case: str, side: Side) -> bool:
        found = self._cases.get(case)
        return found is not None and side in found.caucuses

    def bring_caucus(self, connection: Connection, case: str, side: Side, head: Head) -> None:
        """The same for one caucus of a case already brought."""
        stream = f"{case}/{Stream.caucus(side).value}"
        if self._epochs.setdefault(stream, head.epoch) != head.epoch:  # its key was turned, or words of it erased
            self._epochs[stream] = head.epoch
            self.keys.drop(stream)
        known = self._cases[case]
        fold = known.caucuses.get(side)
        if fold is None:
            fold = known.caucuses[side] = new_caucus(side)
        if fold.size != head.size:
            fold.read_on(self._store.tail(connection, case, fold.sizes), self.sealer)

    def joint_heads(self, connection: Connection, cases: Iterable[str]) -> dict[str, Head]:
        """Heads of the table streams, by case, without a lock."""
        found = self._store.heads(connection, sorted(f"{case}/{Stream.TABLE.value}" for case in set(cases)))
        return {id_.rpartition("/")[0]: head for id_, head in found.items()}
