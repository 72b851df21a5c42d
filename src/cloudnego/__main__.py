"""The command line. Long work shows how far it is; what goes wrong is said in a sentence one can act on."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.progress import Progress

out = Console()
err = Console(stderr=True)

ELSEWHERE = {
    "admin": "What only an operator may do: districts, people, organisations, packs.",
    "demo": "Load the demonstration district into a folder of its own, and serve it.",
    "walk": "Carry a whole case through a running server, each act by its own person.",
}
"""Commands with a module of their own, imported when they are called: its `app`, or its function of the same name."""


class Later(TyperGroup):
    """A command whose module is imported when it is called: `--help` of the program must not wait for all of them."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        assert self.name is not None, "a command of ELSEWHERE has a name"
        found = importlib.import_module(f"cloudnego.{self.name}")
        program = getattr(found, "app", None)
        if program is None:
            program = typer.Typer()
            program.command(self.name)(getattr(found, self.name))
        return typer.main.get_command(program).make_context(info_name, args, parent=parent, **extra)


class Program(TyperGroup):
    """The commands of this file and those of `ELSEWHERE`, and one place where failures become sentences."""

    def list_commands(self, ctx: Any) -> list[str]:
        there = [name for name in ELSEWHERE if find_spec(f"cloudnego.{name}") is not None]
        return sorted({*super().list_commands(ctx), *there})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in ELSEWHERE and find_spec(f"cloudnego.{cmd_name}") is not None:
            return Later(name=cmd_name, help=ELSEWHERE[cmd_name])
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as wrong:
            sentence = explained(wrong)
            if sentence is None:
                raise
            err.print(f"[red]cloudnego:[/] {sentence}", highlight=False)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Program, no_args_is_help=True, pretty_exceptions_enable=False, help="CloudNego 云协商: the neutral table."
)


def explained(wrong: Exception) -> str | None:
    """What a person can do about a failure; None if it is a defect, which deserves its traceback."""
    from rich.markup import escape

    name = type(wrong).__name__
    said = escape(str(wrong))
    sentences = {
        "NotMigrated": "the tables are not those of this version: run `cloudnego migrate` (after a backup).",
        "PortTaken": f"somebody listens there already ({said}): choose another --port, or stop the other.",
        "RosterError": _of_roster(wrong),
        "WeakPassword": f"the password will not do: {said}.",
        "NoDistrict": f"there is no district {said}: see `cloudnego admin sandbox list`.",
        "DistrictExists": f"there is a district {said} already.",
        "FileExistsError": f"{said} exists already: choose another name, nothing is written over.",
        "OperationalError": "the database does not answer: is its URL right, is it running?",
    }
    plain = ("Owned", "KeyMissing", "NotDurable", "BadArchive", "NotEmpty", "CannotBe", "PackError", "CalendarError")
    if name in plain:
        return f"{said}."
    if isinstance(wrong, OSError) and name not in sentences:
        return f"{said}."
    return sentences.get(name)


def _of_roster(wrong: Exception) -> str:
    from cloudnego.texts import say

    return say(f"problems.{getattr(wrong, 'code', '')}.detail", getattr(wrong, "facts", {}))["en"]


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error; call what is yielded with how much was done."""
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bars: Progress = Bars(*columns, console=err, transient=True)
    with bars:
        task = bars.add_task(what, total=total)
        yield lambda done: bars.advance(task, done)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Default: CLOUDNEGO_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: CLOUDNEGO_PORT; 0 takes a free one.")] = None,
) -> None:
    """Serve until told to stop."""
    from cloudnego.main import run
    from cloudnego.settings import Settings

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    run(Settings().model_copy(update=given), lambda url: out.print(f"ready {url}", highlight=False))


@app.command()
def migrate() -> None:
    """Bring the tables to this version; at the first start also make the data directory and the key."""
    from cloudnego import main as house
    from cloudnego.settings import Settings

    settings = Settings()
    house.install(settings)
    out.print("The tables are of this version.")


@app.command()
def backup(archive: Annotated[Path, typer.Argument(help="A file that does not exist yet.")]) -> None:
    """Copy the database consistently while the service runs. The master key is never in it."""
    from cloudnego import __version__
    from cloudnego.eventlog.backup import backup as write
    from cloudnego.main import looked_into, now
    from cloudnego.settings import Settings

    with looked_into(Settings()) as (engine, ring), progress("rows") as done:
        made = write(
            engine, archive, made_at=now(), program=__version__, keys=ring.marks, told=lambda _, rows: done(rows)
        )
    out.print(f"{sum(table.rows for table in made.tables)} rows of {len(made.tables)} tables in {archive}.")


@app.command()
def restore(archive: Annotated[Path, typer.Argument(help="What `backup` wrote.")]) -> None:
    """Fill an empty database from a backup and check the log. Put the key file in its place first."""
    from cloudnego.eventlog.backup import restore as read
    from cloudnego.settings import Settings

    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with progress("rows") as done:
        read(settings.database, archive, told=lambda _, rows: done(rows))
    out.print(f"{archive} is restored.")
    if settings.master_key.exists():
        fsck()
    else:
        out.print(f"Put the key file at {settings.master_key}, then run `cloudnego fsck`.")


@app.command()
def fsck(*, trees_only: Annotated[bool, typer.Option(help="Hashes and trees, not the bodies.")] = False) -> None:
    """Derive every hash again from the stored bytes; name the first fault of each stream. Only reads."""
    from cloudnego.eventlog.fsck import fsck as check
    from cloudnego.main import looked_into
    from cloudnego.settings import Settings

    with looked_into(Settings()) as (engine, ring), progress("leaves") as done:
        report = check(engine, ring, contents=not trees_only, told=done)
    for fault in report.faults:
        out.print(f"[red]fault[/] {fault}", highlight=False)
    word = "whole" if report.whole else f"{len(report.faults)} streams with faults"
    out.print(f"{report.leaves} leaves in {report.streams} streams, {report.erased} erased: {word}.")
    if not report.whole:
        raise typer.Exit(1)


@app.command()
def replay(*, check: Annotated[bool, typer.Option(help="Compare only, mend nothing.")] = False) -> None:
    """Rebuild every projection from the log and say which rows differed. The service must not run on SQLite."""
    from cloudnego.eventlog.replay import replay as fold
    from cloudnego.main import open_log
    from cloudnego.settings import Settings

    log = open_log(Settings())
    try:
        with progress("cases") as done:
            found = fold(log.engine, log.ring, log.districts.law, mend=not check, told=done)
    finally:
        log.close()
    for difference in found.differences:
        out.print(f"[yellow]differed[/] {difference}", highlight=False)
    word = "all equal" if found.equal else f"{found.wrong} rows differed{'' if check else ' and are mended'}"
    out.print(f"{found.events} events of {found.cases} cases: {word}.")
    if not found.equal:
        raise typer.Exit(1)


calendar_app = typer.Typer(help="Working days of the years, as the State Council's notices say.", no_args_is_help=True)
app.add_typer(calendar_app, name="calendar")


@calendar_app.command("load")
def calendar_load(file: Annotated[Path, typer.Argument(help="One year or several, as those shipped.")]) -> None:
    """Load years, and have every open deadline counted again: what moved is an event of its case."""
    import asyncio

    from cloudnego import logs
    from cloudnego.law import load_calendar
    from cloudnego.main import open_log, world_of
    from cloudnego.settings import Settings
    from cloudnego.timers import adopt_calendar

    settings = Settings()
    logs.configure(settings.log_level)  # the writer's word on what it could not write
    years = load_calendar(file.read_bytes())
    log = open_log(settings)
    try:
        world, _ = world_of(log)
        with progress("cases") as done:
            asked, adopted = asyncio.run(adopt_calendar(world, log, years, done))
    finally:
        log.close()
    out.print(f"{', '.join(str(year.year) for year in years)}: adopted by {adopted} of {asked} open cases.")


def main() -> None:
    """The entry point."""
    app()


if __name__ == "__main__":
    main()
