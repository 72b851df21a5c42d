"""What the command line says: every sentence in Chinese and in English, and a bar only where somebody watches."""

from __future__ import annotations

import errno
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from cloudnego.logs import code_of
from cloudnego.texts import Actionable, Said, say

if TYPE_CHECKING:  # `--help` does not wait for the database's library
    from cloudnego.eventlog.districts import District, Districts

_PIPED: Final = 1_000  # columns: a row of a table that goes into a pipe or a file is one line there
out: Final = Console(width=None if sys.stdout.isatty() else _PIPED)
err: Final = Console(stderr=True)

_FILES: Final = {
    errno.ENOENT: "no_file",
    errno.EACCES: "no_permission",
    errno.EPERM: "no_permission",
    errno.EISDIR: "is_a_folder",
    errno.ENOTDIR: "is_no_folder",
    errno.EEXIST: "is_no_folder",  # said where a folder was to be made
    errno.ENOSPC: "disk_full",
    errno.EROFS: "read_only",
}
_BROKEN: Final = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB", "XX001", "XX002"})


DistrictName = Annotated[
    str | None, typer.Option("--district", help="区的编号，有几个区时须写明。 Which district, where there are several.")
]


class CannotBe(Actionable):
    """What was asked cannot be done."""


def the_district(districts: Districts, wanted: str | None) -> District:
    """The district that is meant: the one that is named, or the only one. Raises CannotBe, NoDistrict."""
    if wanted is not None:
        return districts.get(wanted)
    known = districts.all()
    if not known:
        raise CannotBe("no_district_yet")
    if len(known) > 1:
        raise CannotBe("which_district", districts=", ".join(one.id for one in known))
    return known[0]


def tell(key: str, /, **facts: object) -> None:
    """Say something under `operator.said`, each language on a line of its own."""
    _print(out, say(f"operator.said.{key}", facts))


def asked_for(key: str, /, **facts: object) -> str:
    """The text of a question, both languages on one line."""
    said = say(f"operator.ask.{key}", facts)
    return f"{escape(said['zh'])} · {escape(said['en'])}"


def complain(said: list[Said], detail: str | None = None) -> None:
    """Say what went wrong on standard error; `detail`: what the database said of itself, which is in its own words."""
    for one in said:
        err.print(f"[red]cloudnego:[/] {escape(one['zh'])}", highlight=False, soft_wrap=True)
        err.print(f"  {escape(one['en'])}", highlight=False, soft_wrap=True)
    if detail:
        err.print(f"  [dim]({escape(detail)})[/]", highlight=False, soft_wrap=True)


def _print(console: Console, said: Said) -> None:
    console.print(escape(said["zh"]), highlight=False, soft_wrap=True)
    console.print(f"[dim]{escape(said['en'])}[/]", highlight=False, soft_wrap=True)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, if that is a terminal; call what is yielded with how much was done."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    if not err.is_terminal:
        yield lambda _done: None
        return
    text = TextColumn("{task.description}")
    columns = (SpinnerColumn(), text, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        task = bars.add_task(what, total=total)
        yield lambda done: bars.advance(task, done)


# --- what went wrong ----------------------------------------------------------------------------------------------
# Kinds are told by their names: importing every library that can fail would make each `--help` wait for all of them.


def explained(wrong: Exception) -> tuple[list[Said], str | None] | None:
    """What a person can do about a failure, and a database's own word on it; None if it is a defect, which deserves
    its traceback."""
    if isinstance(wrong, Actionable):
        return [wrong.said], None
    if isinstance(wrong, OSError):
        return [_of_file(wrong)], None
    kinds = {kind.__name__ for kind in type(wrong).__mro__}
    if "LawError" in kinds:
        return [Said(zh=getattr(wrong, "zh", ""), en=getattr(wrong, "en", ""))], None
    if kinds & {"RosterError", "WeakPassword"}:
        return [say(f"problems.{getattr(wrong, 'code', 'weak_password')}.detail", getattr(wrong, "facts", {}))], None
    if "SecretOpen" in kinds:
        facts = {"variable": getattr(wrong, "variable", ""), "file": getattr(wrong, "file", "")}
        twice = getattr(wrong, "twice", False)
        return [_failure("secret_twice" if twice else "secret_open", **facts)], None
    if "Damaged" in kinds:
        return [_failure("damaged", where=getattr(wrong, "where", ""))], None
    if kinds & {"ValidationError", "SettingsError"}:
        return _of_input(wrong), None
    return _of_database(wrong, kinds) if "DBAPIError" in kinds else None


def _failure(key: str, /, **facts: object) -> Said:
    return say(f"operator.failures.{key}", facts)


def _of_file(wrong: OSError) -> Said:
    path = str(wrong.filename if wrong.filename is not None else wrong).removesuffix(".part")
    if isinstance(wrong, FileExistsError) and wrong.errno is None:  # our own word: it is not written over
        return _failure("exists", path=path)
    if isinstance(wrong, FileNotFoundError) and not Path(path).parent.is_dir():
        return _failure("no_folder", path=Path(path).parent)
    code = errno.errorcode.get(wrong.errno or 0, type(wrong).__name__)
    return _failure(_FILES.get(wrong.errno or 0, "other_file"), path=path, code=code)


def _of_input(wrong: Exception) -> list[Said]:
    """Settings that cannot be read, by the name of their variable; words of a command, by the name of their field."""
    from pydantic import ValidationError

    from cloudnego.web.errors import malformed

    if not isinstance(wrong, ValidationError):
        field = re.search(r'field "(\w+)"', str(wrong))
        return [_setting(field[1] if field else "", say("fields.json_invalid"))]
    said = []
    for error in malformed(wrong.errors(include_url=False, include_input=False)).errors:
        field_name, message = str(error["at"]).strip("/"), error["message"]
        assert isinstance(message, dict), "a message has both languages"
        why = Said(zh=message["zh"], en=message["en"])
        of_settings = wrong.title == "Settings"
        said.append(_setting(field_name, why) if of_settings else _both("bad_input", why, field=field_name))
    return said


def _setting(field: str, why: Said) -> Said:
    return _both("bad_setting", why, name=f"CLOUDNEGO_{field.upper()}")


def _both(key: str, why: Said, **facts: object) -> Said:
    zh, en = _failure(key, why=why["zh"], **facts)["zh"], _failure(key, why=why["en"], **facts)["en"]
    return Said(zh=zh, en=en)


def _of_database(wrong: Exception, kinds: set[str]) -> tuple[list[Said], str | None]:
    driver = getattr(wrong, "orig", None) or wrong
    code = code_of(driver)
    away = bool(kinds & {"OperationalError", "InterfaceError"}) and (code or "08")[:2] in ("08", "28", "57")
    if code in _BROKEN:
        return [_failure("database_broken", code=code)], None
    refused = _failure("database_refused", code=code or type(driver).__name__)
    quotes = kinds & {"IntegrityError", "DataError"}  # a row or a value, which people may have written
    return [_failure("database_silent") if away else refused], None if quotes else str(driver).partition("\n")[0]
