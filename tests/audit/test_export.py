"""An audit file holds by itself, is a zip for everybody, and has exactly what its audience sees."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
import rfc8785

from cloudnego.audit import fast, verify
from cloudnego.audit.checkpoints import Checkpoints
from cloudnego.audit.notes import verified
from cloudnego.audit.verify import Witness
from cloudnego.core.vocabulary import Side, Stream
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from tests.audit.given import CHIEFS, KEY, STREAMS, Chief, confirmed, contents, exported, packed
from tests.audit.page import Page
from tests.audit.spoiling import HOW, KINDS, Memory, cuts, flips, forged, lines, place, spliced
from tests.eventlog.given import loaded, make_district

LINES_MAX = 400


def faults(path: Path, *known: Chief, held: tuple[Path, ...] = ()) -> list[tuple[int, str, str, str]]:
    """What is wrong; the service's own check finds the very same."""
    keys = [verify.witness(chief.key.vkey) for chief in known]
    found = verify.verify(path, keys, held)
    assert verify.verify(path, keys, held, fast.entries) == found
    return [one for one in found if one[0] < 9]


_PURE = verify.ed25519


@pytest.fixture(autouse=True)
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """In pure Python a signature takes some milliseconds: the claims take them, and one test holds both together."""
    monkeypatch.setattr(verify, "ed25519", verified)


@pytest.fixture(scope="module")
def log(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlLog]:
    """One log for all that only read it."""
    place = tmp_path_factory.mktemp("audited") / "log.sqlite3"
    place.write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{place}", Keyring.seeded("audited"))
    make_district(log)
    yield log
    log.close()


@pytest.fixture(scope="module")
def case(log: SqlLog) -> str:
    return loaded(log, ("plain", ""))[0]


@pytest.fixture(scope="module")
def whole(log: SqlLog, case: str, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return exported(log, case, tmp_path_factory.mktemp("audited") / "audit.zip")


@pytest.fixture
def file(whole: bytes, tmp_path: Path) -> Path:
    (tmp_path / "audit.zip").write_bytes(whole)
    return tmp_path / "audit.zip"


def test_it_holds_for_who_has_python_alone(file: Path) -> None:
    program = contents(file.read_bytes())["verify.py"]
    alone = file.with_name("verify.py")
    alone.write_bytes(program)
    run = [sys.executable, "-I", str(alone), str(file)]
    found = subprocess.run(run, capture_output=True, check=False, text=True)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.endswith("成立 HOLDS\n")
    assert "worker confirmed" in found.stdout
    assert len(program.splitlines()) <= LINES_MAX
    file.write_bytes(file.read_bytes().replace(b'"actor":"w0"', b'"actor":"w1"', 1))
    found = subprocess.run(run, capture_output=True, check=False, text=True)
    assert found.returncode == 1
    assert "events.jsonl:" in found.stdout.splitlines()[-2]
    assert subprocess.run([*run[:-1], "nowhere.zip"], capture_output=True, check=False).returncode == 2


@pytest.mark.parametrize("audience", STREAMS)
def test_each_audience_has_its_streams_and_no_other(log: SqlLog, case: str, tmp_path: Path, audience: str) -> None:
    exported(log, case, tmp_path / "audit.zip", audience)
    assert faults(tmp_path / "audit.zip") == []
    files = contents((tmp_path / "audit.zip").read_bytes())
    leaves = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    assert {leaf["stream"].rpartition("/")[2] for leaf in leaves} == {stream.value for stream in STREAMS[audience]}
    versions = log.versions(case)
    assert len(leaves) == sum(versions[stream][1] for stream in STREAMS[audience])
    everything = b"".join(files.values())
    for stream in set(Stream) - set(STREAMS[audience]):
        assert f"{case}/{stream.value}".encode() not in everything


def test_it_is_a_zip_for_everybody_and_its_json_is_canonical(file: Path) -> None:
    with zipfile.ZipFile(file) as bundle:
        assert bundle.testzip() is None
        assert {one.date_time for one in bundle.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in ("manifest.json", "keys.json"):
            raw = bundle.read(name)
            assert rfc8785.dumps(json.loads(raw)) == raw
        for line in bundle.read("bodies.jsonl").splitlines():
            assert rfc8785.dumps(json.loads(line)) == line


def test_the_same_case_gives_the_same_bytes(log: SqlLog, case: str, tmp_path: Path, whole: bytes) -> None:
    assert exported(log, case, tmp_path / "again.zip") == whole


def test_a_file_is_not_written_over_and_leaves_nothing_beside(log: SqlLog, case: str, file: Path) -> None:
    with pytest.raises(FileExistsError):
        exported(log, case, file)
    assert [one.name for one in file.parent.iterdir() if "audit" in one.name] == ["audit.zip"]


def test_words_that_were_erased_are_counted_and_all_else_still_proves_itself(log: SqlLog, tmp_path: Path) -> None:
    case = loaded(log, ("plain", "erased"))[0]
    before = exported(log, case, tmp_path / "before.zip")
    lines = contents(before)["bodies.jsonl"].splitlines()
    leaves = [json.loads(line) for line in contents(before)["events.jsonl"].splitlines()]
    worded = [leaf for leaf, line in zip(leaves, lines, strict=True) if json.loads(line)["words"] is not None]
    stream, seq = worded[0]["stream"].rpartition("/")[2], worded[0]["seq"]
    assert log.erase(case, Stream(stream), frozenset({seq})) == 1
    exported(log, case, tmp_path / "after.zip")
    found = verify.verify(tmp_path / "after.zip", [], [tmp_path / "before.zip"])
    assert [one for one in found if one[0] < 9] == []
    assert (9, f"{stream}/{seq}", "文字已依法删除", "its words were erased") in found


def test_keys_and_files_held_from_elsewhere_are_asked_for(log: SqlLog, case: str, tmp_path: Path) -> None:
    points = Checkpoints(log.engine, KEY)
    early = [points.at(case, stream, 2) for stream in STREAMS["union"]]
    exported(log, case, tmp_path / "a.zip", found=confirmed(early))
    assert faults(tmp_path / "a.zip", *CHIEFS) == []
    assert {name for name in contents((tmp_path / "a.zip").read_bytes()) if name.startswith("cosigned/")} == {
        f"cosigned/{stream.value}-2.txt" for stream in STREAMS["union"] if log.versions(case)[stream][1] > 2
    }
    (tmp_path / "head").write_text(points.note(early[0]).rendered)
    (tmp_path / "receipt").write_text(f"c2sp.org/tlog-proof@v1\nindex 0\n\n{points.note(early[1]).rendered}")
    held = (tmp_path / "head", tmp_path / "receipt", tmp_path / "a.zip")
    exported(log, case, tmp_path / "b.zip", found=confirmed(early, [Chief(Side.WORKER)]))
    assert faults(tmp_path / "b.zip", held=held) == []
    missing = faults(tmp_path / "b.zip", Chief(Side.EMPLOYER))
    assert [where for _, where, *_ in missing] == ["table", "filing", "notice"]
    (tmp_path / "foreign").write_text(points.note(early[0]._replace(origin="log.example/other/table")).rendered)
    assert len(faults(tmp_path / "b.zip", held=(tmp_path / "foreign",))) == 1


def _swap(name: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new, 1)

    return change


def _lines(name: str, change: Callable[[list[bytes]], None]) -> Callable[[dict[str, bytes]], None]:
    def changed(files: dict[str, bytes]) -> None:
        lines = files[name].splitlines(keepends=True)
        change(lines)
        files[name] = b"".join(lines)

    return changed


SPOILT: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "an actor": (_swap("events.jsonl", b'"actor":"w0"', b'"actor":"w1"'), "events.jsonl:"),
    "a line dropped": (_lines("events.jsonl", lambda lines: lines.__delitem__(4)), "events.jsonl:5 "),
    "a line doubled": (_lines("events.jsonl", lambda lines: lines.insert(4, lines[4])), "events.jsonl:6 "),
    "lines swapped": (_lines("events.jsonl", lambda lines: lines.insert(4, lines.pop(5))), "events.jsonl:5 "),
    "a body": (_swap("bodies.jsonl", b"facts", b"fakts"), "bodies.jsonl:1 "),
    "a line too many": (_lines("events.jsonl", lambda lines: lines.append(lines[-1])), "events.jsonl:"),
    "a hash": (_lines("hashes.txt", lambda lines: lines.__setitem__(2, lines[3])), "events.jsonl:3 "),
    "a list of ballots": (lambda files: files.__setitem__("ballots/p.txt", b""), "ballots/p.txt"),
    "the purpose": (_swap("manifest.json", "审计".encode(), "其他".encode()), "manifest.note"),
    "a side": (_swap("keys.json", b'"side":"worker"', b'"side":"employer"'), "keys.json"),
    "a program": (_swap("verify.py", b"return 1 if faults", b"return 0 if faults"), "verify.py"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_what_was_spoilt_is_named(file: Path, what: str) -> None:
    """The container is made anew around it, so that nothing but the content can tell."""
    change, where = SPOILT[what]
    files = contents(file.read_bytes())
    change(files)
    file.write_bytes(packed(files))
    assert faults(file)[0][1].startswith(where), faults(file)[:3]


def test_the_check_of_signatures_agrees_with_another_program_and_takes_no_second_form() -> None:
    chief = CHIEFS[0]
    public, message = chief.key.public, b"some text"
    signature = chief.secret.sign(message)
    assert _PURE(public, message, signature)
    assert not _PURE(public, message + b".", signature)
    assert not _PURE(CHIEFS[1].key.public, message, signature)
    s = int.from_bytes(signature[32:], "little") + verify.L
    assert not _PURE(public, message, signature[:32] + s.to_bytes(32, "little"))
    assert not _PURE(public, message, signature + b"\0")
    for small in (1, verify.Q - 1, verify.Q + 1, 0):  # points of small order, and one written in another way
        forged = small.to_bytes(32, "little")
        assert not _PURE(forged, message, forged + bytes(32))
    for at in range(0, 64, 7):
        spoilt = bytearray(signature)
        spoilt[at] ^= 1
        assert not _PURE(public, message, bytes(spoilt))


def test_a_key_is_taken_in_its_printed_form_alone() -> None:
    vkey = CHIEFS[0].key.vkey
    assert verify.witness(vkey) == Witness(CHIEFS[0].key.name, CHIEFS[0].key.public, "")
    for wrong in (vkey[:-4], vkey.replace("+", "-"), f"other{vkey}", "", KEY.keys("log.example")[0].vkey):
        with pytest.raises(ValueError):
            verify.witness(wrong)


def test_the_list_of_a_vote_is_held_against_the_log(tmp_path: Path) -> None:
    """`recount.py` has the signatures of the ballots; whether list and log are one is seen here already."""
    ballots = b"00 yes aa\n01 no bb\n02 yes cc\n"
    counted = {
        "poll": "p", "urn": [{"choice": "yes", "votes": 2}], "cast": 3, "list_hash": sha256(ballots).hexdigest(),
        "counts": [{"choice": "yes", "votes": 4}, {"choice": "no", "votes": 1}],
    }  # fmt: skip
    path = tmp_path / "box.zip"
    for change, rank in (({}, None), ({"cast": 2}, 0), ({"urn": []}, 0), ({"list_hash": ""}, 0), ({"poll": "q"}, 9)):
        path.write_bytes(packed({"ballots/p.txt": ballots}))
        report = verify.Report()
        verify.tallied(verify.Archive(path, report), [("notice/7", {**counted, **change})], report)
        assert [found[0] for found in report] == ([] if rank is None else [rank])


def test_unpacking_needs_nothing_of_ours(file: Path) -> None:
    assert list(contents(file.read_bytes()))[:3] == ["README.txt", "manifest.json", "manifest.note"]
    assert packed(contents(file.read_bytes())) == file.read_bytes()
    assert BytesIO(file.read_bytes()).read(4) == b"PK\x03\x04"


def test_the_page_finds_what_the_program_finds(whole: bytes, file: Path) -> None:
    """Bits, truncations, lines and rewritings, a few of each: `make claim-mutants`, `make claim-operator` have more."""
    dice, keys = Random(11), [chief.key.vkey for chief in CHIEFS]
    known = [verify.witness(one) for one in keys]
    held, mutant = file, file.with_name("mutant.zip")
    with Page() as page:
        assert page.verify(file, keys, [held]) == verify.verify(file, known, [held])
        for change in (*flips(whole, dice, 25), *cuts(whole, dice, 5)):
            spoilt: Any = Memory(spliced(whole, change))
            named = [one[:2] for one in verify.verify(spoilt, []) if one[0] < 9][:1]
            assert named != [], change
            if dice.random() < 0.2:
                assert named == [one[:2] for one in page.verify(file, change=change) if one[0] < 9][:1], change
        for what, content in lines(whole, dice, 0.01):
            mutant.write_bytes(content)
            found = faults(mutant)
            assert found, what
            assert [one[1] for one in page.verify(mutant) if one[0] < 9][:1] == [found[0][1]], what
        for kind in KINDS:
            at, how, chief = place(whole, dice), dice.choice(HOW), dice.choice(CHIEFS)
            mutant.write_bytes(forged(whole, kind, at, dice, how))
            for found in (faults(mutant, chief), faults(mutant, held=(held,))):
                assert found, f"{kind}, line {at}, {how}"
            if kind in ("an entry dropped", "other words"):
                assert any(one[0] < 9 for one in page.verify(mutant, [chief.key.vkey], [held]))


def test_without_anything_held_an_operator_who_signs_anew_is_not_found_and_the_file_says_so(
    whole: bytes, file: Path
) -> None:
    """This is what the keys and files of others are for."""
    file.write_bytes(forged(whole, "another actor", 3, Random(1), "his own"))
    found = verify.verify(file, [])
    assert [one for one in found if one[0] < 9] == []
    assert (9, "keys.json") in [one[:2] for one in found]
