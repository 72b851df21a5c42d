"""What the screens are given from the code: the words of the catalogue, and what each act asks for.

The front end holds no rule and no second list of names: `docs/generate.py` writes these, and `--check` compares them.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from cloudnego.core.commands import COMMANDS
from cloudnego.texts import LANGUAGES, catalogue
from cloudnego.web.commands import asked_by_people, kebab

_SHOWN: Final = (
    "steps.", "seats.", "sides.", "streams.", "lights.", "light_reasons.", "overlays.", "endings.", "substates.",
    "levels.", "outcomes.", "timers.", "commands.", "commands_binding.", "events.", "facts.", "form.", "means.",
    "files.", "api.scopes.",
)  # fmt: skip
"""What people read on a screen and no answer of the API holds."""


_LONG: Final = ("guide.", "glossary.")
"""How each step goes and what words mean: fetched when somebody opens one, not with the first page."""


_ASKED: Final = """onmessage = ({ data }) => {
  try {
    postMessage({ report: globalThis.cloudnego.verify(data.file, data.keys, data.held) });
  } catch (wrong) {
    postMessage({ wrong: wrong.message });
  }
};
"""
"""What the worker is asked, and answers: `pages/case/parts/VerifyFile.vue`."""


def pages() -> dict[str, str]:
    """The files of the front end that are written from the code, by name."""
    made = {"acts.json": _json(acts()), "verify.worker.js": verifier()}
    for language in LANGUAGES:
        made[f"words.{language}.json"] = _json(words(language))
        made[f"guide.{language}.json"] = _json(words(language, _LONG))
    return made


def verifier() -> str:
    """The program of `verify.html` as a worker of the page: whoever has the file alone has the same."""
    page = files("cloudnego.audit").joinpath("verify.html").read_text(encoding="utf-8")
    program = page.partition("<script>")[2].partition("</script>")[0].strip()
    return f"// Written by docs/generate.py from src/cloudnego/audit/verify.html.\n{program}\n{_ASKED}"


def acts() -> dict[str, Any]:
    """Every act a person may ask: where it goes, whether it binds, and the schema of what it asks for."""
    asked = {name: kind for name, kind in sorted(COMMANDS.items()) if asked_by_people(kind)}
    references, found = models_json_schema([(one, "validation") for one in asked.values()])
    return {
        "acts": {
            name: {
                "path": kebab(name),
                "binding": one.binding,
                "schema": references[one, "validation"]["$ref"].rsplit("/", 1)[-1],
            }
            for name, one in asked.items()
        },
        "schemas": {name: _bare(schema) for name, schema in sorted(found["$defs"].items())},
    }


def _bare(schema: Any) -> Any:
    """Without what only programmers read: it is sent to phones."""
    if isinstance(schema, dict):
        return {
            key: _bare(value)
            for key, value in schema.items()
            if key not in ("additionalProperties", "discriminator") and not (isinstance(value, str) and key in _SAID)
        }
    return [_bare(one) for one in schema] if isinstance(schema, list) else schema


_SAID: Final = ("title", "description")


def words(language: str, sections: tuple[str, ...] = _SHOWN) -> dict[str, str]:
    """What the screens say in a language, by the key of the catalogue."""
    return {key: text for key, text in catalogue(language).items() if key.startswith(sections)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
