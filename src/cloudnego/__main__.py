"""The command line. Long work shows how far it is; what goes wrong is said in a sentence one can act on."""

from __future__ import annotations

import gc
import importlib
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cloudnego import __version__
from cloudnego.console import CannotBe, complain, explained, out, progress, tell

ELSEWHERE = {
    "admin": "只有运维人员能办的事：区、人员、组织、规则包。 What only an operator may do: districts, people, packs.",
    "demo": "在单独的文件夹里载入演示区并提供服务。 Load the demonstration district into its own folder; serve it.",
    "portal-check": "用一场完整的协商检查企业系统的接收地址。 Try a portal's webhook endpoint with a whole case.",
    "witness": "机关的见证程序：为区的日志共同签名。 The program of an office co-signs the log of a district.",
    "walk": "在运行中的服务器上走完一个案件，每件事由本人办理。 Carry a whole case through a running server.",
}
"""Commands with a module of their own, imported when they are called: its `app`, or its function of the same name."""


def _module(command: str) -> str:
    return f"cloudnego.{command.replace('-', '_')}"


class Later(TyperGroup):
    """A command whose module is imported when it is called: `--help` of the program must not wait for all of them."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        assert self.name is not None, "a command of ELSEWHERE has a name"
        found = importlib.import_module(_module(self.name))
        program = getattr(found, "app", None)
        if program is None:
            program = typer.Typer(add_completion=False)
            program.command(self.name)(getattr(found, self.name.replace("-", "_")))
        return typer.main.get_command(program).make_context(info_name, args, parent=parent, **extra)


class Program(TyperGroup):
    """The commands of this file and those of `ELSEWHERE`, and one place where failures become sentences."""

    def list_commands(self, ctx: Any) -> list[str]:
        there = [name for name in ELSEWHERE if find_spec(_module(name)) is not None]
        return sorted({*super().list_commands(ctx), *there})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in ELSEWHERE and find_spec(_module(cmd_name)) is not None:
            return Later(name=cmd_name, help=ELSEWHERE[cmd_name])
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as wrong:
            sentences = explained(wrong)
            if sentences is None:
                raise
            complain(*sentences)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="CloudNego 云协商：中间那张谁也不偏的桌子。 The neutral table.",
)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(__version__, highlight=False)
        raise typer.Exit


@app.callback()
def program(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本。 Print the version.")
    ] = False,
) -> None:
    """Nothing of its own: every command does its work itself."""


Archive = Annotated[Path, typer.Argument(help="备份文件。 The file of the backup.")]


@app.command(help="提供服务，直到收到停止信号。 Serve until told to stop.")
def serve(
    host: Annotated[str | None, typer.Option(help="监听地址，默认 CLOUDNEGO_HOST。 Default: CLOUDNEGO_HOST.")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="端口，默认 CLOUDNEGO_PORT；0 为任一空闲端口。 0 takes a free one."),
    ] = None,
) -> None:
    """Serve until told to stop."""
    from cloudnego.serving import run
    from cloudnego.settings import Settings

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    run(Settings().model_copy(update=given), lambda url: out.print(f"ready {url}", highlight=False))


@app.command(
    help="把数据库的表更新到本版本；初次运行时建立数据目录和主密钥。 Bring the tables to this version; at the first "
    "start also make the data directory and the master key."
)
def migrate() -> None:
    """Bring the tables to this version; at the first start also make the data directory and the key."""
    from cloudnego import main as house
    from cloudnego.settings import Settings

    settings = Settings()
    with progress("案件 cases") as done:
        before, after = house.install(settings, done)
    if before is None:
        tell("installed", after=after, key=settings.master_key)
    elif before == after:
        tell("current", after=after)
    else:
        tell("migrated", before=before, after=after)


@app.command(
    help="服务运行时也可以一致地备份；主密钥不在备份里。 Copy the database consistently while the service runs. The "
    "master key is never in it."
)
def backup(archive: Archive) -> None:
    """Copy the database consistently while the service runs. The master key is never in it."""
    from cloudnego.eventlog.backup import backup as write
    from cloudnego.main import looked_into, now
    from cloudnego.settings import Settings

    with looked_into(Settings()) as (engine, ring), progress("行 rows") as done:
        made = write(
            engine, archive, made_at=now(), program=__version__, keys=ring.marks, told=lambda _, rows: done(rows)
        )
    tell("backed_up", rows=sum(table.rows for table in made.tables), tables=len(made.tables), archive=archive)


@app.command(
    help="把备份恢复到空的数据库，并核对记录。请先放好主密钥文件。 Fill an empty database from a backup and check the "
    "log. Put the key file in its place first."
)
def restore(
    archive: Archive,
    *,
    behind: Annotated[
        bool,
        typer.Option(
            "--behind-cosigned",
            help="备份缺少双方设备已签名的记录也要恢复。 Restore although co-signed entries are missing.",
        ),
    ] = False,
) -> None:
    """Fill an empty database from a backup and check the log. Put the key file in its place first."""
    from cloudnego.audit.heights import Heights, not_behind
    from cloudnego.eventlog.backup import restore as read
    from cloudnego.polls.tidying import restored
    from cloudnego.settings import Settings

    settings = Settings()
    after = restored if behind else not_behind(Heights(settings.log_heights), restored)
    with progress("行 rows") as done:
        read(settings.database, archive, told=lambda _, rows: done(rows), after=after)
    tell("restored", archive=archive)
    if settings.master_key.exists():
        fsck()
    else:
        tell("key_wanted", key=settings.master_key)


@app.command(
    help="从存下的字节重新算出每个哈希，指出每个流的第一处不符。只读。 Derive every hash again from the stored bytes; "
    "name the first fault of each stream. Only reads."
)
def fsck(
    *,
    trees_only: Annotated[
        bool, typer.Option("--trees-only", help="只核对哈希和树，不核对内容。 Hashes and trees, not the bodies.")
    ] = False,
) -> None:
    """Derive every hash again from the stored bytes; name the first fault of each stream. Only reads."""
    from cloudnego.eventlog.fsck import fsck as check
    from cloudnego.files.store import FileStore
    from cloudnego.main import looked_into, now_s
    from cloudnego.papers.press import Press
    from cloudnego.papers.store import PaperStore
    from cloudnego.settings import Settings

    with looked_into(Settings()) as (engine, ring), progress("条 entries") as done:
        report = check(engine, ring, contents=not trees_only, told=done)
        faults = list(report.faults)
        if not trees_only:
            faults += FileStore(engine, ring).check() + PaperStore(engine, ring, now_s, Press()).check()
    for fault in faults:
        out.print(f"[red]不符 fault[/] {fault}", highlight=False, soft_wrap=True)
    counts = {"leaves": report.leaves, "streams": report.streams, "erased": report.erased}
    tell("faulty" if faults else "whole", **counts, faults=len(faults))
    if faults:
        raise typer.Exit(1)


@app.command(
    help="按记录重新推算各张表，指出哪些行不一致并更正；用 SQLite 时须先停止服务。 Rebuild every projection from the "
    "log, say which rows differed and mend them. On SQLite stop the service first."
)
def replay(
    *, check: Annotated[bool, typer.Option("--check", help="只比较，不更正。 Compare only, mend nothing.")] = False
) -> None:
    """Rebuild every projection from the log and say which rows differed. The service must not run on SQLite."""
    from cloudnego.eventlog.replay import replay as fold
    from cloudnego.main import open_log
    from cloudnego.settings import Settings

    log = open_log(Settings())
    try:
        with progress("案件 cases") as done:
            found = fold(log.engine, log.ring, log.districts.law, mend=not check, told=done)
    finally:
        log.close()
    for difference in found.differences:
        out.print(f"[yellow]不一致 differed[/] {difference}", highlight=False, soft_wrap=True)
    counts = {"events": found.events, "cases": found.cases, "wrong": found.wrong}
    tell("replayed" if found.equal else "differ" if check else "mended", **counts)
    if not found.equal:
        raise typer.Exit(1)


@app.command(
    help="重新计票：用表决结束时的记录（JSON）和选票清单。所用的 recount.py 也可以单独交给任何人运行。 Count a closed "
    "ballot again from the record of its close and the list. The program, recount.py, runs alone as well."
)
def recount(
    closing: Annotated[Path, typer.Argument(help="表决结束时的记录。 The record of the close, JSON.")],
    ballots: Annotated[Path, typer.Argument(help="选票清单。 The list of ballots.")],
) -> None:
    """Count a closed ballot again; ends with 1 where record and list are not one."""
    from cloudnego.polls.recount import main as count

    raise typer.Exit(count([str(closing), str(ballots)]))


@app.command(
    "export",
    help="出具一个案件的核查文件（zip）；或者用 --district 把整个区移交给下一个运营者（文件夹）。服务可以照常运行。 "
    "Write the audit file of a case, or with --district the folder that hands a whole district over, while the service "
    "runs.",
)
def export_(
    case: Annotated[str | None, typer.Argument(help="案号。 The case.")] = None,
    *,
    out_file: Annotated[Path, typer.Option("--out", help="写到哪个文件或文件夹。 Where to.")],
    for_: Annotated[
        str, typer.Option("--for", help="供谁使用：enterprise、union、authority 或 auditor。 For whom.")
    ] = "auditor",
    district: Annotated[str | None, typer.Option(help="移交哪个区。 Which district to hand over.")] = None,
    purpose: Annotated[str, typer.Option(help="用途，写进文件。 What for; stands in the file.")] = "",
) -> None:
    """Write the audit file of a case, or those of a whole district. Raises CannotBe."""
    from cloudnego.audit.logkey import LogKey
    from cloudnego.exporting.audience import Audience
    from cloudnego.exporting.case import Order, export_case, house_on
    from cloudnego.main import looked_into, now, now_s
    from cloudnego.ports import CHINA, NoCase
    from cloudnego.settings import Settings

    if for_ not in [one.value for one in Audience]:
        raise CannotBe("no_such_audience", audience=for_, known=", ".join(Audience))
    settings, at = Settings(), now().astimezone(CHINA).isoformat(timespec="seconds")
    if (case is None) == (district is None):
        raise CannotBe("case_or_district")
    if case is None or district is not None:
        _hand_over(settings, str(district), at, out_file)
        return
    order = Order(case, Audience(for_), "operator", purpose, at, f"cloudnego {__version__}")
    with looked_into(settings) as (engine, ring), progress("条 entries") as done:
        try:
            house = house_on(engine, ring, LogKey.open(settings.log_key), now_s, settings.papers_templates)
            count = export_case(house, order, out_file, done)
        except NoCase:
            raise CannotBe("no_such_case", case=case) from None
    tell("exported", count=count, case=case, file=out_file)


def _hand_over(settings: Any, district: str, at: str, folder: Path) -> None:
    from cloudnego.audit.logkey import LogKey
    from cloudnego.exporting.case import house_on
    from cloudnego.exporting.handover import hand_over
    from cloudnego.main import looked_into, now_s

    with looked_into(settings) as (engine, ring), progress("案件 cases") as done:
        house = house_on(engine, ring, LogKey.open(settings.log_key), now_s, settings.papers_templates)
        count = hand_over(house, district, folder, done, made_at=at, software=f"cloudnego {__version__}")
    tell("handed_over", count=count, district=district, folder=folder)


@app.command(
    "verify",
    help="核对一个核查文件或移交的文件夹：成立为 0，不成立为 1，读不了为 2。文件里的 verify.py 不需要本程序。 "
    "Check an audit file or the folder of a hand-over: 0 if it holds, 1 if not, 2 if it cannot be read. The verify.py "
    "inside does so without this program.",
)
def verify_(
    file: Annotated[Path, typer.Argument(help="核查文件。 The audit file.")],
    *,
    key: Annotated[list[str] | None, typer.Option(help="您所持的见证公钥。 A witness's key that you hold.")] = None,
    held: Annotated[list[Path] | None, typer.Option(help="您以前得到的文件。 A file you were given earlier.")] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option(help="您信任的时间戳根证书。 A root certificate of time stamps that you trust."),
    ] = None,
) -> None:
    """Check an audit file as the program inside it does, but quicker; or a folder that hands a district over."""
    from cloudnego.audit.fast import entries
    from cloudnego.audit.verify import main as check

    if file.is_dir():
        from cloudnego.exporting.handover import faults_of

        try:
            with progress("案件 cases") as done:
                faults = list(faults_of(file, done))
        except OSError as wrong:
            out.print(f"[red]读不了 cannot be read[/] {wrong}", highlight=False, soft_wrap=True)
            raise typer.Exit(2) from None
        for one in faults:
            out.print(f"[red]不符 fault[/] {one.where}: {one.what}", highlight=False, soft_wrap=True)
        tell("folder_faulty" if faults else "folder_whole", faults=len(faults))
        raise typer.Exit(1 if faults else 0)

    more = [word for one in key or () for word in ("--key", one)]
    more += [word for path in held or () for word in ("--held", str(path))]
    code = check([str(file), *more], entries)
    raise typer.Exit(code or _beside(file, root))


def _beside(file: Path, roots: list[Path] | None) -> int:
    """Says what the time stamp of a file that holds comes to, and the signatures of offices' papers; 1 where one does
    not hold."""
    from cloudnego.audit.verify import Archive, Report
    from cloudnego.exporting.handed import HandWrong, handed_in
    from cloudnego.exporting.proving import stamp_in
    from cloudnego.ports import CHINA
    from cloudnego.signing.stamping import TokenWrong

    try:
        archive = Archive(file, Report())
        for hand in handed_in(archive):
            tell("hand_holds", **hand._asdict())
        token = stamp_in(archive, tuple(one.read_bytes() for one in roots or ()))
    except HandWrong as wrong:
        tell("hand_wrong", why=wrong)
        return 1
    except (TokenWrong, ValueError, LookupError) as wrong:
        tell("stamp_wrong", why=wrong)
        return 1
    if token is not None:
        at = token.at.astimezone(CHINA).isoformat(timespec="seconds")
        tell("stamp_trusted" if token.trusted else "stamp_holds", at=at, issuer=token.issuer)
    return 0


calendar_app = typer.Typer(
    help="各年的放假安排，以国务院办公厅的通知为准。 Working days of the years, as the State Council's notices say.",
    no_args_is_help=True,
)
app.add_typer(calendar_app, name="calendar")


@calendar_app.command(
    "load",
    help="载入一年或几年的放假安排，重新计算所有未到的期限；有变动的逐案记录。 Load years, and have every open "
    "deadline counted again: what moved is an event of its case.",
)
def calendar_load(
    file: Annotated[Path, typer.Argument(help="格式与自带的年份文件相同。 One year or several, as those shipped.")],
) -> None:
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
        with progress("案件 cases") as done:
            asked, adopted = asyncio.run(adopt_calendar(world, log, years, done))
    finally:
        log.close()
    tell("calendar", years=", ".join(str(year.year) for year in years), asked=asked, adopted=adopted)


def main() -> None:
    """The entry point."""
    gc.set_threshold(10_000, 20, 20)  # what is imported stays: a sixth of a start was looking for garbage in it
    app()


if __name__ == "__main__":
    main()
