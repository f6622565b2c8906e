"""A plan becomes one SQL statement: a pure function, so equal plans give equal text."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import FromClause, Select, select

from armature.schema_builder.compile.aggregate import summary_json
from armature.schema_builder.compile.connection import page_json
from armature.schema_builder.compile.distinct import distinct_json
from armature.schema_builder.compile.found import finds_json
from armature.schema_builder.compile.groups import groups_json
from armature.schema_builder.compile.plan.levels import Finds, Groups, Level, Link, Page, Rows, Summary
from armature.schema_builder.compile.plan.reads import Read
from armature.schema_builder.compile.statement import Parts, Statement, keyed


def reads_statement(reads: Sequence[Read]) -> Statement:
    """One statement for all root fields: a column of JSON for each, in their order.

    A single root field is selected directly, and then gives no row where there is no record.
    """
    build = Builder()
    if len(reads) == 1:
        return build.statement(_root(build, reads[0]))
    columns = [_root(build, each).scalar_subquery().label(f"f{at}") for at, each in enumerate(reads)]
    return build.statement(select(*columns))


def _root(build: Parts, read: Read) -> Select[Any]:
    return finds_json(build, read.rows) if isinstance(read.rows, Finds) else build.json(read.rows)


class Builder(Parts):
    """Builds one statement; levels are put together here, each in its own way."""

    def json(self, level: Level, link: Link | None = None, above: FromClause | None = None) -> Select[Any]:
        match level:
            case Rows():
                return self._rows(level, link, above)
            case Page():
                return page_json(self, level, link, above)
            case Summary():
                return summary_json(self, level, link, above)
            case Groups():
                return groups_json(self, level)

    def _rows(self, rows: Rows, link: Link | None, above: FromClause | None) -> Select[Any]:
        """A list, or a record by itself."""
        if rows.distinct:
            return distinct_json(self, rows, link, above)
        table = self.alias(rows.object)
        joined: FromClause = table
        order = []
        if rows.is_list:
            joined, keys = self.keys(rows, table, link)
            order = [each.sorted for each in keys]
        joined, columns = self.shown(rows.outputs, table, joined, joins=link is not None and rows.is_list)
        named = [keyed(output.key, column) for output, column in zip(rows.outputs, columns, strict=True)]
        inner = self.narrowed(select(*named).select_from(joined), rows, table, link, above).order_by(*order)
        if rows.limit is not None:
            inner = inner.limit(self.count(rows.limit))
        if rows.offset is not None:
            inner = inner.offset(self.count(rows.offset))
        return self.as_json(inner, rows)
