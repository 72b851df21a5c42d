"""The code of the room: of one meeting and one half minute, the same at every node."""

from __future__ import annotations

from datetime import timedelta

from cloudnego.core.commands import Plan
from cloudnego.core.state import Meeting
from cloudnego.web.room_codes import RoomCodes
from tests.web.played import BEGUN

KEY, OLDER = b"k" * 32, b"o" * 32
SET = Meeting(plan=Plan.model_validate({"day": "2026-03-23", "time": "14:00", "place": "三楼"}), session=1)


def test_a_code_is_of_one_case_one_meeting_and_one_half_minute_and_any_node_knows_it() -> None:
    codes, other_node = RoomCodes(lambda: [KEY]), RoomCodes(lambda: [KEY])
    turned, stranger = RoomCodes(lambda: [OLDER, KEY]), RoomCodes(lambda: [OLDER])
    code = codes.code("n1", SET, BEGUN)
    half = timedelta(seconds=30)
    assert len(code) == 22
    assert codes.code("n1", SET, BEGUN + half) != code
    assert [codes.knows(code, "n1", SET, BEGUN + n * half) for n in (-1, 0, 1, 2)] == [False, True, True, False]
    assert other_node.knows(code, "n1", SET, BEGUN)
    assert turned.knows(code, "n1", SET, BEGUN), "the key was turned while the code stood on the screen"
    assert not stranger.knows(code, "n1", SET, BEGUN)
    assert not codes.knows(code, "n2", SET, BEGUN)
    other_day = Plan.model_validate({"day": "2026-03-24", "time": "14:00", "place": "三楼"})
    for meeting in (Meeting(plan=SET.plan, session=2), Meeting(plan=other_day, session=1), Meeting()):
        assert not codes.knows(code, "n1", meeting, BEGUN)
