"""`python -m bench.serve_without_events serve`: `armature serve` with the same statements, which leave no events."""

from typing import Any

from sqlalchemy import CTE
from sqlalchemy.sql.dml import Delete, Insert, Update

from armature.schema_builder.compile import bulk_statement, merge_statement, write_statement
from armature.server.cli import main


def rows_of(_build: object, changed: Insert | Update | Delete, _change: str, *columns: Any) -> CTE:
    id_ = changed.table.c.id
    return changed.returning(id_, *(each for each in columns if each is not id_)).cte("w")


if __name__ == "__main__":
    for module in (bulk_statement, merge_statement, write_statement):
        setattr(module, "evented", rows_of)  # noqa: B010  a name that it imports
    main()
