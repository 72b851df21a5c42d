"""Ways to spoil an audit file: by bits, by lines, cut short; and what an operator with the log's key could do."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from random import Random
from typing import IO, Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloudnego.audit.notes import Head
from cloudnego.core.vocabulary import Side
from cloudnego.eventlog import merkle
from cloudnego.eventlog.leaf import Leaf, canonical, commit, decode, encode
from tests.audit.given import KEY, Chief, contents, packed
from tests.audit.page import Splice

LINED: Final = (
    "events.jsonl",
    "bodies.jsonl",
    "hashes.txt",
    "checkpoints/notice.txt",
    "manifest.note",
    "policy/notice.txt",
)


class Memory:
    """A file that is not on a disk, for a verifier that is asked a million times."""

    def __init__(self, content: bytes, name: str = "mutant.zip") -> None:
        self._content: Final = content
        self.name: Final = name

    def open(self, _mode: str) -> IO[bytes]:
        return io.BytesIO(self._content)


def spliced(whole: bytes, change: Splice) -> bytes:
    begin, end, put = change
    return whole[:begin] + put + whole[end:]


def flips(whole: bytes, dice: Random | None = None, count: int = 0) -> Iterator[Splice]:
    """Every bit of every byte, or so many of them."""
    places = range(8 * len(whole)) if dice is None else sorted(dice.sample(range(8 * len(whole)), count))
    for place in places:
        at, bit = divmod(place, 8)
        yield at, at + 1, bytes([whole[at] ^ (1 << bit)])


def cuts(whole: bytes, dice: Random | None = None, count: int = 0) -> Iterator[Splice]:
    """Every truncation, or so many."""
    for at in range(len(whole)) if dice is None else dice.sample(range(len(whole)), count):
        yield at, len(whole), b""


def lines(whole: bytes, dice: Random | None = None, share: float = 1) -> Iterator[tuple[str, bytes]]:
    """Every line, or a share of them, dropped, doubled and exchanged with the next, in a container made anew."""
    files = contents(whole)
    for name in LINED:
        found = files[name].splitlines(keepends=True)
        for at, line in enumerate(found):
            if dice is not None and dice.random() > share:
                continue
            for what, others in (
                ("dropped", found[:at] + found[at + 1 :]),
                ("doubled", [*found[:at], line, *found[at:]]),
                ("exchanged", [*found[:at], *found[at : at + 2][::-1], *found[at + 2 :]]),
            ):
                if others != found:
                    yield f"{name}:{at + 1} {what}", packed({**files, name: b"".join(others)})


# --- an operator with the database and the key of the log, but no key of a witness ----------------------------------


class Forger:
    """Rewrites a file and signs it anew with the log's own key; co-signatures he can only leave or drop."""

    def __init__(self, whole: bytes) -> None:
        # the proof of the district's log he leaves out: with the log's key he could make another of those as well
        self.files: Final = {name: one for name, one in contents(whole).items() if not name.startswith("district/")}
        self.manifest: Final[dict[str, Any]] = json.loads(self.files["manifest.json"])
        self.leaves: Final = [decode(line) for line in self.files["events.jsonl"].splitlines()]
        self.bodies: Final[list[dict[str, Any]]] = [
            json.loads(line) for line in self.files["bodies.jsonl"].splitlines()
        ]

    def stream(self, at: int) -> str:
        return self.leaves[at].stream.rpartition("/")[2]

    def put(self, line: int, **change: Any) -> None:
        leaf = self.leaves[line]
        self.leaves[line] = Leaf(**{**{name: getattr(leaf, name) for name in leaf.__struct_fields__}, **change})

    def body(self, at: int, body: str) -> None:
        """Another body, with a commitment that fits."""
        row = self.bodies[at]
        row["body"] = body
        self.put(at, body_commit=commit(2, bytes.fromhex(row["salt"]), body.encode()))

    def drop(self, at: int) -> None:
        del self.leaves[at], self.bodies[at]
        self._number()

    def add(self, at: int, of: int) -> None:
        """One more entry at this place, made like another of the same stream."""
        self.leaves.insert(at, self.leaves[of])
        self.bodies.insert(at, dict(self.bodies[of]))
        self._number()

    def exchange(self, at: int) -> None:
        """Two neighbours of a stream change places, their times with them."""
        one, other = self.leaves[at], self.leaves[at + 1]
        self.leaves[at], self.leaves[at + 1] = other, one
        self.put(at, at=one.at)
        self.put(at + 1, at=other.at)
        self.bodies[at], self.bodies[at + 1] = self.bodies[at + 1], self.bodies[at]
        self._number()

    def _number(self) -> None:
        seen: dict[str, int] = {}
        for at, leaf in enumerate(self.leaves):
            seen[leaf.stream] = seen.get(leaf.stream, 0) + 1
            self.put(at, seq=seen[leaf.stream])

    def signed(self, *, keep: bool, impostors: Sequence[Chief] = ()) -> bytes:
        """The file with all that follows from the entries made anew. Co-signatures stay as they were, or are dropped;
        or devices of his own make new ones, and stand in keys.json."""
        files = dict(self.files)
        raw = [encode(leaf) for leaf in self.leaves]
        nodes = [merkle.leaf_hash(one) for one in raw]
        files["events.jsonl"] = b"".join(one + b"\n" for one in raw)
        files["hashes.txt"] = b"".join(one.hex().encode() + b"\n" for one in nodes)
        files["bodies.jsonl"] = b"".join(canonical(one) + b"\n" for one in self.bodies)
        if impostors:
            said = json.loads(files["keys.json"])
            for row, one in zip(said["witnesses"], impostors, strict=True):
                row["vkey"] = one.key.vkey
            files["keys.json"] = canonical(said)
        for row in self.manifest["streams"]:
            mine = [
                node for leaf, node in zip(self.leaves, nodes, strict=True) if leaf.stream.endswith(f"/{row['stream']}")
            ]
            peaks: list[bytes] = []
            for size, node in enumerate(mine):
                merkle.push(peaks, size, node)
            row["size"], root = len(mine), merkle.root(peaks)
            row["root"] = b64encode(root).decode()
            name = f"checkpoints/{row['stream']}.txt"
            old = files[name].decode().rpartition("\n\n")[2].splitlines()[len(KEY.publics) :]
            head = Head(row["origin"], len(mine), root)
            lines = [f"{line}\n" for line in old] if keep else [one.cosign(head).line.line for one in impostors]
            files[name] = (KEY.checkpoint(head).rendered + "".join(lines)).encode()
        listed = [name for name in files if name not in ("manifest.json", "manifest.note")]
        self.manifest["files"] = [
            {"path": name, "sha256": sha256(files[name]).hexdigest(), "size": len(files[name])} for name in listed
        ]
        files["manifest.json"] = canonical(self.manifest)
        origin = f"{KEY.name}/export"
        digest = b64encode(sha256(files["manifest.json"]).digest()).decode()
        files["manifest.note"] = KEY.sign(origin, f"{origin}\n{digest}\n").rendered.encode()
        return packed(files)


def _facts(forger: Forger, at: int, dice: Random) -> None:
    body = forger.bodies[at]["body"]
    forger.body(at, body.replace('{"facts":{', f'{{"facts":{{"a":{dice.randrange(10**6)},', 1).replace(",}", "}", 1))


def _words(forger: Forger, at: int, dice: Random) -> None:
    """Other words than were written, or words where nobody wrote any."""
    row, words = forger.bodies[at], json.dumps({"text": f"改过的话{dice.randrange(10**6)}"}, ensure_ascii=False)
    words = words.replace(" ", "")
    row["words"], row["words_salt"] = words, row["words_salt"] or dice.randbytes(32).hex()
    told = commit(3, bytes.fromhex(row["words_salt"]), words.encode())
    facts = row["body"][: row["body"].rindex(',"words":')]
    forger.body(at, f'{facts},"words":"{told}"}}')


def _time(forger: Forger, at: int, dice: Random) -> None:
    """Another time, and those that follow in the stream no earlier."""
    leaf, later = forger.leaves[at], f"2031-01-01T00:00:00.{dice.randrange(10**6):06d}+08:00"
    for n in range(at, len(forger.leaves)):
        if forger.leaves[n].stream == leaf.stream:
            forger.put(n, at=later)


def _salt(forger: Forger, at: int, dice: Random) -> None:
    forger.bodies[at]["salt"] = dice.randbytes(32).hex()
    forger.body(at, forger.bodies[at]["body"])


def _truncate(forger: Forger, at: int, _dice: Random) -> None:
    """The rest of the stream is as if it had never been."""
    stream = forger.leaves[at].stream
    gone = [n for n, leaf in enumerate(forger.leaves) if n >= at and leaf.stream == stream]
    for n in reversed(gone):
        forger.drop(n)


def _leaf(name: str, value: Callable[[Random], Any]) -> Callable[[Forger, int, Random], None]:
    return lambda forger, at, dice: forger.put(at, **{name: value(dice)})


def _followed(forger: Forger, at: int) -> int:
    """This place, or the one before it where nothing of the stream follows: after the last entry of a stream every
    history may go on, and what is put there rewrites nothing that anybody holds."""
    last = at + 1 >= len(forger.leaves) or forger.stream(at) != forger.stream(at + 1)
    return at - 1 if last and forger.stream(at - 1) == forger.stream(at) else at


def _double(forger: Forger, at: int, _dice: Random) -> None:
    at = _followed(forger, at)
    forger.add(at, at)


class Impostor(Chief):
    """A device that the operator made, which he says is a chief's."""

    @property
    def secret(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(f"impostor {self.side}".encode()).digest())


IMPOSTORS: Final = tuple(map(Impostor, Side))


def _exchange(forger: Forger, at: int, _dice: Random) -> None:
    forger.exchange(_followed(forger, at))


KINDS: Final[Mapping[str, Callable[[Forger, int, Random], None]]] = {
    "another actor": _leaf("actor", lambda dice: f"p{dice.randrange(10**6)}"),
    "another mandate": _leaf("mandate", lambda dice: f"m{dice.randrange(10**6)}"),
    "another way in": _leaf("via", lambda _dice: "elsewhere"),
    "another type": _leaf("type", lambda dice: f"thing_{dice.randrange(10**6)}"),
    "another command": _leaf("command_id", lambda dice: dice.randbytes(32).hex()),
    "another time": _time,
    "other facts": _facts,
    "other words": _words,
    "another salt": _salt,
    "an entry dropped": lambda forger, at, _dice: forger.drop(at),
    "an entry added": _double,
    "entries exchanged": _exchange,
    "the end cut off": _truncate,
}
"""What he rewrites. Each time all that follows is made anew and signed by the log."""


HOW: Final = ("kept", "dropped", "his own")
"""What becomes of the co-signatures: they stay though they are of other heads, are dropped, or devices of his own make
new ones and stand in keys.json as those of the chiefs."""


def forged(whole: bytes, kind: str, at: int, dice: Random, how: str) -> bytes:
    """The file of an operator who rewrote the entry in line `at` (from 0)."""
    forger = Forger(whole)
    KINDS[kind](forger, at, dice)
    return forger.signed(keep=how == "kept", impostors=IMPOSTORS if how == "his own" else ())


def place(whole: bytes, dice: Random) -> int:
    """A line to rewrite: not the first of a stream, for a stream that is emptied is found by who holds an earlier file
    alone."""
    leaves = [decode(line) for line in contents(whole)["events.jsonl"].splitlines()]
    return dice.choice([at for at, leaf in enumerate(leaves) if leaf.seq > 1])
