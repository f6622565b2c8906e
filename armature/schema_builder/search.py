"""The text that a record is searched by, as SQL: the same in statements and in the index that serves them.

It is written as text, not built: an expression of SQLAlchemy that is as long as an object has fields, several times in
a statement, would take longer to compile than the statement to run. Its names are those of columns.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal_column
from sqlalchemy.sql.functions import Function

from armature.core.db import DIALECT
from armature.metadata.model import Field
from armature.metadata.tables import CATALOG
from armature.schema_builder.tables import column_name

Sql = ColumnElement[Any]

BLANK: Sql = literal_column("' '", Text())
NOTHING = "''"

AS_TEXT: Mapping[str, str] = {
    "ARRAY": f"{CATALOG}.joined({{}})",
    "EMAIL_LIST": f"{CATALOG}.joined({{}})",
    "LINK_LIST": "CAST(jsonb_path_query_array({}, '$[*].* ? (@ != null)') AS TEXT)",
    "PHONE_LIST": "CAST(jsonb_path_query_array({}, '$[*].number') AS TEXT)",
    "AUTO_NUMBER": "CAST({} AS TEXT)",
}
"""By the kind of what is stored, where that is no text."""


def text_of(field: Field, table: str | None = None) -> str:
    """What a field holds, as a text that is there in any case; `table` is how the statement calls its table."""
    quote = DIALECT.identifier_preparer.quote
    column = quote(column_name(field)) if table is None else f"{quote(table)}.{quote(column_name(field))}"
    return f"coalesce({AS_TEXT.get(field.kind, '{}').format(column)}, {NOTHING})"


def document(texts: Iterable[str]) -> str:
    """Texts one after another, as they are compared, with a blank before, between and after them."""
    blank = "' '"
    return f"{CATALOG}.plain({' || '.join([blank, *(f'{each} || {blank}' for each in texts)])})"


def written(texts: Iterable[str]) -> Sql:
    return literal_column(document(texts), Text())


def document_of(value: Sql) -> Sql:
    """As `document`, of one text."""
    return plain(BLANK + func.coalesce(value, literal_column(NOTHING)) + BLANK)


def plain(text: Sql) -> Sql:
    """Without accents and capitals."""
    return _ours("plain", text)


def likeness(scalar: str, value: Sql) -> Sql:
    """What two values have in common that are as good as equal: texts are compared without case, accents and blanks."""
    return _ours("alike", value) if scalar == "String" else value


def _ours(name: str, value: Sql) -> Sql:
    return Function(name, value, packagenames=(CATALOG,), type_=Text())
