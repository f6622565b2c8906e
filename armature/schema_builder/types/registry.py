"""The named types of one view, made when first asked for. What makes them stands in schema.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLNamedType

from armature.schema_builder.types.index import TypeEntry
from armature.schema_builder.types.lazy import Lazy
from armature.schema_builder.view import View


@dataclass(frozen=True, slots=True)
class WholeEntry:
    """What belongs to a view as a whole, a type or a root field, and is made when first asked for as well."""

    make: "Callable[[Types], GraphQLNamedType | GraphQLField]"


class Types(Lazy[TypeEntry | WholeEntry | GraphQLNamedType, Any]):
    """By GraphQL name. Any: what makes a type knows what kind of type it is."""

    def __init__(
        self,
        view: View,
        index: Mapping[str, TypeEntry | WholeEntry | GraphQLNamedType],
        make: Callable[["Types", TypeEntry], GraphQLNamedType],
    ) -> None:
        def made(entry: TypeEntry | WholeEntry | GraphQLNamedType) -> Any:
            match entry:
                case TypeEntry():
                    return make(self, entry)
                case WholeEntry():
                    return entry.make(self)
                case _:
                    return entry

        super().__init__(index, made)
        self.view = view
