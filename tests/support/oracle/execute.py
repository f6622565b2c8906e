"""An operation answered by the oracle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLResolveInfo, execute_sync, parse, validate

from armature.schema_builder.types.schema import WorkspaceSchema
from tests.support.oracle.aggregates import Results, Summary
from tests.support.oracle.groups import Group
from tests.support.oracle.reads import Reading, Record
from tests.support.oracle.writes import Writing
from tests.support.worlds.data import State


@dataclass(frozen=True, slots=True)
class Expected:
    """What should be answered, and the rows there should be afterwards."""

    data: Mapping[str, Any] | None
    errors: list[tuple[list[str | int] | None, str]]
    state: State


def problems(schema: WorkspaceSchema, query: str) -> list[GraphQLError]:
    """What a client did wrong, by graphql-core's own rules."""
    return validate(schema.graphql, parse(query))


def expected(
    schema: WorkspaceSchema,
    state: State,
    query: str,
    variables: Mapping[str, Any],
    name: str | None = None,
    fresh: Mapping[UUID, list[UUID]] | None = None,
) -> Expected:
    """`fresh` are the ids given to new records that came without one."""
    writing = Writing(Reading(schema, state), state, fresh or {})
    document: DocumentNode = parse(query)
    result = execute_sync(
        schema.graphql,
        document,
        context_value=writing,
        variable_values=dict(variables),
        operation_name=name,
        field_resolver=_resolve,
        type_resolver=lambda record, *_: record.of.type_name,
    )
    assert isinstance(result, ExecutionResult)
    for error in result.errors or ():
        if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
            raise error.original_error
    errors = [(each.path, str((each.extensions or {}).get("code"))) for each in result.errors or ()]
    return Expected(result.data, errors, writing.state)


def _resolve(source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
    writing: Writing = info.context
    match info.parent_type.name:
        case "Query":
            return writing.reading.root(info, given)
        case "Mutation":
            return writing.root(info, given)
    match source:
        case Record():
            return writing.reading.field(source, info, given)
        case Group() if info.field_name == "records":
            return writing.reading.listed(writing.reading.state, source.of, source.rows, given)
        case Summary() | Results():
            return source.field(info.field_name)
        case _:
            return source[info.field_name]
