"""Keys: the master key lies in a file of its own, opens only what it wrapped, and is missed with a clear word."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cloudnego.eventlog.keys import KeyMissing, Keyring, RandomDice, SeededDice


def test_a_new_key_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master.key"
    Keyring.create(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_key_file_is_never_made_twice(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    Keyring.create(file)
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        Keyring.create(file)
    assert file.read_bytes() == before


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    Keyring.create(file)
    file.chmod(0o640)
    with pytest.raises(KeyMissing, match="chmod 600"):
        Keyring.open(file)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match=r"lost\.key is missing"):
        Keyring.open(tmp_path / "lost.key")


def test_a_wrapped_key_opens_again_for_what_it_was_made(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    key, wrapped = Keyring.create(file).new("n1/worker")
    assert Keyring.open(file).unwrap(wrapped, "n1/worker") == key
    assert key not in wrapped
    with pytest.raises(KeyMissing, match="was changed"):
        Keyring.open(file).unwrap(wrapped, "n1/employer")


def test_another_installation_cannot_open_it(tmp_path: Path) -> None:
    _, wrapped = Keyring.create(tmp_path / "one.key").new("n1/worker")
    with pytest.raises(KeyMissing, match="is not in"):
        Keyring.create(tmp_path / "two.key").unwrap(wrapped, "n1/worker")


def test_after_a_rotation_the_new_key_wraps_and_the_old_one_still_opens(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    key, wrapped = Keyring.create(file).new("n1/worker")
    file.write_text(file.read_text() + "ab" * 32 + "\n")
    both = Keyring.open(file)
    assert both.unwrap(wrapped, "n1/worker") == key
    _, later = both.new("n2/worker")
    assert later[:8] != wrapped[:8]


def test_seeded_dice_depend_on_what_they_are_thrown_for_alone() -> None:
    one, other = SeededDice("s"), SeededDice("s")
    other.throw(32, "salt", "n1/table", "1")
    assert one.throw(32, "salt", "n1/table", "2") == other.throw(32, "salt", "n1/table", "2")
    assert one.throw(32, "salt", "n1/table", "2") != one.throw(32, "salt", "n1/worker", "2")


def test_random_dice_never_repeat() -> None:
    dice = RandomDice()
    thrown = [dice.throw(32, "salt") for _ in range(1000)] + [RandomDice().throw(32, "salt")]
    assert len(set(thrown)) == 1001
    assert {len(one) for one in thrown} == {32}
    assert len(dice.throw(12, "nonce")) == 12


def test_a_forked_process_throws_other_dice() -> None:
    dice = RandomDice()
    dice.throw(32, "salt")
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.write(into, dice.throw(32, "salt"))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(out, 32)
    os.close(out)
    os.close(into)
    assert len(theirs) == 32
    assert dice.throw(32, "salt") != theirs
