"""The gist of a case's streams: what people wrote there and whom they may name, read without making events of the rows.

A screen that shows a case needs the words and the names of all of it. Making every event anew costs ten times more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from cloudnego.eventlog.seal import Sealed, leaf_of
from cloudnego.ports import Gist

_TEXT: Final = re.compile(rb'"(?![0-9a-f]{64}")([A-Za-z0-9_\-]{1,64})"(?!:)')
"""A text in JSON that may be the id of a person: no key, no hash."""
_WORDS: Final = msgspec.json.Decoder(dict[str, str]).decode


def gist_of(rows: Iterable[Sealed]) -> Gist:
    """The gist of plain rows. Raises Damaged."""
    words: dict[str, dict[str, str]] = {}
    texts: set[bytes] = set()
    actors: set[str] = set()
    for row in rows:
        actors.add(leaf_of(row).actor)
        texts.update(_TEXT.findall(row.body or b""))
        if row.words is not None:
            words[f"{row.stream}.{row.seq}"] = _WORDS(row.words)
    return Gist(words=words, persons=frozenset(actors | {text.decode() for text in texts}))
