"""The outside check: its own tree is the tree of RFC 6962, it sees what was changed, and it names what is missing."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from claims import outside, sumdb
from cloudnego.eventlog import merkle


class Hashed(outside.Hasher):
    """The same recursion with Python's SHA-256 in OpenSSL's place, so that the test needs no program."""

    def one(self, content: bytes) -> bytes:
        return sha256(content).digest()

    def many(self, contents: list[bytes]) -> list[bytes]:
        return [self.one(content) for content in contents]


def tree(size: int) -> outside.Tree:
    leaves = [b"leaf %d" % number for number in range(size)]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    peaks: list[bytes] = []
    for number, hashed in enumerate(hashes):
        merkle.push(peaks, number, hashed)
    return outside.Tree(leaves, hashes, size, merkle.pack(peaks))


def checked(monkeypatch: pytest.MonkeyPatch, folder: Path, stored: outside.Tree) -> tuple[int, int]:
    monkeypatch.setattr(outside, "Hasher", Hashed)
    monkeypatch.setattr(outside, "trees", lambda *_: {"n1/table": stored})
    tool = outside.Tools("openssl", "sqlite3", folder, "pdfsig", "qpdf", "go", "soffice")
    return outside.check_trees(tool, folder / "log.sqlite3")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 33])
def test_the_recursion_gives_the_root_the_frontier_gives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: int
) -> None:
    assert checked(monkeypatch, tmp_path, tree(size)) == (1, size)


def test_a_changed_leaf_a_changed_hash_and_a_changed_root_are_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = tree(5)
    changed_leaf = whole._replace(leaves=[b"another", *whole.leaves[1:]])
    changed_hash = whole._replace(hashes=[bytes(32), *whole.hashes[1:]])
    changed_root = whole._replace(frontier=tree(6).frontier)
    lost = whole._replace(leaves=whole.leaves[:-1], hashes=whole.hashes[:-1])
    for stored in (changed_leaf, changed_hash, changed_root, lost):
        with pytest.raises(outside.Broken):
            checked(monkeypatch, tmp_path, stored)


def test_a_missing_program_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(outside, "DEBIAN_POSTGRES", tmp_path)
    monkeypatch.setattr(sumdb, "NEEDED", tmp_path / "tlog")
    assert outside.run() == 1
    wanted = (
        "apt-get install openssl sqlite3 poppler-utils qpdf golang-go libreoffice-writer-nogui postgresql"
        " golang-golang-x-mod-dev"
    )
    assert wanted in capsys.readouterr().out
