"""What somebody wrote goes from the database, from papers and from audit files; every proof of it stays."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from cloudnego.audit import verify
from cloudnego.audit.logkey import LogKey
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.keys import Keyring
from cloudnego.eventlog.log import SqlLog
from cloudnego.exporting import erasing
from cloudnego.exporting.audience import Audience
from cloudnego.exporting.case import Order, export_case, house_on
from cloudnego.exporting.erasing import TALK, Erased, OnHold, Stores, erase_person, expire_ballots, expire_talk
from cloudnego.exporting.jobs import Exports
from cloudnego.exporting.keeping import Seen, plan
from cloudnego.identity.hold_tables import Erasure
from cloudnego.identity.holds import HoldAt, lift, set_hold
from cloudnego.identity.store import writing
from cloudnego.papers.facts import Facts
from cloudnego.polls.tables import Poll, PollList
from cloudnego.ports import CHINA
from tests.audit.given import contents
from tests.eventlog.conftest import migrated_sqlite, quiet
from tests.eventlog.given import DISTRICT, loaded, make_district

__all__ = ["migrated_sqlite", "quiet"]

NOW_S = 1_790_000_000
STORY = "plain"
_IDS = count(1)


def next_id(prefix: str) -> str:
    return f"{prefix}{next(_IDS)}"


def words_of(file: bytes, person: str) -> list[str]:
    """The words of a person's entries in an audit file."""
    files = contents(file)
    leaves = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    bodies = [json.loads(line) for line in files["bodies.jsonl"].splitlines()]
    pairs = zip(leaves, bodies, strict=True)
    return [body["words"] for leaf, body in pairs if leaf["actor"] == person and body["words"] is not None]


def texts_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts_of(one)]
    return [text for one in value for text in texts_of(one)] if isinstance(value, list) else []


def _paper(case: str, doc: str) -> Facts:
    return Facts(
        doc=doc, about="", layout="letter", title="文书", title_en=None, district=DISTRICT, case=case, enterprise=None,
        credit_code=None, wage_year=2026, pack="", day=None, sandbox=True, blocks=(),
    )  # fmt: skip


def test_what_is_erased_is_nowhere_any_more_and_all_still_proves_itself(migrated_sqlite: Path, tmp_path: Path) -> None:
    place = tmp_path / "log.sqlite3"
    place.write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{place}", Keyring.seeded("erasing"))
    make_district(log)
    case = loaded(log, ("plain", ""))[0]
    house = house_on(log.engine, log.ring, LogKey.seeded("erasing"), lambda: NOW_S)
    exports = Exports(log.engine, log.ring, lambda: NOW_S)
    stores = Stores(log.engine, log.ring, house.files, house.papers, exports)

    def erased(*, everything: bool = True, dry_run: bool = False) -> Erased:
        return erase_person(
            stores, case, "w0", everything=everything, reason="本人请求", new_id=next_id, now_s=NOW_S, dry_run=dry_run
        )

    order = Order(case, Audience.UNION, "operator", "", "2026-11-29T16:00:00+08:00", "")
    export_case(house, order, tmp_path / "before.zip", lambda _: None)
    words = words_of((tmp_path / "before.zip").read_bytes(), "w0")
    assert words
    for doc in ("D5", "D10"):
        house.papers.keep(_paper(case, doc), frozenset({Stream.TABLE}), "p", lambda _: "".join(words).encode())
    exports.begin("x1", DISTRICT, "w1", order, 1)
    exports.make("x1", house, order)
    assert [one.state for one in exports.of(case, "w1")] == ["ready"]

    hold = HoldAt(id="h", case=case, reason="r", set_by="a", set_s=1, until_on=None, lifted_by=None, lifted_s=None)
    with writing(log.engine) as session:
        set_hold(session, DISTRICT, hold)
    with pytest.raises(OnHold):
        erased()
    with writing(log.engine) as session:
        lift(session, case, "h", "a", 2)

    assert erased(everything=False, dry_run=True).entries < len(words), "talk is less than all"
    would = erased(dry_run=True)
    assert would == (len(words), 0, 1)
    assert exports.of(case, "w1"), "a dry run deletes nothing"
    assert erased() == would
    assert erased() == (0, 0, 0)
    assert [one.doc for one in house.papers.of_case(case, frozenset(Stream)) if one.size] == ["D10"], "an archive stays"
    assert exports.of(case, "w1") == []
    export_case(house, order, tmp_path / "after.zip", lambda _: None)
    with Session(log.engine) as session:
        rows = session.exec(select(Erasure)).all()
        assert sorted((row.of, row.reason, row.entries, row.papers) for row in rows) == [
            ("w0", "本人请求", 0, 0), ("w0", "本人请求", len(words), 1),
        ]  # fmt: skip
    log.close()
    found = verify.verify(tmp_path / "after.zip", [], [tmp_path / "before.zip"])
    assert [one for one in found if one[0] < 9] == []
    after = (tmp_path / "after.zip").read_bytes()
    assert words_of(after, "w0") == []
    others = contents(after)["bodies.jsonl"].decode()
    said = [text for one in words for text in texts_of(json.loads(one)) if len(text) > 3 and text not in others]
    assert said, "or this shows nothing"
    left = b"".join(one.read_bytes() for one in tmp_path.glob("log.sqlite3*"))
    assert [one for one in said if one.encode() in left] == []


def test_talk_goes_when_its_contract_is_long_over_and_no_hold_stands(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "TALK", frozenset({"offer_sent"}))  # nobody chats in the story
    place = tmp_path / "log.sqlite3"
    place.write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{place}", Keyring.seeded("erasing"))
    make_district(log)
    case = loaded(log, (STORY, ""))[0]
    house = house_on(log.engine, log.ring, LogKey.seeded("erasing"), lambda: NOW_S)
    exports = Exports(log.engine, log.ring, lambda: NOW_S)
    stores = Stores(log.engine, log.ring, house.files, house.papers, exports)
    ran_out = datetime.fromtimestamp(NOW_S, CHINA).date() - timedelta(days=31)
    with log.engine.begin() as connection:
        connection.execute(text("UPDATE overview SET expires_on = :day"), {"day": ran_out.isoformat()})

    def left(days: int) -> int:
        return expire_talk(stores, days, next_id, NOW_S)

    assert left(30) == 0, "of a practice nothing need go"
    with log.engine.begin() as connection:
        connection.execute(text("UPDATE district SET kind = 'live'"))
    assert left(31) == 0, "its day is not over"
    hold = HoldAt(id="h2", case=case, reason="r", set_by="a", set_s=1, until_on=None, lifted_by=None, lifted_s=None)
    with writing(log.engine) as session:
        set_hold(session, DISTRICT, hold)
    assert left(30) == 0
    with writing(log.engine) as session:
        lift(session, case, "h2", "a", 2)
    said = erase_person(
        stores, case, "w0", everything=False, reason="", new_id=next_id, now_s=NOW_S, dry_run=True
    ).entries  # fmt: skip
    assert said > 0
    today = ran_out + timedelta(days=31)
    seen = Seen(talk=said, words=0, files=0, papers=0, for_good=0, thirty_years=0)
    for days in (30, 31):  # the dry run of one case names the day on which the work does it
        told = plan(seen, {"talk": days, "ballots": 1}, expires_on=ran_out, today=today, live=True, held=False)
        (talk,) = [one for one in told if one.name == "talk"]
        assert (talk.goes_on, talk.count) == (today + timedelta(days=days - 30), said)
    assert left(30) >= said
    assert left(30) == 0
    order = Order(case, Audience.UNION, "operator", "", "2026-11-29T16:00:00+08:00", "")
    export_case(house, order, tmp_path / "after.zip", lambda _: None)
    log.close()
    assert [one for one in verify.verify(tmp_path / "after.zip", []) if one[0] < 9] == []
    assert words_of((tmp_path / "after.zip").read_bytes(), "w0"), "his acts have their words"


def test_talk_is_what_people_say_and_no_act() -> None:
    assert not TALK & {"offer_sent", "reply_sent", "minutes_written", "contract_signed", "proposal_made"}


def test_lists_of_ballots_go_a_year_after_the_contract_and_what_they_hash_to_stays(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    place = tmp_path / "log.sqlite3"
    place.write_bytes(migrated_sqlite.read_bytes())
    log = SqlLog(f"sqlite:///{place}", Keyring.seeded("ballots"))
    make_district(log)
    case, other = loaded(log, (STORY, ""), (STORY, "other"))[:2]
    ran_out = datetime.fromtimestamp(NOW_S, CHINA).date() - timedelta(days=366)
    exports = Exports(log.engine, log.ring, lambda: NOW_S)
    with log.engine.begin() as connection:
        connection.execute(text("UPDATE district SET kind = 'live'"))
        connection.execute(text("UPDATE overview SET expires_on = :day"), {"day": ran_out.isoformat()})
    with writing(log.engine) as session:
        for poll, of in (("p1", case), ("p2", other)):
            session.add(
                Poll(
                    id=poll, district=DISTRICT, case_id=of, state="buried", made_s=1, modulus="m", thumbprint="t",
                    receipt_key="r", salt=b"s",
                )
            )  # fmt: skip
            session.add_all(PollList(poll=poll, number=n, content=b"a line\n") for n in range(2))
        session.commit()
        hold = HoldAt(
            id="h3", case=other, reason="r", set_by="a", set_s=1, until_on=None, lifted_by=None, lifted_s=None
        )
        set_hold(session, DISTRICT, hold)

    def left(days: int, *, dry_run: bool = False) -> int:
        return expire_ballots(log.engine, exports, days, next_id, NOW_S, dry_run=dry_run)

    assert (left(366), left(365, dry_run=True), left(365, dry_run=True)) == (0, 1, 1), "a dry run destroys nothing"
    assert (left(365), left(365)) == (1, 0)
    with log.engine.connect() as connection:
        assert connection.execute(text("SELECT DISTINCT poll FROM poll_list")).scalars().all() == ["p2"], (
            "it is on hold"
        )
        assert connection.execute(text("SELECT reason, files FROM erasure")).all() == [("ballots", 1)]
        assert connection.execute(text("SELECT count(*) FROM poll")).scalar() == 2
    log.close()
