"""Rule packs and calendars as text: read, stacked, checked, and written back so that a case finds its exact law again.

A pack's text holds rows; a more specific text replaces a row of a more general one whole. `sources` and `timers` are
tables of rows: they are replaced entry by entry, and a timer set to null is taken out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from threading import Lock
from typing import Any, Final, NoReturn

import msgspec
import yaml

from cloudnego.core.calendar import Calendar, CalendarYear
from cloudnego.core.pack import TIMERS, Pack, Row, Source, Text2, Timer
from cloudnego.core.vocabulary import STEPS

DEFAULT_PACK: Final = "cn-hangzhou"

_HEADER: Final = ("pack", "version", "name", "based_on", "text_date", "verified_by", "verified_at")
_TABLES: Final[dict[str, Any]] = {"sources": dict[str, Source], "timers": dict[str, Timer | None]}
_ROWS: Final[dict[str, Any]] = {
    field.name: field.type for field in msgspec.structs.fields(Pack) if field.name not in {"id", *_HEADER, *_TABLES}
}
_ARTICLE: Final = re.compile(r"([A-Z][A-Z0-9]*) [1-9][0-9]*(\([1-9][0-9]*\))?")


class LawError(ValueError):
    """A text of the law that cannot be used, said in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


class PackError(LawError):
    """A rule pack that is not as it must be."""


class CalendarError(LawError):
    """A calendar file that is not as it must be. `line` counts from 1; `field`: None where the whole file is meant."""

    def __init__(self, zh: str, en: str, *, line: int, field: str | None = None) -> None:
        where_zh = f"第 {line} 行" + (f"，{field}" if field else "")
        where_en = f"line {line}" + (f", {field}" if field else "")
        super().__init__(f"{where_zh}：{zh}", f"{where_en}: {en}")
        self.line = line
        self.field = field


# --- the texts we ship --------------------------------------------------------------------------------------------


def pack_texts() -> dict[str, str]:
    """The shipped packs, as text by id."""
    return _shipped("rulepacks")


def calendar_texts() -> dict[str, str]:
    """The shipped calendars, as text by year."""
    return _shipped("rulepacks/calendar")


def _shipped(folder: str) -> dict[str, str]:
    found = (path for path in (files("cloudnego") / folder).iterdir() if path.name.endswith(".yaml"))
    return {path.name.removesuffix(".yaml"): path.read_text(encoding="utf-8") for path in sorted(found, key=str)}


@cache
def shipped_pack(pack_id: str) -> Pack:
    """A shipped pack, stacked. Raises PackError if there is none of that id."""
    return load_pack(pack_id, pack_texts())


@cache
def shipped_calendar() -> Calendar:
    """All shipped years."""
    return Calendar(year for text in calendar_texts().values() for year in load_calendar(text))


# --- packs --------------------------------------------------------------------------------------------------------


class _Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a text says of itself; `based_on`: the more general texts, the nearest first."""

    pack: str
    version: str
    name: Text2
    based_on: tuple[str, ...] = ()
    text_date: str | None = None
    verified_by: str | None = None
    verified_at: str | None = None


class _Layer(msgspec.Struct, frozen=True):
    """One text, read: its header, its rows, its tables."""

    header: _Header
    rows: dict[str, Any]
    tables: dict[str, dict[str, Any]]


def load_pack(pack_id: str, texts: Mapping[str, str]) -> Pack:
    """The pack `pack_id` with all it is based on, from the texts by id.

    Its version is the text's own and eight digits of the hash of the whole stack: a changed word anywhere in it is
    another version. Raises PackError.
    """
    own = _layer(pack_id, texts)
    based_on = own.header.based_on
    if based_on and based_on[1:] != _layer(based_on[0], texts).header.based_on:
        _refuse(
            pack_id, "based_on 必须列出其所依据规则包的全部依据", "based_on must list all that its first is based on"
        )
    rows: dict[str, Any] = {}
    tables: dict[str, dict[str, Any]] = {name: {} for name in _TABLES}
    for layer in (*(_layer(base, texts) for base in reversed(based_on)), own):
        rows.update(layer.rows)
        for name, table in layer.tables.items():
            tables[name].update(table)
    missing = [f.name for f in msgspec.structs.fields(Pack) if f.required and f.name in _ROWS and f.name not in rows]
    if missing:
        _refuse(pack_id, f"缺少 {', '.join(missing)}", f"lacks {', '.join(missing)}")
    head = own.header
    pack = Pack(
        id=pack_id,
        version=head.version,
        name=head.name,
        based_on=based_on,
        text_date=head.text_date,
        verified_by=head.verified_by,
        verified_at=head.verified_at,
        sources=dict(sorted(tables["sources"].items())),
        timers={name: timer for name, timer in sorted(tables["timers"].items()) if timer is not None},
        **rows,
    )
    _check(pack)
    return msgspec.structs.replace(pack, version=f"{head.version}-{_digest(dump_pack(pack), head.version)}")


def dump_pack(pack: Pack) -> bytes:
    """Canonical JSON of a stacked pack, every value written out: a default that changes later does not change it."""
    return msgspec.json.encode(pack, order="sorted")


def restore_pack(body: bytes) -> Pack:
    """The pack that `dump_pack` wrote. Raises PackError if the bytes do not match the version they carry."""
    try:
        pack = msgspec.json.decode(body, type=Pack)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise PackError(f"规则包无法读取：{error}", f"a stored pack cannot be read: {error}") from error
    own, _, digest = pack.version.rpartition("-")
    if _digest(body, own) != digest:
        _refuse(pack.id, "内容与版本号不符", "its content does not match its version")
    return pack


def _digest(body: bytes, version: str) -> str:
    """Eight digits of the hash of a dump, under its text's own version.

    Over the stored values and not over a Pack made of them: a field added later must not change an old version.
    """
    values = msgspec.json.decode(body)
    values["version"] = version
    return hashlib.sha256(msgspec.json.encode(values, order="sorted")).hexdigest()[:8]


def _layer(pack_id: str, texts: Mapping[str, str]) -> _Layer:
    if pack_id not in texts:
        _refuse(pack_id, "没有这个规则包", "there is no such pack")
    return _read(pack_id, texts[pack_id])


@lru_cache(maxsize=64)
def _read(pack_id: str, text: str) -> _Layer:
    try:
        values = yaml.load(text, Loader=_PackLoader)
    except yaml.YAMLError as error:
        raise PackError(f"{pack_id}：{error}", f"{pack_id}: {error}") from error
    if not isinstance(values, dict):
        _refuse(pack_id, "应为键值表", "must be a mapping")
    header = _typed(pack_id, "header", {key: values.pop(key) for key in _HEADER if key in values}, _Header)
    if header.pack != pack_id:
        _refuse(pack_id, f"文本自称 {header.pack}", f"the text calls itself {header.pack}")
    for name, timer in (values.get("timers") or {}).items():
        if isinstance(timer, dict):
            timer["name"] = name
    tables = {key: _typed(pack_id, key, values.pop(key), kind) for key, kind in _TABLES.items() if key in values}
    unknown = sorted(set(values) - set(_ROWS))
    if unknown:
        _refuse(pack_id, f"未知的规则 {', '.join(unknown)}", f"unknown rule {', '.join(unknown)}")
    rows = {key: _typed(pack_id, key, value, _ROWS[key]) for key, value in values.items()}
    return _Layer(header, rows, tables)


_CONVERTING: Final = Lock()
"""msgspec learns a type when it first meets it, and two threads that meet one at once end the process."""


def _typed(pack_id: str, key: str, value: Any, kind: Any) -> Any:
    try:
        with _CONVERTING:
            return msgspec.convert(value, type=kind)
    except msgspec.ValidationError as error:
        raise PackError(f"{pack_id}，{key}：{error}", f"{pack_id}, {key}: {error}") from error


def _check(pack: Pack) -> None:
    """What types cannot say: every article has its source, and the steps, heads and timers are whole."""
    for article in _articles(pack):
        key = _ARTICLE.fullmatch(article)
        if key is None or key[1] not in pack.sources:
            _refuse(pack.id, f"引用“{article}”没有来源", f"{article!r} has no source")
    for row in _rows(pack):
        for field, articles in row.cites.items():
            if field not in row.__struct_fields__ or not set(articles) <= set(row.cite):
                _refuse(pack.id, f"cites：{field} 须为本行的规则，且只引用本行的条文",
                    f"cites: {field} must be a rule of its row, with articles the row cites")  # fmt: skip
    if tuple((row.number, row.code) for row in pack.steps) != tuple((step.number, step) for step in STEPS):
        _refuse(pack.id, "九个步骤不全或顺序不对", "the nine steps are not whole or not in order")
    codes = [head.code for head in (*pack.topics.heads, *pack.topics.extra)]
    if len(set(codes)) != len(codes):
        _refuse(pack.id, "协商内容代码重复", "a head stands twice")
    for name, timer in pack.timers.items():
        if name not in TIMERS:
            _refuse(pack.id, f"未知的期限 {name}", f"unknown timer {name}")
        if (timer.target_n is None) != (timer.target_unit is None):
            _refuse(
                pack.id, f"{name}：target_n 与 target_unit 须同时给出", f"{name}: target_n and target_unit go together"
            )


def _rows(pack: Pack) -> Iterator[Row]:
    yield from (value for name in _ROWS if isinstance(value := getattr(pack, name), Row))
    yield from pack.timers.values()


def _articles(pack: Pack) -> Iterator[str]:
    for row in _rows(pack):
        yield from row.cite
    for head in (*pack.topics.heads, *pack.topics.extra):
        yield head.article


def _refuse(pack_id: str, zh: str, en: str) -> NoReturn:
    raise PackError(f"规则包 {pack_id}：{zh}", f"pack {pack_id}: {en}")


class _PackLoader(yaml.CSafeLoader):
    """YAML without its traps (a key twice, `no`, dates), and with shares: 2/3, `over 1/20`. Parsed in C, in a sixth of
    the time: every program of ours begins with it."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in rules if tag.rpartition(":")[2] not in ("bool", "timestamp")]
        for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"{', '.join(twice)} stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _share(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> dict[str, Any]:
    numerator, _, denominator = node.value.removeprefix("over ").partition("/")
    return {"numerator": int(numerator), "denominator": int(denominator), "over": node.value.startswith("over ")}


_PackLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false"), list("tf"))
_PackLoader.add_implicit_resolver("!share", re.compile(r"(over )?[0-9]+/[0-9]+"), list("o0123456789"))
_PackLoader.add_constructor("!share", _share)


# --- calendars ----------------------------------------------------------------------------------------------------


def load_calendar(text: str | bytes) -> tuple[CalendarYear, ...]:
    """The years of a calendar file: one YAML document each, with `year`, `notice`, `official`, `off` and `working`.

    A day is `2026-05-01`, several are `2026-05-01..2026-05-05`. Raises CalendarError with the line and the field.
    """
    try:
        source = text if isinstance(text, str) else text.decode("utf-8-sig")
        documents = list(yaml.compose_all(source, Loader=yaml.SafeLoader))
    except UnicodeDecodeError as error:
        raise CalendarError("文件不是 UTF-8 编码", "the file is not UTF-8", line=1) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise CalendarError("不是有效的 YAML", f"not YAML: {error}", line=line) from error
    years: dict[int, CalendarYear] = {}
    for node in documents:
        year = _year(node)
        if year.year in years:
            _fault(node, "year", f"{year.year} 年出现两次", f"{year.year} stands twice")
        years[year.year] = year
    if not years:
        raise CalendarError("文件是空的", "the file is empty", line=1)
    return tuple(years.values())


def merge(calendar: Calendar, years: Iterable[CalendarYear]) -> Calendar:
    """The calendar with these years in place of its own of the same number."""
    new = {year.year: year for year in years}
    return Calendar((*(year for year in calendar.years if year.year not in new), *new.values()))


def dump_calendar(calendar: Calendar) -> bytes:
    """Canonical JSON of a calendar; its SHA-256 begins with the calendar's version."""
    return msgspec.json.encode(calendar.years, order="sorted")


def restore_calendar(body: bytes) -> Calendar:
    """The calendar that `dump_calendar` wrote. Raises LawError if the bytes are not one."""
    try:
        return Calendar(msgspec.json.decode(body, type=tuple[CalendarYear, ...]))
    except ValueError as error:
        raise LawError(f"日历无法读取：{error}", f"a stored calendar cannot be read: {error}") from error


_FIELDS: Final = ("year", "notice", "official", "off", "working")
_RANGE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?")


def _year(node: yaml.Node) -> CalendarYear:
    found = _fields(node)
    for name in ("year", "official", "off"):
        if name not in found:
            _fault(node, name, "缺少这一项", "is missing")
    number = _scalar(found["year"], "year")
    if not re.fullmatch(r"(19|20)\d\d", number):
        _fault(found["year"], "year", f"不是年份：{number}", f"not a year: {number}")
    official = _scalar(found["official"], "official")
    if official not in ("true", "false"):
        _fault(found["official"], "official", "须为 true 或 false", "must be true or false")
    notice = _scalar(found["notice"], "notice") if "notice" in found else ""
    off = _days(found["off"], "off", int(number))
    working = _days(found["working"], "working", int(number)) if "working" in found else {}
    if official == "true" and not off:
        _fault(found["off"], "off", "已公布的年份必有放假日", "a year with a notice has days off")
    for day, at in working.items():
        if day in off:
            _fault(at, "working", f"{day} 同时列为放假", f"{day} is off as well")
        if day.weekday() < 5:
            _fault(at, "working", f"{day} 不是周六或周日", f"{day} is no Saturday or Sunday")
    return CalendarYear(
        year=int(number),
        notice=None if notice in ("", "null", "~") else notice,
        official=official == "true",
        off=tuple(sorted(off)),
        working=tuple(sorted(working)),
    )


def _fields(node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        _fault(node, None, "应为键值表", "must be a mapping")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = _scalar(key, None)
        if name not in _FIELDS:
            _fault(key, name, f"未知的项；可用的有 {', '.join(_FIELDS)}", f"unknown; known are {', '.join(_FIELDS)}")
        if name in found:
            _fault(key, name, "出现两次", "stands twice")
        found[name] = value
    return found


def _days(node: yaml.Node, field: str, year: int) -> dict[date, yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        _fault(node, field, "应为日期列表", "must be a list of days")
    days: dict[date, yaml.Node] = {}
    for item in node.value:
        for day in _range(item, field):
            if day.year != year:
                _fault(item, field, f"{day} 不在 {year} 年", f"{day} is not in {year}")
            if day in days:
                _fault(item, field, f"{day} 出现两次", f"{day} stands twice")
            days[day] = item
    return days


def _range(node: yaml.Node, field: str) -> Iterator[date]:
    text = _scalar(node, field)
    found = _RANGE.fullmatch(text)
    try:
        first, last = (date.fromisoformat(part) for part in (found[1], found[2] or found[1])) if found else (None, None)
    except ValueError:
        first = last = None
    if first is None or last is None or not timedelta() <= last - first < timedelta(days=32):
        _fault(node, field, f"不是日期或日期段：{text}", f"neither a day nor a range of days: {text}")
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _scalar(node: yaml.Node, field: str | None) -> str:
    if not isinstance(node, yaml.ScalarNode):
        _fault(node, field, "应为单个值", "must be a single value")
    return str(node.value)


def _fault(node: yaml.Node, field: str | None, zh: str, en: str) -> NoReturn:
    raise CalendarError(zh, en, line=node.start_mark.line + 1, field=field)
