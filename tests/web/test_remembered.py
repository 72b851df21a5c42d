"""What a case remembers has a schema, made from the structs: every state fits it, and nothing is left open."""

from __future__ import annotations

from typing import Any

from cloudnego.core.state import Caucus, Negotiation
from cloudnego.main import House
from cloudnego.web.answers import plain
from cloudnego.web.openapi import REF
from cloudnego.web.remembered import CASE, CAUCUS
from tests.core import situations
from tests.given import Given, Situation, given
from tests.web.documented import document_of, faults

STATES = {name: given(one).case for name, one in vars(situations).items() if isinstance(one, Situation | Given)}
TO_THE_CASE: dict[str, Any] = {"$ref": REF + CASE}


def test_every_state_fits_the_schema_of_states(house: House) -> None:
    document = document_of(house)
    assert len(STATES) > 60
    for name, case in STATES.items():
        assert (name, faults(document, TO_THE_CASE, plain(case))) == (name, [])


def test_every_field_is_promised(house: House) -> None:
    schemas = document_of(house)["components"]["schemas"]
    for kind, name in ((Negotiation, CASE), (Caucus, CAUCUS)):
        assert schemas[name]["required"] == list(kind.__struct_fields__)


def test_a_state_that_is_none_is_found_out(house: House) -> None:
    document, state = document_of(house), plain(STATES["AGREED"])
    for wrong in ({"step": "lunch"}, {"round": "one"}, {"benches": {"worker": None}}, {"ballots": [1]}):
        assert faults(document, TO_THE_CASE, {**state, **wrong})
    assert faults(document, TO_THE_CASE, {name: value for name, value in state.items() if name != "meeting"})
