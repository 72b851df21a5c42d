"""`cloudnego admin court-order`: break-glass. One caucus is taken out on a court's order that another person confirmed.

An operator asks and takes out; an official of the labour authority confirms over HTTP, signed in as himself. Both sides
have read of it before the file can be made, and every file made is noted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from cloudnego.console import out, tell
from cloudnego.core.vocabulary import Day, Id, Message, Office, PersonId, Sha256, Side, Stream
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.reader import Reader, Settled
from cloudnego.eventlog.store import Store
from cloudnego.identity.court_orders import Order, OrderPaper, note_reading, order, request
from cloudnego.identity.sessions import held_by
from cloudnego.identity.store import reading, writing
from cloudnego.identity.tables import Person
from cloudnego.main import looked_into, new_id, now, now_s
from cloudnego.ports import CHINA, Recorded
from cloudnego.settings import Settings
from cloudnego.texts import Actionable
from cloudnego.web.answers import plain

_PAGE: Final = 256

court_order_app: Final = typer.Typer(
    help="法院调取一方内部商议记录：申请、导出，均须另一人确认。 A court's order for one side's own stream.",
    no_args_is_help=True,
    add_completion=False,
)


class NotGranted(Actionable):
    """The order is not one that may be asked for or carried out now."""


class CourtOrderWords(Message):
    """What is typed of a court's paper. It obeys the same rules as what comes in over HTTP."""

    case: Id
    side: Side
    order_no: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
    court: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    ordered_on: Day
    scan: Sha256
    by: PersonId


Operator = Annotated[str, typer.Option("--by", help="操作人的人员编号，须任平台运维。 The operator, by person id.")]


@court_order_app.command(
    "request",
    help="登记法院的调取决定；只涉及一个案件中一方的内部商议记录，由人社部门另一人确认后才能导出。 Enter a court's "
    "order for one side's own stream of one case; an official of the labour authority must confirm it.",
)
def ask(
    *,
    case: Annotated[str, typer.Option(help="案件编号。 Id of the case.")],
    side: Annotated[Side, typer.Option(help="哪一方的内部商议记录。 Whose own stream.")],
    order_no: Annotated[str, typer.Option(help="文书编号。 Number of the order.")],
    court: Annotated[str, typer.Option(help="法院。 The court.")],
    ordered_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="文书日期。 Its date.")],
    scan: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="文书的扫描件。 The scan of it.")],
    by: Operator,
) -> None:
    """Enter a court's order. Prints the id alone, for scripts."""
    typed = CourtOrderWords(
        case=case, side=side, order_no=order_no, court=court, ordered_on=ordered_on.date(),
        scan=sha256(scan.read_bytes()).hexdigest(), by=by,
    )  # fmt: skip
    paper = OrderPaper(
        case=typed.case, side=typed.side, order_no=typed.order_no, court=typed.court, ordered_on=typed.ordered_on,
        scan_sha256=typed.scan,
    )  # fmt: skip
    with looked_into(Settings()) as (engine, ring):
        home = _reader(engine, ring).district(typed.case)
        if home is None:
            raise NotGranted("order_for_no_case", case=typed.case)
        with writing(engine) as session:
            _check_operator(session, home, typed.by)
            made = request(session, home, paper, row_id=new_id("k"), by=typed.by, now_s=now_s())
    out.print(made.id)


@court_order_app.command(
    "export",
    help="把已确认的那一份内部商议记录写入文件，并记下谁在何时导出。 Write the confirmed stream to a file, and note "
    "who took it out and when.",
)
def export(
    order_id: Annotated[str, typer.Argument(help="调取决定的编号。 Id of the order.")],
    *,
    to: Annotated[Path, typer.Option(help="写入的文件，不能已经存在。 The file; it must not exist.")],
    by: Operator,
) -> None:
    """Write the one stream the order names, and nothing else. Raises NotGranted, FileExistsError."""
    with looked_into(Settings()) as (engine, ring):
        reader = _reader(engine, ring)
        granted = _granted(engine, reader, order_id, by)
        stream = Stream.caucus(granted.paper.side)
        lines = [_line(one) for one in _events(reader, granted.paper.case, stream)]
        content = b"".join(line + b"\n" for line in lines)
        hashed = sha256(content).hexdigest()
        with writing(engine) as session:  # noted first: a file nobody noted must not be
            note_reading(session, granted.id, row_id=new_id("r"), by=by, at_s=now_s(), events=len(lines), sha256=hashed)
        with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    tell("taken_out", file=to, events=len(lines), fingerprint=hashed)


def _granted(engine: Engine, reader: Reader, order_id: str, by: str) -> Order:
    """The order, if it was confirmed by another, has not expired, and both sides can read of it."""
    with reading(engine) as session:
        person = session.get(Person, by)
        found = order(session, person.district, order_id) if person is not None else None
        if found is None or person is None:
            raise NotGranted("no_such_order", order=order_id)
        _check_operator(session, person.district, by)
    state = reader.state(found.paper.case)
    if found.confirmed_by is None or state is None or found.id not in state.court_orders:
        raise NotGranted("order_unconfirmed", order=order_id)
    if now_s() >= found.expires_s:
        raise NotGranted("order_expired", order=order_id)
    return found


def _check_operator(session: Session, district: str, person: str) -> None:
    """Raises NotGranted unless the person is an operator of that district's platform."""
    known = session.get(Person, person)
    mine = known is not None and known.district == district and known.ended_s is None
    today = now().astimezone(CHINA).date()
    offices = {one.office for one in held_by(session, person) if one.in_force(today)} if mine else set()
    if Office.OPERATOR not in offices:
        raise NotGranted("not_an_operator", person=person)


def _reader(engine: Engine, ring: Keyring) -> Reader:
    return Reader(engine, Store(engine), ring, Settled(1))


def _events(reader: Reader, case: str, stream: Stream) -> Iterator[Recorded]:
    last = 0
    while some := reader.read(case, frozenset({stream}), {stream: last}, _PAGE):
        yield from some
        last = some[-1].seq


def _line(one: Recorded) -> bytes:
    facts = plain(one.event)
    words = facts.pop("words", None)
    return msgspec.json.encode(
        {
            "stream": one.stream, "seq": one.seq, "at": one.at, "type": one.type, "actor": one.actor, "facts": facts,
            "words": words, "leaf": one.leaf.decode(),
        }
    )  # fmt: skip
