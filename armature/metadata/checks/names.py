"""Names that clash, are reserved, or get too long: of one object, or of one field, against all the others."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import cached_property
from uuid import UUID

from armature.core.errors import ArmatureError
from armature.metadata.claims import FieldNames, ObjectNames
from armature.metadata.model import Field, Object, Snapshot
from armature.metadata.names import (
    LONGEST,
    RESERVED_FIELDS,
    RESERVED_ROOTS,
    RESERVED_TYPES,
    ROOTS,
    NameReserved,
    NameTaken,
    NameTooLong,
    SameName,
    check_name,
    custom_name,
    field_names,
    field_type_names,
    next_name,
    root_name,
    type_names,
)

SINGULAR, PLURAL = "nameSingular", "namePlural"
_SINGULAR_ROOTS = {what for what, template in ROOTS.items() if "{one}" in template or "{One}" in template}


class NamesInUse:
    """The names that a snapshot's objects and fields hold, indexed when first asked for.

    `pending` are those still to be checked: of two new things that clash, the later one is at fault.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._fields: dict[UUID, FieldNames] = {}

    @cached_property
    def objects(self) -> ObjectNames:
        return ObjectNames(self._snapshot.objects.values())

    def fields(self, of: Object) -> FieldNames:
        if of.id not in self._fields:
            self._fields[of.id] = FieldNames(of)
        return self._fields[of.id]


def object_name_errors(of: Object, names: NamesInUse, pending: Collection[UUID]) -> Iterator[ArmatureError]:
    """At most one for each of the two names."""
    try:
        check_name(of.name_singular, SINGULAR)
        check_name(of.name_plural, PLURAL)
    except ArmatureError as wrong:
        yield wrong
        return
    if of.name_singular == of.name_plural:
        yield SameName(of.name_plural, next_name(of.name_plural, _freedom(of, PLURAL, names)))
        return
    for place in (SINGULAR, PLURAL):
        if error := _error_at(of, place, names, pending):
            yield error


def _error_at(of: Object, place: str, names: NamesInUse, pending: Collection[UUID]) -> ArmatureError | None:
    name = _name_at(of, place)
    longest = max(_roots_at(of, place), key=len)
    if len(longest) > LONGEST:
        return NameTooLong(name, longest, place)
    if _is_reserved(of, place):
        return NameReserved(name, custom_name(name, _freedom(of, place, names)), place)
    clash = _clash(of, place, names, pending) or (_own_clash(of) if place == PLURAL else None)
    return NameTaken(name, *clash, next_name(name, _freedom(of, place, names)), place) if clash else None


def _name_at(of: Object, place: str) -> str:
    return of.name_singular if place == SINGULAR else of.name_plural


def _roots_at(of: Object, place: str) -> list[str]:
    """The root fields that one of the two names gives."""
    return [root_name(what, of) for what in ROOTS if (what in _SINGULAR_ROOTS) == (place == SINGULAR)]


def _types_at(of: Object, place: str) -> list[str]:
    return list(type_names(of)) if place == SINGULAR else []


def _is_reserved(of: Object, place: str) -> bool:
    return not (RESERVED_TYPES.isdisjoint(_types_at(of, place)) and RESERVED_ROOTS.isdisjoint(_roots_at(of, place)))


def _clash(of: Object, place: str, names: NamesInUse, besides: Collection[UUID]) -> tuple[str, str] | None:
    """The first name that another object claims too, and who that is."""
    for holder_of, claims in (
        (names.objects.type_holder, _types_at(of, place)),
        (names.objects.root_holder, _roots_at(of, place)),
    ):
        for claim in claims:
            if holder := holder_of(claim, besides):
                return claim, _described("object", holder.name_singular, holder.is_active)
    return None


def _own_clash(of: Object) -> tuple[str, str] | None:
    """A root field that both names of the object give."""
    both = set(_roots_at(of, SINGULAR)).intersection(_roots_at(of, PLURAL))
    return (min(both), "the object itself") if both else None


def _freedom(of: Object, place: str, names: NamesInUse) -> Callable[[str], bool]:
    """Whether the object could have another name in that place."""

    def is_free(name: str) -> bool:
        renamed = replace(of, name_singular=name) if place == SINGULAR else replace(of, name_plural=name)
        is_clash = _clash(renamed, place, names, (of.id,)) or _own_clash(renamed)
        return not is_clash and not _is_reserved(renamed, place)

    return is_free


def field_name_errors(
    of: Object, field: Field, names: NamesInUse, pending: Collection[UUID]
) -> Iterator[ArmatureError]:
    """At most one."""
    try:
        check_name(field.name, "name")
    except ArmatureError as wrong:
        yield wrong
        return
    claims = list(field_names(field))
    longest = max(claims, key=len)
    if len(longest) > LONGEST:
        yield NameTooLong(field.name, longest, "name")
    elif not field.is_system and RESERVED_FIELDS.intersection(claims):
        yield NameReserved(field.name, custom_name(field.name, _field_freedom(of, field, names)), "name")
    elif clash := _field_clash(of, field, names, pending):
        yield NameTaken(field.name, *clash, next_name(field.name, _field_freedom(of, field, names)), "name")


def _field_clash(of: Object, field: Field, names: NamesInUse, pending: Collection[UUID]) -> tuple[str, str] | None:
    """The first name that another claims too, and who that is: a field of the object, or another object's type."""
    for claim in field_names(field):
        if other := names.fields(of).holder(claim, pending):
            return claim, f'{_described("field", other.name, other.is_active)} of "{of.name_singular}"'
    for claim in field_type_names(of.name_singular, field):
        if holder := names.objects.type_holder(claim, (of.id,)):
            return claim, _described("object", holder.name_singular, holder.is_active)
    return None


def _field_freedom(of: Object, field: Field, names: NamesInUse) -> Callable[[str], bool]:
    def is_free(name: str) -> bool:
        renamed = replace(field, name=name)
        is_reserved = RESERVED_FIELDS.intersection(field_names(renamed))
        return not is_reserved and _field_clash(of, renamed, names, (field.id,)) is None

    return is_free


def _described(what: str, name: str, is_active: bool) -> str:
    return f'the {what} "{name}"' if is_active else f'the inactive {what} "{name}"'
