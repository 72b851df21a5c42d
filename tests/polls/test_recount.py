"""The program that counts again takes the true box, and names whatever who has the whole database does to it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from typer.testing import CliRunner

from cloudnego.__main__ import app
from cloudnego.polls import recount as program
from cloudnego.polls.ballots import Ballot, listed, message
from cloudnego.polls.blind import modulus, thumbprint
from cloudnego.polls.recount import recount
from tests.house.tree import parsed
from tests.polls.test_blind import KEY, PUBLIC, QUESTION
from tests.polls.test_blind import STANDARD as FOREIGN

VOTES: Final = ("yes", "yes", "no", "yes", "abstain", "no", "yes")
PROGRAM: Final = Path(program.__file__)


def ballot(who: str, choice: str) -> Ballot:
    """As it comes out of the blind signing (test_blind has that way): the signature of a message is one."""
    nonce = hashlib.sha256(who.encode()).digest()
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=0)
    signature = KEY.sign(message(QUESTION, nonce, choice), pss, hashes.SHA384())
    return Ballot(nonce=nonce, choice=choice, signature=signature)


BOX: Final = [ballot(str(at), choice) for at, choice in enumerate(VOTES)]
LIST: Final = listed(QUESTION, BOX)
LINES: Final = LIST.decode().splitlines(keepends=True)
CLOSING: Final[dict[str, Any]] = {
    "v": 1,
    "poll": QUESTION.poll.hex(),
    "modulus": modulus(PUBLIC),
    "thumbprint": thumbprint(PUBLIC),
    "choices": ["abstain", "no", "yes"],
    "picks": 1,
    "roll": 12,
    "issued": 8,
    "on_paper": 2,
    "cast": len(VOTES),
    "counts": {"abstain": 1, "no": 2, "yes": 4},
    "list": hashlib.sha256(LIST).hexdigest(),
}


def wrong(lines: list[str] | bytes, **closing: object) -> str:
    """What the program says of a box whose hash in the log was forged along with it: the worst an operator can do."""
    content = lines if isinstance(lines, bytes) else "".join(lines).encode()
    record = CLOSING | {"list": hashlib.sha256(content).hexdigest()} | closing
    return "\n".join(recount(record, content)[1])


def test_the_box_as_it_is_holds_whatever_order_it_came_in() -> None:
    assert recount(CLOSING, LIST) == (CLOSING["counts"], [])
    assert listed(QUESTION, reversed(BOX)) == LIST
    assert len(set(LINES)) == len(VOTES)


def swapped(line: str) -> str:
    """The same ballot with another choice: what an operator would most like to do."""
    nonce, choice, signature = line.split(" ")
    return f"{nonce} {'no' if choice == 'yes' else 'yes'} {signature}"


def twin(line: str) -> str:
    """The same signature written as a number beyond the modulus, where that fits in as many digits."""
    nonce, choice, signature = line.split()
    beyond = int(signature, 16) + PUBLIC.public_numbers().n
    return f"{nonce} {choice} {beyond:0768x}\n" if beyond < 1 << 3072 else line


MUTANTS: Final[list[tuple[Callable[[list[str]], list[str]], str]]] = [
    (lambda box: [swapped(box[0]), *box[1:]], "line 1: extra or altered"),
    (lambda box: [*box[:3], box[3].replace(box[3][:8], "00000000", 1), *box[4:]], "extra or altered"),
    (lambda box: [box[0][:-2] + ("0" if box[0][-2] != "0" else "1") + "\n", *box[1:]], "line 1: extra or altered"),
    (lambda box: [*box[:2], *box[3:]], "list: 6 ballots, and 7 were cast"),
    (lambda box: [box[0], *box], "line 2: listed twice"),
    (lambda box: [box[1], box[0], *box[2:]], "line 2: not in its place"),
    (lambda box: [*box[:-1], box[-1][:-1]], "breaks off"),
    (lambda box: [*box, "\n"], "line 8: not a ballot"),
    (lambda box: [box[0].upper(), *box[1:]], "line 1: not a ballot"),
    (lambda box: [box[0].replace(" ", "  ", 1), *box[1:]], "line 1: not a ballot"),
    (lambda box: [*box[:-1], box[-1][:-1] + "\r\n"], "line 7: not a ballot"),
    (lambda box: [f"{each.split(' ')[0]} maybe {each.split(' ')[2]}" for each in box], "nobody could choose this"),
    (lambda box: [f"{each.split(' ')[0]} no,yes {each.split(' ')[2]}" for each in box], "nobody could choose this"),
    (lambda box: [], "list: 0 ballots"),
    (lambda box: [twin(each) for each in box], "extra or altered"),
]


@pytest.mark.parametrize(("mutant", "said"), MUTANTS, ids=range(len(MUTANTS)))
def test_whatever_is_done_to_the_box_is_named_though_the_hash_was_forged_too(
    mutant: Callable[[list[str]], list[str]], said: str
) -> None:
    box = mutant(list(LINES))
    assert said in wrong(box)
    assert "its hash is not the one in the log" in "\n".join(recount(CLOSING, "".join(box).encode())[1])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("counts", {"abstain": 1, "no": 1, "yes": 5}, "counts: "),
        ("counts", {"abstain": 1, "no": 2, "yes": 4, "more": 0}, "counts: "),
        ("cast", 8, "7 ballots, and 8 were cast"),
        ("issued", 6, "more was cast than issued"),
        ("roll", 9, "more issued than there are people"),
        ("on_paper", -1, "more issued"),
        ("poll", "00" * 32, "extra or altered"),
        ("poll", "00", "not a record this program knows"),
        ("v", 2, "not a record this program knows"),
        ("v", True, "v is missing or of another kind"),
        ("list", None, "list is missing or of another kind"),
        ("thumbprint", thumbprint(FOREIGN.public), "not that of the key that was named"),
        ("modulus", modulus(FOREIGN.public), "has not 3072 bits"),
        ("modulus", "", "has not 3072 bits"),
        ("modulus", "A" + modulus(PUBLIC)[1:], "has not 3072 bits"),
        ("choices", ["yes", 1], "not said in codes"),
        ("choices", ["yes"], "nobody could choose this"),
    ],
)
def test_a_record_of_the_close_that_does_not_fit_is_named(field: str, value: object, said: str) -> None:
    assert said in wrong(LINES, **{field: value})


def test_bytes_that_are_no_list_and_a_record_that_is_none_end_in_words() -> None:
    assert "not a ballot" in wrong(b"\xff\xfe\n" * 3)
    assert recount([], LIST) == ({}, ["closing: not a record"])
    assert recount({}, LIST)[1] == ["closing: v is missing or of another kind"]


def test_it_runs_alone_with_what_python_brings(tmp_path: Path) -> None:
    """As somebody has it who trusts nothing of ours: one file, isolated, without our packages."""
    imported = {
        name.partition(".")[0]
        for node in parsed(PROGRAM).body
        for name in ([getattr(node, "module", None) or ""] + [each.name for each in getattr(node, "names", [])])
        if type(node).__name__ in ("Import", "ImportFrom")
    }
    assert "cloudnego" not in imported
    (tmp_path / "box").write_bytes(LIST)
    (tmp_path / "closing").write_text(json.dumps(CLOSING), encoding="utf-8")
    call = [sys.executable, "-I", "-S", str(PROGRAM), str(tmp_path / "closing"), str(tmp_path / "box")]
    run = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "abstain: 1\nno: 2\nyes: 4\nholds\n", "")
    (tmp_path / "box").write_text("".join(LINES[1:]), encoding="utf-8")
    assert program.main([str(tmp_path / "closing"), str(tmp_path / "box")]) == 1
    (tmp_path / "closing").write_text("{", encoding="utf-8")
    assert program.main([str(tmp_path / "closing"), str(tmp_path / "box")]) == 1
    assert program.main([]) == 2
    assert len(PROGRAM.read_text(encoding="utf-8").splitlines()) <= 200


def test_the_command_line_counts_again(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(LIST)
    (tmp_path / "closing").write_text(json.dumps(CLOSING), encoding="utf-8")
    run = CliRunner()
    told = run.invoke(app, ["recount", str(tmp_path / "closing"), str(tmp_path / "box")])
    assert (told.exit_code, told.output) == (0, "abstain: 1\nno: 2\nyes: 4\nholds\n")
    (tmp_path / "box").write_bytes(LIST[:-1])
    assert run.invoke(app, ["recount", str(tmp_path / "closing"), str(tmp_path / "box")]).exit_code == 1
