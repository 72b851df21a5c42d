"""Leaf v1: its bytes are RFC 8785, its identifiers are what the design says, and none of it may ever change."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import jcs
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from cloudnego.eventlog.leaf import Leaf, asked_mac, canonical, case_id, command_id, commit, decode, encode, instant

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
# Keys are names of fields and paths of fields: ASCII. Beyond the BMP the two orders of keys would differ.
KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)
LEAVES = st.builds(
    Leaf,
    actor=TEXT,
    at=TEXT,
    body_commit=TEXT,
    command_id=TEXT,
    district=TEXT,
    mandate=st.none() | TEXT,
    occurred_on=st.none() | TEXT,
    seq=st.integers(1, 2**53 - 1),
    sig=st.none() | TEXT,
    stream=TEXT,
    type=TEXT,
    type_version=st.integers(1, 99),
    via=TEXT,
)

INSTANTS = st.integers(0, 3 * 10**16).map(lambda us: datetime(1970, 1, 2, tzinfo=UTC) + timedelta(microseconds=us))


@given(JSON)
def test_what_we_call_canonical_is_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value) == jcs.canonicalize(value)


def test_chinese_text_and_every_control_character_are_canonical() -> None:
    text = "".join(map(chr, range(0x80))) + "工资集体协商\u2028\ue000\uffff\U0001f4b0\U0010ffff"
    assert canonical({"words": text}) == rfc8785.dumps({"words": text})


def test_chinese_keys_are_canonical_too() -> None:
    value = {"工资": 1, "a": 2, "协商": 3, "\u00e9": 4}
    assert canonical(value) == rfc8785.dumps(value)


@given(LEAVES)
def test_a_leaf_is_rfc_8785_as_its_fields_are_declared(leaf: Leaf) -> None:
    fields = {name: getattr(leaf, name) for name in Leaf.__struct_fields__}
    assert encode(leaf) == rfc8785.dumps(fields)
    assert decode(encode(leaf)) == leaf


def test_the_bytes_of_a_leaf_are_fixed_for_good() -> None:
    leaf = Leaf(
        actor="p-17",
        at="2026-11-22T09:30:00.000001+08:00",
        body_commit="00" * 32,
        command_id="11" * 32,
        district="xiaoshan",
        mandate=None,
        occurred_on="2026-11-21",
        seq=7,
        stream="n0123456789abcdef0123/table",
        type="offer_sent",
        type_version=1,
        via="person",
    )
    assert encode(leaf) == (
        b'{"actor":"p-17","at":"2026-11-22T09:30:00.000001+08:00","body_commit":"' + b"00" * 32 + b'","command_id":"'
        + b"11" * 32 + b'","district":"xiaoshan","mandate":null,"occurred_on":"2026-11-21","seq":7,"sig":null,'
        b'"stream":"n0123456789abcdef0123/table","type":"offer_sent","type_version":1,"v":1,"via":"person"}'
    )  # fmt: skip


def test_a_commitment_is_the_hash_of_tag_salt_and_content() -> None:
    salt, content = bytes(range(32)), "{“”}".encode()
    assert commit(2, salt, content) == sha256(b"\x02" + salt + content).hexdigest()


def test_actor_and_key_cannot_be_shifted_into_each_other() -> None:
    assert command_id("ab", "c") != command_id("a", "bc")
    assert case_id(b"s" * 32, "ab", "c") != case_id(b"s" * 32, "a", "bc")


def test_a_case_id_is_an_n_and_twenty_hex_digits_that_only_the_secret_gives() -> None:
    secret = b"s" * 32
    mac = hmac.new(secret, b"cloudnego case 1\n4:p-175:first", "sha256").hexdigest()
    assert case_id(secret, "p-17", "first") == "n" + mac[:20]
    assert case_id(b"t" * 32, "p-17", "first") != case_id(secret, "p-17", "first")


def test_what_was_asked_is_known_again_by_a_mac_that_only_the_secret_gives() -> None:
    for secret, asked in ((b"s" * 32, b'{"a":1}'), (b"s" * 32, b""), (b"t" * 32, b'{"a":1}')):
        assert asked_mac(secret, asked) == hmac.digest(secret, b"cloudnego asked 1\n" + asked, "sha256")


def test_an_instant_is_written_at_eight_hours_east_with_all_its_digits() -> None:
    assert instant(datetime(2026, 11, 22, 1, 30, tzinfo=UTC)) == "2026-11-22T09:30:00.000000+08:00"


@given(INSTANTS, INSTANTS)
def test_instants_sort_as_their_texts_do(one: datetime, other: datetime) -> None:
    assert (one < other) == (instant(one) < instant(other))
