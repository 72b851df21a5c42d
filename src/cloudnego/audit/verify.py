"""核对云协商的核查文件 · Checks an audit file of CloudNego: python verify.py FILE.zip [--key KEY]... [--held FILE]...

只需要 Python，不联网，不信任出具文件的人。 Needs Python alone (3.9 or newer), no network, and trusts nobody.
--key: 您从别处得知的见证公钥（协议、纪要上印有）。 The key of a witness that you have from elsewhere.
--held: 您以前得到的核查文件、检查点或回执。 An audit file, a checkpoint or a receipt that you were given earlier.
0: 成立 holds; 1: 不成立 does not; 2: 读不了 cannot be read. 规范 specification: docs/AUDIT.md"""

from __future__ import annotations

import argparse, base64, json, re, sys, zlib
from collections import Counter, namedtuple
from functools import reduce
from hashlib import sha256, sha512
from itertools import product, zip_longest
from pathlib import Path
from struct import pack
from time import gmtime, strftime
from typing import Any

# fmt: off
JOINT = ["table", "filing", "notice"]
SEEN = {"enterprise": [*JOINT, "employer"], "union": [*JOINT, "worker"], "authority": JOINT[1:], "auditor": JOINT}
FIELDS = "audience calendar case district files format kind made_at made_by name pack purpose software streams"
LEAF = {name: kinds for names, kinds in (("actor at body_commit command_id district stream type via", (str,)), (
        "mandate occurred_on sig", (str, type(None))), ("seq type_version v", (int,))) for name in names.split()}
ACTS = {"contract_signed": "document_hash", "draft_signed": "draft_hash", "minutes_confirmed": "minutes_hash",
        "minutes_signed": "minutes_hash", "offer_sent": "plan topics", "reply_sent": "outcome plan topics"}
AT, HEX = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+08:00", re.ASCII), re.compile("[0-9a-f]{64}")
NAME = re.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
NOTE, SIGNATURE = re.compile("(.*\n)\n((?:— [^ \n]+ [^ \n]+\n)+)", re.DOTALL), re.compile("— (.+) (.+)\n")
match: Any = re.fullmatch  # whoever asks what nothing matched gets an AttributeError, as one of WRONG
HEAD, HASHES = re.compile("(.+)\n(0|[1-9][0-9]*)\n(.+)\n"), re.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
ACT, REGISTER, FULL, LINE_MAX, CHUNK = b"cloudnego act 1\n", "papers/register.json", 0xFFFFFFFF, 1 << 24, 1 << 20
WRONG = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
ERASED, OTHER = ("文字已依法删除", "its words were erased"), ("不是登记的那一份", "it is not what the register names")
Entry = namedtuple("Entry", "name header start size crc sha")
Witness = namedtuple("Witness", "name public side")
Keys = namedtuple("Keys", "log now ever witnesses signers")  # the log's name and keys; whose device keys sign acts
Head = namedtuple("Head", "where origin size root")
Found = namedtuple("Found", "sizes hashes roots named acts polls gaps")  # what entries are asked, and what they say
dumped = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
class Report(list):  # type: ignore[type-arg]
    """Rows of rank (0 a line, 1 a signature or proof, 2 the file around them; 9 no fault), place, and what is said."""
    def check(self, good: Any, *row: Any) -> None:
        self.extend([] if good else [row])
# --- the container: every byte of it that is no content is made again and compared
def local(name: bytes, size: int, crc: int) -> bytes:
    head = pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 0x21, crc, FULL, FULL, len(name), 20)
    return head + name + pack("<HHQQ", 1, 16, size, size)
def directory(entries: Any, end: int) -> bytes:
    rows = [pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 0x21, one.crc, FULL, FULL, len(one.name), 28, 0, 0,
                 0, 0, FULL) + one.name.encode() + pack("<HHQQQ", 1, 24, one.size, one.size, one.header)
            for one in entries]
    size, count = sum(map(len, rows)), len(rows)
    last = (0x06064B50, 44, 45, 45, 0, 0, count, count, size, end, 0x07064B50, 0, end + size, 1, 0x06054B50, 0, 0)
    return b"".join(rows) + pack("<IQHHIIQQQQIIQIIHHHHIIH", *last, 0xFFFF, 0xFFFF, FULL, FULL, 0)
class Archive:
    """An audit file; `where` is what was read of one last. Raises ValueError for a container that is none of ours."""
    where = ""
    def __init__(self, path: Path, report: Report) -> None:
        self.path, self.entries, at = path, {}, 0  # type: Path, dict[str, Any], int
        with path.open("rb") as file:
            while (head := file.read(30))[:4] == b"PK\x03\x04":
                Archive.where = f"zip:{at}"
                one = self._entry(file, head, at, report)
                self.entries[one.name], at = one, one.start + one.size
            Archive.where, tail = f"zip:{at}", directory(self.entries.values(), at)
            need(head + file.read(len(tail)) == tail, "the directory is not that of the contents")
    def _entry(self, file: Any, head: bytes, at: int, report: Report) -> Any:
        said, name = int.from_bytes(head[14:18], "little"), file.read(int.from_bytes(head[26:28], "little"))
        extra, told, crc, digest = file.read(20), name.decode("latin-1"), 0, sha256()
        left = size = int.from_bytes(extra[12:], "little")
        need(head + name + extra == local(name, size, said), "a header was altered or is cut off")
        need(NAME.fullmatch(told) and told not in self.entries, "a name that is none, or is there twice")
        while left:
            need(chunk := file.read(min(left, CHUNK)), f"the file breaks off within {told}")
            crc, left = zlib.crc32(chunk, crc), left - len(chunk)
            digest.update(chunk)
        report.check(crc == said, 2, f"zip:{at}", "内容与校验和不符", f"{told} is not what its checksum says")
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
def canonical(raw: bytes, fields: str = "", end: str = "") -> Any:
    """JSON in the one way RFC 8785 allows, of whole numbers and keys in ASCII. Raises ValueError, RecursionError."""
    value = json.loads(raw.decode(), parse_float=lambda _: None, parse_constant=lambda _: None)
    need(f"{dumped(value)}{end}".encode() == raw, "it is not written in the one way")
    need(not fields or (type(value) is dict and sorted(value) == fields.split()), "it has not the fields it must have")
    return value
def unbase64(text: str) -> bytes:
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text, "base64 that is not written in the one way")
    return raw
# --- Ed25519 (RFC 8032, 5.1) without cofactor; points and numbers in their one form, no key of small order
Q, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ZERO = -121665 * pow(121666, -1, Q) % Q, (0, 1, 1, 0)
def point(raw: bytes) -> Any:
    odd, y = int.from_bytes(raw, "little") >> 255, int.from_bytes(raw, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, Q) % Q
    x = pow(square, (Q + 3) // 8, Q)
    x = x if (x * x - square) % Q == 0 else x * pow(2, (Q - 1) // 4, Q) % Q
    none = y >= Q or len(raw) != 32 or (x * x - square) % Q or (x == 0 and odd)
    return None if none else ((x := x if x & 1 == odd else Q - x), y, 1, x * y % Q)
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
# --- signed notes, checkpoints and co-signatures (C2SP)
def key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:4]
def witness(vkey: str, side: str = "") -> Any:
    name, told, raw = [*vkey.split("+", 2), "", ""][:3]
    public = unbase64(raw)
    need(len(public) == 33 and public[0] == 4 and name and key_id(name, 4, public[1:]).hex() == told, "no witness")
    return Witness(name, public[1:], side)
def note_of(raw: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
    """The text of a note, and of each signature the key's name, its id and what it signed. Raises ValueError."""
    text, lines = match(NOTE, raw.decode()).groups()
    return text.encode(), [(name, unbase64(one)[:4], unbase64(one)[4:]) for name, one in SIGNATURE.findall(lines)]
def head_of(text: bytes, where: str) -> Any:
    origin, size, root = match(HEAD, text.decode()).groups()
    return Head(where, origin, int(size), unbase64(root))
def signed(raw: bytes, name: str, keys: Any, where: str, report: Report) -> tuple[bytes, list[tuple[Any, int]]]:
    """The text of a note, which every present key of the log must have signed; and which witness signed it when."""
    (text, lines), got = note_of(raw), []
    own = [(*one[:2], ed25519(key, text, one[2])) for key, one in zip(keys.now, lines)]  # noqa: B905 - it is of 3.10
    good = own == [(name, key_id(name, 1, key), True) for key in keys.now]
    report.check(good, 1, where, "没有本记录现用密钥的有效签名", "the log's own keys have not signed this")
    for key_name, told, rest in lines[len(keys.now) :]:
        who = next((w for w in keys.witnesses if (w.name, key_id(w.name, 4, w.public)) == (key_name, told)), None)
        at = int.from_bytes(rest[:8], "big")
        good = who is not None and ed25519(who.public, b"cosignature/v1\ntime %d\n" % at + text, rest[8:])
        report.check(good, 1, where, "见证签名不成立", f"the co-signature of {key_name} does not hold")
        got += [(who, at)] if good else []
    return text, got
def pair(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()
def leaf_of(raw: bytes, due: Any, before: str) -> Any:
    """An entry that has what is `due` at this place and came no earlier than `before`. Raises ValueError and others."""
    leaf = canonical(raw, " ".join(sorted(LEAF)), "\n")
    need(due.items() <= leaf.items(), f"{leaf['stream']}/{leaf['seq']} stands here")
    need(all(type(leaf[name]) in kinds for name, kinds in LEAF.items()), "its fields are not those of an entry")
    need(HEX.fullmatch(leaf["command_id"]) and AT.fullmatch(leaf["at"]), "its command_id or its time is none")
    need(leaf["at"] >= before, f"its time {leaf['at']} is before {before}")
    return leaf
def content_of(raw: bytes, leaf: Any) -> Any:
    """Body and words of an entry, as far as they are in the file. Raises ValueError and others."""
    found = canonical(raw, "body salt words words_salt", "\n")
    said = json.loads(found["body"] or '{"facts":{},"words":null}')
    for part, kind, told in (("body", b"\2", leaf["body_commit"]), ("words", b"\3", said["words"])):
        text, salt = found[part], found["words_salt" if part == "words" else "salt"]
        need((text is None) == (salt is None), f"there is no {part}, or no salt of it")
        good = text is None or sha256(kind + bytes.fromhex(salt) + text.encode()).hexdigest() == told
        need(good and (text is None or HEX.fullmatch(salt)), f"the {part} is not what was committed to")
    need(not found["body"] or said["facts"].get("occurred_on") == leaf["occurred_on"], "occurred_on is not the body's")
    return found
def act_mark(leaf: Any, body: str, keys: Any) -> str:
    """The mark of the device's key that signed this act. Raises ValueError, LookupError, if none of its actor did."""
    raw, part = unbase64(leaf["sig"]), ACTS[leaf["type"]].split()
    facts = json.loads(body, object_hook=lambda one: {k: v for k, v in one.items() if v is not None})["facts"]
    said = {"actor": leaf["actor"], "case": leaf["stream"].split("/")[0], "command": leaf["command_id"],
            "facts": {k: v for k, v in facts.items() if k in part}, "log": keys.log, "type": leaf["type"]}
    held = keys.signers.get(raw[:32]) == leaf["actor"] and ed25519(raw[:32], ACT + dumped(said).encode(), raw[32:])
    need(held, "no device key of who acted has signed this act")
    return sha256(raw[:32]).hexdigest()[:8]
def taken(here: str, leaf: Any, content: Any, keys: Any, found: Any) -> Any:
    """Keep of an entry what is asked for later; what there is to say of it. Raises ValueError, LookupError."""
    body, words = content["body"] or "", content["words"] or ""
    found.polls.extend([(here, json.loads(body)["facts"])] if body and leaf["type"] == "poll_counted" else [])
    for sha in found.hashes.intersection(HASHES.findall(body + words) if found.hashes else ()):
        found.named.setdefault(sha, here)
    if body and leaf["sig"] is not None:
        found.acts[here] = (leaf["actor"], mark := act_mark(leaf, body, keys))
        yield 9, here, f"以设备密钥 {mark} 签署", f"signed with device key {mark}"
    elif body and leaf["type"] in ACTS:
        yield 9, here, "已记录，未以设备密钥确认", "recorded, not confirmed with a device key"
    if not words and not body.endswith(',"words":null}'):
        found.gaps.add(leaf["stream"])
        yield 9, here, *(ERASED if body else ("内容不在本文件中", "its body is not in this file"))
def entries(archive: Archive, manifest: Any, keys: Any, found: Any, report: Report) -> None:
    """Every entry by itself, in the order of the file, and the RFC 6962 tree over each stream."""
    number, names = 0, ("events.jsonl", "bodies.jsonl", "hashes.txt")
    rows = zip_longest(*map(archive.lines, names), fillvalue=b"")
    for stream, size in ((one["stream"], one["size"]) for one in manifest["streams"]):
        due = {"v": 1, "district": manifest["district"], "stream": f"{manifest['case']}/{stream}"}
        found.roots[stream, 0], before, peaks = sha256().digest(), "", list[bytes]()
        for seq in range(1, size + 1):
            raw, line, listed = next(rows, (b"", b"", b""))
            number, where, node, done = number + 1, names[0], sha256(b"\0" + raw[:-1]).digest(), seq - 1
            try:
                leaf = leaf_of(raw, {**due, "seq": seq}, before)
                need(listed == node.hex().encode() + b"\n", "hashes.txt has the hash of another entry")
                before, where = leaf["at"], names[1]
                report += [*taken(f"{stream}/{seq}", leaf, content_of(line, leaf), keys, found)]
            except WRONG as cause:
                report.append((0, f"{where}:{number} {stream}/{seq}", "这一条不成立", f"{cause}"))
                if not raw:
                    return
            while done & 1:
                node, done = pair(peaks.pop(), node), done >> 1
            peaks.append(node)
            if seq in found.sizes[stream]:
                found.roots[stream, seq] = reduce(lambda right, left: pair(left, right), reversed(peaks))
    report.check(not next(rows, None), 0, f"{names[0]}:{number + 1}", "多出来的一行", "a line too many")
# --- what lies beside the entries
def tallied(archive: Archive, polls: list[Any], report: Report) -> None:
    """Each vote's list of ballots, where it is here, against the entry that counts it; their signatures: recount.py."""
    for where, counted in polls:
        if (name := f"ballots/{counted['poll']}.txt") not in archive.entries:
            report.append((9, where, "选票清单不在本文件中", "its list of ballots is not in this file"))
            continue
        ballots = [line.decode().split(" ")[1].split(",") for line in archive.lines(name)]
        told, urn = (Counter({one["choice"]: one["votes"] for one in counted[of]}) for of in ("counts", "urn"))
        there = archive.entries[name].sha, len(ballots), urn + Counter(choice for made in ballots for choice in made)
        good = there == (counted["list_hash"], counted["cast"], +told)
        report.check(good, 0, name, "不是记录里的选票清单", f"it is not the list that {where} names, or not its votes")
def papers(archive: Archive, found: Any, report: Report) -> None:
    """The papers against their register; the hashes and signatures that stand on them against the entries."""
    left = {name: one.sha for name, one in archive.entries.items() if name.startswith("papers/") and name != REGISTER}
    rows = canonical(archive.read(REGISTER)) if REGISTER in archive.entries else []
    known = {sha for one in rows for sha in one["files"].values()}
    for one, kind, sha in ((row, *file) for row in rows for file in row["files"].items()):
        name = f"papers/{one['number']}.{kind}"
        gone = not (there := left.pop(name, "")) and one["erased"]
        report.check(there == sha, 9 if gone else 0, name, *(ERASED if gone else OTHER))
        text = archive.read(name).decode() if there == sha and kind == "json" else "{}"
        for where in map(found.named.get, sorted({*HASHES.findall(text)} - known)):
            report.check(not where, 9, name, f"所述文本即 {where} 所写的", f"the text it speaks of is that of {where}")
            report.check(where, 9 if found.gaps else 0, name, "所述哈希不在记录中", "no entry names a hash on it")
        for act in json.loads(text).get("signatures", []):
            good = found.acts.get(act["entry"]) == (act["person"], act["mark"])
            report.check(good, 0, name, f"{act['entry']} 没有这个签名", f"{act['entry']} has no such signature")
    report += [(0, name, "登记簿里没有", "the register does not name it") for name in sorted(left)]
def climbed(entry: str, at: int, size: int, path: list[str]) -> bytes:
    """The root to which the path of an entry at `at` (from 0) of `size` leads (RFC 6962, 2.1.1). Raises ValueError."""
    need(0 <= at < size and bool(path) == (size > 1), "it is no path in a tree of this size")
    if size == 1:
        return sha256(b"\0" + entry.encode()).digest()
    half = 1 << (size - 1).bit_length() - 1
    if at < half:
        return pair(climbed(entry, at, half, path[:-1]), unbase64(path[-1]))
    return pair(unbase64(path[-1]), climbed(entry, at - half, size - half, path[:-1]))
def stood(archive: Archive, manifest: Any, keys: Any, got: Any, report: Report) -> list[Any]:
    """The heads of these streams in the district's log, each proved up to a head of it; who co-signed that confirms."""
    heads, district, log = [], manifest["district"], f"{manifest['name']}/{manifest['district']}"
    last = [name[:-9] for name in archive.entries if re.fullmatch(r"witnessed/\d+/head\.txt", name)]
    for folder, (of, origin) in product(["district", *last], [(s["stream"], s["origin"]) for s in manifest["streams"]]):
        name, case = f"{folder}/{of}.json", f"{manifest['case']}/{of}"
        if name not in archive.entries:
            report.append((9, name, "区的记录还没有这个流", "the log of the district has not seen this stream yet"))
            continue
        said = canonical(archive.read(name), "entry index leaf path seq streams under")
        leaf, entry = canonical(said["leaf"].encode()), canonical(said["entry"].encode())
        head = head_of((note := signed(archive.read(f"{folder}/head.txt"), log, keys, name, report))[0], name)
        over = climbed(said["leaf"], said["seq"] - 1, head.size, said["path"])
        under = climbed(said["entry"], said["index"], said["streams"], said["under"]).hex()
        told = [head.origin, over, entry["stream"], *(leaf[k] for k in ("at", "district", "heads", "seq", "streams"))]
        good = told == [log, head.root, case, entry["at"], district, under, said["seq"], said["streams"]]
        report.check(good, 1, name, "区的记录不能证明它", "the log of the district does not prove it")
        heads.append(Head(name, origin, entry["size"], bytes.fromhex(entry["root"])))
        got.update({(of, who): max(got.get((of, who), (0, 0)), (entry["size"], at)) for who, at in note[1]})
    report.check((s := "district/stamp.json") not in archive.entries, 9, s, "请用 openssl ts 核对", "see openssl ts")
    return heads
# --- the whole
def described(archive: Archive) -> tuple[Any, Any]:
    """The manifest, and the keys it goes by. Raises ValueError and others."""
    manifest = canonical(archive.read("manifest.json"), FIELDS)
    said = canonical(raw := archive.read("keys.json"), f"logs name {'signers ' * (b'signers' in raw)}witnesses")
    logs = {unbase64(one["public"]): one["until"] for one in said["logs"]}
    now = [key for key, until in logs.items() if until is None]
    streams = [(name, f"{said['name']}/{manifest['case']}/{name}") for name in SEEN[manifest["audience"]]]
    found = (manifest["format"], manifest["name"], [(one["stream"], one["origin"]) for one in manifest["streams"]])
    need(now and found == ("cloudnego-audit/1", said["name"], streams), "another form, or streams of another audience")
    signers = {unbase64(one["public"]): one["actor"] for one in said.get("signers", [])}
    witnesses = [witness(one["vkey"], one["side"]) for one in said["witnesses"]]
    return manifest, Keys(said["name"], now, [*logs], witnesses, signers)
def listed(archive: Archive, manifest: Any, keys: Any, report: Report) -> None:
    """Every content is the one the manifest lists, what evidence names is under its hash, and the log signed it all."""
    there = [{"path": one.name, "sha256": one.sha, "size": one.size} for one in archive.entries.values()]
    for said, one in zip_longest(manifest["files"], there[:1] + there[3:]):
        report.check(said == one, 2, (one or said)["path"], "不是清单里的那一份", "it is another one")
    for one in (one for one in archive.entries.values() if one.name.startswith("files/")):
        report.check(one.name == f"files/{one.sha}", 0, one.name, "不是名称所示的文件", "its hash is not its name")
    name, raw = f"{keys.log}/export", archive.read("manifest.note")
    text, _ = signed(raw, name, keys._replace(witnesses=[]), "manifest.note", report)
    due = f"{name}\n{base64.b64encode(bytes.fromhex(there[1]['sha256'])).decode()}\n"
    report.check(text == due.encode(), 1, "manifest.note", "签的不是这份清单", "another manifest was signed")
def confirmed(archive: Archive, manifest: Any, keys: Any, report: Report) -> tuple[list[Any], dict[Any, Any]]:
    """All heads that stand in the file; and for stream and witness, how far it confirmed, and when."""
    heads, got = [], {}  # type: list[Any], dict[Any, Any]
    for one in manifest["streams"]:
        stream, origin, last = one["stream"], one["origin"], (one["size"], unbase64(one["root"]))
        older = (name for name in archive.entries if name.startswith(f"cosigned/{stream}-"))
        for name in (f"checkpoints/{stream}.txt", *older):
            text, witnesses = signed(archive.read(name), origin, keys, name, report)
            heads.append(head := head_of(text, name))
            good = head.origin == origin and (head[2:] == last or name.startswith("cosigned"))
            report.check(good, 1, name, "与清单不是同一个检查点", "it is not the head that the manifest names")
            got.update({(stream, who): max(got.get((stream, who), (0, 0)), (head.size, at)) for who, at in witnesses})
    return heads, got
def heads_held(path: Path, keys: Any, streams: Any, report: Report) -> list[Any]:
    """The heads in an earlier audit file, checkpoint or receipt. Raises ValueError and others."""
    Archive.where = path.name
    with path.open("rb") as file:
        raw = file.read(CHUNK)
    notes = [raw.partition(b"\n\n")[2] if raw.startswith(b"c2sp.org/tlog-proof@v1\n") else raw]
    if raw.startswith(b"PK\x03\x04"):
        old = Archive(path, report)
        notes = [old.read(name) for name in old.entries if name.startswith(("checkpoints/", "cosigned/"))]
    held = [(head, *one) for one in map(note_of, notes) if (head := head_of(one[0], path.name)).origin in streams]
    good = [any(ed25519(key, text, one[2]) for key in keys.ever for one in lines) for _, text, lines in held]
    report.check(held and all(good), 1, path.name, "不是本记录的，或没有它的签名", "this log has not signed it")
    return [head for head, *_ in held]
def told(stream: Any, keys: Any, known: list[Any], got: Any, report: Report) -> None:
    """Who confirmed a stream up to where; and which key that is known from elsewhere ought to have."""
    mine = {who: upto for (name, who), upto in got.items() if name == stream["stream"]}
    for who, (upto, at) in sorted(mine.items()) if stream["size"] else ():
        when = strftime("%Y-%m-%d %H:%M:%SZ", gmtime(at & FULL))
        zh, en = f"已确认前 {upto} 条，共 {stream['size']} 条", f"confirmed {upto}/{stream['size']}, {when}: {who.name}"
        report.append((9, stream["stream"], f"{who.side} {zh}", f"{who.side} {en}"))
    for one in known if stream["size"] else ():
        due = stream["stream"] in JOINT or (*one[:2], stream["stream"]) in keys.witnesses
        good = not due or any(one[:2] == who[:2] for who in mine)
        report.check(good, 1, stream["stream"], "没有您所持公钥的见证", f"{one.name} has confirmed nothing of it")
def ruled(archive: Archive, stream: Any, got: Any, report: Report) -> None:
    """How far so many have confirmed a stream as its policy says are enough (C2SP tlog-policy). Raises ValueError."""
    far, name = {"none": (0, "none")}, f"policy/{stream['stream']}.txt"
    by = {who[:2]: upto for (of, who), (upto, _) in got.items() if of == stream["stream"]}
    for kind, called, *rest in (line.split(" ") for line in archive.read(name).decode().splitlines()):
        if kind == "witness":
            far[called] = by.get(witness(rest[0])[:2], 0), ""
        elif kind == "group":
            many = {"any": 1, "all": len(rest) - 1}.get(rest[0]) or int(rest[0])
            far[called] = sorted(far[one][0] for one in rest[1:])[-many], " ".join(rest)
        upto, rule = far.get(called, (0, ""))
        report.check(kind != "quorum", 9, name, f"足数（{rule}）确认到第 {upto} 条", f"enough ({rule}) to {upto}")
def whole(archive: Archive, known: list[Any], held: Any, read: Any, report: Report) -> None:
    """All that is to be found in an archive. Raises ValueError and others, where nothing more can be said."""
    manifest, keys = described(archive)
    listed(archive, manifest, keys, report)
    heads, got = confirmed(archive, manifest, keys, report)
    streams = {one["origin"]: one["stream"] for one in manifest["streams"]}
    heads += [head for path in held for head in heads_held(path, keys, streams, report)]
    heads += stood(archive, manifest, keys, got, report)
    sizes = {stream: {head.size for head in heads if head.origin == origin} for origin, stream in streams.items()}
    facts = "\n".join(archive.read(name).decode() for name in archive.entries if re.match("papers/.*json", name))
    read(archive, manifest, keys, found := Found(sizes, {*HASHES.findall(facts)}, {}, {}, {}, [], set()), report)
    for where, origin, size, root in heads:
        zh, en = f"{streams[origin]} 的前 {size} 条与它不符", f"entries 1 to {size} of {streams[origin]} are others"
        report.check(found.roots.get((streams[origin], size)) == root, 1, where, zh, en)
    tallied(archive, found.polls, report)
    papers(archive, found, report)
    for stream in (one for one in manifest["streams"] if one["size"]):
        told(stream, keys, known, got, report)
        ruled(archive, stream, got, report)
def verify(path: Path, known: list[Any], held: Any = (), read: Any = entries) -> list[Any]:
    """All there is to find, what names a line first. Raises OSError."""
    report = Report()
    report.check(known, 9, "keys.json", "见证公钥是本文件自己说的，请自行核对", "it names these keys itself: compare")
    try:
        whole(Archive(path, report), known, held, read, report)
    except WRONG as wrong:
        report.append((1, Archive.where, "不是它应有的样子", f"it is not as it must be: {wrong!r}"))
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
    for _, where, zh, en in [*report[len(faults) :], *reversed(faults[:20])]:
        sys.stdout.write(f"{where}: {zh} · {en}\n")
    sys.stdout.write(f"不成立 DOES NOT HOLD: {len(faults)}\n" if faults else "成立 HOLDS\n")
    return 1 if faults else 0
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
