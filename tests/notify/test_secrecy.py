"""No mail names what its reader must not see, nor comes, or looks, otherwise because of it."""

from __future__ import annotations

import re
from datetime import datetime
from email.message import EmailMessage
from random import Random

import pytest

from claims.walks import cast, register
from cloudnego.chooser import fill
from cloudnego.core.procedure import PLACES
from cloudnego.core.refusals import Refused
from cloudnego.core.vocabulary import Side, Step
from cloudnego.ports import CHINA
from tests.notify.conftest import Place, address
from tests.notify.postbox import html_of, text_of
from tests.secrecy.canaries import FOUND, Telling
from tests.secrecy.ground import Guided, played_to
from tests.web.played import BEGUN, write

CAUCUS = tuple(one for one, place in PLACES.items() if place.ask.writes == "caucus")
MARK = re.compile(r"n[0-9a-f]{32}-[0-9a-f]{16}")
WORKERS, EMPLOYERS = ("w0", "w1", "w2"), ("e0", "e1", "e2", "hr")


def whole(mail: EmailMessage) -> str:
    """All of a mail that a person or a server reads, without what is drawn by lot."""
    heads = [f"{name}: {text}" for name, text in mail.items() if name not in ("Message-ID", "Content-Type")]
    return MARK.sub("-", "\n".join((*heads, text_of(mail), html_of(mail))))


@pytest.mark.parametrize("step", [Step.REPLY, Step.FILING])
async def test_nothing_that_was_said_in_a_case_stands_in_any_mail(place: Place, step: Step) -> None:
    """Every word of every act is a canary, in caucuses, at the table and in what was filed."""
    scene = played_to(step, cast(), register(Random(5)), BEGUN, Telling)
    assert isinstance(scene, Telling)
    assert len(scene.where) > 3
    place.clock.at = scene.played[-1].at
    await write(place.house, scene.played)
    await place.go_on(datetime(2026, 5, 8, 9, tzinfo=CHINA), hours=96)
    assert place.box.came
    left = "".join(map(whole, place.box.came)) + repr([one.facts for _, one in place.messages()])
    assert FOUND.findall(left.encode()) == []


@pytest.mark.parametrize("side", list(Side))
async def test_what_one_side_does_in_its_caucus_changes_nothing_in_the_other_s_mail(place: Place, side: Side) -> None:
    """The same history twice, the second time with a caucus that is never still."""
    others = {address(who) for who in (EMPLOYERS if side is Side.WORKER else WORKERS)}
    scene = played_to(Step.PREPARATION, cast(), register(Random(5)), BEGUN)
    last, mails, cases = scene.played[-1].at, list[list[str]](), list[str]()
    for noisy in (False, True):
        if noisy:
            assert _confer(scene, side, Random(7)) > 4
        place.clock.at = last
        cases.append(await write(place.house, scene.played, key=f"noisy {noisy}"))
        await place.go_on(datetime(2026, 5, 8, 9, tzinfo=CHINA), hours=72)
        found = [whole(one).replace(cases[-1], "-") for one in place.box.came if one["To"] in others]
        mails.append(found)
        place.box.came.clear()
        with place.site.engine.begin() as connection:  # the first case calls nobody any more
            connection.exec_driver_sql("UPDATE dispatch SET state = 'lapsed' WHERE state = 'waiting'")
    assert mails[0]
    assert mails[0] == mails[1]


def _confer(scene: Guided, side: Side, dice: Random) -> int:
    """Everything one side can do among itself, several times; how much of it was done."""
    done = 0
    for kind in [*CAUCUS] * 3:
        for who in scene.cast.members():
            if scene.moment(who).side is not side:
                continue
            try:
                scene.ask(scene.member(who), fill(scene.moment(who), kind, dice, scene.cast))
            except (LookupError, ValueError, AssertionError, TypeError, AttributeError, Refused):
                continue
            done += 1
            break
    return done
