"""Introspection and SDL: graphql-core's own, off the event loop, remembered by schema."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
    print_schema,
)

from armature.core.errors import ArmatureError
from armature.core.lru import Lru
from armature.schema_builder.compile.selection import collect
from armature.schema_builder.run.operation import Prepared
from armature.schema_builder.types.schema import WorkspaceSchema

KEPT = 64_000_000
"""Bytes of answers; of schemas as text, so many characters."""

MOST = 5
"""Root fields of introspection in one operation: each may list all types there are."""


class TooMuchIntrospection(ArmatureError):
    code = "LIMIT_EXCEEDED"

    def __init__(self, actual: int) -> None:
        super().__init__(
            f"Introspection fields in one operation: {actual} asked for, at most {MOST} allowed.",
            hint="Send them in several operations.",
        )

    def extensions(self) -> dict[str, Any]:
        return {**super().extensions(), "limit": MOST}


class Introspection:
    """One question at a time: the next may be the same, and then it is answered already."""

    def __init__(self) -> None:
        self._answers: Lru[Any, Mapping[str, bytes]] = Lru(KEPT)
        self._texts: Lru[WorkspaceSchema, str] = Lru(KEPT)
        self._turn = asyncio.Lock()

    async def fields(self, prepared: Prepared, keys: Sequence[str], given: Mapping[str, Any]) -> Mapping[str, bytes]:
        """The JSON of each root field of introspection, by response key."""
        if len(keys) > MOST:
            raise TooMuchIntrospection(len(keys))
        question = (prepared, tuple(keys), msgspec.json.encode(given))
        async with self._turn:
            found = self._answers.get(question)
            if found is None:
                found = await asyncio.to_thread(_answered, prepared, keys, given)
                self._answers.put(question, found, 1 + len(question[2]) + sum(map(len, found.values())))
            return found

    async def text(self, schema: WorkspaceSchema) -> str:
        """The schema in the schema definition language."""
        async with self._turn:
            found = self._texts.get(schema)
            if found is None:
                found = await asyncio.to_thread(print_schema, schema.graphql)
                self._texts.put(schema, found, len(found))
            return found


def _answered(prepared: Prepared, keys: Sequence[str], given: Mapping[str, Any]) -> Mapping[str, bytes]:
    variables = prepared.coerced(given)
    roots = collect([prepared.node.selection_set], "Query", prepared.document.fragments, variables)
    nodes: list[FieldNode] = [node for key in keys for node in roots[key]]
    operation = OperationDefinitionNode(
        operation=prepared.node.operation,
        variable_definitions=prepared.node.variable_definitions,
        selection_set=SelectionSetNode(selections=tuple(nodes)),
        directives=(),
    )
    document = DocumentNode(definitions=(operation, *prepared.document.fragments.values()))
    result = execute_sync(prepared.schema.graphql, document, variable_values=dict(given))
    return {key: msgspec.json.encode((result.data or {}).get(key)) for key in keys}
