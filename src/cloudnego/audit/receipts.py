"""Receipts: one entry, its path to a head that the log signed, and who co-signed that head (C2SP tlog-proof).

A receipt stands by itself: whoever keeps it proves later, without us, that this entry stood here and what it said. The
log that no longer has it, or has another in its place, is caught by it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Final, NamedTuple

from cloudnego.audit.checkpoints import Checkpoints, Included
from cloudnego.audit.notes import Head, Note
from cloudnego.audit.witnesses import Held, Party, Witnesses
from cloudnego.core.vocabulary import Stream

FORM: Final = "c2sp.org/tlog-proof@v1"


class Receipt(NamedTuple):
    """The receipt of entry `seq` (from 1). `parties`: whose keys co-signed the head that it leads to."""

    seq: int
    included: Included
    note: Note
    parties: tuple[Party, ...]

    @property
    def text(self) -> str:
        """As tlog-proof has it; its extra data are the exact bytes of the entry, which the path proves."""
        extra = b64encode(self.included.leaf).decode()
        path = "".join(f"{b64encode(one).decode()}\n" for one in self.included.path)
        return f"{FORM}\nextra {extra}\nindex {self.seq - 1}\n{path}\n{self.note.rendered}"


def receipt(checkpoints: Checkpoints, witnesses: Witnesses, case: str, stream: Stream, seq: int) -> Receipt:
    """The receipt of an entry, to the head from which most follows. Raises NoSuchHead for an entry there is not."""
    held = witnesses.held(case, [stream])[stream]
    included = checkpoints.included(case, stream, seq, _size(held, seq))
    by = [one for one in held if one.head == included.head]
    parties = {one.party for one in by}
    return Receipt(seq, included, witnesses.note(included.head, by), tuple(one for one in Party if one in parties))


def _size(held: Sequence[Held], seq: int) -> int | None:
    """The size of the head with the entry that most parties co-signed, the newest of such; None for the last one."""
    heads = {one.head for one in held if one.head.size >= seq}

    def weight(head: Head) -> tuple[int, int]:
        return len({one.party for one in held if one.head == head}), head.size

    return max(heads, key=weight).size if heads else None
