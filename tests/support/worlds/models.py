"""Random models: objects with fields of every kind, relations of every shape, and parts that were set aside."""

from collections.abc import Iterator, Sequence
from typing import Any

from armature.metadata.changes import (
    Change,
    CreateField,
    CreateObject,
    DeleteField,
    DeleteObject,
    NewField,
    NewOption,
    NewRelation,
    UpdateField,
    UpdateObject,
)
from armature.metadata.model import OnDelete
from tests.support.worlds.choices import Choices

OBJECTS = (("apple", "apples"), ("boat", "boats"), ("city", "cities"), ("dog", "dogs"))

KINDS: Sequence[tuple[str, dict[str, Any] | None]] = (
    ("TEXT", None),
    ("NUMBER", {"dataType": "int"}),
    ("NUMBER", {"dataType": "float"}),
    ("NUMBER", {"dataType": "bigint"}),
    ("NUMERIC", None),
    ("NUMERIC", {"precision": 5, "scale": 2}),
    ("BOOLEAN", None),
    ("DATE", None),
    ("DATE_TIME", None),
    ("UUID", None),
    ("SELECT", None),
    ("RAW_JSON", None),
    ("TEXT", {"maxLength": 300}),
    ("EMAIL", None),
    ("PHONE", {"defaultCountry": "CH"}),
    ("LINK", None),
    ("RATING", {"max": 3}),
    ("MULTI_SELECT", None),
    ("ARRAY", None),
    ("POSITION", None),
    ("FULL_NAME", None),
    ("ADDRESS", None),
    ("CURRENCY", None),
    ("EMAILS", None),
    ("RICH_TEXT", None),
    ("FILES", None),
)

DEFAULTS: dict[str, Sequence[Any]] = {
    "TEXT": ("a", "", "it's"),
    "NUMBER": (0, 7),
    "NUMERIC": ("1.50", "0"),
    "BOOLEAN": (False, True),
    "DATE": ("2024-02-29", "now"),
    "DATE_TIME": ("2024-01-01T00:01:01Z", "now"),
    "UUID": ("00000000-0000-0000-0000-000000000001",),
    "RAW_JSON": ({"b": 1, "a": [None]}, []),
    "FILES": ([{"name": "a.png", "url": "https://example.com/a"}], []),
    "EMAIL": ("Ada@Example.com",),
    "PHONE": ("044 668 18 00",),
    "LINK": ("https://example.com",),
    "RATING": (1, 3),
    "ARRAY": (["a", "", 'quo"te, {\\}'], []),
    "POSITION": (0, 1.5),
    "FULL_NAME": ({"firstName": "Ada"}, {"lastName": "King", "firstName": ""}),
    "ADDRESS": ({"street1": "Main Street 1", "lat": 47.5}, {}),
    "CURRENCY": ({"amountMicros": 5_000_000, "currencyCode": "chf"},),
    "EMAILS": ({"primaryEmail": "Ada@Example.com", "additionalEmails": ["B@example.com"]},),
    "RICH_TEXT": ({"markdown": "# Hi", "blocks": [{"type": "heading"}]},),
}
ON_DELETE: Sequence[OnDelete] = ("SET_NULL", "CASCADE", "RESTRICT")
UNIQUE = ("TEXT", "NUMBER", "UUID", "NUMERIC", "DATE", "EMAIL", "PHONE", "EMAILS")
OPTIONS = ("RED", "GREEN", "b_2", "Amber")


def some_model(choices: Choices) -> list[Change]:
    """The steps that make a model; the first object stays visible."""
    objects = OBJECTS[: choices.between(1, len(OBJECTS))]
    changes: list[Change] = [
        CreateObject(name_singular=one, name_plural=many, fields=tuple(_fields(choices, at)))
        for at, (one, many) in enumerate(objects)
    ]
    needed: set[str] = set()
    names = [one for one, _ in objects]
    changes += [_relation(choices, at, names, needed) for at in range(choices.between(0, 2 * len(objects)))]
    changes += _set_aside_fields(choices, changes)
    for one, _ in objects[1:]:
        if one not in needed and choices.chance(15):
            away: list[Change] = [UpdateObject(object=one, is_active=False), DeleteObject(object=one)]
            changes.append(choices.pick(away))
    return changes


def _fields(choices: Choices, at: int) -> Iterator[NewField]:
    first = choices.below(len(KINDS))
    for number in range(choices.between(1, 8)):
        kind, settings = KINDS[(first + at * 5 + number * 7) % len(KINDS)]
        yield _field(choices, f"{kind.lower().replace('_', '')}{number}", kind, settings)


def _field(choices: Choices, name: str, kind: str, settings: dict[str, Any] | None) -> NewField:
    options = OPTIONS[: choices.between(1, 4)] if kind in ("SELECT", "MULTI_SELECT") else ()
    defaults = [[], [*options]] if kind == "MULTI_SELECT" else [*DEFAULTS.get(kind, options)]
    default = choices.pick(defaults) if choices.chance(25) else None
    is_unique = kind in UNIQUE and choices.chance(20)
    return NewField(
        name=name,
        type=kind,
        settings=settings,
        options=tuple(NewOption(value=each) for each in options) or None,
        is_nullable=not choices.chance(30),
        is_unique=is_unique,
        default_value=None if is_unique else default,
    )


def _relation(choices: Choices, at: int, objects: Sequence[str], needed: set[str]) -> Change:
    many, one = choices.pick(objects), choices.pick(objects)
    if choices.chance(20):
        between = NewRelation(type="MANY_TO_MANY", target=one, inverse_name=f"others{at}")
        return CreateField(object=many, field=NewField(name=f"many{at}", type="RELATION", relation=between))
    is_nullable = not choices.chance(20)
    if not is_nullable:
        needed.add(one)
    on_delete = choices.pick(ON_DELETE if is_nullable else ON_DELETE[1:])
    if is_nullable and choices.chance(20):
        relation = NewRelation(type="ONE_TO_MANY", target=many, inverse_name=f"one{at}", on_delete=on_delete)
        return CreateField(object=one, field=NewField(name=f"many{at}", type="RELATION", relation=relation))
    is_unique = choices.chance(25)
    relation = NewRelation(
        type="ONE_TO_ONE" if is_unique else "MANY_TO_ONE",
        target=one,
        inverse_name=f"only{at}" if is_unique else f"many{at}",
        on_delete=on_delete,
    )
    return CreateField(
        object=many, field=NewField(name=f"one{at}", type="RELATION", is_nullable=is_nullable, relation=relation)
    )


def _set_aside_fields(choices: Choices, changes: Sequence[Change]) -> Iterator[Change]:
    """Some fields deactivated, deleted, or renamed, so that their column no longer has their name."""
    for change in changes:
        names = (
            [(change.name_singular, each.name) for each in change.fields] if isinstance(change, CreateObject) else []
        )
        if isinstance(change, CreateField):
            names.append((change.object, change.field.name))
        for of, name in names:
            assert of is not None
            assert name is not None
            match choices.below(20):
                case 19:
                    yield UpdateField(object=of, field=name, is_active=False)
                case 18:
                    yield DeleteField(object=of, field=name)
                case 17:
                    yield UpdateField(object=of, field=name, name=f"{name}x")
