"""The text that a record is searched by, as SQL: the same in statements and in the index that serves them."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, literal_column
from sqlalchemy.sql.functions import Function

from armature.metadata.model import Field
from armature.metadata.tables import CATALOG

Sql = ColumnElement[Any]

BLANK: Sql = literal_column("' '", Text())
NOTHING: Sql = literal_column("''", Text())


def _ours(name: str, value: Sql) -> Sql:
    return Function(name, value, packagenames=(CATALOG,), type_=Text())


def _items(column: Sql) -> Sql:
    return _ours("joined", column)


def _within(path: str) -> Callable[[Sql], Sql]:
    """What stands at a path (SQL/JSON) in a document."""
    return lambda column: cast(func.jsonb_path_query_array(column, literal_column(f"'{path}'")), Text())


AS_TEXT: Mapping[str, Callable[[Sql], Sql]] = {
    "ARRAY": _items,
    "EMAIL_LIST": _items,
    "LINK_LIST": _within("$[*].* ? (@ != null)"),
    "PHONE_LIST": _within("$[*].number"),
    "AUTO_NUMBER": lambda column: cast(column, Text()),
}
"""By the kind of what is stored, where that is no text."""


def document(texts: Iterable[Sql]) -> Sql:
    """Texts one after another, as they are compared, with a blank before, between and after them."""
    return plain(reduce(lambda whole, each: whole + each + BLANK, texts, BLANK))


def plain(text: Sql) -> Sql:
    """Without accents and capitals."""
    return _ours("plain", text)


def likeness(scalar: str, value: Sql) -> Sql:
    """What two values have in common that are as good as equal: texts are compared without case, accents and blanks."""
    return _ours("alike", value) if scalar == "String" else value


def text_of(field: Field, column: Sql) -> Sql:
    """What a field holds, as a text that is there in any case."""
    made = AS_TEXT.get(field.kind)
    return func.coalesce(column if made is None else made(column), NOTHING)
