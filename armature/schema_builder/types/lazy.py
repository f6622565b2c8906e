"""GraphQL types made when first asked for, behind graphql-core's own classes.

graphql-core collects every type up front and resolves a type's fields all at once; for a workspace of 300 objects that
is a quarter of a second after each change of the model. Here a schema is an index of names, and a type or a root field
is made by looking it up. Validation, coercion and introspection are graphql-core's own.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLDirective,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    TypeMetaFieldDef,
)

E = TypeVar("E")
V = TypeVar("V")


class Lazy(Mapping[str, V], Generic[E, V]):
    """A mapping whose values are made, of the index's entries, at the first look."""

    def __init__(self, index: Mapping[str, E], make: Callable[[E], V]) -> None:
        self._index = index
        self._make = make
        self._made: dict[str, V] = {}

    def __getitem__(self, name: str) -> V:
        if name not in self._made:
            return self._made.setdefault(name, self._make(self._index[name]))  # one of two threads wins
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    @property
    def made(self) -> Mapping[str, V]:
        """What somebody has looked at."""
        return self._made

    def copy(self) -> dict[str, V]:
        return dict(self)


class LazyObjectType(GraphQLObjectType):
    """An object type whose `fields` are set afterwards, made one by one: queries ask for a few of many."""

    fields: Mapping[str, GraphQLField]

    def __init__(self, name: str, description: str | None = None) -> None:
        super().__init__(name, {}, description=description)


class LazySchema(GraphQLSchema):
    """A schema without interfaces whose types are made when first asked for."""

    def __init__(
        self,
        types: Mapping[str, GraphQLNamedType],
        query: GraphQLObjectType,
        mutation: GraphQLObjectType | None,
        subscription: GraphQLObjectType,
        directives: tuple[GraphQLDirective, ...],
    ) -> None:
        self.assume_valid = True
        self._validation_errors = []
        self.description = None
        self.extensions: dict[str, Any] = {}
        self.ast_node = None
        self.extension_ast_nodes = ()
        self.query_type = query
        self.mutation_type = mutation
        self.subscription_type = subscription
        self.directives = directives
        self.type_map = types  # type: ignore[assignment]  # it is only ever read as a mapping
        self._implementations_map = {}
        self._sub_type_map = {}

    def get_field(self, parent_type: GraphQLCompositeType, field_name: str) -> GraphQLField | None:
        found = super().get_field(parent_type, field_name)
        return self._type_field if found is TypeMetaFieldDef else found

    @cached_property
    def _type_field(self) -> GraphQLField:
        """`__type(name: String!)` with this schema's String, which need not be the one graphql-core knows."""
        name = GraphQLArgument(GraphQLNonNull(self.type_map["String"]))  # type: ignore[arg-type]  # it is a scalar
        known = TypeMetaFieldDef
        return GraphQLField(known.type, {"name": name}, known.resolve, description=known.description)
