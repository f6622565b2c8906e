"""ARRAY: a list of texts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, literal
from sqlalchemy.dialects.postgresql import ARRAY as PG_ARRAY

from armature.metadata.kinds.kind import Kind, Storage, Unfit, always
from armature.metadata.kinds.text import text

TEXTS = PG_ARRAY(Text())


def texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise Unfit("a list of texts")
    return [text(each) for each in value]


def texts_literal(values: Sequence[str]) -> str:
    """A list as PostgreSQL writes it (chapter "Arrays", section "Array Input and Output Syntax")."""
    escaped = (each.replace("\\", "\\\\").replace('"', '\\"') for each in values)
    return "{" + ",".join(f'"{each}"' for each in escaped) + "}"


def texts_sql(values: Sequence[str]) -> ColumnElement[Any]:
    return cast(literal(texts_literal(values), Text()), TEXTS)


_ARRAY = Storage("[String]", TEXTS, texts, sql=texts_sql)

ARRAY = Kind(name="ARRAY", storage=always(_ARRAY))

KINDS = (ARRAY,)
