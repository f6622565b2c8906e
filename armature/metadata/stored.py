"""What holds a field in its object's table: columns, each as a field of a plain kind."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from armature.metadata.kinds import KINDS, Part
from armature.metadata.model import Field
from armature.metadata.names import part_column


def stored(field: Field) -> tuple[Field, ...]:
    """The field itself, its parts where it is a composite; nothing where its column is elsewhere."""
    if field.column is None:
        return ()
    return _parts(field) if KINDS[field.kind].parts else (field,)


@lru_cache(5_000)
def _parts(field: Field) -> tuple[Field, ...]:
    return tuple(_part(field, name, part) for name, part in KINDS[field.kind].parts.items())


def primary(field: Field) -> Field:
    """What a composite is required, unique and addressed by; the field itself where it is none."""
    kind = KINDS[field.kind]
    return field if kind.primary is None else _part(field, kind.primary, kind.parts[kind.primary])


def _part(field: Field, name: str, part: Part) -> Field:
    """Only the primary part is required and unique."""
    assert field.column is not None  # noqa: S101  asked before
    is_primary = name == KINDS[field.kind].primary
    default: Any = None if field.default is None else field.default.get(name)
    shared = {key: value for key, value in field.settings.items() if key in part.kind.setting_checks}
    return replace(
        field,
        name=f"{field.name}.{name}",
        kind=part.kind.name,
        column=part_column(field.column, name),
        is_nullable=field.is_nullable or not is_primary,
        is_unique=field.is_unique and is_primary,
        default=default,
        settings={**part.settings, **shared},
    )
