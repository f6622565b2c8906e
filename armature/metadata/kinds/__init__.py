"""The kinds of fields. A new kind goes into its family's file; a new family is one more line here."""

from collections.abc import Mapping
from types import MappingProxyType

from armature.metadata.kinds import choices, contacts, derived, lists, numbers, structure, text, times
from armature.metadata.kinds.kind import Kind, Settings

__all__ = ["KINDS", "Kind", "Settings"]

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        each.name: each
        for family in (text, contacts, numbers, choices, lists, times, structure, derived)
        for each in family.KINDS
    }
)
