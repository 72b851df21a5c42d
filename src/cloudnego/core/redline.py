"""What two wordings of a contract differ in: clauses as clauses, values as values, words as words.

One object for the screen and for papers. It holds both wordings whole: applied to the earlier it gives the later,
turned round it gives the way back. What it costs is bounded: where two texts have too little in common to be read side
by side they stand as one that went and one that came.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from pydantic import TypeAdapter

from cloudnego.core import commands as c

_STEPS = 300_000  # of comparing two texts: a tenth of a second
_STEPS_OF_ALL = 1_500_000

Kind = Literal["same", "del", "ins"]
How = Literal["same", "changed", "added", "removed"]
_TURNED: Final[dict[Kind, Kind]] = {"same": "same", "del": "ins", "ins": "del"}
_TURNED_HOW: Final[dict[How, How]] = {"same": "same", "changed": "changed", "added": "removed", "removed": "added"}


class Run(Struct, frozen=True):
    """Some words that stayed, went or came. What went stands before what came in its place."""

    kind: Kind
    text: str


class ValueChange(Struct, frozen=True, kw_only=True):
    """One typed value before and after. `by`: how much more it is, in `unit`; `gained`, `lost`: of a value that names
    groups. `was`, `now`: its places in the two clauses."""

    name: str
    how: How
    was: int | None
    now: int | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    unit: Literal["points", "fen", "days", "count", "groups"] | None
    by: str | None
    gained: tuple[str, ...]
    lost: tuple[str, ...]


class ClauseChange(Struct, frozen=True, kw_only=True):
    """One clause before and after. `was`, `now`: its places in the two contracts; `moved`: it stands under another
    head, or its neighbours kept their order and it did not. `words`: null where one of both was erased."""

    clause: str
    how: How
    moved: bool
    was: int | None
    now: int | None
    head_was: str | None
    head_now: str | None
    values: tuple[ValueChange, ...]
    words: tuple[Run, ...] | None


class Wording(Struct, frozen=True, kw_only=True):
    """A clause as it lies in one contract; `prose` is null where it was erased."""

    clause: str
    head: str
    values: tuple[c.Value, ...]
    prose: str | None


# --- words ------------------------------------------------------------------------------------------------------------

_SENTENCE = re.compile(r"[^。；！？;!?\n]*[。；！？;!?\n]+|[^。；！？;!?\n]+")
_WORD = re.compile(
    r"[0-9]+(?:[,.][0-9]+)*[ ]?(?:[%％‰]|[一-鿿])?"
    r"|(?:百分之)?[〇零一二三四五六七八九十百千万亿两点壹贰叁肆伍陆柒捌玖拾佰仟]+"
    r"|[A-Za-zÀ-ɏ]+|[ \n\t]+"
    r"|[\s\S][\u0300-\u036f\ufe00-\ufe0f\U000e0100-\U000e01ef]*"  # and a sign with what is set upon it
)
_SHORT = re.compile(r"[^\W_]{1,2}")


def words(before: str, after: str, steps: int = _STEPS) -> tuple[Run, ...]:
    """The way from one text to the other; the same way back, turned."""
    if before == after:
        return (Run("same", before),) if before else ()
    if (len(before), before) > (len(after), after):  # compared in one direction alone, whoever asks
        return _turned_words(words(after, before, steps))
    left = [steps]
    rough = _compared(_SENTENCE.findall(before), _SENTENCE.findall(after), left)
    fine = [run for went, came, same in _changes(rough) for run in (*_fine(went, came, left), Run("same", same))]
    return tuple(_ordered(_readable(_ordered(fine))))


def _fine(went: str, came: str, left: list[int]) -> list[Run]:
    whole = [Run("del", went), Run("ins", came)]
    if not went or not came:
        return whole
    runs = _compared(_WORD.findall(went), _WORD.findall(came), left)
    stayed = sum(len(run.text) for run in runs if run.kind == "same")
    return runs if stayed * 10 >= 3 * min(len(went), len(came)) else whole  # another sentence, by chance of some signs


def _changes(runs: Sequence[Run]) -> list[tuple[str, str, str]]:
    """What went, what came, and what stayed after it; the first may have changed nothing."""
    made, texts = list[tuple[str, str, str]](), {"del": "", "ins": "", "same": ""}
    for run in runs:
        if texts["same"] and run.kind != "same" and run.text:
            made.append((texts["del"], texts["ins"], texts["same"]))
            texts = {"del": "", "ins": "", "same": ""}
        texts[run.kind] += run.text
    return [*made, (texts["del"], texts["ins"], texts["same"])]


def _ordered(runs: Sequence[Run]) -> list[Run]:
    """Runs of one kind as one, what went before what came, and none that is empty."""
    three = ((Run("del", went), Run("ins", came), Run("same", same)) for went, came, same in _changes(runs))
    return [run for some in three for run in some if run.text]


def _readable(runs: Sequence[Run]) -> list[Run]:
    """A word or two that stayed between two changed ones, and little beside much that changed, is read with them."""
    parts = _changes(runs)
    made = list[Run]()
    for at, (went, came, same) in enumerate(parts):
        made += [Run("del", went), Run("ins", came)]
        next_went, next_came, _ = parts[at + 1] if at + 1 < len(parts) else ("", "", "")
        least = min(len(went) + len(came), len(next_went) + len(next_came))
        short = _SHORT.fullmatch(same) and all((went, came, next_went, next_came))
        made += [Run("del", same), Run("ins", same)] if short or len(same) * 4 <= least else [Run("same", same)]
    return made


def _compared(before: Sequence[str], after: Sequence[str], left: list[int]) -> list[Run]:
    """The shortest way from one row of pieces to the other (Myers 1986); where that takes too many steps, all of it."""
    start, ends = 0, (len(before), len(after))
    while start < min(ends) and before[start] == after[start]:
        start += 1
    shared = 0
    while shared < min(ends) - start and before[-1 - shared] == after[-1 - shared]:
        shared += 1
    a, b = before[start : ends[0] - shared], after[start : ends[1] - shared]
    middle = _shortest(a, b, left) if a and b else None
    if middle is None:
        middle = [Run("del", "".join(a)), Run("ins", "".join(b))]
    return [Run("same", "".join(before[:start])), *middle, Run("same", "".join(before[ends[0] - shared :]))]


def _shortest(a: Sequence[str], b: Sequence[str], left: list[int]) -> list[Run] | None:
    reach, trace = {1: 0}, list[dict[int, int]]()
    for d in range(len(a) + len(b) + 1):
        left[0] -= 2 * d + 1
        if left[0] < 0:
            return None
        trace.append(dict(reach))
        for k in range(-d, d + 1, 2):
            x = reach[k + 1] if k == -d or (k != d and reach[k - 1] < reach[k + 1]) else reach[k - 1] + 1
            begun = x
            while x < len(a) and x - k < len(b) and a[x] == b[x - k]:
                x += 1
            left[0] -= x - begun
            reach[k] = x
            if x >= len(a) and x - k >= len(b):
                return _walked(a, b, trace)
    return None


def _walked(a: Sequence[str], b: Sequence[str], trace: Sequence[dict[int, int]]) -> list[Run]:
    """Back along the way that was found."""
    x, y, back = len(a), len(b), list[Run]()
    for d in range(len(trace) - 1, -1, -1):
        reach, k = trace[d], x - y
        down = k == -d or (k != d and reach[k - 1] < reach[k + 1])
        px = reach[k + 1] if down else reach[k - 1]
        py = px - (k + 1 if down else k - 1)
        while x > max(px, 0) and y > max(py, 0):
            x, y = x - 1, y - 1
            back.append(Run("same", a[x]))
        if d:
            back.append(Run("ins", b[py]) if down else Run("del", a[px]))
            x, y = px, py
    return back[::-1]


# --- values -----------------------------------------------------------------------------------------------------------


def values(before: Sequence[c.Value], after: Sequence[c.Value]) -> tuple[ValueChange, ...]:
    """Each value beside what became of it: by its name, a name that stands twice in its order."""
    was, now = _keyed(before), _keyed(after)
    rows = [_value(key[0], was.get(key), now.get(key)) for key in {**was, **now}]
    return tuple(_in_order(rows))


def _keyed(some: Sequence[c.Value]) -> dict[tuple[str, int], tuple[int, c.Value]]:
    names = [one.name for one in some]
    return {(one.name, names[:at].count(one.name)): (at, one) for at, one in enumerate(some)}


def _value(name: str, was: tuple[int, c.Value] | None, now: tuple[int, c.Value] | None) -> ValueChange:
    old, new = was[1] if was else None, now[1] if now else None
    unit, by = _difference(old, new)
    groups = [set(one.groups) if isinstance(one, c.GroupsValue) else set[str]() for one in (old, new)]
    return ValueChange(
        name=name, how=_how(old, new), was=was[0] if was else None, now=now[0] if now else None, unit=unit, by=by,
        before=old.model_dump(mode="json") if old else None, after=new.model_dump(mode="json") if new else None,
        gained=tuple(sorted(groups[1] - groups[0])), lost=tuple(sorted(groups[0] - groups[1])),
    )  # fmt: skip


def _how(old: object, new: object) -> How:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return "same" if old == new else "changed"


def _difference(
    old: c.Value | None, new: c.Value | None
) -> tuple[Literal["points", "fen", "days", "count", "groups"] | None, str | None]:
    match old, new:
        case c.RateValue(), c.RateValue():
            more = Decimal(new.rate) - Decimal(old.rate)
            return "points", format(more.normalize() if more else Decimal(0), "f")
        case c.FenValue(), c.FenValue():
            return "fen", str(new.fen - old.fen)
        case c.DayValue(), c.DayValue():
            return "days", str((new.day - old.day).days)
        case c.CountValue(), c.CountValue():
            return "count", str(new.count - old.count)
        case c.GroupsValue(), c.GroupsValue():
            return "groups", None
        case _:
            return None, None


# --- clauses ----------------------------------------------------------------------------------------------------------


def redline(old: Sequence[Wording], new: Sequence[Wording]) -> tuple[ClauseChange, ...]:
    """Each clause beside what became of it, in the order of the later contract; what went stands where it stood."""
    was = {one.clause: (at, one) for at, one in enumerate(old)}
    now = {one.clause: (at, one) for at, one in enumerate(new)}
    steps = min(_STEPS, _STEPS_OF_ALL // max(1, len(was.keys() & now.keys())))
    stayed = _stayed([name for name in was if name in now], [name for name in now if name in was])
    return tuple(_in_order([_clause(was.get(n), now.get(n), n in stayed, steps) for n in {**was, **now}]))


def _clause(was: tuple[int, Wording] | None, now: tuple[int, Wording] | None, stayed: bool, steps: int) -> ClauseChange:
    old, new = was[1] if was else None, now[1] if now else None
    texts = [one.prose if one else "" for one in (old, new)]
    return ClauseChange(
        clause=(old or new or _NONE).clause, how=_how(old, new), was=was[0] if was else None,
        now=now[0] if now else None, head_was=old.head if old else None, head_now=new.head if new else None,
        moved=bool(old and new) and (not stayed or (old or _NONE).head != (new or _NONE).head),
        values=values(old.values if old else (), new.values if new else ()),
        words=None if texts[0] is None or texts[1] is None else words(texts[0], texts[1], steps),
    )  # fmt: skip


_NONE = Wording(clause="", head="", values=(), prose=None)


def _stayed(old: list[str], new: list[str]) -> set[str]:
    """The most clauses that keep their order: all others moved. Found in one direction alone, whoever asks."""
    if old > new:
        old, new = new, old
    place = {name: at for at, name in enumerate(old)}
    tails, ends, before = list[int](), list[str](), dict[str, str | None]()
    for name in new:
        at = bisect_left(tails, place[name])
        tails[at:], ends[at:] = [place[name], *tails[at + 1 :]], [name, *ends[at + 1 :]]
        before[name] = ends[at - 1] if at else None
    kept, name_ = set[str](), ends[-1] if ends else None
    while name_ is not None:
        kept.add(name_)
        name_ = before[name_]
    return kept


_Row = TypeVar("_Row", ValueChange, ClauseChange)


def _in_order(rows: Sequence[_Row]) -> list[_Row]:
    """Rows in the later order, those that went after whoever stood before them."""
    made = sorted((row for row in rows if row.now is not None), key=lambda row: row.now or 0)
    for row in sorted((row for row in rows if row.now is None), key=lambda row: row.was or 0):
        before = [at for at, one in enumerate(made) if one.was is not None and one.was < (row.was or 0)]
        nearest = max(before, key=lambda at: made[at].was or 0, default=-1)
        made.insert(nearest + 1, row)
    return made


# --- there and back ---------------------------------------------------------------------------------------------------

_VALUE: Final[TypeAdapter[c.Value]] = TypeAdapter(c.Value)


def applied(old: Sequence[Wording], rows: Sequence[ClauseChange]) -> tuple[Wording, ...]:
    """The later contract, made of the earlier one. Raises ValueError where the redline is not of this one."""
    earlier = sorted((row for row in rows if row.was is not None), key=lambda row: row.was or 0)
    if len(earlier) != len(old) or any(not _is_of(*both) for both in zip(earlier, old, strict=True)):
        raise ValueError("not a redline of this contract")
    later = sorted((row for row in rows if row.now is not None), key=lambda row: row.now or 0)
    return tuple(_side(row, before=False) for row in later)


def _is_of(row: ClauseChange, wording: Wording) -> bool:
    made = _side(row, before=True)
    return (made if row.words is not None else replace(made, prose=wording.prose)) == wording


def _side(row: ClauseChange, *, before: bool) -> Wording:
    places = [(one.was, one.before) if before else (one.now, one.after) for one in row.values]
    said = [value for at, value in sorted(((at, v) for at, v in places if at is not None), key=lambda one: one[0])]
    without: Kind = "ins" if before else "del"
    return Wording(
        clause=row.clause,
        head=(row.head_was if before else row.head_now) or "",
        values=tuple(_VALUE.validate_python(one, strict=False) for one in said),
        prose=None if row.words is None else "".join(run.text for run in row.words if run.kind != without),
    )


def turned(rows: Sequence[ClauseChange]) -> tuple[ClauseChange, ...]:
    """The way back."""
    return tuple(_in_order([_turned_clause(row) for row in rows]))


def _turned_clause(row: ClauseChange) -> ClauseChange:
    return replace(
        row, how=_TURNED_HOW[row.how], was=row.now, now=row.was, head_was=row.head_now, head_now=row.head_was,
        values=tuple(_in_order([_turned_value(one) for one in row.values])),
        words=None if row.words is None else _turned_words(row.words),
    )  # fmt: skip


def _turned_value(one: ValueChange) -> ValueChange:
    by = format(-Decimal(one.by) + 0, "f") if one.by is not None else None
    return replace(
        one, how=_TURNED_HOW[one.how], was=one.now, now=one.was, before=one.after, after=one.before, by=by,
        gained=one.lost, lost=one.gained,
    )  # fmt: skip


def _turned_words(runs: Sequence[Run]) -> tuple[Run, ...]:
    return tuple(_ordered([Run(_TURNED[run.kind], run.text) for run in runs]))
