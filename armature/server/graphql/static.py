"""Runs operations of a static schema, such as Strawberry's, through graphql-core's executor.

Documents are parsed and measured as for the data path; what validation says about one is remembered by its text.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from inspect import isawaitable
from typing import Any, Generic, TypeVar

import msgspec
import structlog
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    validate,
)
from graphql.execution import Executor

from armature.core.errors import BadUserInput
from armature.core.logs import current_request_id
from armature.core.lru import Lru
from armature.core.settings import Settings
from armature.schema_builder.run.answer import Answer, MutationOverGet, Operation, formatted, refusal
from armature.schema_builder.run.document import PAGE, Document, DocumentReader, roots_of
from armature.schema_builder.run.variables import placed
from armature.server.graphql.documents import PersistedQueryNotSupported
from armature.server.graphql.failures import Internal, as_told
from armature.server.graphql.unquoted import unquoted

log = structlog.get_logger("armature.static")

Caller = TypeVar("Caller")

MAX_ERRORS = 50


class StaticExecutor(Generic[Caller]):
    """`make_context` gives each request its context. `executor_class` is what the schema's resolvers expect."""

    def __init__(
        self,
        schema: GraphQLSchema,
        reader: DocumentReader,
        make_context: Callable[[Caller], Any],
        settings: Settings,
        executor_class: type[Executor[Any]] = Executor,
    ) -> None:
        self._schema = schema
        self._reader = reader
        self._make_context = make_context
        self._executor_class = executor_class
        self._valid: Lru[str, Document] = Lru(settings.document_cache_size)

    async def execute(self, operation: Operation, caller: Caller) -> Answer:
        """Raises MutationOverGet, LimitExceeded; whatever a resolver raises is an entry of `errors`."""
        if operation.asked is not None and not operation.query:
            raise PersistedQueryNotSupported
        document = self._valid.get(operation.query)
        try:
            if document is None:
                document = self._reader.read(operation.query)
                if problems := validate(self._schema, document.node, max_errors=MAX_ERRORS):
                    return _refusal(problems)
                self._valid.put(operation.query, document, 1 + len(operation.query) // PAGE)
            definition = document.operation(operation.name)
        except GraphQLError as error:
            return _refusal([error])
        if definition.operation is OperationType.SUBSCRIPTION:
            raise BadUserInput("There are no subscriptions here.")
        if definition.operation is OperationType.MUTATION and not operation.may_mutate:
            raise MutationOverGet
        executor = self._executor_class.build(
            self._schema,
            document.node,
            context_value=self._make_context(caller),
            raw_variable_values=dict(operation.variables),
            operation_name=operation.name,
            max_coercion_errors=MAX_ERRORS,
        )
        if isinstance(executor, list):
            return _refusal(placed(executor, definition))
        result: Any = executor.execute_operation()
        answer = _encoded(await result if isawaitable(result) else result)
        return replace(answer, fields=roots_of(document, definition))


def _refusal(errors: Sequence[GraphQLError]) -> Answer:
    return refusal([unquoted(each) for each in errors])


def _encoded(result: ExecutionResult) -> Answer:
    if not result.errors:
        return Answer(msgspec.json.encode({"data": result.data}))
    entries = [entry for error in result.errors for entry in formatted(_shown(error))]
    return Answer(msgspec.json.encode({"errors": entries, "data": result.data}))


def _shown(error: GraphQLError) -> GraphQLError:
    """The error a client may see: a bug goes to the log and leaves its request id behind."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return unquoted(error)
    told = as_told(cause)
    if told is None:
        log.error("resolver failed", path=error.path, exc_info=cause)
        told = Internal(current_request_id())
    return GraphQLError(told.message, error.nodes, path=error.path, original_error=told)
