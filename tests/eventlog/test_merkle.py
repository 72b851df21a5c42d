"""The tree is RFC 6962's: against its known roots, and against a program nobody here wrote."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudnego.eventlog.merkle import EMPTY_ROOT, leaf_hash, pack, push, root, unpack

# The eight inputs that every implementation of Certificate Transparency is tried on, and the roots after each.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def grown(leaves: list[bytes]) -> list[bytes]:
    peaks: list[bytes] = []
    for size, leaf in enumerate(leaves):
        push(peaks, size, leaf_hash(leaf))
    return peaks


def test_the_empty_tree_has_the_known_root() -> None:
    assert root([]) == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_known_inputs_have_the_known_roots(size: int) -> None:
    assert root(grown([bytes.fromhex(text) for text in INPUTS[:size]])).hex() == ROOTS[size - 1]


# pymerkle is under the GPL: it runs as a program of its own, never inside ours.
ORACLE = """
import json, sys
from pymerkle import InmemoryTree
for line in sys.stdin:
    tree = InmemoryTree(algorithm="sha256")
    for leaf in json.loads(line):
        tree.append_entry(bytes.fromhex(leaf))
    print(tree.get_root().hex())
"""


def test_any_tree_has_the_root_that_pymerkle_finds() -> None:
    dice = random.Random(6962)
    trees = [[dice.randbytes(dice.randrange(40)) for _ in range(size)] for size in range(1, 130)]
    lines = "".join(json.dumps([leaf.hex() for leaf in leaves]) + "\n" for leaves in trees)
    ran = subprocess.run([sys.executable, "-c", ORACLE], input=lines, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [root(grown(leaves)).hex() for leaves in trees]


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_a_frontier_survives_being_stored(leaves: list[bytes]) -> None:
    peaks = grown(leaves)
    assert unpack(pack(peaks)) == peaks
    assert len(peaks) == len(leaves).bit_count()


def test_half_a_hash_is_not_a_frontier() -> None:
    with pytest.raises(ValueError, match="33 bytes"):
        unpack(bytes(33))
