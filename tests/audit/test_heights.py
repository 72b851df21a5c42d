"""A backup that is behind what both sides co-signed is not restored unless that is said; and nothing is half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudnego.audit.heights import Behind, Fallen, Heights, not_behind
from cloudnego.audit.notes import Head
from cloudnego.core.vocabulary import Stream
from cloudnego.eventlog.backup import backup, restore
from cloudnego.main import House, now
from tests.audit.device import Device
from tests.web.granted import Looking, asked, case, clock, look, people, still

__all__ = ["case", "clock", "look", "people", "still"]


def archived(house: House, archive: Path) -> Path:
    backup(house.site.engine, archive, made_at=now(), program="0", keys=[])
    return archive


async def test_a_backup_behind_what_was_cosigned_is_refused_until_it_is_said(
    look: Looking, case: str, still: House, tmp_path: Path
) -> None:
    old = archived(still, tmp_path / "old")
    await asked(look("w1"), case, "send-message", text="下午再谈")
    worker = await Device(look("w0"), "w").register()
    row = await worker.cosign(case, "table", still.site.now_s())
    heights = Heights(tmp_path / "heights")
    head = still.site.audit.checkpoints.at(case, Stream.TABLE, row["size"])
    heights.keep(f"{case}/table", head)
    heights.keep(f"{case}/table", head._replace(size=1))  # an older one tells nothing new

    restored: list[str] = []
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    with pytest.raises(Behind) as wrong:
        restore(url, old, after=not_behind(heights, lambda *_: restored.append("old")))
    assert f"{case}/table {head.size - 1}/{head.size}" in wrong.value.said["en"]
    assert restored == []
    restore(url, old, after=lambda *_: restored.append("said"))  # nothing of the first try lies there
    restore(
        f"sqlite:///{tmp_path / 'b.sqlite3'}",
        archived(still, tmp_path / "new"),
        after=not_behind(heights, lambda *_: restored.append("new")),
    )
    assert restored == ["said", "new"]


def test_another_history_of_the_same_length_is_behind_too(still: House, case: str, tmp_path: Path) -> None:
    heights, stream = Heights(tmp_path / "heights"), f"{case}/notice"
    head = still.site.audit.checkpoints.heads(case, [Stream.NOTICE])[Stream.NOTICE]
    heights.keep(stream, Head(head.origin, head.size, bytes(32)))
    with still.site.engine.connect() as connection:
        assert heights.fallen(connection) == [Fallen(stream, head.size, head.size)]


async def test_the_service_keeps_what_is_cosigned(look: Looking, case: str, still: House) -> None:
    worker = await Device(look("w0"), "w").register()
    row = await worker.cosign(case, "table", still.site.now_s())
    kept = list(still.settings.log_heights.iterdir())
    assert [file.name for file in kept] == [f"{case}.table"]
    assert kept[0].read_text("utf-8").startswith(f"{row['size']} ")
