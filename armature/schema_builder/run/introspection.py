"""Introspection and SDL: graphql-core's own, by a process beside the server, remembered by the model's shape."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from graphql import DocumentNode, FieldNode, OperationDefinitionNode, SelectionSetNode, print_ast

from armature.core.errors import ArmatureError
from armature.core.lru import Lru
from armature.metadata.model import Snapshot
from armature.schema_builder.compile.selection import collect
from armature.schema_builder.run.operation import Prepared
from armature.schema_builder.run.printer import Job, Question
from armature.schema_builder.run.printing import Printing
from armature.schema_builder.run.text import Text

KEPT = 64_000_000
"""Bytes, compressed."""

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
        self._kept: Lru[Any, Sequence[Text]] = Lru(KEPT)
        self._turn = asyncio.Lock()

    async def fields(self, prepared: Prepared, keys: Sequence[str], given: Mapping[str, Any]) -> Mapping[str, Text]:
        """The JSON of each root field of introspection, by response key."""
        if len(keys) > MOST:
            raise TooMuchIntrospection(len(keys))
        question = Question(print_ast(_about(prepared, keys, given)), tuple(keys), given)
        found = await self._texts(prepared.schema.view.snapshot, question)
        return dict(zip(keys, found, strict=True))

    async def text(self, snapshot: Snapshot) -> Text:
        """The schema in the schema definition language."""
        (found,) = await self._texts(snapshot, None)
        return found

    async def _texts(self, snapshot: Snapshot, question: Question | None) -> Sequence[Text]:
        key = snapshot.fingerprint, question and (question.document, msgspec.json.encode(question.variables))
        found = self._kept.get(key)
        if found is not None:
            return found
        async with self._turn:
            found = self._kept.get(key)
            if found is None:
                job = Job(replace(snapshot, sight=None), question)
                found = await _printed(job, 1 if question is None else len(question.keys))
                self._kept.put(key, found, sum(each.weight for each in found))
            return found


def _about(prepared: Prepared, keys: Sequence[str], given: Mapping[str, Any]) -> DocumentNode:
    """The operation with these root fields only."""
    fragments = prepared.document.fragments
    roots = collect([prepared.node.selection_set], "Query", fragments, prepared.coerced(given))
    nodes: list[FieldNode] = [node for key in keys for node in roots[key]]
    operation = OperationDefinitionNode(
        operation=prepared.node.operation,
        variable_definitions=prepared.node.variable_definitions,
        selection_set=SelectionSetNode(selections=tuple(nodes)),
        directives=(),
    )
    return DocumentNode(definitions=(operation, *fragments.values()))


async def _printed(job: Job, count: int) -> Sequence[Text]:
    """So many texts. Whoever gives up waiting ends the process."""
    printing = Printing()
    try:
        return await asyncio.to_thread(printing.texts, job, count)
    except asyncio.CancelledError:
        printing.stop()
        raise
