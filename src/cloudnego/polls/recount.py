"""Counts a ballot again: `python recount.py CLOSING.json BALLOTS.txt`. Needs Python alone, trusts nobody of the poll.

CLOSING is what the log says of the close (its inclusion is proved by the log's own proofs), BALLOTS the list beside it.
Every ballot that is extra, altered, doubled or missing is named by its line. What no list can show: who was issued a
ballot (the roll shows that to whoever stands on it), and a ballot signed with a stolen key in the place of another
(whose receipt shows it).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LABEL = b"cloudnego-ballot-v1\0"
KEY_BITS = 3072
EXPONENT = 65537
LINE = re.compile(r"([0-9a-f]{64}) ([a-z0-9_,-]{1,512}) ([0-9a-f]{768})")
FIELDS = {
    "v": int, "poll": str, "modulus": str, "thumbprint": str, "choices": list, "picks": int, "roll": int,
    "issued": int, "on_paper": int, "cast": int, "counts": dict, "list": str,
}  # fmt: skip


def encoded(message: bytes, bits: int) -> bytes:
    """EMSA-PSS (RFC 8017 §9.1.1) with SHA-384 and no salt, for a modulus of that many bits: there is one encoding."""
    size = (bits - 1 + 7) // 8
    seed = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest()).digest()
    length = size - len(seed) - 1
    mask = b"".join(hashlib.sha384(seed + n.to_bytes(4, "big")).digest() for n in range(length // len(seed) + 1))
    block = int.from_bytes(mask[:length], "big") ^ 1
    block &= (1 << (8 * length - (8 * size - (bits - 1)))) - 1
    return block.to_bytes(length, "big") + seed + b"\xbc"


def signed(modulus: int, message: bytes, signature: bytes) -> bool:
    """The signature is that modulus' own over the message."""
    bits = modulus.bit_length()
    base = int.from_bytes(signature, "big")
    if len(signature) != (bits + 7) // 8 or base >= modulus:
        return False
    return pow(base, EXPONENT, modulus) == int.from_bytes(encoded(message, bits), "big")


def malformed(closing: Any) -> Iterator[str]:
    """Why the record of the close cannot be read; the rest is looked at only where there is no reason."""
    if type(closing) is not dict:
        yield "closing: not a record"
        return
    for name, kind in FIELDS.items():
        if type(closing.get(name)) is not kind:
            yield f"closing: {name} is missing or of another kind"
            return
    if closing["v"] != 1 or not re.fullmatch("[0-9a-f]{64}", closing["poll"]):
        yield "closing: not a record this program knows"
    modulus = closing["modulus"]
    if not re.fullmatch("[A-Za-z0-9_-]{512}", modulus) or number(modulus).bit_length() != KEY_BITS:
        yield f"closing: the key has not {KEY_BITS} bits"
    if any(type(choice) is not str for choice in closing["choices"]):
        yield "closing: what could be chosen is not said in codes"


def figures(closing: Any, content: bytes) -> Iterator[str]:
    """What is wrong with the record of the close by itself, and with the list as a whole."""
    jwk = f'{{"e":"AQAB","kty":"RSA","n":"{closing["modulus"]}"}}'
    if base64.urlsafe_b64encode(hashlib.sha256(jwk.encode()).digest()).rstrip(b"=").decode() != closing["thumbprint"]:
        yield "closing: the modulus is not that of the key that was named before the opening"
    if not 0 <= closing["cast"] <= closing["issued"] <= closing["issued"] + closing["on_paper"] <= closing["roll"]:
        yield "closing: more was cast than issued, or more issued than there are people on the roll"
    if hashlib.sha256(content).hexdigest() != closing["list"]:
        yield "list: its hash is not the one in the log"


def number(text: str) -> int:
    """A number as a JWK has it."""
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def lawful(closing: Any, choice: str) -> bool:
    """Some of what could be chosen, no more than might be picked, written in the one way."""
    picked = choice.split(",")
    return picked == sorted(set(picked) & set(closing["choices"])) and len(picked) <= closing["picks"]


def recount(closing: Any, content: bytes) -> tuple[dict[str, int], list[str]]:
    """Votes by choice, and everything that is wrong; nothing wrong means that record and list are one."""
    wrong = list(malformed(closing))
    if wrong:
        return {}, wrong
    wrong = list(figures(closing, content))
    modulus, poll = number(closing["modulus"]), bytes.fromhex(closing["poll"])
    lines = content.decode("utf-8", "replace").split("\n")
    if lines.pop() != "":
        wrong.append("list: it breaks off within a line")
    votes: Counter[str] = Counter()
    before = b""
    for at, line in enumerate(lines, 1):
        found = LINE.fullmatch(line)
        if not found:
            wrong.append(f"line {at}: not a ballot")
            continue
        nonce, choice, signature = found.groups()
        message = LABEL + poll + bytes.fromhex(nonce) + choice.encode()
        here = hashlib.sha256(message).digest()
        if here <= before:
            wrong.append(f"line {at}: listed twice" if here == before else f"line {at}: not in its place")
        before = here
        if not lawful(closing, choice):
            wrong.append(f"line {at}: nobody could choose this")
        elif not signed(modulus, message, bytes.fromhex(signature)):
            wrong.append(f"line {at}: extra or altered: the key of the poll never signed this")
        else:
            votes.update(choice.split(","))
    if len(lines) != closing["cast"]:
        wrong.append(f"list: {len(lines)} ballots, and {closing['cast']} were cast")
    counts = {choice: votes[choice] for choice in closing["choices"]}
    if counts != closing["counts"]:
        wrong.append(f"counts: {counts} here, {closing['counts']} in the log")
    return counts, wrong


def main(arguments: list[str]) -> int:
    """Says the counts; says what is wrong, and ends with 1, where something is."""
    if len(arguments) != 2:
        sys.stderr.write("python recount.py CLOSING.json BALLOTS.txt\n")
        return 2
    said, ballots = (Path(each).read_bytes() for each in arguments)
    try:
        closing = json.loads(said)
    except ValueError:
        closing = None
    counts, wrong = recount(closing, ballots)
    sys.stdout.write("".join(f"{choice}: {votes}\n" for choice, votes in counts.items()))
    sys.stdout.write("".join(f"{each}\n" for each in wrong))
    sys.stdout.write("does not hold\n" if wrong else "holds\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
