"""Which kind can become which, and how: one entry a pair."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Text, and_, cast, column, func, literal, or_, select, table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from armature.core.errors import BadUserInput
from armature.metadata.conversions import choices, numbers, texts, times
from armature.metadata.conversions.conversion import TEXTS, Conversion, Given, Sql, held, single, trimmed, words
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field
from armature.metadata.stored import stored

_SHOWN = tuple(TEXTS)
"""What can be read as a text."""

_NUMBERS = ("NUMBER", "NUMERIC", "RATING", "CURRENCY")

_FROM_ANY: Mapping[str, Conversion] = {
    "TEXT": single(texts.text_from_text),
    "RICH_TEXT": texts.SPELT["RICH_TEXT"],
    "SELECT": single(choices.option_from_text),
    "MULTI_SELECT": single(choices.options_from_text),
    "ARRAY": single(texts.list_from_text),
    "RAW_JSON": single(texts.document_from_value),
}

_FROM_TEXT: Mapping[str, Conversion] = {
    **texts.SPELT,
    **dict.fromkeys(_NUMBERS, Conversion(numbers.from_text)),
    "BOOLEAN": single(numbers.truth_from_text),
    "DATE": single(times.day_from_text),
    "DATE_TIME": single(times.moment_from_text),
    "UUID": single(texts.uuid_from_text),
    "FULL_NAME": Conversion(texts.name_from_text),
}

_FROM_NUMBER: Mapping[str, Conversion] = {
    **dict.fromkeys(_NUMBERS, Conversion(numbers.from_number)),
    "BOOLEAN": single(numbers.truth_from_number),
}

_COMPOSITES = tuple(each for each in _SHOWN if KINDS[each].parts)

_PAIRS: Mapping[tuple[str, str], Conversion] = {
    ("TEXT", "RAW_JSON"): single(texts.document_from_text),
    ("RAW_JSON", "ARRAY"): single(texts.list_from_document),
    ("RAW_JSON", "MULTI_SELECT"): single(choices.options_from_document),
    ("DATE", "DATE_TIME"): single(times.moment_from_day),
    ("DATE_TIME", "DATE"): single(times.day_from_moment),
    ("BOOLEAN", "SELECT"): single(choices.option_from_truth),
    ("SELECT", "MULTI_SELECT"): single(choices.options_from_option),
    ("SELECT", "RAW_JSON"): single(texts.document_from_shown),
    ("MULTI_SELECT", "SELECT"): single(choices.option_from_options),
    ("MULTI_SELECT", "ARRAY"): single(choices.list_from_options),
    ("MULTI_SELECT", "RAW_JSON"): single(texts.document_from_shown),
    ("ARRAY", "SELECT"): single(choices.option_from_list),
    ("ARRAY", "MULTI_SELECT"): single(choices.options_from_list),
    **{(each, "RAW_JSON"): single(texts.document_from_parts) for each in _COMPOSITES},
    ("EMAILS", "EMAIL"): single(texts.text_of_first_part("primaryEmail", "additionalEmails")),
    ("PHONES", "PHONE"): single(texts.text_of_first_part("primaryPhoneNumber", "additionalPhones")),
    ("LINKS", "LINK"): single(texts.text_of_first_part("primaryLinkUrl", "secondaryLinks")),
}


def _all() -> Mapping[tuple[str, str], Conversion]:
    found = {(each, to): how for each in _SHOWN for to, how in _FROM_ANY.items() if each != to}
    for each in ("TEXT", "SELECT", "RICH_TEXT", "EMAIL", "PHONE", "LINK", "RAW_JSON", "ARRAY"):
        found |= {(each, to): how for to, how in _FROM_TEXT.items() if each != to}
    for each in ("NUMBER", "NUMERIC", "RATING", "AUTO_NUMBER", "CURRENCY", "BOOLEAN"):
        found |= {(each, to): how for to, how in _FROM_NUMBER.items() if to != each or each in {"NUMBER", "NUMERIC"}}
    return MappingProxyType({**found, **_PAIRS})


CONVERSIONS: Mapping[tuple[str, str], Conversion] = _all()
"""By the kind that is and the kind that is wanted. One kind may hold its values in several ways, too."""


class ConversionUnknown(BadUserInput):
    def __init__(self, field: Field, kind: str) -> None:
        known = [to for before, to in CONVERSIONS if before == field.kind and to != before]
        hint = f"It can become {', '.join(known)}." if known else "Create a new field, and delete this one."
        super().__init__(
            f'"{field.name}" is {field.kind} and can\'t become {kind}.', hint=hint, field=field.name, path=("type",)
        )


class SettingsFixed(BadUserInput):
    """They say how values are held."""

    def __init__(self, field: Field) -> None:
        super().__init__(
            f'The settings of "{field.name}" can\'t change: a {field.kind} field holds its values as it was created.',
            hint="Create a new field, and delete this one.",
            field=field.name,
            path=("settings",),
        )


def is_convertible(before: str, after: str) -> bool:
    return (before, after) in CONVERSIONS


def conversion_of(field: Field, kind: str) -> Conversion:
    """Raises ConversionUnknown."""
    found = CONVERSIONS.get((field.kind, kind))
    if found is None:
        raise ConversionUnknown(field, kind)
    return found


@dataclass(frozen=True, slots=True)
class Converted:
    """The new field's columns by name, each as SQL of the old ones; and whether there was a value at all."""

    columns: Mapping[str, Sql]
    is_there: Sql

    @property
    def fails(self) -> Sql:
        return and_(self.is_there, *(each.is_(None) for each in self.columns.values()))


def converted(before: Field, after: Field, spelt: str | None = None) -> Converted:
    """`spelt` is the table that has what `spell` made of each text, where that is how."""
    given, how = Given(before, after), conversion_of(before, after.kind)
    if how.parts is not None:
        parts = how.parts(given)
    else:
        texts_of = (name for name, each in _stored(after).items() if isinstance(_column_type(each), Text))
        parts = {name: _looked_up(given, name, spelt or "") for name in texts_of}
    columns = {str(each.column): parts[name] for name, each in _stored(after).items() if name in parts}
    return Converted(columns, is_there(before))


def _stored(field: Field) -> Mapping[str, Field]:
    """What holds a field, by the name of the part."""
    names = list(KINDS[field.kind].parts) or [""]
    return dict(zip(names, stored(field), strict=True))


def _column_type(field: Field) -> TypeEngine[Any]:
    return KINDS[field.kind].column_type(field.settings)


def _looked_up(given: Given, part: str, spelt: str) -> Sql:
    found = spelling_table(spelt)
    value = cast(found.c.armature__parts, JSONB()).op("->>")(words(part))
    return cast(select(value).where(found.c.armature__text == given.text).scalar_subquery(), Text())


def spelling_table(name: str) -> Any:
    """Its columns have names that no field's column has."""
    return table(name, column("armature__text", Text()), column("armature__parts", Text()), schema="pg_temp")


def is_there(field: Field) -> Sql:
    """Whether a record has a value. Blank texts and empty lists are none."""
    return _THERE.get(field.kind, _is_held)(field)


def _is_held(field: Field) -> Sql:
    return held(field).is_not(None)


def _is_written(field: Field) -> Sql:
    return trimmed(TEXTS[field.kind](field)).is_not(None)


def _has_items(field: Field) -> Sql:
    return func.cardinality(held(field)) > literal(0)


def _has_parts(field: Field) -> Sql:
    return or_(_is_written(field), *(held(field, each).is_not(None) for each in _MORE.get(field.kind, ())))


def _says_something(field: Field) -> Sql:
    return held(field) != cast(words("null"), JSONB())


_MORE = {
    "EMAILS": ("additionalEmails",),
    "PHONES": ("additionalPhones",),
    "LINKS": ("primaryLinkLabel", "secondaryLinks"),
    "RICH_TEXT": ("blocks",),
    "ADDRESS": ("lat", "lng"),
}

_THERE: Mapping[str, Callable[[Field], Sql]] = {
    "TEXT": _is_written,
    "ARRAY": _has_items,
    "MULTI_SELECT": _has_items,
    "RAW_JSON": _says_something,
    "CURRENCY": lambda field: held(field, "amountMicros").is_not(None),
    **dict.fromkeys((each for each in _COMPOSITES if each != "CURRENCY"), _has_parts),
}
