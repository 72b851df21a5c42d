"""核对云协商的核查文件 · Checks an audit file of CloudNego: python verify.py FILE.zip [--key KEY]... [--held FILE]...

只需要 Python，不联网，不信任出具文件的人。 Needs Python alone (3.9 or newer), no network, and trusts nobody.
--key: 您从别处得知的见证公钥（协议、纪要上印有）。 The key of a witness that you have from elsewhere.
--held: 您以前得到的核查文件、检查点或回执。 An audit file, a checkpoint or a receipt that you were given earlier.
0: 成立 holds; 1: 不成立 does not; 2: 读不了 cannot be read. 规范 specification: docs/AUDIT.md"""

from __future__ import annotations

import argparse
import base64
import json
import re
import sys
import zlib
from collections import Counter, namedtuple
from functools import reduce
from hashlib import sha256, sha512
from itertools import chain, zip_longest
from pathlib import Path
from struct import pack, unpack
from time import gmtime, strftime
from typing import Any

# It travels alone and is to be read at one go: one empty line is enough.
# fmt: off
FIELDS = "audience calendar case district files format kind made_at made_by name pack purpose software streams"
JOINT = ["table", "filing", "notice"]
SEEN = {"enterprise": [*JOINT, "employer"], "union": [*JOINT, "worker"], "authority": JOINT[1:], "auditor": JOINT}
LEAF = {name: kinds for names, kinds in (("actor at body_commit command_id district stream type via", (str,)), (
        "mandate occurred_on sig", (str, type(None))), ("seq type_version v", (int,))) for name in names.split()}
ACTS = {"contract_signed": "document_hash", "draft_signed": "draft_hash", "minutes_confirmed": "minutes_hash",
        "minutes_signed": "minutes_hash", "offer_sent": "plan topics", "reply_sent": "outcome plan topics"}
AT, HEX = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+08:00", re.ASCII), re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
ERASED = ("文字已依法删除", "its words were erased")
ACT, UNSIGNED = b"cloudnego act 1\n", ("已记录，未以设备密钥确认", "recorded, not confirmed with a device key")
dumped = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
WRONG = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
FULL, LINE_MAX, CHUNK, Q = 0xFFFFFFFF, 1 << 24, 1 << 20, 2**255 - 19
L, D, ZERO = 2**252 + 27742317777372353535851937790883648493, -121665 * pow(121666, -1, Q) % Q, (0, 1, 1, 0)
Entry = namedtuple("Entry", "name header start size crc sha")
Witness = namedtuple("Witness", "name public side")
Keys = namedtuple("Keys", "now ever witnesses signers")  # of the log now and ever; and whose device keys sign acts
Head = namedtuple("Head", "where origin size root")

class Stop(Exception):  # else the report goes on: rows of rank (0 a line, 1 a key, 2 the file; 9 no fault) and these
    """Nothing more can be read: where, and what is wrong in Chinese and English."""

def local(name: bytes, size: int, crc: int) -> bytes:
    head = pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 0x21, crc, FULL, FULL, len(name), 20)
    return head + name + pack("<HHQQ", 1, 16, size, size)

def directory(entries: Any, end: int) -> bytes:
    rows = [pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0x21, one.crc, FULL, FULL, len(one.name), 28, 0, 0,
                 0, 0, FULL) + one.name.encode() + pack("<HHQQQ", 1, 24, one.size, one.size, one.header)
            for one in entries]
    size, count = sum(map(len, rows)), len(rows)
    return b"".join(rows) + pack("<IQHHIIQQQQIIQIIHHHHIIH", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, end,
                                 0x07064B50, 0, end + size, 1, 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, FULL, FULL, 0)

class Archive:
    """An audit file, every entry of it read once; `where` is what was read last. Raises Stop."""
    where = ""
    def __init__(self, path: Path, report: list[Any]) -> None:
        self.path, self.entries, at = path, {}, 0  # type: Path, dict[str, Any], int
        with path.open("rb") as file:
            while (head := file.read(30))[:4] == b"PK\x03\x04" and len(head) == 30:
                one = self._entry(file, head, at, report)
                self.entries[one.name], at = one, one.start + one.size
            tail = directory(self.entries.values(), at)
            if head + file.read(len(tail) + 1) != tail:
                raise Stop(f"zip:{at}", "目录与内容不符，或文件不完整", "the directory is not that of the contents")
    def _entry(self, file: Any, head: bytes, at: int, report: list[Any]) -> Any:
        said, name, extra = unpack("<I", head[14:18])[0], file.read(unpack("<H", head[26:28])[0]), file.read(20)
        size, told = int.from_bytes(extra[12:], "little"), name.decode("latin-1")
        if head + name + extra != local(name, size, said) or not NAME.fullmatch(told) or told in self.entries:
            raise Stop(f"zip:{at}", "文件头被改过，或文件不完整", "a header was altered, is cut off or is there twice")
        crc, digest, left = 0, sha256(), size
        while left:
            if not (chunk := file.read(min(left, CHUNK))):
                raise Stop(f"zip:{at}", "文件不完整", f"the file breaks off within {told}")
            crc, left = zlib.crc32(chunk, crc), left - len(chunk)
            digest.update(chunk)
        report += [(2, f"zip:{at}", "内容与校验和不符", f"{told} is not what its checksum says")] * (said != crc)
        return Entry(told, at, at + 50 + len(name), size, said, digest.hexdigest())
    def lines(self, name: str) -> Any:
        Archive.where = name
        with self.path.open("rb") as file:
            left, _ = self.entries[name].size, file.seek(self.entries[name].start)
            while line := file.readline(min(left, LINE_MAX)):
                left -= len(line)
                yield line
    def read(self, name: str) -> bytes:
        return b"".join(self.lines(name))

def need(good: Any, wrong: str) -> None:
    if not good:
        raise ValueError(wrong)

def canonical(raw: bytes, fields: str = "") -> Any:
    """JSON in the one way RFC 8785 allows, of whole numbers and keys in ASCII. Raises ValueError, RecursionError."""
    value = json.loads(raw.decode(), parse_float=lambda _: None, parse_constant=lambda _: None)
    good = dumped(value).encode() == raw and (not fields or (type(value) is dict and sorted(value) == fields.split()))
    need(good, "not written in the one way, or without the fields it must have")
    return value

def point(raw: bytes) -> Any:
    odd, y = int.from_bytes(raw, "little") >> 255, int.from_bytes(raw, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, Q) % Q
    x = pow(square, (Q + 3) // 8, Q)
    x = x if (x * x - square) % Q == 0 else x * pow(2, (Q - 1) // 4, Q) % Q
    if y >= Q or len(raw) != 32 or (x * x - square) % Q or (x == 0 and odd):
        return None
    return (x := x if x & 1 == odd else Q - x), y, 1, x * y % Q

def plus(p: Any, q: Any) -> Any:
    a, b, c, d = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0]), 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % Q, g * h % Q, f * g % Q, e * h % Q
def times(n: int, p: Any) -> Any:
    return plus(times(n >> 1, plus(p, p)), p if n & 1 else ZERO) if n else ZERO

def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    key, r, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= L or len(signature) != 64 or times(8, key)[0] == 0:
        return False
    h = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    p, q = times(s, point((4 * pow(5, -1, Q) % Q).to_bytes(32, "little"))), plus(r, times(h, key))
    return bool((p[0] * q[2] - q[0] * p[2]) % Q == 0 == (p[1] * q[2] - q[1] * p[2]) % Q)
def unbase64(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text, "base64 that is not written in the one way")
    return raw
def key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:4]

def witness(vkey: str, side: str = "") -> Any:
    name, told, raw = [*vkey.split("+", 2), "", ""][:3]
    public = unbase64(raw)
    need(len(public) == 33 and public[0] == 4 and name and key_id(name, 4, public[1:]).hex() == told, "no witness")
    return Witness(name, public[1:], side)

def _note(raw: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
    text, gap, block = raw.rpartition(b"\n\n")
    *lines, last = block.decode().split("\n")
    split = [line.split(" ") for line in lines]
    need(gap and not last and lines and all(dash == "\u2014" for dash, _, _ in split), "not a signed note")
    return text + b"\n", [(name, unbase64(rest)[:4], unbase64(rest)[4:]) for _, name, rest in split]
def head_of(text: bytes, where: str) -> Any:
    origin, size, root, last = text.decode().split("\n")
    need(not last and str(int(size)) == size and len(unbase64(root)) == 32, "not a checkpoint")
    return Head(where, origin, int(size), unbase64(root))

def signed(raw: bytes, name: str, keys: Any, where: str, report: list[Any]) -> tuple[bytes, list[tuple[Any, int]]]:
    """The text of a note that all keys of the log that sign now must have signed; and which witness signed when."""
    (text, signatures), got = _note(raw), []
    by = [one[:2] == (name, key_id(name, 1, k)) and ed25519(k, text, one[2]) for k, one in zip(keys.now, signatures)]  # noqa: B905 - it runs on 3.9
    if len(by) != len(keys.now) or not all(by):
        report.append((1, where, "没有本记录现用密钥的有效签名", "the log's own keys have not signed this"))
    for key_name, told, rest in signatures[len(by) :]:
        one = next((w for w in keys.witnesses if (w.name, key_id(w.name, 4, w.public)) == (key_name, told)), None)
        at = int.from_bytes(rest[:8], "big")
        held = one is not None and ed25519(one.public, b"cosignature/v1\ntime %d\n" % at + text, rest[8:])
        got += [(one, at)] * held
        report += [(1, where, "见证签名不成立", f"the co-signature of {key_name} does not hold")] * (not held)
    return text, got

def _leaf_wrong(leaf: Any, manifest: Any, stream: str, seq: int, before: str) -> str:
    if (leaf["stream"], leaf["seq"]) != (f"{manifest['case']}/{stream}", seq):
        return f"{leaf['stream']}/{leaf['seq']} stands here"
    here = (leaf["v"], leaf["district"]) == (1, manifest["district"]) and HEX.fullmatch(leaf["command_id"])
    if not here or any(type(leaf[name]) not in kinds for name, kinds in LEAF.items()):
        return "its fields are not those of an entry"
    return "" if AT.fullmatch(leaf["at"]) and leaf["at"] >= before else f"its time {leaf['at']} is before {before}"

def _content_wrong(found: Any, leaf: Any) -> str:
    body, salt, words, words_salt = (found[name] for name in ("body", "salt", "words", "words_salt"))
    if body is None or (words is None and words_salt):
        return "there is a salt without what it is for" if salt or words or words_salt else ""
    commit = sha256(b"\2" + bytes.fromhex(salt) + body.encode()).hexdigest()
    if commit != leaf["body_commit"] or not HEX.fullmatch(salt):
        return "the body is not what the entry commits to"
    said = json.loads(body)
    if said["facts"].get("occurred_on") != leaf["occurred_on"]:
        return "occurred_on is not that of the body"
    good = words is None or sha256(b"\3" + bytes.fromhex(words_salt) + words.encode()).hexdigest() == said["words"]
    return "" if good else "the words are not what the body commits to"

def act_said(leaf: Any, body: Any, keys: Any, name: str) -> list[Any]:
    """That a device's key signed this act, or that none did, as lines of the report. Raises ValueError, LookupError."""
    (case, where), kind, who = f"{leaf['stream']}/{leaf['seq']}".split("/", 1), leaf["type"], leaf["actor"]
    if leaf["sig"] is None or body is None:
        return [(9, where, *UNSIGNED)] if kind in ACTS and body is not None else []
    raw, part = unbase64(leaf["sig"]), ACTS[kind].split()
    facts = json.loads(body, object_hook=lambda one: {k: v for k, v in one.items() if v is not None})["facts"]
    facts = {key: one for key, one in facts.items() if key in part}
    said = {"actor": who, "case": case, "command": leaf["command_id"], "facts": facts, "log": name, "type": kind}
    held, mark = ed25519(raw[:32], ACT + dumped(said).encode(), raw[32:]), sha256(raw[:32]).hexdigest()[:8]
    need(held and keys.signers.get(raw[:32]) == who, "no device key of who acted has signed this act")
    return [(9, where, f"以设备密钥 {mark} 签署", f"signed with device key {mark}")]

def entries(archive: Archive, manifest: Any, keys: Any, wanted: dict[str, set[int]], report: list[Any]) -> Any:
    """Every entry by itself, in the order of the file, and the RFC 6962 tree over each stream."""
    names, number = ("events.jsonl", "bodies.jsonl", "hashes.txt"), 0
    roots, polls = {(stream, 0): sha256(b"").digest() for stream in wanted}, []  # type: Any, list[Any]
    rows = zip_longest(*map(archive.lines, names), fillvalue=b"")
    for stream, size in ((one["stream"], one["size"]) for one in manifest["streams"]):
        before, peaks, leaf = "", [], {}  # type: str, list[bytes], Any
        for seq in range(1, size + 1):
            raw, body, listed = next(rows, (b"", b"", b""))
            number, node, where, content = number + 1, sha256(b"\0" + raw[:-1]).digest(), names[0], {}
            try:
                leaf = canonical(raw[:-1], " ".join(sorted(LEAF)))
                other = "" if listed == node.hex().encode() + b"\n" else "hashes.txt has the hash of another entry"
                wrong = _leaf_wrong(leaf, manifest, stream, seq, before) or other
                if not wrong:
                    before, where = leaf["at"], names[1]
                    content = canonical(body[:-1], "body salt words words_salt")
                    wrong = _content_wrong(content, leaf)
                    report += [] if wrong else act_said(leaf, content["body"], keys, manifest["name"])
            except WRONG as cause:
                wrong = f"it cannot be read: {cause!r}"
            if wrong or raw[-1:] != b"\n" or body[-1:] != b"\n":
                report.append((0, f"{where}:{number} {stream}/{seq}", "这一条不成立", wrong or "the line breaks off"))
                if not raw:
                    return roots, polls
            elif content["body"] is None:
                report.append((9, f"{stream}/{seq}", "内容不在本文件中", "its body is not in this file"))
            elif content["words"] is None and not content["body"].endswith(',"words":null}'):
                report.append((9, f"{stream}/{seq}", *ERASED))
            if content.get("body") and leaf["type"] == "poll_counted":
                polls.append((f"{stream}/{seq}", json.loads(content["body"])["facts"]))
            done = seq - 1
            while done & 1:
                node, done = sha256(b"\1" + peaks.pop() + node).digest(), done >> 1
            peaks.append(node)
            if seq in wanted[stream]:
                roots[stream, seq] = reduce(lambda right, peak: sha256(b"\1" + peak + right).digest(), peaks[::-1])
    report += [(0, f"{names[0]}:{number + 1}", "多出来的一行", "a line too many")] * bool(next(rows, None))
    return roots, polls

def tallied(archive: Archive, polls: list[Any], report: list[Any]) -> None:
    """Hold each vote's list of ballots, where it is here, against what the log says; their signatures: recount.py."""
    for where, counted in polls:
        name, urn = f"ballots/{counted['poll']}.txt", {one["choice"]: one["votes"] for one in counted["urn"]}
        if name not in archive.entries:
            report.append((9, where, "选票清单不在本文件中", "its list of ballots is not in this file"))
            continue
        ballots = [line.decode().split(" ")[1].split(",") for line in archive.lines(name)]
        counts = {one["choice"]: one["votes"] - urn.get(one["choice"], 0) for one in counted["counts"]}
        there = (archive.entries[name].sha, len(ballots), +Counter(chain(*ballots)))
        if there != (counted["list_hash"], counted["cast"], +Counter(counts)):
            report.append((0, name, "不是记录里的选票清单", f"it is not the list that {where} names, or not its votes"))

def papers(archive: Archive, report: list[Any]) -> None:
    """Hold the papers against the register that lies beside them."""
    register = "papers/register.json"
    left = {name for name in archive.entries if name.startswith("papers/")} - {register}
    for one in canonical(archive.read(register)) if register in archive.entries else []:
        for kind, sha in one["files"].items():
            there = archive.entries[name].sha if (name := f"papers/{one['number']}.{kind}") in left else ""
            if there != sha:
                gone, other = (9, name, *ERASED), (0, name, "不是登记的那一份", "it is not what the register names")
                report.append(gone if one["erased"] and not there else other)
            left.discard(name)
    report += [(0, name, "登记簿里没有", "the register does not name it") for name in sorted(left)]

def climbed(raw: bytes, at: int, size: int, path: Any) -> bytes:
    """The root to which the path of entry `at` (from 0) of `size` leads (RFC 9162, 2.1.3.2); nothing, if to none."""
    node, last = sha256(b"\0" + raw).digest(), size - 1
    for step in map(unbase64, path if 0 <= at < size else ["?"]):
        left = at & 1 or at == last
        while left and at and not at & 1:
            at, last = at >> 1, last >> 1
        node, at, last = sha256(b"\1" + (step + node if left else node + step)).digest(), at >> 1, last >> 1
    return b"" if last else node

def stood(archive: Archive, manifest: Any, keys: Any, report: list[Any]) -> list[Any]:
    """The heads of these streams that the log of the district has, each proved up to its own signed head."""
    heads, district, log = [], manifest["district"], f"{manifest['name']}/{manifest['district']}"
    for one in manifest["streams"]:
        name, case = f"district/{one['stream']}.json", f"{manifest['case']}/{one['stream']}"
        if name not in archive.entries:
            report.append((9, name, "区的记录还没有这个流", "the log of the district has not seen this stream yet"))
            continue
        said = canonical(archive.read(name), "entry index leaf path seq streams under")
        leaf, entry = canonical(said["leaf"].encode()), canonical(said["entry"].encode())
        head = head_of(signed(archive.read("district/head.txt"), log, keys, name, report)[0], name)
        under = climbed(said["entry"].encode(), said["index"], said["streams"], said["under"]).hex()
        over = climbed(said["leaf"].encode(), said["seq"] - 1, head.size, said["path"])
        told = [head.origin, over, entry["stream"], *(leaf[k] for k in ("at", "district", "heads", "seq", "streams"))]
        if told != [log, head.root, case, entry["at"], district, under, said["seq"], said["streams"]]:
            report.append((1, name, "区的记录不能证明它", "the log of the district does not prove it"))
        heads.append(Head(name, one["origin"], entry["size"], bytes.fromhex(entry["root"])))
    return heads

def _described(archive: Archive) -> tuple[Any, Any]:
    manifest = canonical(archive.read("manifest.json"), FIELDS)
    said = canonical(raw := archive.read("keys.json"), f"logs name {'signers ' * (b'signers' in raw)}witnesses")
    signers = {unbase64(one["public"]): one["actor"] for one in said.get("signers", [])}
    logs = [(unbase64(one["public"]), one["until"]) for one in said["logs"]]
    witnesses = [witness(one["vkey"], one["side"]) for one in said["witnesses"]]
    streams = [(name, f"{said['name']}/{manifest['case']}/{name}") for name in SEEN[manifest["audience"]]]
    found = (manifest["format"], manifest["name"], [(one["stream"], one["origin"]) for one in manifest["streams"]])
    good = found == ("cloudnego-audit/1", said["name"], streams) and None in dict(logs).values()
    need(good, "another form, no key of its log, or streams of another audience or case")
    return manifest, Keys([key for key, until in logs if until is None], [key for key, _ in logs], witnesses, signers)

def heads_held(path: Path, keys: Any, streams: Any, report: list[Any]) -> list[Any]:
    """The heads in an earlier audit file, checkpoint or receipt. Raises Stop, ValueError and the like."""
    with path.open("rb") as file:
        raw = file.read(CHUNK)
    if raw[:4] == b"PK\x03\x04":
        old = Archive(path, report)
        manifest, before = _described(old)
        heads, by = confirmed(old, manifest, before, report)[0], before.now
    else:
        text, signatures = _note(raw.partition(b"\n\n")[2] if raw.startswith(b"c2sp.org/tlog-proof@v1\n") else raw)
        heads, by = [head_of(text, "")], [key for key in keys.ever for one in signatures if ed25519(key, text, one[2])]
    found = [head._replace(where=path.name) for head in heads if head.origin in streams]
    if not found or not set(by) & set(keys.ever):
        report.append((1, path.name, "不是同一份记录，或没有它的签名", "of another log, or not signed by this one"))
    return found

def confirmed(archive: Archive, manifest: Any, keys: Any, report: list[Any]) -> tuple[list[Any], dict[Any, Any]]:
    """All heads that stand in the file; and for stream and witness, how far it confirmed, and when."""
    heads, got = [], {}  # type: list[Any], dict[Any, Any]
    for one in manifest["streams"]:
        last = Head("manifest.json", one["origin"], one["size"], unbase64(one["root"]))
        older = [name for name in archive.entries if name.startswith(f"cosigned/{one['stream']}-")]
        for name in (f"checkpoints/{one['stream']}.txt", *older):
            text, witnesses = signed(archive.read(name), last.origin, keys, name, report)
            heads.append(head_of(text, name))
            if heads[-1].origin != last.origin or (name not in older and heads[-1][1:] != last[1:]):
                report.append((1, name, "与清单不是同一个检查点", "it is not the head that the manifest names"))
            for who, at in witnesses:
                got[one["stream"], who] = max(got.get((one["stream"], who), (0, 0)), (heads[-1].size, at))
    return heads, got

def whole(archive: Archive, known: list[Any], held: Any, read: Any, report: list[Any]) -> None:
    """All that is to be found in an archive. Raises Stop, ValueError and the like."""
    manifest, keys = _described(archive)
    name, log = f"{manifest['name']}/export", keys._replace(witnesses=[])
    there = [{"path": one.name, "sha256": one.sha, "size": one.size} for one in archive.entries.values()]
    pairs, other = zip_longest(manifest["files"], there[:1] + there[3:]), ("不是清单里的那一份", "it is another one")
    report += [(2, (b or a)["path"], *other) for a, b in pairs if a != b]
    text, _ = signed(archive.read("manifest.note"), name, log, "manifest.note", report)
    if text != f"{name}\n{base64.b64encode(bytes.fromhex(there[1]['sha256'])).decode()}\n".encode():
        report.append((1, "manifest.note", "签的不是这份清单", "it is not this manifest that was signed"))
    heads, got = confirmed(archive, manifest, keys, report)
    streams = {one["origin"]: one["stream"] for one in manifest["streams"]}
    before = (head for path in held for head in heads_held(path, keys, streams, report))
    heads += [*before, *stood(archive, manifest, keys, report)]
    wanted = {stream: {head.size for head in heads if head.origin == origin} for origin, stream in streams.items()}
    roots, polls = read(archive, manifest, keys, wanted, report)
    for where, origin, size, root in heads:
        if roots.get((streams[origin], size)) != root:
            zh, en = f"{streams[origin]} 的前 {size} 条与它不符", f"entries 1 to {size} of {streams[origin]} are others"
            report.append((1, where, zh, en))
    tallied(archive, polls, report)
    papers(archive, report)
    for name, size in ((one["stream"], one["size"]) for one in manifest["streams"] if one["size"]):
        for (_, who), (upto, at) in sorted(one for one in got.items() if one[0][0] == name):
            en = f"{who.side} confirmed {upto}/{size}, {strftime('%Y-%m-%d %H:%M:%SZ', gmtime(at & FULL))}: {who.name}"
            report.append((9, name, f"{who.side} 已确认前 {upto} 条，共 {size} 条", en))
        for one in known:
            due = name in JOINT or any(one[:2] == who[:2] and who.side == name for who in keys.witnesses)
            if due and not any(one[:2] == who[:2] for stream, who in got if stream == name):
                report.append((1, name, "没有您所持公钥的见证", f"{one.name} has confirmed nothing of it"))

def verify(path: Path, known: list[Any], held: Any = (), read: Any = entries) -> list[Any]:
    """All there is to find, what names a line first. Raises OSError."""
    own = (9, "keys.json", "见证公钥是本文件自己说的，请自行核对", "the file itself names these keys: compare them")
    report: list[Any] = [] if known else [own]
    try:
        whole(Archive(path, report), known, held, read, report)
    except (Stop, *WRONG) as wrong:
        other = (Archive.where, "不是它应有的样子", f"it is not as it must be: {wrong!r}")
        report.append((1, *(wrong.args if isinstance(wrong, Stop) else other)))
    return sorted(report, key=lambda found: found[0])

def main(arguments: list[str], read: Any = entries) -> int:
    """Says what holds, and names the first thing that does not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", type=witness, action="append", default=[])
    parser.add_argument("--held", type=Path, action="append", default=[])
    given = parser.parse_args(arguments)
    try:
        report = verify(given.file, given.key, given.held, read)
    except OSError as wrong:
        parser.error(f"读不了 cannot be read: {wrong}")
    faults = [found for found in report if found[0] < 9]
    said = [f"{where}: {zh} · {en}\n" for _, where, zh, en in [*report[len(faults) :], *reversed(faults[:20])]]
    sys.stdout.write("".join(said) + (f"不成立 DOES NOT HOLD: {len(faults)}\n" if faults else "成立 HOLDS\n"))
    return 1 if faults else 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
