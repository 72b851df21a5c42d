"""The closed list of what may leave: sentences that are there, filled with what is on the list and nothing else."""

from __future__ import annotations

import re

import pytest

from cloudnego.identity.inbox import InboxEntry, MessageKind
from cloudnego.notify.wording import FACTS, OUTSIDE, letter_of, sentence
from cloudnego.texts import LANGUAGES, catalogue

PLACE = re.compile(r"\{([a-z_]+)\}")
STAY = {MessageKind.CODE, MessageKind.SANDBOX_TEXT, MessageKind.ADDRESS_FAILED, MessageKind.MAIL_STOPPED}
"""What never leaves the program."""


def test_of_every_message_it_is_said_whether_it_leaves() -> None:
    """You add a kind? Say here that it stays, or in `wording.py` what of it may be read on its way."""
    assert set(MessageKind) - OUTSIDE.keys() == STAY


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_that_leaves_is_filled_from_the_list_alone(language: str) -> None:
    named = {name.removesuffix(f"_{language}") for name in FACTS}
    for kind, key in OUTSIDE.items():
        assert set(PLACE.findall(catalogue(language)[key])) <= named, kind


@pytest.mark.parametrize("kind", sorted(OUTSIDE))
def test_nothing_else_gets_into_a_letter_whatever_is_among_the_facts(kind: MessageKind) -> None:
    facts = dict.fromkeys(FACTS, "-") | {
        "why": "秘密",
        "title": "秘密",
        "code": "秘密",
        "firm": "秘密",
        "case": "../秘密?",
    }
    one = InboxEntry(id="b1", kind=kind, made_s=0, facts=facts)
    for language in ("zh", "en", "both"):
        letter = letter_of("n1", 0, [one], language, "https://table.example")
        assert "秘密" not in repr(letter)
        assert "\n" not in letter.subject
    assert not PLACE.findall(sentence(one)["zh"] + sentence(one)["en"]), "a place was left empty"
