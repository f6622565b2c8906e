"""What PostgreSQL does for a query of the data API."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.run.operation import QueryPlan
from tests.support.data_api import Client


async def explained(client: Client, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The plan of the query's statement, which is run for it."""
    sql, arguments = statement_of(client, query, variables)
    async with client.api.db.connection() as connection:
        found = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *arguments)
    whole: dict[str, Any] = msgspec.json.decode(found)[0]["Plan"]
    return whole


def statement_of(client: Client, query: str, variables: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """The query's statement, with its arguments."""
    engine = client.api.engine
    schema = engine.schema(engine._seen(client.snapshot, client.caller))
    operation = engine._validated(Operation(query, variables), schema)
    values = operation.coerced(variables)
    plan = operation.plan(values)
    assert isinstance(plan, QueryPlan)
    assert plan.statement is not None
    return prepared(plan.statement, client.snapshot.schema, {**values, **client.caller.me})


def nodes_of(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A plan and all below it."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes_of(each)
