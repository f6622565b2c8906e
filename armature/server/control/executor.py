"""Runs the control plane's operations; what they set in the browser goes with the answer."""

from dataclasses import replace

from armature.schema_builder.run.answer import Answer, Operation
from armature.server.control.context import Visitor
from armature.server.graphql.static import StaticExecutor


class ControlExecutor:
    def __init__(self, inner: StaticExecutor[Visitor]) -> None:
        self._inner = inner

    async def execute(self, operation: Operation, caller: Visitor) -> Answer:
        answer = await self._inner.execute(operation, caller)
        return replace(answer, headers=tuple(caller.answer_headers)) if caller.answer_headers else answer
