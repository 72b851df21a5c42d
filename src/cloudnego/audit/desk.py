"""What the doors ask of the audit log, put together for one database and one log key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from cloudnego.audit.checkpoints import Checkpoints
from cloudnego.audit.devices import Devices
from cloudnego.audit.district import DistrictLogs
from cloudnego.audit.heights import Heights
from cloudnego.audit.logkey import LogKey
from cloudnego.audit.witnesses import Witnesses
from cloudnego.eventlog.districts import Districts


class Audit:
    """Checkpoints, the keys that co-sign them, what they co-signed, and the logs of the districts."""

    def __init__(
        self,
        engine: Engine,
        districts: Districts,
        key: LogKey,
        new_id: Callable[[str], str],
        now_s: Callable[[], int],
        *,
        heights: Path | None,
    ) -> None:
        self.key: Final = key
        self.checkpoints: Final = Checkpoints(engine, key)
        self.devices: Final = Devices(engine, key.name, new_id, now_s)
        self.district: Final = DistrictLogs(engine, districts, key, now_s)
        self.witnesses: Final = Witnesses(engine, self.checkpoints, self.district, now_s, Heights(heights))
