"""Exporting records: one statement, whose rows PostgreSQL makes JSON of, read through a cursor.

The values look as in answers of the data API, so what is exported can be imported.
"""

import csv
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import asyncpg
import msgspec
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse
from graphql.execution.values import get_variable_values
from sqlalchemy import select

from armature.core.db import Database
from armature.core.errors import BadUserInput
from armature.metadata.model import Snapshot
from armature.schema_builder.compile.arguments import lift_arguments
from armature.schema_builder.compile.binds import Variables
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.conditions import condition_of
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD, Condition
from armature.schema_builder.compile.plan.levels import Link, Output, Rows
from armature.schema_builder.compile.plan.outputs import Column, Composed
from armature.schema_builder.compile.statement import Statement, keyed
from armature.schema_builder.run.failures import told
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.transfer.headers import FieldUnknown, settable
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import Composite, ObjectView, Plain, ToOne, View

AT_ONCE = 1_000


class FilterUnfit(BadUserInput):
    def __init__(self, reason: str) -> None:
        super().__init__(f"--filter: {reason}", hint='It is the JSON of a filter, such as {"name": {"eq": "Acme"}}.')


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for: `fields` as `name` or `company.domainName`, none for all; `filter` as on /graphql."""

    snapshot: Snapshot
    object: str
    fields: Sequence[str] = ()
    filter: Any = None


Write = Callable[[Iterable[bytes]], None]
"""Takes records as JSON objects."""


async def export_records(db: Database, asked: Export, write: Write) -> int:
    """How many there were. Raises FieldUnknown, FilterUnfit."""
    view = View(asked.snapshot)
    of = view[asked.object]
    condition, variables = _condition(view, of, asked.filter)
    outputs = _outputs(view, of, exported(of, asked.fields))
    sql, arguments = prepared(_statement(of, outputs, condition), asked.snapshot.schema, variables)
    count = 0
    try:
        async with db.transaction() as connection:
            async for some in _batches(aiter(connection.cursor(sql, *arguments, prefetch=AT_ONCE))):
                write(some)
                count += len(some)
    except asyncpg.PostgresError as error:
        known = told(error)
        if known is None:
            raise
        raise known from error
    return count


def exported(of: ObjectView, chosen: Sequence[str]) -> Sequence[str]:
    """The names of what is exported: what was chosen, or every value that can be imported again."""
    known = settable(of)
    return chosen or [name for name in _values(of) if name.partition(".")[0] in known]


def _values(of: ObjectView) -> Iterator[str]:
    """Composites by their parts."""
    for name, entry in of.entries.items():
        if isinstance(entry, Composite):
            yield from (f"{name}.{part}" for part in entry.parts)
        elif isinstance(entry, Plain):
            yield name


def ndjson_writer(file: IO[bytes]) -> Write:
    def write(records: Iterable[bytes]) -> None:
        file.writelines(b"%b\n" % each for each in records)

    return write


def csv_writer(file: IO[str], of: ObjectView, names: Sequence[str]) -> Write:
    """With the names as its first line. Nothing is an empty cell, a list or document its JSON."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    columns = [(tuple(each.split(".")), _json if _is_document(of, each) else _cell) for each in names]

    def write(records: Iterable[bytes]) -> None:
        for record in map(msgspec.json.decode, records):
            writer.writerow([written(_value(record, path)) for path, written in columns])

    return write


def _is_document(of: ObjectView, name: str) -> bool:
    first, _, part = name.partition(".")
    match of.entries.get(first):
        case Plain() as entry:
            return entry.scalar == "JSON"
        case Composite() as entry if part in entry.parts:
            return entry.parts[part].scalar == "JSON"
        case _:
            return False


def _value(record: Any, path: Sequence[str]) -> Any:
    value = record
    for key in path:
        value = None if value is None else value[key]
    return value


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return "" if value is None else msgspec.json.encode(value).decode()


async def _batches(rows: AsyncIterator[Any]) -> AsyncIterator[list[bytes]]:
    some: list[bytes] = []
    async for row in rows:
        some.append(row[0])
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _statement(of: ObjectView, outputs: Sequence[Output], condition: Condition) -> Statement:
    """The records one by one, each as JSON, in the order of their ids."""
    build = Builder()
    rows = Rows(of, tuple(outputs), condition)
    table = build.alias(of)
    joined, columns = build.shown(rows.outputs, table, table, joins=True)
    named = [keyed(each.key, column) for each, column in zip(outputs, columns, strict=True)]
    inner = build.narrowed(select(*named).select_from(joined), rows, table, None, None).order_by(table.c.id)
    return build.statement(build.as_record(inner))


def _outputs(view: View, of: ObjectView, names: Sequence[str]) -> list[Output]:
    """Those of the same relation together."""
    below: dict[str, list[str]] = {}
    for name in names:
        first, _, rest = name.partition(".")
        below.setdefault(first, []).append(rest)
    return [_output(view, of, name, rest) for name, rest in below.items()]


def _output(view: View, of: ObjectView, name: str, rest: Sequence[str]) -> Output:
    entry = of.entries.get(name)
    match entry:
        case Plain() if not any(rest):
            return Column(name, entry)
        case Composite() if set(rest) <= entry.parts.keys():
            return Composed(name, entry, tuple(Column(each, entry.parts[each]) for each in rest))
        case ToOne() if all(rest):
            target = view[entry.target]
            return Link(name, entry.near, entry.far, Rows(target, tuple(_outputs(view, target, rest))))
        case _:
            raise FieldUnknown(of, f"{name}.{rest[0]}" if any(rest) else name, list(_values(of)))


def _condition(view: View, of: ObjectView, given: Any) -> tuple[Condition, Variables]:
    """A filter is read as a variable of an operation would be."""
    if given is None:
        return EVERY_RECORD, {}
    schema = WorkspaceSchema(view)
    document = parse(f"query ($filter: {of.type_name}FilterInput!) {{ {of.plural}(filter: $filter) {{ id }} }}")
    [operation] = document.definitions
    assert isinstance(operation, OperationDefinitionNode)  # noqa: S101  it is written above
    [node] = operation.selection_set.selections
    assert isinstance(node, FieldNode)  # noqa: S101  as above
    try:
        found = get_variable_values(schema.graphql, operation.variable_definitions or (), {"filter": given})
    except GraphQLError as error:
        raise FilterUnfit(error.message) from error
    if isinstance(found, list):
        raise FilterUnfit(found[0].message.replace("Variable '$filter' got", "it has", 1))
    variables: Mapping[str, Any] = found.coerced
    query = schema.graphql.query_type
    assert query is not None  # noqa: S101  every schema has one
    lifted = lift_arguments(query.fields[of.plural], node, variables)
    return condition_of(view, of, lifted["filter"]), variables
