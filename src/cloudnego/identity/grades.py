"""Grades of proof: what shows that it is really this person now, and which act needs which. The only such table."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final, Literal

from cloudnego.core.commands import Command

GradeWord = Literal["password", "letter", "code", "passkey"]


class Grade(IntEnum):
    """How much a proof shows, weakest first. Only their order is compared; `word` is what the API says."""

    PASSWORD = 1
    LETTER = 2  # the code printed on the mandate letter, and the password with it
    CODE = 3  # a one-time code that was sent, or of an authenticator app
    PASSKEY = 4

    @property
    def word(self) -> GradeWord:
        """The grade as the API says it."""
        return _WORDS[self]


_WORDS: Final[dict[Grade, GradeWord]] = {
    Grade.PASSWORD: "password",
    Grade.LETTER: "letter",
    Grade.CODE: "code",
    Grade.PASSKEY: "passkey",
}


class Means(StrEnum):
    """What a person may have to prove himself with, in the order in which we offer them."""

    PASSKEY = "passkey"
    TOTP = "totp"
    MAIL = "mail"
    PHONE = "phone"
    INBOX = "inbox"
    LETTER = "letter"


PROVES: Final[dict[Means, Grade]] = {
    Means.PASSKEY: Grade.PASSKEY,
    Means.TOTP: Grade.CODE,
    Means.MAIL: Grade.CODE,
    Means.PHONE: Grade.CODE,
    Means.INBOX: Grade.CODE,
    Means.LETTER: Grade.LETTER,
}
"""The grade of a session in which this was shown."""

COMMANDS: Final[dict[str, Grade]] = {
    # what one side declares to the other, and what ends the talks
    "send_offer": Grade.LETTER,
    "withdraw_offer": Grade.LETTER,
    "reply": Grade.LETTER,
    "waive_material": Grade.LETTER,
    "agree_online_meeting": Grade.LETTER,
    "suspend": Grade.LETTER,
    "return_to_table": Grade.LETTER,
    "withdraw_case": Grade.LETTER,
    "take_back_withdrawal": Grade.LETTER,
    "consent_to_withdrawal": Grade.LETTER,
    "end_talks": Grade.LETTER,
    "merge_into_regional": Grade.LETTER,
    # the text and what is signed: a confirmation here is no signature of its own (domain.md §10), it says which
    # paper was signed, so the means that every chief has must do
    "confirm_clause": Grade.LETTER,
    "reopen_clause": Grade.LETTER,
    "confirm_minutes": Grade.LETTER,
    "confirm_draft": Grade.LETTER,
    "sign_draft": Grade.LETTER,
    "sign_contract": Grade.LETTER,
    "refuse_to_sign": Grade.LETTER,
    "confirm_no_objection": Grade.LETTER,
    "note_clerical": Grade.LETTER,
    # who speaks for a side
    "mandate_outsider": Grade.LETTER,
    "replace_representative": Grade.LETTER,
    "delegate_chief": Grade.LETTER,
    # towards offices and courts
    "apply_for_coordination": Grade.LETTER,
    "answer_opinion": Grade.LETTER,
    "issue_opinion": Grade.LETTER,
    "issue_recommendation": Grade.LETTER,
    "confirm_electronic_service": Grade.LETTER,
    "revoke_electronic_service": Grade.LETTER,
}
"""The weakest grade each binding command takes. A test holds it against the commands: none may be missing."""


class Act(StrEnum):
    """What binds nobody in a case, but opens doors: acts on what people prove themselves with."""

    CHANGE_FACTORS = "change_factors"  # one's own: the first passkey or app, the address codes are sent to
    CHANGE_STRONG_FACTORS = "change_strong_factors"  # the same where there is a passkey or an app already
    ISSUE_LETTER = "issue_letter"
    LET_PORTAL = "let_portal"  # a program act for oneself; nothing that binds is in it
    OPEN_TO_PORTAL = "open_to_portal"  # an enterprise's cases: a client, its grants, its secrets and keys
    RESET_FACTORS = "reset_factors"  # another's, at the help desk
    LINK_OUTSIDE = "link_outside"  # an account elsewhere that is to let one in; the password, for who has no more
    ADD_DEVICE_KEY = "add_device_key"  # a key on one's own device, which co-signs what a case's log holds
    SIGN_PAPER = "sign_paper"  # an office's paper, with the key on one's own device
    SUBSCRIBE = "subscribe"  # a calendar by a link that needs no session
    CONFIRM_COURT_ORDER = "confirm_court_order"  # to be the second person who opens a side's own stream


ACTS: Final[dict[Act, Grade]] = {
    Act.CHANGE_FACTORS: Grade.LETTER,
    Act.CHANGE_STRONG_FACTORS: Grade.CODE,
    Act.ISSUE_LETTER: Grade.LETTER,
    Act.LET_PORTAL: Grade.LETTER,
    # No program binds anybody, so the means that every office has must do; what shuts a portal out needs none.
    Act.OPEN_TO_PORTAL: Grade.LETTER,
    Act.RESET_FACTORS: Grade.CODE,
    Act.LINK_OUTSIDE: Grade.LETTER,
    Act.ADD_DEVICE_KEY: Grade.LETTER,
    Act.SIGN_PAPER: Grade.LETTER,
    Act.SUBSCRIBE: Grade.LETTER,
    Act.CONFIRM_COURT_ORDER: Grade.CODE,
}


def needed_for(kind: type[Command]) -> Grade | None:
    """The weakest grade a command takes; None where being signed in is enough."""
    return COMMANDS[kind.model_fields["type"].default] if kind.binding else None
