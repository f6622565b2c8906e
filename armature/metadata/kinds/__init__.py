"""The kinds of fields. A new kind goes into its family's file; a new family is one more line here."""

from collections.abc import Mapping
from types import MappingProxyType

from armature.metadata.kinds import (
    choices,
    composites,
    contacts,
    derived,
    files,
    lists,
    numbers,
    structure,
    text,
    times,
    vectors,
)
from armature.metadata.kinds.kind import Kind, Part, Settings
from armature.metadata.kinds.searching import with_setting

__all__ = ["FIELD_KINDS", "KINDS", "Kind", "Part", "Settings"]

FIELD_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        each.name: with_setting(each)
        for family in (text, contacts, numbers, choices, lists, times, structure, composites, derived, vectors, files)
        for each in family.KINDS
    }
)
"""What a field can be."""

KINDS: Mapping[str, Kind] = MappingProxyType({**FIELD_KINDS, **{each.name: each for each in composites.PART_KINDS}})
"""And what only a part of one can be."""
