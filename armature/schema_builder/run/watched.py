"""What a subscription watches: a query's statement with its values, to be run again when something has changed."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from armature.schema_builder.compile.binds import Variables
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.run.operation import QueryPlan


@dataclass(frozen=True)
class Watched:
    """`sql` is None where no data is read: what is shown then is the model's `version`.

    `tables` are those that the statement reads: a change of others is none to it. `is_patched`: results after the
    first are to come as patches.
    """

    schema: str
    response_key: str
    version: int
    sql: str | None
    arguments: tuple[Any, ...]
    tables: frozenset[str]
    cost: int
    is_patched: bool

    @cached_property
    def key(self) -> Hashable:
        """Two with the same give the same, whoever asks: the statement holds what a role may see, the values the rest.

        A statement names its workspace's schema.
        """
        if self.sql is None:
            return self.schema, self.response_key, self.version
        return self.response_key, self.sql, tuple(map(_hashable, self.arguments))


def watched_of(
    plan: QueryPlan, schema: str, version: int, variables: Variables, cost: int, *, is_patched: bool
) -> Watched:
    """Of a plan with one root field, as every subscription has (GraphQL spec, "Single Root Field")."""
    (field,) = plan.fields
    if plan.statement is None:
        return Watched(schema, field.key, version, None, (), frozenset(), cost, is_patched)
    sql, arguments = prepared(plan.statement, schema, variables)
    return Watched(schema, field.key, version, sql, tuple(arguments), plan.statement.tables, cost, is_patched)


def _hashable(value: Any) -> Hashable:
    if isinstance(value, list | tuple):
        return tuple(map(_hashable, value))
    if isinstance(value, Mapping):
        return tuple((name, _hashable(each)) for name, each in value.items())
    return type(value), value
