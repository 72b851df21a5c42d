"""Who wants no more mail says so with one click, without signing in (RFC 8058): his letter shows whose mail it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Engine
from sqlmodel import select

from cloudnego.identity.inbox import Inbox, MessageKind
from cloudnego.identity.store import writing
from cloudnego.notify.marks import Marks
from cloudnego.notify.outbox import default_choice
from cloudnego.notify.tables import Dispatch, NoticeChoice


class Leaving:
    """Blocking."""

    def __init__(self, engine: Engine, inbox: Inbox, marks: Marks, now_s: Callable[[], int]) -> None:
        self._engine: Final = engine
        self._inbox: Final = inbox
        self._marks: Final = marks
        self._now_s: Final = now_s

    def leave(self, mark: str) -> bool:
        """Whoever got the letter of this mark gets no more mail, and reads in the program that it was stopped so; once
        more changes nothing. False where it is no mark of a letter that is remembered."""
        letter = self._marks.letter(mark)
        if letter is None:
            return False
        with writing(self._engine) as session:
            row = session.exec(select(Dispatch).where(Dispatch.letter == letter).limit(1)).first()
            if row is None:
                return False
            choice = session.get(NoticeChoice, row.person) or default_choice(row.person)
            if choice.mail:
                choice.district, choice.mail, choice.changed_s = row.district, False, self._now_s()
                session.add(choice)
                self._inbox.tell_in(session, row.district, row.person, MessageKind.MAIL_STOPPED)
        return True
