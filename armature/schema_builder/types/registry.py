"""The named types of one view, made when first asked for. What makes them stands in schema.py."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLNamedType

from armature.schema_builder.types.index import TypeEntry
from armature.schema_builder.types.lazy import Lazy
from armature.schema_builder.view import View


class Types(Lazy[TypeEntry | GraphQLNamedType, Any]):
    """By GraphQL name. Any: what makes a type knows what kind of type it is."""

    def __init__(
        self,
        view: View,
        index: Mapping[str, TypeEntry | GraphQLNamedType],
        make: Callable[["Types", TypeEntry], GraphQLNamedType],
    ) -> None:
        super().__init__(index, lambda entry: make(self, entry) if isinstance(entry, TypeEntry) else entry)
        self.view = view
