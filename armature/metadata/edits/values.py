"""What a field may hold, read from a step: its kind, settings, options and default."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import UNSET

from armature.core.errors import BadUserInput, NotFound
from armature.metadata.changes import NewField, NewOption
from armature.metadata.edits.draft import Draft
from armature.metadata.english import label_of
from armature.metadata.kinds import FIELD_KINDS, Kind
from armature.metadata.model import Field, Option
from armature.metadata.resolve import did_you_mean


class KindUnknown(BadUserInput):
    def __init__(self, kind: str) -> None:
        super().__init__(
            f'There is no field type "{kind[:100]}".',
            hint=did_you_mean(kind, FIELD_KINDS) or f"There are {', '.join(FIELD_KINDS)}.",
            path=("type",),
        )


class KindOfSystem(BadUserInput):
    def __init__(self, kind: str) -> None:
        super().__init__(
            f"A {kind} field can't be created: every object has the one there is.",
            hint="Its fields are searched unless their setting isSearchable is false.",
            path=("type",),
        )


class OptionsNotAllowed(BadUserInput):
    def __init__(self, kind: str) -> None:
        having = ", ".join(each.name for each in FIELD_KINDS.values() if each.has_options)
        super().__init__(f"A {kind} field has no options.", hint=f"These have: {having}.", path=("options",))


class OptionNotFound(NotFound):
    def __init__(self, field: str, id: str) -> None:
        super().__init__(
            f'The field "{field}" has no option with the id "{id[:100]}".',
            hint="Leave the id out to add an option.",
            field=field,
            path=("id",),
        )


class OptionTwice(BadUserInput):
    def __init__(self, field: str, value: str) -> None:
        super().__init__(
            f'The option "{value}" of "{field}" is given twice.', hint="Name each once.", field=field, path=("id",)
        )


class SettingFixed(BadUserInput):
    def __init__(self, field: Field, key: str) -> None:
        super().__init__(
            f'The setting "{key}" of "{field.name}" only counts when the field is created.',
            hint="Create a new field.",
            field=field.name,
            path=("settings", key),
        )


def kind_named(name: str) -> Kind:
    kind = FIELD_KINDS.get(name)
    if kind is None:
        raise KindUnknown(name)
    if name == "TS_VECTOR":
        raise KindOfSystem(name)
    return kind


def values_of(draft: Draft, kind: Kind, new: NewField) -> dict[str, Any]:
    """`settings`, `options` and `default` of a new field; what is wrong goes to the draft."""
    found: dict[str, Any] = {}
    with draft.at():
        kind.check_given(new.settings)
        found["settings"] = kind.check_settings(new.settings)
    with draft.at():
        if new.options is not None and not kind.has_options:
            raise OptionsNotAllowed(kind.name)
        found["options"] = read_options(draft, new.name or "", (), new.options or ())
    with draft.at():
        if "settings" in found:
            found["default"] = kind.check_default(new.default_value, found["settings"], found.get("options", ()))
    return found


def read_options(draft: Draft, field: str, present: Sequence[Option], given: Sequence[NewOption]) -> tuple[Option, ...]:
    """The options as given, each matched with a present one by its id, or else by its value."""
    by_id = {str(each.id): each for each in present}
    by_value = {each.value: each for each in present}
    named = {each.id for each in given if each.id is not None}
    used: set[UUID] = set()
    found: list[Option] = []
    for position, new in enumerate(given):
        with draft.at("options", position):
            if new.id is not None and new.id not in by_id:
                raise OptionNotFound(field, new.id)
            match = by_id[new.id] if new.id is not None else by_value.get(new.value)
            if match is not None and new.id is None and str(match.id) in named:
                match = None  # its id gives it another value in this very step
            if match is not None and match.id in used:
                raise OptionTwice(field, new.value)
            found.append(_option(draft, match, new))
            used.add(found[-1].id)
    return tuple(found)


def _option(draft: Draft, match: Option | None, new: NewOption) -> Option:
    if match is None:
        return Option(draft.new_id(), new.value, new.label or option_label(new.value), new.color or None)
    return Option(match.id, new.value, new.label or match.label, match.color if new.color is UNSET else new.color)


def option_label(value: str) -> str:
    words = value.replace("_", " ").strip()
    return words.capitalize() if words.isupper() else label_of(value) or value


def default_after(field: Field, options: Sequence[Option]) -> Any:
    """The default of a field whose options change: it follows its option, or each of them, to a new value."""
    if isinstance(field.default, list):
        return [_followed(field, options, each) for each in field.default]
    return _followed(field, options, field.default)


def _followed(field: Field, options: Sequence[Option], value: Any) -> Any:
    held = next((each.id for each in field.options if each.value == value), None)
    return next((each.value for each in options if each.id == held), value)


def check_fixed_settings(kind: Kind, field: Field, settings: dict[str, Any]) -> None:
    """Raises SettingFixed where one can't change."""
    for key in kind.fixed_settings:
        if settings.get(key) != field.settings.get(key):
            raise SettingFixed(field, key)
