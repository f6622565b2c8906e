"""Conditions behind ON CONFLICT, which SQLAlchemy compiles as if they asked for nothing but the table's own columns."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause
from sqlalchemy.ext.compiler import compiles


class OfTarget(ColumnElement[bool]):
    """Its sub-selects name their tables with the schema, and mean the row that is there where they name the target."""

    inherit_cache = False

    def __init__(self, target: FromClause, condition: ColumnElement[bool]) -> None:
        self.target = target
        self.condition = condition


@compiles(OfTarget)
def _compiled(of: OfTarget, compiler: Any, **how: Any) -> str:
    """As the condition of an UPDATE is compiled."""
    around = {"correlate_froms": {of.target}, "asfrom_froms": {of.target}}
    compiler.stack.append({**compiler.stack[-1], **around})
    try:
        return str(compiler.process(of.condition, **{**how, "use_schema": True}))
    finally:
        compiler.stack.pop()
