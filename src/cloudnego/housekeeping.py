"""`cloudnego admin keys`, `texts` and `retention`: what an operator does to the house itself and to nobody's case."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography.hazmat.primitives.hashes import SHA256
from rich.table import Table
from sqlmodel import Session

from cloudnego.audit.logkey import LogKey, mark_of
from cloudnego.console import CannotBe, out, progress, tell
from cloudnego.eventlog.database import writing
from cloudnego.eventlog.districts import Districts
from cloudnego.eventlog.keys import KeyMissing
from cloudnego.eventlog.rewrap import count, renew_streams, rewrap, strays
from cloudnego.exporting.case import district_of
from cloudnego.exporting.erasing import Stores, erase_person, expire_ballots
from cloudnego.exporting.jobs import Exports
from cloudnego.files.store import FileStore
from cloudnego.identity.holds import HoldAt, holds_of, lift, set_hold
from cloudnego.identity.notices import Notices
from cloudnego.identity.retention import KEPT
from cloudnego.main import looked_into, new_id, now, now_s, open_log, retention_of
from cloudnego.papers.press import Press
from cloudnego.papers.store import PaperStore
from cloudnego.polls import custody as _polls  # noqa: F401 - its column is in the registry once it is imported
from cloudnego.ports import NoCase
from cloudnego.settings import Settings
from cloudnego.signing.authority import Authority
from cloudnego.texts import Actionable


class NotSure(Actionable):
    """What was asked cannot be taken back, and nobody said that it is meant."""


keys_app: Final = typer.Typer(
    help="主密钥和会商密钥：查看、轮换、停用。 Master keys and caucus keys: list, rotate, drop.",
    no_args_is_help=True,
    add_completion=False,
)

Mark = Annotated[str, typer.Argument(help="主密钥的指纹，见 list。 Fingerprint of the master key, see list.")]
Sure = Annotated[bool, typer.Option("--yes", help="确认。 It is meant.")]


@keys_app.command("list", help="每把主密钥加密了哪些密钥；最后一把用于新的加密。 What each master key wraps.")
def list_keys() -> None:
    """What each master key wraps; the last one wraps what is new. Shows no key, only fingerprints."""
    table = Table("指纹 fingerprint", "文件中 in the file", "用途 wraps")
    with looked_into(Settings()) as (engine, ring):
        counts, marks = count(engine), ring.marks
    for mark in dict.fromkeys([*marks, *counts]):
        wraps = "\n".join(f"{column} {number}" for column, number in sorted(counts.get(mark, {}).items()))
        there = "使用中 newest" if mark == marks[-1] else "是 yes" if mark in marks else "否 NO"
        table.add_row(mark, there, wraps)
    out.print(table)


@keys_app.command(
    "rotate",
    help="生成新的主密钥，并用它重新加密所有密钥；服务可以照常运行。旧的主密钥留在文件里，恢复旧备份要用。 Make a new "
    "master key and have it wrap every key, beside the running service. The old one stays, for old backups.",
)
def rotate() -> None:
    """Make a new master key and have it wrap everything; the old one stays in the file until `drop`."""
    settings = Settings()
    with looked_into(settings) as (engine, ring), progress("密钥 keys") as done:
        mark = ring.add()
        changed = rewrap(engine, ring, done)
    tell("rotated", mark=mark, changed=changed, file=settings.master_key)


@keys_app.command(
    "drop",
    help="把不再使用的主密钥从文件中删去；用它加密的旧备份从此读不出会商内容。 Take a master key that wraps nothing "
    "out of the file. Caucuses in backups made under it can then be read no more.",
)
def drop(mark: Mark, *, yes: Sure = False) -> None:
    """Take a master key that wraps nothing any more out of the file. Raises KeyMissing, NotSure."""
    settings = Settings()
    with looked_into(settings) as (engine, ring):
        if count(engine).get(mark) or strays(engine, mark):
            raise KeyMissing("key_in_use", mark=mark, file=settings.master_key)
        if not yes:
            raise NotSure("drop_is_final", mark=mark)
        ring.drop(mark)
    tell("dropped", mark=mark, file=settings.master_key)


@keys_app.command(
    "renew",
    help="给每个会商流换一把新密钥，并把其中的内容重新加密；用 SQLite 时须先停止服务。 Give every caucus a new key and "
    "encrypt what lies there anew. On SQLite stop the service first.",
)
def renew() -> None:
    """Give every caucus stream a new key; on SQLite the service must not run. Raises Owned."""
    log = open_log(Settings())
    try:
        with progress("流 streams") as done:
            streams = renew_streams(log.engine, log.ring, done)
    finally:
        log.close()
    tell("renewed", streams=streams)


@keys_app.command(
    "log-list", help="给记录签名的密钥，最后一把最新。 The keys that sign the log; the last is the newest."
)
def list_log_keys() -> None:
    """The keys that sign the log, by fingerprint; all of them sign. And the root that papers are sealed under."""
    table = Table("指纹 fingerprint", "公钥 public key")
    settings = Settings()
    for public in LogKey.open(settings.log_key).publics:
        table.add_row(mark_of(public), public.hex())
    out.print(table)
    table = Table("内部证书的根 root of the internal certificates", "有效期至 until")
    root = Authority.open(settings.seal_key).root.certificate
    table.add_row(root.fingerprint(SHA256()).hex(), root.not_valid_after_utc.date().isoformat())
    out.print(table)


@keys_app.command(
    "log-rotate",
    help="增加一把给记录签名的密钥；新旧密钥同时签名，直到用 log-drop 删去旧的。 Add a key that signs the log. Old and "
    "new sign together until log-drop takes the old one out.",
)
def rotate_log_key() -> None:
    """Add a key that signs the log beside the others. Raises LogKeyMissing."""
    settings = Settings()
    tell("log_rotated", mark=LogKey.open(settings.log_key).add(), file=settings.log_key)


@keys_app.command("log-drop", help="删去一把旧的给记录签名的密钥。 Take an old key that signs the log out of the file.")
def drop_log_key(mark: Mark) -> None:
    """Take an old key of the log out of the file. Raises LogKeyMissing."""
    settings = Settings()
    LogKey.open(settings.log_key).drop(mark)
    tell("log_dropped", mark=mark, file=settings.log_key)


# --- texts people accept ------------------------------------------------------------------------------------------

texts_app: Final = typer.Typer(
    help="告知、约定等文本：查看、换成本区的版本。 Notices and terms: list them, put a district's own.",
    no_args_is_help=True,
    add_completion=False,
)


@texts_app.command("list", help="各区现行的文本和全部版本。 The texts in force in each district, with all versions.")
def list_texts() -> None:
    """The texts in force in each district, with all versions."""
    table = Table("区 district", "文本 text", "现行版本 in force", "本区 own", "全部版本 all versions")
    with looked_into(Settings()) as (engine, ring):
        notices = Notices(engine)
        for district in Districts(engine, ring).all():
            everything = notices.all(district.id, district.name)
            for one in notices.in_force(district.id, district.name, now().date()):
                versions = " ".join(version.version for version in everything[one.name])
                table.add_row(district.id, one.name, one.version, "是 yes" if one.own else "", versions)
    out.print(table)


@texts_app.command(
    "put",
    help="用本区的一个版本代替自带的文本；同意过旧版本的人会再次被询问。版本放进去以后不能修改。 Put a district's own "
    "version in place of the shipped text; everyone is asked again. A version is never changed afterwards.",
)
def put_text(
    name: Annotated[str, typer.Argument(help="privacy、terms、ballot 或 e-delivery。 Which text.")],
    file: Annotated[Path, typer.Argument(help="YAML：version、from_on、title、body，中英文。 In both languages.")],
    district: Annotated[str, typer.Option(help="区的编号。 Id of the district.")],
) -> None:
    """Put a district's own version in place of the shipped text. Raises NoticeError, NoDistrict."""
    with looked_into(Settings()) as (engine, ring):
        chosen = Districts(engine, ring).get(district)
        version = Notices(engine).put(chosen.id, name, file.read_text("utf-8"), now_s())
    tell("text_put", district=chosen.id, name=name, version=version)


DryRun = Annotated[bool, typer.Option("--dry-run", help="只说会删什么，不删。 Say what would go, delete nothing.")]
Case = Annotated[str, typer.Argument(help="案号。 The case.")]


# --- what is kept how long ----------------------------------------------------------------------------------------

retention_app: Final = typer.Typer(
    help="各类记录保存多久、依据什么；删除到期的记录。 What is kept how long, and why; delete what is past its time.",
    no_args_is_help=True,
    add_completion=False,
)


@retention_app.command("show", help="各类记录的保存天数、下限和依据。 Days, floors and laws.")
def show_retention() -> None:
    """What is kept for how many days, below which floor nobody may set it, and by which law."""
    settings = Settings()
    table = Table("记录 record", "天数 days", "下限 floor", "依据 law", "内容 what")
    with looked_into(settings) as (engine, _):
        days = retention_of(engine, settings).days
    for one in KEPT:
        kept = str(days[one.name]) if one.name in days else "不在这里删除 not deleted here"
        table.add_row(one.name, kept, str(one.floor or ""), one.law, f"{one.what['zh']}\n{one.what['en']}")
    out.print(table)


@retention_app.command(
    "run",
    help="现在删除到期的记录；服务每天自己也做一次。--dry-run 只说有多少。 Delete now what is past its time; "
    "with --dry-run only say how much.",
)
def run_retention(*, dry_run: DryRun = False) -> None:
    """Delete now what is past its time; the service does it once a day. Cases on hold are left alone."""
    settings = Settings()
    with looked_into(settings) as (engine, ring):
        retention = retention_of(engine, settings)
        gone = retention.due(now_s()) if dry_run else retention.sweep(now_s())
        exports = Exports(engine, ring, now_s)
        gone["ballots"] = expire_ballots(engine, exports, settings.keep_ballots_days, new_id, now_s(), dry_run=dry_run)
    table = Table("记录 record", "到期 past its time" if dry_run else "已删除 deleted")
    for name, rows in gone.items():
        if rows:
            table.add_row(name, str(rows))
    out.print(table)
    tell("would_sweep" if dry_run else "swept", rows=sum(gone.values()))


@retention_app.command("holds", help="所有的保全，包括已解除的。 Every hold there ever was.")
def list_holds() -> None:
    """Every hold there ever was, the latest first."""
    table = Table("编号 id", "案号 case", "原因 reason", "依据 article", "由谁 by", "至 until", "解除 lifted")
    with looked_into(Settings()) as (engine, _), Session(engine) as session:
        for one in holds_of(session):
            table.add_row(
                one.id,
                one.case,
                one.reason,
                one.article or "",
                one.set_by,
                str(one.until_on or ""),
                one.lifted_by or "",
            )
    out.print(table)


@retention_app.command(
    "hold",
    help="保全一个案件：解除以前，它的任何内容都不删除。 Hold a case: until it is lifted nothing of it is deleted.",
)
def hold_case(
    case: Case,
    *,
    reason: Annotated[str, typer.Option(help="原因，例如仲裁案号。 Why, such as the number of the arbitration.")],
    article: Annotated[str, typer.Option(help="依据的条文或者文书。 The article or the order it rests on.")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="最后一天。 Its last day.")] = None,
) -> None:
    """Hold a case. Raises CannotBe."""
    new = HoldAt(
        id=new_id("h"), case=case, reason=reason[:200], set_by="operator", set_s=now_s(),
        until_on=until.date() if until is not None else None, lifted_by=None, lifted_s=None,
        article=article[:120] or None,
    )  # fmt: skip
    with looked_into(Settings()) as (engine, _):
        try:
            district = district_of(engine, case)
        except NoCase:
            raise CannotBe("no_such_case", case=case) from None
        with Session(writing(engine)) as session:
            set_hold(session, district, new)
    tell("held", case=case, id=new.id)


@retention_app.command("lift", help="解除一个保全。 Lift a hold.")
def lift_hold(
    case: Case, hold: Annotated[str, typer.Argument(help="保全的编号，见 holds。 Its id, see holds.")]
) -> None:
    """Lift a hold. Raises CannotBe."""
    with looked_into(Settings()) as (engine, _), Session(writing(engine)) as session:
        if lift(session, case, hold, "operator", now_s()) is None:
            raise CannotBe("no_such_hold", id=hold, case=case)
    tell("lifted", case=case, id=hold)


@retention_app.command(
    "erase",
    help="删去一个人在一个案件中写的话：默认只删谈话，--everything 连同全部文字和他放入的文件；引用的文书一并删去，"
    "哈希和事实留存。用 SQLite 时须先停止服务。 Erase what a person wrote in a case: his talk, or with --everything "
    "all his words and files; papers that may quote them go too, hashes and facts stay. On SQLite stop the service "
    "first.",
)
def erase_words(
    case: Case,
    person: Annotated[str, typer.Argument(help="人员编号。 Id of the person.")],
    *,
    reason: Annotated[str, typer.Option(help="原因，写进记录。 Why; it is recorded.")],
    everything: Annotated[bool, typer.Option("--everything", help="不只是谈话。 Not his talk alone.")] = False,
    dry_run: DryRun = False,
    yes: Sure = False,
) -> None:
    """Erase what a person wrote in a case. Raises OnHold, CannotBe, NotSure, Owned."""
    if not (dry_run or yes):
        raise NotSure("erase_is_final", case=case, person=person)
    log = open_log(Settings())
    try:
        stores = Stores(
            log.engine, log.ring, FileStore(log.engine, log.ring), PaperStore(log.engine, log.ring, now_s, Press()),
            Exports(log.engine, log.ring, now_s),
        )  # fmt: skip
        went = erase_person(
            stores, case, person, everything=everything, reason=reason[:200], new_id=new_id, now_s=now_s(),
            dry_run=dry_run,
        )  # fmt: skip
    except NoCase:
        raise CannotBe("no_such_case", case=case) from None
    finally:
        log.close()
    tell("would_erase" if dry_run else "erased", case=case, person=person, **went._asdict())
