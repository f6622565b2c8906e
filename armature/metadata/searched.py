"""What a record is searched by: the columns of its searchable fields, and which of them name it."""

from collections.abc import Iterator, Sequence

from armature.metadata.kinds.searching import PARTS, kind_is_searched
from armature.metadata.model import Field, Object
from armature.metadata.stored import stored


def searched(of: Object) -> list[Field]:
    """In display order, parts of composites each by itself."""
    if not of.is_searchable:
        return []
    return [held for field in of.visible_fields.values() for held in searched_parts(field)]


def is_searched(of: Object) -> bool:
    return of.is_searchable and any(_is_searched(each) for each in of.visible_fields.values())


def _is_searched(field: Field) -> bool:
    return not field.is_system and kind_is_searched(field.kind, field.settings)


def searched_parts(field: Field) -> Iterator[Field]:
    if not _is_searched(field):
        return iter(())
    held = stored(field)
    return iter(held) if held == (field,) else (each for each in held if each.kind in PARTS)


def naming(fields: Sequence[Field]) -> int:
    """Of what a record is searched by, how many name it: the first field, and the required ones that follow it."""
    others = (at for at, each in enumerate(fields) if each.is_nullable and each.id != fields[0].id)
    return next(others, len(fields))
