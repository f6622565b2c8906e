"""Variables as values, for those that fit: what graphql-core's CoerceVariableValues gives, in a fraction of its time.

A value that does not fit raises; graphql-core then says what is wrong with it.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from functools import cached_property
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull, Undefined

from armature.core.lru import Lru

Coerce = Callable[[Any], Any]

MOST_FORMS = 100
"""Of one input: which of its fields are given, in which order."""


class Misfit(Exception):
    """It has to be looked at more closely."""


class Readers:
    """One schema's, made when first asked for."""

    def __init__(self) -> None:
        self._objects: dict[str, _ObjectReader] = {}

    def of(self, kind: GraphQLInputType) -> Coerce:
        """Raises Misfit, GraphQLError or RecursionError for what does not fit."""
        if isinstance(kind, GraphQLNonNull):
            return _required(self.of(kind.of_type))
        return _or_null(self.given(kind))

    def given(self, kind: GraphQLInputType) -> Coerce:
        """As `of`, for what is not null and may not be declared so."""
        if isinstance(kind, GraphQLList):
            return _list(self.of(kind.of_type))
        if isinstance(kind, GraphQLInputObjectType):
            return self._objects.setdefault(kind.name, _ObjectReader(kind, self))
        assert not isinstance(kind, GraphQLNonNull)  # noqa: S101  unwrapped before
        return kind.coerce_input_value


class _ObjectReader:
    def __init__(self, kind: GraphQLInputObjectType, readers: Readers) -> None:
        self._kind = kind
        self._readers = readers
        self._reads: Lru[tuple[str, ...], Sequence[tuple[str, Coerce]]] = Lru(MOST_FORMS)

    def __call__(self, value: Any) -> Mapping[str, Any]:
        """In the order of the type's fields, as graphql-core has them."""
        if not isinstance(value, dict):
            raise Misfit
        names = tuple(value)
        reads = self._reads.get(names) or self._reads.put(names, self._of(value.keys()))
        found = {name: None if (given := value[name]) is None else read(given) for name, read in reads}
        if None in found.values() and (self._kind.is_one_of or any(found[each] is None for each in self._never_null)):
            raise Misfit
        return found

    def _of(self, names: Set[str]) -> Sequence[tuple[str, Coerce]]:
        """How to read what has these fields: many records are given the same ones."""
        fields = self._kind.fields
        if not (self._needed <= names <= fields.keys()) or (self._kind.is_one_of and len(names) != 1):
            raise Misfit
        return [(name, self._fields[name]) for name in fields if name in names]

    @cached_property
    def _fields(self) -> Mapping[str, Coerce]:
        """They are not asked to read null."""
        return {name: self._readers.given(_nullable(field.type)) for name, field in self._kind.fields.items()}

    @cached_property
    def _never_null(self) -> frozenset[str]:
        return frozenset(name for name, field in self._kind.fields.items() if isinstance(field.type, GraphQLNonNull))

    @cached_property
    def _needed(self) -> frozenset[str]:
        """One that has a default is left to graphql-core too, where it is not given."""
        fields = self._kind.fields.items()
        return self._never_null | {name for name, field in fields if field.default_value is not Undefined}


def _nullable(kind: GraphQLInputType) -> GraphQLInputType:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def _required(read: Coerce) -> Coerce:
    def required(value: Any) -> Any:
        if value is None:
            raise Misfit
        return read(value)

    return required


def _or_null(read: Coerce) -> Coerce:
    return lambda value: None if value is None else read(value)


def _list(read: Coerce) -> Coerce:
    """A single value stands for a list of one."""
    return lambda value: [read(each) for each in value] if isinstance(value, list) else [read(value)]
