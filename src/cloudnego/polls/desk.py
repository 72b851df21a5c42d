"""A binding ballot below HTTP and beside the log: roll, issue, pool, box, close (decision 0038).

The log says that a poll is opened and what came of it; what lies between is here, because an entry of the log has a
time and a place in a row. Who is issued a ballot is known here, and what ballots came; that both belong together is
known nowhere. Every method blocks.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from hashlib import sha256
from typing import Final, Literal

import msgspec
from sqlalchemy import Connection, Engine, Row, insert, select, update

from cloudnego.eventlog.database import writing
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.sql import table_of
from cloudnego.polls import blind, box, custody, roll, tellers, tidying
from cloudnego.polls.ballots import Ballot, Question, message, place
from cloudnego.polls.closing import Closing, closed
from cloudnego.polls.custody import PollKeys
from cloudnego.polls.pool import Pool
from cloudnego.polls.refused import NoPoll, NotOpen, NotYet, PollClosed, PoolElsewhere
from cloudnego.polls.tables import Poll
from cloudnego.polls.tellers import PaperCount
from cloudnego.polls.traces import thorough
from cloudnego.polls.urn import Urn

GRACE_S: Final = 120
"""How long casts are taken after the close: a phone that holds a signed ballot waits up to fifteen seconds."""

_KEYS_MAX: Final = 64
_POLL: Final = table_of(Poll)
_Row = Row[tuple[object, ...]]


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What the opening event says of a poll that is about to open. `roll_hash`: SHA-256 of its frozen roll, in hex;
    `thumbprint` and `receipt_key` are what ballots and receipts are checked against."""

    poll: str
    thumbprint: str
    modulus: str
    receipt_key: str
    roll: int
    roll_hash: str


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever brought a ballot gets: its place in the list, and the server's word that it will be there."""

    place: bytes
    receipt: bytes


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """Where a poll belongs, and how far it is."""

    poll: str
    district: str
    case: str
    state: Literal["prepared", "open", "counted", "buried", "voided", "restored"]


class Polls:
    """The polls of one database. `pool`: where this node keeps what waits; None where another node does.
    `now_s`: real time, for what was prepared and never opened."""

    def __init__(self, engine: Engine, ring: Keyring, pool: Pool | None, now_s: Callable[[], int]) -> None:
        self._engine: Final = engine
        self._ring: Final = ring
        self._pool: Final = pool
        self._now_s: Final = now_s
        self._keys: Final[dict[str, PollKeys]] = {}

    @property
    def keeps_pool(self) -> bool:
        """Whether casts may be brought to this node."""
        return self._pool is not None

    # --- before the opening -------------------------------------------------------------------------------------------

    def prepare(self, district: str, case: str, voters: Sequence[str]) -> Prepared:
        """Draw the key and freeze the roll. Nobody can ask for a ballot yet."""
        id_, salt = "b" + secrets.token_hex(12), secrets.token_bytes(32)
        keys, wrapped, sealed = custody.fresh(self._ring, id_)
        made = Prepared(
            poll=id_, thumbprint=blind.thumbprint(keys.public), modulus=blind.modulus(keys.public),
            receipt_key=keys.receipt_key, roll=len(set(voters)),
            roll_hash=sha256(roll.lines(salt, set(voters))).hexdigest(),
        )  # fmt: skip
        row = {
            "id": id_, "district": district, "case_id": case, "state": "prepared", "made_s": self._now_s(),
            "modulus": made.modulus, "thumbprint": made.thumbprint, "receipt_key": made.receipt_key,
            "salt": salt, "wrapped": wrapped, "sealed": sealed,
        }  # fmt: skip
        with writing(self._engine).begin() as connection:
            connection.execute(insert(_POLL), row)
            roll.write(connection, id_, voters)
        return made

    def open(self, poll: str, question: Question, closes_s: int) -> None:
        """Ballots are issued from here on; once more with the same words changes nothing.

        Raises BadBallot for a question nobody could answer, NotOpen where it was opened with other words.
        """
        message(question, bytes(32), min(question.choices, default=""))
        said = _QUESTION_OUT(question)
        with writing(self._engine).begin() as connection:
            row = self._row(connection, poll, lock=True)
            if row.state == "prepared":
                self._set(connection, poll, state="open", question=said, closes_s=closes_s)
            elif row.question is None or (bytes(row.question), row.closes_s) != (said, closes_s):
                raise NotOpen(poll)
        if self._pool is not None:
            with self._pool.alone(poll):
                self._claim(poll)

    def drop(self, poll: str) -> None:
        """Forget a prepared poll whose opening was refused. Raises NotOpen where it was opened."""
        with thorough(self._engine) as connection:
            if self._row(connection, poll, lock=True).state != "prepared":
                raise NotOpen(poll)
            roll.remove(connection, poll)
            connection.execute(_POLL.delete().where(_POLL.c.id == poll))

    def tidy(self, now_s: int) -> None:
        """Drop what was prepared and not opened within the hour, declare void what is open in a sandbox that ended,
        delete pools that nobody needs any more, and take what was deleted out of the files: once for all polls that
        ended since, for SQLite writes the whole database anew. `now_s`: real time."""
        with self._engine.connect() as connection:
            stale, orphaned = tidying.stale(connection, now_s), tidying.orphaned(connection)
        for one in stale:
            self.drop(one)
        for one in orphaned:
            self.void(one)
        if self._pool is not None:
            tidying.forget_pools(self._engine, self._pool)
        tidying.take_traces(self._engine)

    def home(self, poll: str) -> Home:
        """Where a poll belongs. Raises NoPoll."""
        with self._engine.connect() as connection:
            return _home(self._row(connection, poll))

    def of_voter(self, district: str, person: str) -> list[tuple[Home, roll.State]]:
        """The open polls on whose roll somebody has a line, and what became of it."""
        with self._engine.connect() as connection:
            states = roll.lines_of(connection, district, person)
            return [(_home(self._row(connection, poll)), state) for poll, state in states]

    def unsettled(self, district: str) -> list[Home]:
        """The polls of a district that the log may know more of than is done here, or the other way round."""
        wanted = _POLL.c.district == district, _POLL.c.state.in_(("prepared", "open", "counted", "restored"))
        with self._engine.connect() as connection:
            return [_home(row) for row in connection.execute(select(_POLL).where(*wanted).order_by(_POLL.c.id))]

    # --- the roll -----------------------------------------------------------------------------------------------------

    def standing(self, poll: str, person: str) -> roll.Standing:
        """Whether somebody has a line, and what became of it."""
        with self._engine.connect() as connection:
            return roll.standing(connection, poll, person)

    def figures(self, poll: str) -> roll.Figures:
        """How many there are, were issued a ballot, vote on paper. Never how many ballots came."""
        with self._engine.connect() as connection:
            return roll.figures(connection, poll)

    def roll(self, poll: str) -> list[tuple[str, roll.State]]:
        """Everybody with a line, for scrutineers."""
        with self._engine.connect() as connection:
            return roll.everyone(connection, poll)

    def roll_lines(self, poll: str) -> tuple[bytes, bytes]:
        """What the opening's `roll_hash` is the hash of, and the same with what became of each line."""
        with self._engine.connect() as connection:
            salt, everyone = bytes(self._row(connection, poll).salt), roll.everyone(connection, poll)
        return roll.lines(salt, [person for person, _ in everyone]), roll.final(salt, everyone)

    def strike(self, poll: str, person: str, now_s: int) -> None:
        """He votes on paper, one way; once more changes nothing. Raises NotOnRoll, Issued, NotOpen, PollClosed."""
        with writing(self._engine).begin() as connection:
            _running(self._row(connection, poll, lock=True), now_s)
            roll.strike(connection, poll, person)

    def issue(self, poll: str, person: str, blinded: bytes, now_s: int) -> bytes:
        """Sign one ballot for a voter, unseen. The same bytes get the same answer until the close.

        Raises NotOnRoll, Issued, OnPaper, PollClosed, NotOpen, BadBlinded.
        """
        with self._engine.connect() as connection:
            row = self._row(connection, poll)
            _running(row, now_s)
            known = roll.answered(connection, poll, person, blinded)
        if known is not None:
            return known
        answer = self._keys_of(row).issuer.sign(blinded)
        with writing(self._engine).begin() as connection:
            _running(self._row(connection, poll, share=True), now_s)
            if not roll.spend(connection, poll, person, blinded, answer):
                first = roll.answered(connection, poll, person, blinded)  # somebody asked in his name in between
                assert first is not None
                return first
        return answer

    # --- the box ------------------------------------------------------------------------------------------------------

    def cast(self, poll: str, ballot: Ballot, now_s: int) -> Cast:
        """Take a ballot from whoever brings it. When this returns it waits on the disk or lies in the box.

        Raises BadBallot, Forged, NotOpen, PollClosed, PoolElsewhere.
        """
        with self._engine.connect() as connection:
            row = self._row(connection, poll)
        _running(row, now_s - GRACE_S)
        question, keys = _QUESTION_IN(row.question), self._keys_of(row)
        here = place(question, ballot)
        blind.check(keys.public, message(question, ballot.nonce, ballot.choice), ballot.signature)
        if self._pool is None:
            raise PoolElsewhere(poll)
        with self._pool.alone(poll):
            self._claim(poll)
            Urn(self._engine, self._pool, poll, question, keys.pool).take(ballot)
        return Cast(place=here, receipt=keys.receipt(question.poll, here))

    def _claim(self, poll: str) -> None:
        """This node keeps what waits, if no other does. The lock of the pool is held. Raises PollClosed,
        PoolElsewhere."""
        pool = self._pool
        assert pool is not None
        with self._engine.connect() as connection:
            row = self._row(connection, poll)
        if row.state != "open":
            raise PollClosed(poll)
        if row.pool is None:
            pool.write(poll, self._keys_of(row).pool, [])
            with writing(self._engine).begin() as connection:
                mine = update(_POLL).where(_POLL.c.id == poll, _POLL.c.state == "open", _POLL.c.pool.is_(None))
                if connection.execute(mine.values(pool=pool.name)).rowcount == 1:
                    return
                row = self._row(connection, poll)
        if row.pool != pool.name or not pool.there(poll):
            raise PoolElsewhere(poll)

    # --- papers -------------------------------------------------------------------------------------------------------

    def enter(
        self, poll: str, teller: str, counts: Mapping[str, int], spoiled: int, *, now_s: int, papers: int | None = None
    ) -> None:
        """What one teller counted; he may correct it until the poll is counted. `papers`: all of them, the spoiled ones
        too; to be said where several votes stand on one. Raises NotYet, NotOpen, PollClosed, BadCount, NotATeller."""
        with writing(self._engine).begin() as connection:
            row = self._row(connection, poll, lock=True)
            _running(row, None)
            if now_s < row.closes_s:
                raise NotYet(["runs"])
            tellers.enter(
                connection, poll, teller, tellers.counted(_QUESTION_IN(row.question), counts, spoiled, papers)
            )

    def entered(self, poll: str) -> dict[str, PaperCount | None]:
        """Who has counted, and what: as long as one of two is missing, None."""
        with self._engine.connect() as connection:
            found = tellers.read(connection, poll)
        return {who: count if len(found) == tellers.TELLERS else None for who, count in found.items()}

    # --- the close ----------------------------------------------------------------------------------------------------

    def stands_in_the_way(self, poll: str, now_s: int) -> list[str]:
        """Why it cannot be counted yet, in codes: runs, tellers_missing, tellers_differ, more_papers_than_struck,
        pool_elsewhere. Raises NoPoll, NotOpen, PollClosed."""
        with self._engine.connect() as connection:
            row = self._row(connection, poll)
            if row.state in ("counted", "buried"):
                return []
            _running(row, None)
            return self._obstacles(connection, row, now_s)

    def _obstacles(self, connection: Connection, row: _Row, now_s: int) -> list[str]:
        found = ["runs"] if now_s < row.closes_s + GRACE_S else []
        struck = roll.figures(connection, row.id).on_paper
        found += tellers.stands_in_the_way(tellers.read(connection, row.id), struck)
        if row.pool is not None:
            pool = self._pool
            if pool is None or pool.name != row.pool or not pool.there(row.id):
                found.append("pool_elsewhere")
        return found

    def count(self, poll: str, now_s: int) -> Closing:
        """Empty the pool into the box, the box into the list, and say what is in it. Once more says the same.

        Raises NotYet, BoxDamaged, NotOpen, PollClosed.
        """
        with self._pool.alone(poll) if self._pool is not None else nullcontext():
            with self._engine.connect() as connection:
                row = self._row(connection, poll)
                if row.closing is not None:
                    return _CLOSING_IN(row.closing)
                _running(row, None)
                if why := self._obstacles(connection, row, now_s):
                    raise NotYet(why)
            question, keys = _QUESTION_IN(row.question), self._keys_of(row)
            if row.pool is not None and self._pool is not None:
                Urn(self._engine, self._pool, poll, question, keys.pool).pour()
            with thorough(self._engine) as connection:
                again = self._row(connection, poll, lock=True)
                if (again.state, again.pool) != ("open", row.pool):
                    raise NotYet(["pool_elsewhere"])
                found = closed(connection, poll, bytes(row.salt), question, keys)
                self._set(connection, poll, state="counted", closing=_CLOSING_OUT(found))
            if self._pool is not None:
                self._pool.forget(poll)
        return found

    def closing(self, poll: str) -> Closing:
        """What was found at the close. Raises NoPoll, NotOpen."""
        with self._engine.connect() as connection:
            row = self._row(connection, poll)
        if row.closing is None:
            raise NotOpen(poll)
        return _CLOSING_IN(row.closing)

    def listed(self, poll: str) -> bytes:
        """The list whose hash is in the closing; nothing before. Raises NoPoll, NotOpen."""
        self.closing(poll)
        with self._engine.connect() as connection:
            return box.listed(connection, poll)

    def bury(self, poll: str) -> None:
        """Delete what is of use to nobody but an enemy once the log has the result: keys, blinded bytes, answers. What
        the files still hold of them goes with the next `tidy`. Once more changes nothing. Raises NotOpen."""
        with thorough(self._engine) as connection:
            state = self._row(connection, poll, lock=True).state
            if state not in ("counted", "buried"):
                raise NotOpen(poll)
            if state == "counted":
                self._bury(connection, poll, "buried")

    def void(self, poll: str) -> None:
        """Destroy ballots, counts and keys; who was issued one stays. Raises NotOpen where the log has a result."""
        with thorough(self._engine) as connection:
            state = self._row(connection, poll, lock=True).state
            if state not in ("open", "counted", "restored", "voided"):
                raise NotOpen(poll)
            if state != "voided":
                box.destroy(connection, poll)
                tellers.forget(connection, poll)
                self._bury(connection, poll, "voided")
                self._set(connection, poll, closing=None)
        if self._pool is not None:
            self._pool.forget(poll)

    def _bury(self, connection: Connection, poll: str, state: str) -> None:
        self._keys.pop(poll, None)
        roll.forget_answers(connection, poll)
        self._set(connection, poll, state=state, wrapped=None, sealed=None, pool=tidying.TRACES)

    # --- rows and keys ------------------------------------------------------------------------------------------------

    def _row(self, connection: Connection, poll: str, *, lock: bool = False, share: bool = False) -> _Row:
        wanted = select(_POLL).where(_POLL.c.id == poll)
        if lock or share:  # SQLite has one writer and no word for it
            wanted = wanted.with_for_update(read=share)
        row = connection.execute(wanted).first()
        if row is None:
            raise NoPoll(poll)
        return row

    def _set(self, connection: Connection, poll: str, **values: object) -> None:
        connection.execute(update(_POLL).where(_POLL.c.id == poll).values(**values))

    def _keys_of(self, row: _Row) -> PollKeys:
        """The keys of an open poll, opened once: it costs as much as an issue."""
        found = self._keys.get(row.id)
        if found is None:
            found = custody.opened(self._ring, row.id, bytes(row.wrapped), bytes(row.sealed))
            while len(self._keys) >= _KEYS_MAX:
                self._keys.pop(next(iter(self._keys)), None)
            self._keys[row.id] = found
        return found


def _home(row: _Row) -> Home:
    return Home(poll=row.id, district=row.district, case=row.case_id, state=row.state)


def _running(row: _Row, now_s: int | None) -> None:
    """Raises NotOpen before the opening, PollClosed after the close, or from `closes_s` on where a time is given."""
    if row.state == "prepared":
        raise NotOpen(row.id)
    if row.state != "open" or (now_s is not None and now_s >= row.closes_s):
        raise PollClosed(row.id)


_QUESTION_OUT: Final = msgspec.json.Encoder(order="deterministic").encode
_QUESTION_IN: Final = msgspec.json.Decoder(Question).decode
_CLOSING_OUT: Final = msgspec.json.Encoder(order="deterministic").encode
_CLOSING_IN: Final = msgspec.json.Decoder(Closing).decode
