"""What an object is born with: its table's name, and the fields that every object has."""

from collections.abc import Mapping
from typing import Any

from armature.metadata.edits.draft import Draft
from armature.metadata.english import label_of
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object
from armature.metadata.names import snake_case, table_at_birth

# name, kind, label, is_nullable, default: what every object has.
SYSTEM_FIELDS: tuple[tuple[str, str, str, bool, Any], ...] = (
    ("id", "UUID", "ID", False, "uuid"),
    ("createdAt", "DATE_TIME", "Created at", False, "now"),
    ("updatedAt", "DATE_TIME", "Updated at", False, "now"),
    ("deletedAt", "DATE_TIME", "Deleted at", True, None),
    ("createdBy", "ACTOR", "Created by", False, {"source": "SYSTEM"}),
    ("updatedBy", "ACTOR", "Updated by", False, {"source": "SYSTEM"}),
    ("position", "POSITION", "Position", False, "last"),
    ("searchVector", "TS_VECTOR", "Search vector", True, None),
)
_LABELS: Mapping[str, str] = {name: label for name, _, label, _, _ in SYSTEM_FIELDS}


def is_born_with(name: str) -> bool:
    """Whether every object has a field of this name."""
    return name in _LABELS


def system_label(name: str) -> str:
    """Of a system field, unless somebody changed it."""
    return _LABELS.get(name) or label_of(name) or name


def new_object(draft: Draft, names: tuple[str, str], labels: tuple[str, str], description: str | None = None) -> Object:
    """Names and labels are of one and of many; it is not yet put into the draft."""
    return Object(
        draft.new_id(),
        *names,
        table_at_birth(names[1], {each.table for each in draft.objects.values()}),
        *labels,
        description=description,
        fields={each.id: each for each in _system_fields(draft)},
    )


def _system_fields(draft: Draft) -> list[Field]:
    return [
        Field(
            draft.new_id(),
            name,
            kind,
            snake_case(name) if KINDS[kind].has_column else None,
            label,
            is_nullable=is_nullable,
            is_system=True,
            default=default,
        )
        for name, kind, label, is_nullable, default in SYSTEM_FIELDS
    ]
