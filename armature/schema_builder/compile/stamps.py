"""When and by whom a record was written: what every write sets beside what the client gives.

Who calls is a variable of the request, so callers share plans and statements.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy.dialects.postgresql import Insert

from armature.metadata.kinds import KINDS
from armature.metadata.names import part_column
from armature.schema_builder.compile.binds import FromVariable
from armature.schema_builder.compile.statement import Parts

CALLER = "(caller)"
"""Under this name who calls is handed to a statement: the parts of an ACTOR by name. No variable has it."""

CREATED, UPDATED = "created_by", "updated_by"

Values = Mapping[str, ColumnElement[Any]]


def created(build: Parts) -> Values:
    """By column, for a new record."""
    return _actors(build, CREATED, UPDATED)


def updated(build: Parts) -> Values:
    """By column, for one that changes."""
    return {"updated_at": func.now(), **_actors(build, UPDATED)}


def updated_instead(made: Insert) -> Values:
    """By column, for one that is updated because it is there already: by who would have made it."""
    columns = [part_column(UPDATED, name) for name in KINDS["ACTOR"].parts]
    return {"updated_at": func.now(), **{each: made.excluded[each] for each in columns}}


def _actors(build: Parts, *fields: str) -> Values:
    found: dict[str, ColumnElement[Any]] = {}
    for name, part in KINDS["ACTOR"].parts.items():
        value = build.bound(FromVariable((CALLER, name)), part.kind.column_type(part.settings))
        found |= {part_column(field, name): value for field in fields}
    return found
