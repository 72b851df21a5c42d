"""Signed notes as C2SP lays them down (signed-note, tlog-checkpoint, tlog-cosignature): their bytes, strictly read."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG: Final = 0x01
"""Kind of a log's own signature: Ed25519 over the text of the note."""
WITNESS: Final = 0x04
"""Kind of a co-signature: a time, and Ed25519 over `cosignature/v1`, the time and the text."""

PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
NOTE_MAX: Final = 64 * 1024
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_TIME_MAX: Final = 2**63 - 1
_SIGNATURES_MAX: Final = 64
_DASH: Final = "\N{EM DASH} "
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P


class NoteError(ValueError):
    """Not a signed note, not a checkpoint or not a key as the specification has it."""


class Head(NamedTuple):
    """What a checkpoint says: of which log, how long it is, and the root of its tree."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of the note, without extension lines."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


class Signature(NamedTuple):
    """One line below a note."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.signature).decode()}\n"


class Note(NamedTuple):
    """A text, with its last newline, and who signed it."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def rendered(self) -> str:
        return self.text + "\n" + "".join(one.line for one in self.signatures)


class Key(NamedTuple):
    """A public key under its name, for one kind of signature."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The first bytes of a hash over name, kind and key: enough to find the key, no proof of it."""
        return key_id(self.name, self.kind, self.public)

    @property
    def vkey(self) -> str:
        """The key as people hand it on: name, id and key."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes((self.kind,)) + self.public).decode()}"

    def made(self, signature: Signature) -> bool:
        """Whether a line says that it is of this key."""
        return signature.name == self.name and signature.key_id == self.id

    def holds(self, text: str, signature: Signature) -> bool:
        """Whether a line is this key's signature on this text."""
        if not self.made(signature):
            return False
        said, signed = text.encode(), signature.signature
        if self.kind == WITNESS:
            if len(signed) != _TIME_BYTES + SIGNATURE_BYTES:
                return False
            at_s = int.from_bytes(signed[:_TIME_BYTES], "big")
            if at_s > _TIME_MAX:
                return False
            said, signed = cosigned(text, at_s), signed[_TIME_BYTES:]
        return verified(self.public, said, signed)


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """SHA-256(name ‖ newline ‖ kind ‖ public key), its first four bytes."""
    return sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:_ID_BYTES]


def key_of(vkey: str) -> Key:
    """The key of a vkey. Raises NoteError."""
    name, _, rest = vkey.partition("+")
    said, _, material = rest.partition("+")
    raw = _unbase64(material)
    if len(raw) != 1 + PUBLIC_BYTES or raw[0] not in (LOG, WITNESS):
        raise NoteError("a key of another kind")
    key = Key(_named(name), raw[0], raw[1:])
    if key.id.hex() != said:
        raise NoteError("the id of the key is not the key's")
    return key


def cosigned(text: str, at_s: int) -> bytes:
    """The bytes a witness signs."""
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def cosignature(key: Key, at_s: int, signature: bytes) -> Signature:
    """The line of a witness."""
    return Signature(key.name, key.id, at_s.to_bytes(_TIME_BYTES, "big") + signature)


def time_of(signature: Signature) -> int:
    """When a witness says it signed, in seconds since 1970."""
    return int.from_bytes(signature.signature[:_TIME_BYTES], "big")


# --- reading --------------------------------------------------------------------------------------------------------


def parse(note: str) -> Note:
    """A note as it was handed over. Raises NoteError for any byte that the specification does not allow."""
    if len(note) > NOTE_MAX or any(letter < " " and letter != "\n" for letter in note):
        raise NoteError("a note that is too long, or has control characters")
    text, blank, below = note.rpartition("\n\n")
    if not blank or not text or not below.endswith("\n"):
        raise NoteError("a note without signatures")
    lines = below.removesuffix("\n").split("\n")
    if len(lines) > _SIGNATURES_MAX:
        raise NoteError("too many signatures")
    return Note(text + "\n", tuple(_signature(line) for line in lines))


def head_of(text: str) -> Head:
    """The head that the text of a checkpoint says. Raises NoteError."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise NoteError("not the three lines of a checkpoint")
    root = _unbase64(lines[2])
    if len(root) != sha256().digest_size:
        raise NoteError("the root is no SHA-256")
    return Head(lines[0], number(lines[1]), root)


def number(text: str) -> int:
    """A decimal number as the specifications write it. Raises NoteError."""
    if not (text.isascii() and text.isdigit()) or (text[0] == "0" and text != "0") or len(text) > 19:
        raise NoteError("not a decimal number")
    return int(text)


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    raw = _unbase64(encoded)
    if not line.startswith(_DASH) or not space or len(raw) <= _ID_BYTES:
        raise NoteError("a line that is no signature")
    return Signature(_named(name), raw[:_ID_BYTES], raw[_ID_BYTES:])


def _named(name: str) -> str:
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise NoteError("the name of a key is empty, or has a space or a plus")
    return name


def _unbase64(text: str) -> bytes:
    """Base64 in the one way to write it. Raises NoteError."""
    try:
        raw = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise NoteError("not base64") from wrong
    if b64encode(raw).decode() != text:
        raise NoteError("base64 written in another way")
    return raw


# --- Ed25519 --------------------------------------------------------------------------------------------------------


def verified(public: bytes, said: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, said)
    except (InvalidSignature, ValueError):
        return False
    return True


def usable(public: bytes) -> bool:
    """Whether a public key is one point, written in the one way, that binds: under a key of small order signatures of
    one text hold for another."""
    if len(public) != PUBLIC_BYTES:
        return False
    y, odd = int.from_bytes(public, "little") & ((1 << 255) - 1), public[31] >> 7
    if y >= _P:
        return False
    squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(squared, (_P + 3) // 8, _P)
    if x * x % _P != squared:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if x * x % _P != squared or (x == 0 and odd):
        return False
    for _ in range(3):  # three doublings: a point of small order ends where x is 0
        across = _D * x * x * y * y % _P
        x, y = 2 * x * y * pow(1 + across, -1, _P) % _P, (y * y + x * x) * pow(1 - across, -1, _P) % _P
    return x != 0
