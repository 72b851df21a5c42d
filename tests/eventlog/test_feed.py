"""The feed of the log: nothing is passed over that commits late, on either database."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import make_url

from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.database import connect
from cloudnego.eventlog.feed import Feed

LEAF = "INSERT INTO leaf (case_id, stream, seq, leaf, hash) VALUES (%s, 'notice', 1, 'x', 'x')"


@pytest.mark.postgres
def test_what_drew_an_earlier_place_and_commits_later_is_not_passed_over(migrated_postgres_url: str) -> None:
    engine = connect(migrated_postgres_url)
    feed = Feed(engine)
    dsn = make_url(migrated_postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    seen = {case: [Stream.NOTICE] for case in ("slow", "quick")}

    def read(after: int = 0) -> list[str]:
        return [one.case for one in feed.read(seen, after, feed.horizon()[0], 10)]

    with psycopg.connect(dsn) as slow, psycopg.connect(dsn) as quick:
        slow.execute(LEAF, ("slow",))
        quick.execute(LEAF, ("quick",))
        quick.commit()
        assert read() == [], "the place before it is still being written"
        slow.commit()
        assert read() == ["slow", "quick"]
        assert read(feed.place("slow", "notice", 1) or 0) == ["quick"]
        slow.execute(LEAF, ("undone",))
        quick.execute(LEAF, ("late",))
        quick.commit()
        slow.rollback()
        seen["late"] = [Stream.NOTICE]
        assert read() == ["slow", "quick", "late"]
    engine.dispose()
