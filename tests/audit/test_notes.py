"""Notes are C2SP's: the published examples hold, a reader nobody here wrote accepts ours; each changed byte tells."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tlog import Checkpoint

from cloudnego.audit.logkey import LogKey
from cloudnego.audit.notes import (
    WITNESS,
    Head,
    Key,
    Note,
    NoteError,
    cosignature,
    cosigned,
    head_of,
    key_of,
    parse,
    time_of,
    usable,
)

ORIGIN = "log.example/n1/table"
HEAD = Head(ORIGIN, 41, sha256(b"root").digest())
AT_S = 1_790_000_000
DEVICE = Ed25519PrivateKey.from_private_bytes(sha256(b"device").digest())
WITNESS_KEY = Key("log.example/witness/d1/aabbccdd", WITNESS, DEVICE.public_key().public_bytes_raw())

# The example of Go's sumdb/note package, and the key it says it is of.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def _both() -> Note:
    """A checkpoint with the log's signature and a witness's."""
    note = LogKey.seeded("notes").checkpoint(HEAD)
    line = cosignature(WITNESS_KEY, AT_S, DEVICE.sign(cosigned(HEAD.text, AT_S)))
    return note._replace(signatures=(*note.signatures, line))


def test_the_example_of_the_go_package_holds() -> None:
    note, key = parse(GO_NOTE), key_of(GO_KEY)
    assert key.vkey == GO_KEY
    assert key.holds(note.text, note.signatures[0])
    assert note.rendered == GO_NOTE


def test_a_checkpoint_reads_as_it_was_written() -> None:
    note = _both()
    assert parse(note.rendered) == note
    assert head_of(note.text) == HEAD
    assert time_of(note.signatures[1]) == AT_S


def test_tlog_scales_accepts_both_signatures_and_neither_for_another_size() -> None:
    log = LogKey.seeded("notes").keys(ORIGIN)[0]
    keys = VkeySet(Vkey.from_string(log.vkey), Vkey.from_string(WITNESS_KEY.vkey))
    said = Checkpoint.from_text(_both().rendered)
    assert len(keys.verify(said.signatures, said)) == 2
    other = Checkpoint.from_text(_both().rendered.replace("\n41\n", "\n42\n"))
    assert keys.verify(other.signatures, other) == set()


def test_each_changed_byte_of_a_checkpoint_is_found() -> None:
    log = LogKey.seeded("notes").keys(ORIGIN)[0]
    whole = _both().rendered.encode()
    for place in range(len(whole)):
        for bit in (1, 32, 128):
            changed = bytearray(whole)
            changed[place] ^= bit
            try:
                note = parse(changed.decode())
                head = head_of(note.text)
            except (NoteError, UnicodeDecodeError):
                continue
            good = [key.holds(note.text, line) for key, line in zip((log, WITNESS_KEY), note.signatures, strict=False)]
            assert good != [True, True], (place, bit, head)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n\n",
        "\n\n— a AAAAAAA=\n",
        "a\n\n— a AAAAAAA=",  # the last line does not end
        "a\n\n- a AAAAAAA=\n",  # no em dash
        "a\n\n— a AAAAAA==\n",  # no signature behind the id
        "a\n\n— a b AAAAAAA=\n",
        "a\n\n— a+b AAAAAAA=\n",
        "a\n\n— a AAAAAAB=\n",  # bits that nobody reads
        "a\t\n\n— a AAAAAAA=\n",
        "a\n\n" + "— a AAAAAAA=\n" * 65,
    ],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        f"a\n1\n{b64encode(bytes(32)).decode()}\nmore\n",
        f"a\n01\n{b64encode(bytes(32)).decode()}\n",
        f"a\n-1\n{b64encode(bytes(32)).decode()}\n",
        f"a\n٣\n{b64encode(bytes(32)).decode()}\n",
        f"\n1\n{b64encode(bytes(32)).decode()}\n",
        f"a\n1\n{b64encode(bytes(31)).decode()}\n",
        "a\n1\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        head_of(text)


def test_a_key_whose_id_is_not_its_own_is_refused() -> None:
    vkey = WITNESS_KEY.vkey
    assert key_of(vkey) == WITNESS_KEY
    for wrong in (vkey.replace("log.example", "log.examples"), vkey[:-4] + "AAA=", vkey.replace("+", "-", 1)):
        with pytest.raises(NoteError):
            key_of(wrong)


def test_a_key_under_which_signatures_do_not_bind_is_no_key() -> None:
    for number in range(50):
        public = Ed25519PrivateKey.from_private_bytes(sha256(bytes([number])).digest()).public_key().public_bytes_raw()
        assert usable(public)
    order_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
    small = ["01" + 31 * "00", "ec" + 30 * "ff" + "7f", 32 * "00", 31 * "00" + "80", order_8, order_8[:-2] + "85"]
    written_otherwise = ["ee" + 30 * "ff" + "7f", "ed" + 30 * "ff" + "7f", "01" + 30 * "00" + "80"]
    nowhere = ["02" + 31 * "00"]  # no point of the curve has this y
    assert [text for text in small + written_otherwise + nowhere if usable(bytes.fromhex(text))] == []
