"""How a table from an earlier platform reads as one of ours: their columns, their words, their way of writing days."""

from __future__ import annotations

from typing import Annotated, Any, Final

import yaml
from pydantic import Field, StringConstraints, ValidationError, field_validator

from cloudnego.core.vocabulary import Message
from cloudnego.importing.cells import Manner
from cloudnego.importing.sheets import Sheet

BYTES_MAX: Final = 64 * 1024
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]


_DateFormat = Annotated[str, StringConstraints(pattern=r"^(?:%[YmdyBbj]|[ \-/.年月日,])+$", max_length=40)]


class MappingWrong(ValueError):
    """A mapping that cannot be read: `where` in it, and a key of the texts under `imports.problems`."""

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code)
        self.code: Final = code
        self.where: Final = where


class Mapping(Message):
    """`columns`: their head → our column, or null for one that is left out. `values`: by our column, their word → ours.
    `constants`: what stands in no column and is the same in every row. `date_format`: as `strptime` has it."""

    columns: Annotated[dict[_Word, _Word | None], Field(max_length=60)] = Field(default_factory=dict)
    values: Annotated[dict[_Word, Annotated[dict[_Word, _Word], Field(max_length=500)]], Field(max_length=60)] = Field(
        default_factory=dict
    )
    constants: Annotated[dict[_Word, _Word], Field(max_length=60)] = Field(default_factory=dict)
    date_format: (
        Annotated[str, StringConstraints(pattern=r"^(?:%[YmdyBbj]|[ \-/.年月日,])+$", max_length=40)] | None
    ) = None

    @field_validator("values", "constants", mode="before")
    @classmethod
    def _as_text(cls, given: Any) -> Any:
        return _said(given)

    @property
    def manner(self) -> Manner:
        return Manner(self.date_format, self.values)


def _said(given: Any) -> Any:
    """YAML reads `yes`, `2026` and the like as what they are not meant as here."""
    if isinstance(given, dict):
        return {_said(key): _said(value) for key, value in list(given.items())[:1000]}
    if isinstance(given, bool):
        return "yes" if given else "no"
    return str(given) if isinstance(given, int | float) else given


def _loaded(text: str) -> Any:
    """YAML without references: a few of them, each of all before it, are more than a memory holds."""
    if any(isinstance(one, yaml.AliasToken) for one in yaml.scan(text, yaml.CSafeLoader)):
        raise yaml.YAMLError("no references")
    return yaml.load(text, yaml.CSafeLoader) or {}


def read(content: bytes, sheet: Sheet) -> Mapping:
    """A mapping in JSON or YAML. Raises MappingWrong: too long, of no such form, or of a column we have not."""
    if len(content) > BYTES_MAX:
        raise MappingWrong("mapping_too_long")
    try:
        found = Mapping.model_validate(_loaded(content.decode("utf-8-sig")))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError):
        raise MappingWrong("mapping_unreadable") from None
    except ValidationError as wrong:
        raise MappingWrong("mapping_wrong", ".".join(str(one) for one in wrong.errors()[0]["loc"])) from None
    known = sheet.by_name
    for name in (*(one for one in found.columns.values() if one is not None), *found.values, *found.constants):
        if name not in known:
            raise MappingWrong("mapping_column_unknown", name)
    return found
