"""Who claims a name of the API: found by taking generated names apart, so that nothing need be kept for all objects.

Deleted objects and fields claim nothing; deactivated ones do, so that they can always come back.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from armature.metadata.model import Field, Object
from armature.metadata.names import (
    CHOICE_TYPES,
    MORPH_TYPES,
    RECORD_TYPES,
    ROOTS,
    TO_MANY_FIELDS,
    TO_ONE_FIELDS,
    VECTOR_FIELDS,
    camel,
    field_names,
    field_type_names,
    root_names,
    type_name,
)

_FIELD_ENDINGS = tuple(sorted({each.removeprefix("{}") for each in (*TO_ONE_FIELDS, *TO_MANY_FIELDS, *VECTOR_FIELDS)}))
_TYPE_ENDINGS = tuple((what, template.removeprefix("{}")) for what, template in RECORD_TYPES.items())
_ROOT_AFFIXES = tuple(
    {(before, after): None for before, _, after in (re.split(r"\{(\w+)\}", each) for each in ROOTS.values())}
)
_FIELD_TYPE_ENDINGS = tuple(
    template.removeprefix("{}{}") for template in (*CHOICE_TYPES.values(), *MORPH_TYPES.values())
)


class FieldNames:
    """The names that the fields of one object claim."""

    def __init__(self, of: Object) -> None:
        self._by_name: defaultdict[str, list[Field]] = defaultdict(list)
        for each in of.fields.values():
            if each.deleted_at is None:
                self._by_name[each.name].append(each)

    def holder(self, claim: str, besides: Collection[UUID] = ()) -> Field | None:
        for ending in _FIELD_ENDINGS:
            if claim.endswith(ending):
                for each in self._by_name.get(claim.removesuffix(ending), ()):
                    if each.id not in besides and claim in field_names(each):
                        return each
        return None

    def are_free(self, claims: Iterable[str], besides: Collection[UUID] = ()) -> bool:
        return all(self.holder(each, besides) is None for each in claims)


class ObjectNames:
    """The names of types and root fields that the objects of a snapshot claim."""

    def __init__(self, objects: Iterable[Object]) -> None:
        self._by_name: defaultdict[str, list[Object]] = defaultdict(list)
        for each in objects:
            if each.deleted_at is None:
                self._by_name[each.name_singular].append(each)
                self._by_name[each.name_plural].append(each)

    def type_holder(self, claim: str, besides: Collection[UUID] = ()) -> Object | None:
        for what, ending in _TYPE_ENDINGS:
            if claim.endswith(ending):
                for each in self._by_name.get(camel(claim.removesuffix(ending)), ()):
                    if each.id not in besides and type_name(what, each.name_singular) == claim:
                        return each
        return self._field_type_holder(claim, besides)

    def root_holder(self, claim: str, besides: Collection[UUID] = ()) -> Object | None:
        for before, after in _ROOT_AFFIXES:
            if claim.startswith(before) and claim.endswith(after):
                stem = claim.removeprefix(before).removesuffix(after)
                for each in self._by_name.get(camel(stem), ()):
                    if each.id not in besides and claim in root_names(each):
                        return each
        return None

    def _field_type_holder(self, claim: str, besides: Collection[UUID]) -> Object | None:
        """The object with a field with options whose type is called so."""
        if claim.endswith(_FIELD_TYPE_ENDINGS):
            for each in self._beginning(claim):
                if each.id not in besides and claim in _field_type_names(each):
                    return each
        return None

    def _beginning(self, claim: str) -> Iterator[Object]:
        name = camel(claim)
        for length in range(1, len(name)):
            yield from self._by_name.get(name[:length], ())


def _field_type_names(of: Object) -> Iterator[str]:
    kept = (each for each in of.fields.values() if each.deleted_at is None)
    return (name for each in kept for name in field_type_names(of.name_singular, each))
