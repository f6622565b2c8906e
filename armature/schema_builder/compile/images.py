"""Records as events (json) and deliveries (jsonb) hold them, as a table to be read from like the real one.

What a record was may have columns that the table has lost since, and lack those that are new: these are null.
"""

from typing import Any

from sqlalchemy import TableValuedAlias, func, literal_column
from sqlalchemy import column as named_column
from sqlalchemy.dialects.postgresql import JSONB

from armature.core.db import DIALECT
from armature.schema_builder.compile.statement import Parts, Sql
from armature.schema_builder.tables import SCHEMA
from armature.schema_builder.view import ObjectView


def image(build: Parts, of: ObjectView, held: Sql) -> TableValuedAlias:
    """One row; where there is no image, one of nothing but nulls."""
    table = DIALECT.identifier_preparer.quote(of.object.table)
    nothing: Any = literal_column(f'NULL::"{SCHEMA}".{table}')
    columns = [named_column(each.name, each.type) for each in of.table.columns]
    row = func.jsonb_populate_record if isinstance(held.type, JSONB) else func.json_populate_record
    return row(nothing, held).table_valued(*columns, name=f"t{build.level()}")
