"""Which kinds of fields can be searched, and which are unless a field's setting `isSearchable` says otherwise."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from armature.metadata.kinds.kind import Kind, Settings, Unfit

SETTING = "isSearchable"

SEARCHABLE: Mapping[str, bool] = {
    "TEXT": True,
    "EMAIL": True,
    "PHONE": True,
    "LINK": True,
    "ARRAY": True,
    "AUTO_NUMBER": False,
    "FULL_NAME": True,
    "ADDRESS": True,
    "LINKS": True,
    "EMAILS": True,
    "PHONES": True,
    "RICH_TEXT": True,
}
"""By kind: whether it is where the setting says nothing."""

PARTS = frozenset({"TEXT", "EMAIL", "PHONE", "LINK", "COUNTRY", "MARKDOWN", "EMAIL_LIST", "LINK_LIST", "PHONE_LIST"})
"""What of a composite is searched."""


def kind_is_searched(kind: str, settings: Settings) -> bool:
    return bool(settings.get(SETTING, SEARCHABLE.get(kind, False)))


def with_setting(kind: Kind) -> Kind:
    """The kind as it is for fields; as a part of others it has no such setting."""
    if kind.name not in SEARCHABLE:
        return kind
    return replace(kind, setting_checks={**kind.setting_checks, SETTING: _flag})


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value
