"""统一社会信用代码 (GB 32100-2015): its check character, and codes that must fail it because nobody may bear them."""

from __future__ import annotations

from random import Random
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of the standard: no I, O, S, V, Z."""

_ENTERPRISE: Final = "91"  # registered by the market authority, an enterprise


def check_character(first: str) -> str:
    """The 18th character of a code whose first 17 are `first`: weights 3^i mod 31, complement to 31."""
    total = sum(ALPHABET.index(one) * pow(3, place, 31) for place, one in enumerate(first))
    return ALPHABET[(31 - total % 31) % 31]


def is_valid(code: str) -> bool:
    """Whether a code is well formed and its check character is right."""
    if len(code) != 18 or any(one not in ALPHABET for one in code):
        return False
    return check_character(code[:17]) == code[17]


def invalid_code(region: str, dice: Random) -> str:
    """A code that looks like one of `region` and is nobody's: its check character is wrong on purpose."""
    body = "".join(ALPHABET[dice.randrange(31)] for _ in range(9))
    first = f"{_ENTERPRISE}{region}{body}"
    wrong = (ALPHABET.index(check_character(first)) + 1 + dice.randrange(30)) % 31
    return first + ALPHABET[wrong]
