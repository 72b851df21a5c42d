"""The OpenAPI document on standard output, without a server: `python docs/openapi.py`. It types the screens."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any, cast

from cloudnego.law import DEFAULT_PACK, shipped_pack
from cloudnego.web.app import application
from cloudnego.web.site import Site


def document() -> dict[str, Any]:
    """What `GET /openapi.json` answers; of the site it looks at the default pack alone."""
    return application(cast(Site, SimpleNamespace(default_pack=shipped_pack(DEFAULT_PACK)))).openapi()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), ensure_ascii=False))
