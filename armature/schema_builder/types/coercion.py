"""Variables as values, for those that fit: what graphql-core's CoerceVariableValues gives, in a fraction of its time.

A value that does not fit raises; graphql-core then says what is wrong with it.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull, Undefined

Coerce = Callable[[Any], Any]


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
        return _or_null(self._given(kind))

    def _given(self, kind: GraphQLInputType) -> Coerce:
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

    @cached_property
    def _fields(self) -> Mapping[str, Coerce]:
        return {name: self._readers.of(field.type) for name, field in self._kind.fields.items()}

    @cached_property
    def _needed(self) -> frozenset[str]:
        """One that has a default is left to graphql-core too, where it is not given."""
        fields = self._kind.fields.items()
        return frozenset(
            name
            for name, field in fields
            if isinstance(field.type, GraphQLNonNull) or field.default_value is not Undefined
        )

    def __call__(self, value: Any) -> Mapping[str, Any]:
        """In the order of the type's fields, as graphql-core has them."""
        if not isinstance(value, dict) or not self._needed <= value.keys():
            raise Misfit
        found = {name: read(value[name]) for name, read in self._fields.items() if name in value}
        if len(found) != len(value) or (self._kind.is_one_of and (len(found) != 1 or None in found.values())):
            raise Misfit
        return found


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
