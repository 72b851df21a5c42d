"""`cloudnego admin witness`: the programs of offices that co-sign the log of a district, by their keys."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Final

import typer
from rich.table import Table

from cloudnego.audit.devices import Devices, KeyKnown, NotTheirKey, witness_key
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.witnesses import Party
from cloudnego.console import CannotBe, DistrictName, out, tell, the_district
from cloudnego.eventlog.districts import Districts
from cloudnego.main import looked_into, new_id, now_s
from cloudnego.settings import Settings
from cloudnego.web.account import instant

app: Final = typer.Typer(
    help="机关的见证程序：登记和停用密钥。 Programs of offices that co-sign a district's log: let in, end.",
    no_args_is_help=True,
    add_completion=False,
)


class Witnessing(StrEnum):
    """Whose program it may be."""

    AUTHORITY = Party.AUTHORITY.value
    UNION = Party.UNION.value


@contextmanager
def _devices() -> Iterator[tuple[Devices, Districts]]:
    settings = Settings()
    with looked_into(settings) as (engine, ring):
        key = LogKey.open(settings.log_key)
        yield Devices(engine, key.name, new_id, now_s), Districts(engine, ring)


@app.command("add", help="登记机关程序的公钥。 Let the program of an office co-sign, by its public key.")
def add(
    public: Annotated[str, typer.Argument(help="公钥（cloudnego witness 打印的）。 As `cloudnego witness` prints it.")],
    *,
    office: Annotated[Witnessing, typer.Option(help="人社部门或上级工会。 The labour authority's or the union's.")],
    label: Annotated[str, typer.Option(help="名称。 What to call it.")] = "",
    district: DistrictName = None,
) -> None:
    """Let the program of an office co-sign. Prints the key's id and the name it is known by, for `verify.py --key`."""
    with _devices() as (devices, districts):
        home = the_district(districts, district).id
        try:
            made = devices.let_program(home, office.value, b64decode(public, validate=True), label or office.value)
        except (NotTheirKey, ValueError):
            raise CannotBe("no_witness_key") from None
        except KeyKnown:
            raise CannotBe("witness_key_known") from None
    out.print(f"{made.id} {witness_key(devices.name, home, made.public).vkey}", highlight=False, soft_wrap=True)


@app.command("end", help="停用。 End a key; what it signed stays.")
def end(key: Annotated[str, typer.Argument(help="密钥编号。 Id of the key.")]) -> None:
    """End a key, from its next co-signature on; what it signed stays."""
    with _devices() as (devices, _):
        if not devices.end_program(key):
            raise CannotBe("no_such_witness", key=key)
    tell("witness_ended", key=key)


@app.command("list", help="区内登记的见证程序。 The programs that were let in, the ended ones too.")
def list_witnesses(district: DistrictName = None) -> None:
    """The programs that were let in, the ended ones too."""
    table = Table("编号 id", "名称 name", "公钥 key", "登记 since", "停用 until")
    with _devices() as (devices, districts):
        home = the_district(districts, district).id
        for one in devices.of_programs(home):
            vkey = witness_key(devices.name, home, one.public).vkey
            table.add_row(one.id, one.label, vkey, instant(one.since_s), instant(one.until_s) if one.until_s else "")
    out.print(table)
