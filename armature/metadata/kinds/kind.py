"""What a kind of field is: a small value that says how its values are held, shown and checked.

Search, filters, export and widgets keep their own tables keyed by `Kind.name`; a kind knows nothing of them, nor of
GraphQL beyond the name of its scalar.
"""

import reprlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Identity, literal
from sqlalchemy.types import TypeEngine

from armature.core.errors import BadUserInput
from armature.metadata.model import EMPTY, Option

Settings: TypeAlias = Mapping[str, Any]


class Unfit(ValueError):
    """A value that does not fit; the text completes the sentence "must be …"."""


class SettingUnknown(BadUserInput):
    def __init__(self, kind: str, key: str, known: Sequence[str]) -> None:
        hint = f"It knows {', '.join(known)}." if known else "It has none."
        super().__init__(f'{kind} has no setting "{key}".', hint=hint, path=("settings", key))


class SettingInvalid(BadUserInput):
    def __init__(self, kind: str, key: str, value: Any, reason: str) -> None:
        super().__init__(f'The setting "{key}" of {kind} must be {reason}, not {shown(value)}.', path=("settings", key))


class DefaultInvalid(BadUserInput):
    def __init__(self, kind: str, value: Any, reason: str) -> None:
        super().__init__(
            f"The default value of a {kind} field must be {reason}, not {shown(value)}.", path=("defaultValue",)
        )


class DefaultNotAllowed(BadUserInput):
    def __init__(self, kind: str) -> None:
        super().__init__(f"A {kind} field can't have a default value.", path=("defaultValue",))


@dataclass(frozen=True, slots=True)
class Storage:
    """How values are held: `canonical` checks JSON as a client wrote it, `python` makes of that what asyncpg takes.

    `canonical` raises Unfit. `sql` writes a canonical value as an expression where SQLAlchemy has no literal for it.
    `fit` is what is left to check, or to make uniform, of a value that its GraphQL type lets through; raises Unfit.
    `check` is what the column's CHECK says.
    """

    scalar: str | None
    column_type: TypeEngine[Any]
    canonical: Callable[[Any], Any]
    python: Callable[[Any], Any] = lambda value: value
    sql: Callable[[Any], ColumnElement[Any]] | None = None
    fit: Callable[[Any], Any] | None = None
    check: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None = None


@dataclass(frozen=True, slots=True)
class Special:
    """A default that PostgreSQL computes, such as "now"; `is_anew`: for each record by itself."""

    sql: Callable[[], ColumnElement[Any]]
    python: Callable[[], Any]
    is_anew: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """How a kind with options holds them, in SQL: so that editing options never rewrites the table.

    `check` keeps to these values, `holds` finds one, `holds_any` some, `renamed` puts new ones in the place of old.
    """

    check: Callable[[ColumnElement[Any], Sequence[str]], ColumnElement[bool]]
    holds: Callable[[ColumnElement[Any], str], ColumnElement[bool]]
    holds_any: Callable[[ColumnElement[Any], Sequence[str]], ColumnElement[bool]]
    renamed: Callable[[ColumnElement[Any], Mapping[str, str]], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Follows:
    """A part of a composite that another one, `source`, says as well.

    Where only that one is given, `make` makes this one of it. Where both are, `agree` gives back what was given for
    this one; it raises Unfit where the two can't both be true.
    """

    source: str
    make: Callable[[Any], Any]
    agree: Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One column of a composite, as a field of another kind."""

    kind: "Kind"
    settings: Settings = field(default_factory=dict)
    follows: Follows | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`storage` chooses by the settings, which `setting_checks` and `settle` have made canonical before.

    `generated`: PostgreSQL alone gives the values, which are never missing. `is_computed`: they are not stored at all.
    Without `has_column`, the record itself holds nothing of it.
    `fixed_settings` stay as a field was born; `inferred_settings` follow from the others, and nobody gives them.
    A composite has `parts` by name; it is required and unique by its `primary` one. `is_part`: for nothing else.
    """

    name: str
    storage: Callable[[Settings], Storage]
    setting_checks: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    setting_defaults: Settings = field(default_factory=dict)
    settle: Callable[[Settings], None] = lambda settings: None  # noqa: ARG005  refuses what does not go together
    specials: Mapping[str, Special] = field(default_factory=dict)
    fixed_settings: frozenset[str] = frozenset()
    inferred_settings: frozenset[str] = frozenset()
    can_be_unique: bool = False
    can_have_default: bool = True
    choices: Choices | None = None
    generated: Callable[[Settings], Identity] | None = None
    is_computed: bool = False
    has_column: bool = True
    parts: Mapping[str, Part] = field(default_factory=dict)
    primary: str | None = None
    is_part: bool = False

    @property
    def is_read_only(self) -> bool:
        return self.generated is not None or self.is_computed

    @property
    def has_options(self) -> bool:
        return self.choices is not None

    def scalar(self, settings: Settings = EMPTY) -> str | None:
        """The name of the GraphQL scalar, in brackets for a list; "ENUM": its own; None where the field is no leaf."""
        return self.storage(settings).scalar

    def column_type(self, settings: Settings = EMPTY) -> TypeEngine[Any]:
        return self.storage(settings).column_type

    def check_given(self, settings: Settings | None) -> None:
        """Raises SettingUnknown for what follows from the other settings."""
        for key in self.inferred_settings & (settings or EMPTY).keys():
            raise SettingUnknown(self.name, key, [each for each in self.setting_checks if each != key])

    def check_settings(self, settings: Settings | None) -> dict[str, Any]:
        """The settings with their defaults filled in; raises SettingUnknown or SettingInvalid."""
        found = dict(self.setting_defaults)
        for key, value in (settings or EMPTY).items():
            check = self.setting_checks.get(key)
            if check is None:
                raise SettingUnknown(self.name, key, list(self.setting_checks))
            try:
                found[key] = check(value)
            except Unfit as unfit:
                raise SettingInvalid(self.name, key, value, str(unfit)) from None
        self.settle(found)
        return found

    def check_default(self, value: Any, settings: Settings = EMPTY, options: Sequence[Option] = ()) -> Any:
        """The default as canonical JSON; None is no default. Raises DefaultInvalid or DefaultNotAllowed."""
        if value is None:
            return None
        if not self.can_have_default:
            raise DefaultNotAllowed(self.name)
        if isinstance(value, str) and value in self.specials:
            return value
        try:
            return self._one_of(options, self.storage(settings).canonical(value))
        except Unfit as unfit:
            specials = "".join(f' or "{each}"' for each in self.specials)
            raise DefaultInvalid(self.name, value, f"{unfit}{specials}") from None

    def _one_of(self, options: Sequence[Option], value: Any) -> Any:
        known = [each.value for each in options]
        given = value if isinstance(value, list) else [value]
        if self.has_options and not set(given) <= set(known):
            raise Unfit(f"{'some' if isinstance(value, list) else 'one'} of its options ({', '.join(known)})")
        return value

    def default_sql(self, value: Any, settings: Settings = EMPTY) -> ColumnElement[Any]:
        """A column's server default for a canonical default."""
        if isinstance(value, str) and value in self.specials:
            return self.specials[value].sql()
        storage = self.storage(settings)
        return storage.sql(value) if storage.sql else literal(storage.python(value), storage.column_type)

    def default_value(self, value: Any, settings: Settings = EMPTY) -> Any:
        """What asyncpg takes for a canonical default, for inserts that fill defaults in themselves."""
        if isinstance(value, str) and value in self.specials:
            return self.specials[value].python()
        return None if value is None else self.storage(settings).python(value)


def always(storage: Storage) -> Callable[[Settings], Storage]:
    """For a kind whose storage does not depend on its settings."""
    return lambda _: storage


def shown(value: Any) -> str:
    """A value inside a sentence, cut short however long or deep it is."""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        text = f'"{value}"' if isinstance(value, str) else reprlib.repr(value)
    except ValueError:  # Python writes no integer of thousands of digits
        return "this number"
    text = text.encode(errors="backslashreplace").decode()
    return text if len(text) <= 60 else text[:57] + "…"
