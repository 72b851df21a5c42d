"""Personal slips: a code printed once, bound to a PIN at its first use; then code and PIN together open a session.

A code is 50 bits in Crockford's base 32, read kindly (o, i and l are what they look like). It is kept as an HMAC under
a pepper of the district, a PIN as an argon2 hash over an HMAC under it: without the key file neither can be tried out
on a copy of the database. Six digits are few: what protects them is the lock, which lies on the code, never on the
address, for a factory is one address.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal

import msgspec
from sqlalchemy import CursorResult, delete, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from cloudnego.identity.admission import Slip, SlipPrint, Worker
from cloudnego.identity.factor_tables import PhoneNumber
from cloudnego.identity.roster import Roster, RosterError
from cloudnego.identity.tables import Account, Person, SignIn

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 10
PEPPER: Final = "slips"
"""Under this name a district keeps the pepper of its slips."""

_BITS: Final = 5
_ALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
PIN_LENGTH: Final = 6

BY_SLIP: Final = "*"
"""The first letter of the names of accounts that slips made: none that can be typed begins with it."""

Why = Literal["first", "lost"]


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """One slip as it goes to paper, and nowhere else."""

    number: str
    name: str
    code: str


class PrintRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log of prints."""

    id: str
    printed_s: int
    printed_by: str
    printed_by_name: str
    slips: int
    why: Why
    remark: str | None


class Found(msgspec.Struct, frozen=True):
    """A good slip: whose it is, and the hash of its PIN once it is bound."""

    id: str
    person: str
    pin_hash: str | None


def new_code() -> str:
    """A code: 50 bits."""
    drawn = secrets.randbits(_BITS * CODE_LENGTH)
    return "".join(ALPHABET[(drawn >> (_BITS * place)) & 31] for place in range(CODE_LENGTH))


def said_code(code: str) -> str:
    """A code as people read it: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def read_code(text: str) -> str:
    """A typed code in its one form; what is none is given back and fits no slip."""
    return text.upper().translate(_ALIKE)


def code_hash(pepper: bytes, code: str) -> str:
    """Under this name a code is stored."""
    return hmac.digest(pepper, f"code\0{code}".encode(), "sha256").hex()


def peppered(pepper: bytes, slip: str, pin: str) -> str:
    """What is hashed of a PIN: bound to its slip, and worth nothing without the pepper."""
    return hmac.digest(pepper, f"pin\0{slip}\0{pin}".encode(), "sha256").hex()


def trivial(pin: str) -> bool:
    """Whether a PIN is among the first anybody tries: one digit, a run, a part repeated, doubled or mirrored."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    halves = pin[:3] == pin[3:] or pin[:2] == pin[2:4] == pin[4:]
    doubled = pin[0::2] == pin[1::2]
    return len(set(pin)) < 3 or steps in ({1}, {9}) or halves or doubled or pin == pin[::-1]


def print_slips(
    session: Session, roster: Roster, enterprise: str, pepper: bytes, chosen: Sequence[str] | None, *, why: Why,
    remark: str | None, most: int,
) -> list[Printed]:  # fmt: skip
    """Draw codes for these workers, or for those who have no good slip, and log the print; `lost` voids the old ones.

    Raises `RosterError`: somebody is not on the roster, has a good slip and has not lost it, or there is nobody.
    """
    rows = _to_print(session, enterprise, chosen, most)
    if not rows:
        raise RosterError("nothing_to_print")
    if why == "first" and chosen is not None and any(slip is not None for _, _, _, _, slip in rows):
        raise RosterError("slip_there")
    log = SlipPrint(
        id=roster.new_id("t"), district=roster.district, enterprise=enterprise, printed_s=roster.now_s,
        printed_by=roster.by or "", slips=len(rows), why=why, remark=remark,
    )  # fmt: skip
    session.add(log)
    session.flush()
    _void(session, {slip: person for _, _, _, person, slip in rows if slip is not None}, roster.now_s)
    printed = []
    for worker, number, name, _, _ in rows:
        code = new_code()
        session.add(
            Slip(
                id=roster.new_id("l"),
                district=roster.district,
                worker=worker,
                print=log.id,
                code_hash=code_hash(pepper, code),
            )
        )
        printed.append(Printed(number=number, name=name, code=code))
    session.flush()
    return printed


def _to_print(
    session: Session, enterprise: str, chosen: Sequence[str] | None, most: int
) -> list[tuple[str, str, str, str, str | None]]:
    """Worker, number, name, person and good slip, by number. Raises `RosterError` for one who is not on the roster."""
    query = (
        columns(col(Worker.id), col(Worker.number), col(Person.name), col(Worker.person), col(Slip.id))
        .join(Person, col(Person.id) == col(Worker.person))
        .outerjoin(Slip, (col(Slip.worker) == col(Worker.id)) & col(Slip.voided_s).is_(None))
        .where(col(Worker.enterprise) == enterprise, col(Worker.ended_s).is_(None))
        .order_by(col(Worker.number), col(Worker.id))
        .limit(most)
    )
    if chosen is None:
        query = query.where(col(Slip.id).is_(None))
    else:
        query = query.where(col(Worker.id).in_(sorted(set(chosen))))
    rows: list[tuple[str, str, str, str, str | None]] = [
        (worker, number, name, person, slip)
        for worker, number, name, person, slip in session.connection().execute(query)
    ]
    missing = set(chosen or ()) - {row[0] for row in rows}
    if missing:
        raise RosterError("worker_unknown", worker=min(missing))
    return rows


def _void(session: Session, lost: Mapping[str, str], now_s: int) -> None:
    """Slips that were lost, with their workers: they open nothing any more, and whoever came in by one is out. The
    phone goes too: whoever found the slip may have given one of his own."""
    if not lost:
        return
    connection = session.connection()
    connection.execute(update(Slip).where(col(Slip.id).in_(sorted(lost))).values(voided_s=now_s))
    for table in (PhoneNumber, SignIn):
        connection.execute(delete(table).where(col(table.person).in_(sorted(lost.values()))))


def prints(session: Session, enterprise: str, after: tuple[int, str], limit: int) -> list[PrintRow]:
    """The log of an enterprise's prints, the latest first, beginning after (printed_s, id)."""
    printed_s, id_ = after
    query = (
        select(SlipPrint, Person.name)
        .join(Person, col(Person.id) == col(SlipPrint.printed_by))
        .where(SlipPrint.enterprise == enterprise)
        .where(
            (col(SlipPrint.printed_s) < printed_s)
            | ((col(SlipPrint.printed_s) == printed_s) & (col(SlipPrint.id) > id_))
        )
        .order_by(col(SlipPrint.printed_s).desc(), col(SlipPrint.id))
        .limit(limit)
    )
    return [
        PrintRow(
            id=row.id,
            printed_s=row.printed_s,
            printed_by=row.printed_by,
            printed_by_name=name,
            slips=row.slips,
            why="first" if row.why == "first" else "lost",
            remark=row.remark,
        )
        for row, name in session.exec(query)
    ]


def find_slip(session: Session, district: str, hashed: str) -> Found | None:
    """The good slip of a code, whose worker is still on the roster; else None."""
    query = (
        select(Slip.id, Worker.person, Slip.pin_hash)
        .join(Worker, col(Worker.id) == col(Slip.worker))
        .join(Person, col(Person.id) == col(Worker.person))
        .where(Slip.district == district, Slip.code_hash == hashed, col(Slip.voided_s).is_(None))
        .where(col(Worker.ended_s).is_(None), col(Person.ended_s).is_(None))
    )
    row = session.exec(query).first()
    return Found(*row) if row is not None else None


def bound_slips(session: Session, person: str) -> list[Found]:
    """The good slips of a person that have a PIN: one for each roster he stands on."""
    query = (
        select(Slip.id, Worker.person, Slip.pin_hash)
        .join(Worker, col(Worker.id) == col(Slip.worker))
        .where(Worker.person == person, col(Worker.ended_s).is_(None))
        .where(col(Slip.voided_s).is_(None), col(Slip.pin_hash).is_not(None))
        .order_by(col(Slip.id))
    )
    return [Found(*row) for row in session.exec(query)]


def bind(session: Session, roster: Roster, slip: Found, pin_hash: str, password_hash: str) -> bool:
    """Bind a slip to its PIN at the first use; False where another use came first.

    A session needs an account. One of a worker has a name nobody can type and a password nobody knows.
    """
    done = session.connection().execute(
        update(Slip)
        .where(col(Slip.id) == slip.id, col(Slip.pin_hash).is_(None), col(Slip.voided_s).is_(None))
        .values(pin_hash=pin_hash)
    )
    assert isinstance(done, CursorResult)
    if done.rowcount != 1:
        return False
    if session.get(Account, slip.person) is None:
        roster.add_account(slip.person, f"{BY_SLIP}{slip.person}", password_hash)
    return True
