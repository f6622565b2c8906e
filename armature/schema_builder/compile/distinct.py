"""Lists with one record for each value of some fields, as SQL."""

from typing import Any

from sqlalchemy import FromClause, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from armature.schema_builder.compile.plan.levels import Link, Rows
from armature.schema_builder.compile.statement import Parts, keyed


def distinct_json(build: Parts, rows: Rows, link: Link | None, above: FromClause | None) -> Select[Any]:
    """The records are chosen first, by their ids: what is shown of them is computed for no others."""
    table = build.alias(rows.object)
    joined, keys = build.keys(rows, table, link)
    chosen: Select[Any] = select(table.c.id).ext(distinct_on(*(each.value for each in keys[: rows.distinct])))
    chosen = build.narrowed(chosen.select_from(joined), rows, table, link, above)
    chosen = chosen.order_by(*(each.sorted for each in keys))
    assert rows.limit is not None  # noqa: S101  it is a list
    chosen = chosen.limit(build.count(rows.limit))
    if rows.offset is not None:
        chosen = chosen.offset(build.count(rows.offset))
    ids = chosen.subquery(f"d{build.level()}")
    numbered = select(ids.c.id, func.row_number().over().label("n")).subquery(f"d{build.level()}")
    found = build.alias(rows.object)
    source, columns = build.shown(rows.outputs, found, numbered.join(found, found.c.id == numbered.c.id), joins=True)
    named = [keyed(output.key, column) for output, column in zip(rows.outputs, columns, strict=True)]
    return build.as_list(select(*named).select_from(source).order_by(numbered.c.n))
