"""Proofs are RFC 6962's: programs nobody here wrote find the same ones, and any other is refused."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from hashlib import sha256

import pytest
from tlog_scales.tlog import ConsistencyProof, InclusionProof

from cloudnego.audit.trees import Tree, consistent, included
from cloudnego.eventlog.merkle import EMPTY_ROOT, leaf_hash, push, root
from tests.eventlog.test_merkle import INPUTS, ROOTS

SIZE = 40
LEAVES = [leaf_hash(bytes([number])) for number in range(SIZE)]
TREE = Tree(LEAVES)

# pymerkle is under the GPL: it runs as a program of its own, never inside ours.
ORACLE = """
import json, sys
from pymerkle import InmemoryTree
tree = InmemoryTree(algorithm="sha256")
for leaf in json.load(sys.stdin):
    tree.append_entry(bytes([leaf]))
size = tree.get_size()
print(json.dumps([
    [tree.get_root(n).hex() for n in range(1, size + 1)],
    [tree.prove_inclusion(n, size).serialize()["path"] for n in range(1, size + 1)],  # it counts from 1
]))
"""


def test_the_known_inputs_have_the_known_roots_at_every_size() -> None:
    tree = Tree([leaf_hash(bytes.fromhex(text)) for text in INPUTS])
    assert [tree.root(size).hex() for size in range(1, 9)] == ROOTS
    assert tree.root(0) == EMPTY_ROOT


def test_roots_and_paths_are_those_that_pymerkle_finds() -> None:
    said = json.dumps(list(range(SIZE)))
    ran = subprocess.run([sys.executable, "-c", ORACLE], input=said, capture_output=True, text=True, check=True)
    roots, paths = json.loads(ran.stdout)
    assert roots == [TREE.root(size).hex() for size in range(1, SIZE + 1)]
    for index, theirs in enumerate(paths):
        ours = [one.hex() for one in TREE.inclusion(index)]
        leaf = LEAVES[index].hex()
        assert theirs in ([leaf, *ours], [ours[0], leaf, *ours[1:]])  # the leaf stands on its side of its sibling


def test_every_proof_holds_for_us_and_for_tlog_scales() -> None:
    for size in range(1, 18):
        for index in range(size):
            path = TREE.inclusion(index, size)
            assert included(LEAVES[index], index, size, path, TREE.root(size))
            InclusionProof(index, size, path).check(LEAVES[index], TREE.root(size))
        for first in range(1, size + 1):
            proof = TREE.consistency(first, size)
            assert consistent(first, size, TREE.root(first), TREE.root(size), proof)
            ConsistencyProof(first, size, proof).check(TREE.root(first), TREE.root(size))
        assert consistent(0, size, EMPTY_ROOT, TREE.root(size), [])


def test_the_frontier_of_the_writer_has_the_same_root() -> None:
    peaks: list[bytes] = []
    for size, leaf in enumerate(LEAVES):
        push(peaks, size, leaf)
        assert TREE.root(size + 1) == root(peaks)


def test_a_proof_that_is_changed_anywhere_is_refused() -> None:
    dice = random.Random(9162)
    other = sha256(b"other").digest()
    for size in range(2, 24):
        index, first = dice.randrange(size), dice.randrange(1, size)
        path, proof, top, was = (
            TREE.inclusion(index, size),
            TREE.consistency(first, size),
            TREE.root(size),
            TREE.root(first),
        )
        for place in range(len(path)):
            assert not included(LEAVES[index], index, size, [*path[:place], other, *path[place + 1 :]], top)
            assert not included(LEAVES[index], index, size, path[:place] + path[place + 1 :], top)
        assert not included(LEAVES[index], index, size, [*path, other], top)
        assert not included(other, index, size, path, top)
        assert not included(LEAVES[index], size, size, path, top)
        for place in range(len(proof)):
            assert not consistent(first, size, was, top, [*proof[:place], other, *proof[place + 1 :]])
            assert not consistent(first, size, was, top, proof[:place] + proof[place + 1 :])
        assert not consistent(first, size, was, top, [*proof, other])
        assert not consistent(first, size, other, top, proof)
        assert not consistent(first, size, was, other, proof)
        assert not consistent(size, first, top, was, proof)
    assert not consistent(5, 5, TREE.root(5), other, [])
    assert not consistent(0, 5, other, TREE.root(5), [])


def test_a_size_the_tree_never_had_has_no_proof() -> None:
    for ask in (lambda: TREE.root(SIZE + 1), lambda: TREE.inclusion(SIZE), lambda: TREE.consistency(SIZE + 1)):
        with pytest.raises(IndexError):
            ask()
