"""Handing a whole district to whoever runs it next: a folder with the audit file of every case, the log of the district
to its last leaf, the keys by which all of it is checked, and who the ids are. It proves itself and that no case lacks.

A caucus is in no file of it, for no office opens one: each side takes its own file before the hand-over.
"""

from __future__ import annotations

import csv
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from sqlmodel import Session, col, select

from cloudnego.audit import fast, verify
from cloudnego.audit.devices import witness_key
from cloudnego.audit.notes import LOG, Head, Key, NoteError, head_of, parse
from cloudnego.audit.tables import DeviceKey
from cloudnego.audit.trees import Tree
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog import merkle, tables
from cloudnego.eventlog.leaf import canonical
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import House, Order, export_case
from cloudnego.files.sheets import BOM, safe_cell
from cloudnego.identity.tables import Membership, Organisation, Person

FORMAT: Final = "cloudnego-handover/1"
_INDEX: Final = "index.json"
_NOTE: Final = "index.note"
_CHUNK: Final = 1 << 20
_KEYS: Final = "district/keys.json"
_HEAD: Final = "district/head.txt"
_LEAVES: Final = "district/leaves.jsonl"
_ENTRIES: Final = "district/entries.jsonl"

Told = Callable[[int], None]


class Fault(NamedTuple):
    """What is wrong with a folder, and where."""

    where: str
    what: str


def cases_of(house: House, district: str) -> list[str]:
    """Every case ever opened in a district."""
    notice = f"/{Stream.NOTICE.value}"
    query = select(tables.Stream.id).where(tables.Stream.district == district, col(tables.Stream.id).endswith(notice))
    with Session(house.source.engine) as session:
        return sorted(one.removesuffix(notice) for one in session.exec(query).all())


def hand_over(house: House, district: str, target: Path, told: Told, *, made_at: str, software: str) -> int:
    """Write the folder where there is none; returns how many cases are in it. Raises FileExistsError, NoDistrict."""
    kind = house.districts.get(district).kind
    target.mkdir(mode=0o700)
    house.logs.tick(district)  # so that every case stands in the last leaf
    cases = cases_of(house, district)
    (target / "cases").mkdir()
    for case in cases:
        order = Order(case, Audience.AUDITOR, "operator", "handover", made_at, software)
        export_case(house, order, target / "cases" / f"{case}.zip", lambda _: None)
        told(1)
    (target / "district").mkdir()
    _put_log(house, district, target)
    _put_people(house, district, target)
    paths = sorted(one for one in target.rglob("*") if one.is_file())
    files = [
        {"path": one.relative_to(target).as_posix(), "sha256": _hash(one), "size": one.stat().st_size} for one in paths
    ]
    index = canonical(
        {
            "cases": cases, "district": district, "files": files, "format": FORMAT, "kind": kind, "made_at": made_at,
            "name": house.source.key.name, "software": software,
        }
    )  # fmt: skip
    origin = f"{house.source.key.name}/handover"
    digest = b64encode(sha256(index).digest()).decode()
    (target / _NOTE).write_text(house.source.key.sign(origin, f"{origin}\n{digest}\n").rendered, "utf-8")
    (target / _INDEX).write_bytes(index)
    return len(cases)


def _put_log(house: House, district: str, target: Path) -> None:
    whole = house.logs.whole(district)
    (target / _HEAD).write_text(house.logs.note(whole.head).rendered, "utf-8")
    (target / _LEAVES).write_bytes(b"".join(one + b"\n" for one in whole.leaves))
    (target / _ENTRIES).write_bytes(b"".join(one + b"\n" for one in whole.entries))
    with Session(house.source.engine) as session:
        devices = session.exec(select(DeviceKey).where(DeviceKey.district == district).order_by(col(DeviceKey.id)))
        witnesses = [
            {
                "person": one.person, "since_s": one.since_s, "until_s": one.until_s,
                "vkey": witness_key(house.source.key.name, district, bytes(one.public)).vkey,
            }
            for one in devices
        ]  # fmt: skip
    told = [{"public": one.public.hex(), "since": one.since, "until": one.until} for one in whole.keys]
    publics = [one.hex() for one in house.source.key.publics]
    said = {"logs": publics, "name": house.source.key.name, "told": told, "witnesses": witnesses}
    (target / _KEYS).write_bytes(canonical(said))


def _put_people(house: House, district: str, target: Path) -> None:
    """Who the ids in the cases are, and what they were where. No login, no phone, no roster of workers goes along:
    those belong to whoever answers for them, who brings them to the successor himself."""
    with Session(house.source.engine) as session:
        people = session.exec(
            select(Person.id, Person.name).where(Person.district == district).order_by(Person.id)
        ).all()
        firms = session.exec(
            select(Organisation.id, Organisation.name, Organisation.kind)
            .where(Organisation.district == district)
            .order_by(Organisation.id)
        ).all()
        offices = session.exec(
            select(Membership.person, Membership.organisation, Membership.office)
            .where(Membership.district == district)
            .order_by(Membership.person, Membership.organisation)
        ).all()
    _put_table(target / "people.csv", ("person", "name"), people)
    _put_table(target / "organisations.csv", ("organisation", "name", "kind"), firms)
    _put_table(target / "offices.csv", ("person", "organisation", "office"), offices)


def _put_table(file: Path, heads: tuple[str, ...], rows: Iterable[Iterable[object]]) -> None:
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    for row in rows:
        writer.writerow([safe_cell(str(cell)) for cell in row])
    file.write_bytes((BOM + out.getvalue()).encode())


def _hash(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as whole:
        while some := whole.read(_CHUNK):
            digest.update(some)
    return digest.hexdigest()


# --- checking -----------------------------------------------------------------------------------------------------


def faults_of(folder: Path, told: Told) -> Iterator[Fault]:
    """All that is wrong with a folder, as it is found. Raises OSError for one that cannot be read."""
    raw = (folder / _INDEX).read_bytes()
    try:
        index, keys = msgspec.json.decode(raw), msgspec.json.decode((folder / _KEYS).read_bytes())
        publics = [bytes.fromhex(one) for one in keys["logs"]]
        if canonical(index) != raw or index["format"] != FORMAT or index["name"] != keys["name"] or not publics:
            raise ValueError("it is of another form")
        origin = f"{index['name']}/handover"
        wanted = f"{origin}\n{b64encode(sha256(raw).digest()).decode()}\n"
        if not _signed(folder / _NOTE, origin, publics, wanted):
            yield Fault(_NOTE, "the log's keys have not signed this index")
        yield from _files(folder, index, told)
        if all((folder / name).exists() for name in (_HEAD, _LEAVES, _ENTRIES)):
            yield from _log(folder, index, publics)
    except (ValueError, LookupError, TypeError, NoteError) as wrong:
        yield Fault(_INDEX, f"it is not as it must be: {wrong!r}")


def _signed(file: Path, origin: str, publics: list[bytes], text: str) -> bool:
    """Whether a note has this text, signed by all these keys of the log."""
    try:
        note = parse(file.read_text("utf-8"))
    except (ValueError, FileNotFoundError):
        return False
    keys = [Key(origin, LOG, public) for public in publics]
    return note.text == text and all(any(key.holds(text, one) for one in note.signatures) for key in keys)


def _files(folder: Path, index: Mapping[str, Any], told: Told) -> Iterator[Fault]:
    there = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if one.is_file()}
    for one in index["files"]:
        path = there.pop(one["path"], None)
        if path is None or (path.stat().st_size, _hash(path)) != (one["size"], one["sha256"]):
            yield Fault(one["path"], "it is missing, or another")
    yield from (Fault(name, "the index does not name it") for name in sorted(there) if name not in (_INDEX, _NOTE))
    listed = {one["path"] for one in index["files"]}
    for case in index["cases"]:
        name = f"cases/{case}.zip"
        if name not in listed:
            yield Fault(name, "the index names the case and no file of it")
        elif (folder / name).exists():
            found = verify.verify(folder / name, [], [], fast.entries)
            yield from (Fault(name, f"{where}: {en}") for rank, where, _, en in found if rank < 9)
        told(1)


def _log(folder: Path, index: Mapping[str, Any], publics: list[bytes]) -> Iterator[Fault]:
    """The leaves lead to the signed head; the last leaf has these entries; they are of these cases and no other; and
    what each case's file says of its streams is what stands there."""
    origin = f"{index['name']}/{index['district']}"
    leaves, entries = (folder / _LEAVES).read_bytes().splitlines(), (folder / _ENTRIES).read_bytes().splitlines()
    log = Tree([merkle.leaf_hash(one) for one in leaves])
    if not _signed(folder / _HEAD, origin, publics, Head(origin, log.size, log.root()).text):
        yield Fault(_HEAD, "it is not the signed head of these leaves")
    last = next((one for one in map(msgspec.json.decode, reversed(leaves)) if one["kind"] == "heads"), None)
    tree = Tree([merkle.leaf_hash(one) for one in entries])
    if last is None:
        if index["cases"]:
            yield Fault(_LEAVES, "no leaf has heads")
        return
    if (last["heads"], last["streams"]) != (tree.root().hex(), tree.size):
        yield Fault(_ENTRIES, "they are not those of the last leaf")
    said = {one["stream"]: one for one in map(msgspec.json.decode, entries)}
    cases = sorted({name.partition("/")[0] for name in said})
    if cases != index["cases"]:
        missing = sorted(set(cases) ^ set(index["cases"]))
        yield Fault(_ENTRIES, f"cases in the log of the district and not here, or the reverse: {', '.join(missing)}")
    for case in set(cases) & set(index["cases"]):
        yield from _case(folder / "cases" / f"{case}.zip", case, said, log)


def _case(file: Path, case: str, said: Mapping[str, Any], log: Tree) -> Iterator[Fault]:
    try:
        archive = verify.Archive(file, verify.Report())
    except (ValueError, FileNotFoundError):  # which was said already
        return
    for one in msgspec.json.decode(archive.read("manifest.json"))["streams"]:
        entry = said.get(f"{case}/{one['stream']}", {"size": -1})
        if one["size"] < entry["size"]:
            yield Fault(f"cases/{case}.zip", f"{one['stream']} has fewer entries than the log of the district saw")
    if "district/head.txt" in archive.entries:
        head = head_of(parse(archive.read("district/head.txt").decode()).text)
        if head.size > log.size or log.root(head.size) != head.root:
            yield Fault(f"cases/{case}.zip", "its proof is of another log of the district")
