"""What a field may hold: settings, options, defaults, uniqueness; and the rule of its relation."""

from collections.abc import Iterator

from armature.core.errors import ArmatureError, BadUserInput
from armature.metadata.checks.texts import color_errors, description_errors, label_errors
from armature.metadata.kinds import FIELD_KINDS, KINDS
from armature.metadata.model import EMPTY, Field, Relation
from armature.metadata.names import check_option_value


class UniqueNotAllowed(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" can\'t be unique: it is {field.kind}.',
            hint=f"Unique can be {', '.join(each.name for each in FIELD_KINDS.values() if each.can_be_unique)}.",
            field=field.name,
            path=("isUnique",),
        )


class UniqueWithoutKey(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" can\'t be unique: the foreign key of its relation is at the other end.',
            hint="Make the field at its other end unique: then the relation is one-to-one.",
            field=field.name,
            path=("isUnique",),
        )


class ComputedIsNullable(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" can\'t be required: it is computed, and may find nothing to compute with.',
            field=field.name,
            path=("isNullable",),
        )


class OptionsMissing(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" needs at least one option: it is a {field.kind}.', field=field.name, path=("options",)
        )


class OptionTaken(BadUserInput):
    def __init__(self, field: Field, value: str, position: int) -> None:
        super().__init__(
            f'Two options of "{field.name}" have the value "{value}".',
            field=field.name,
            path=("options", position, "value"),
        )


class UnitedIsRequired(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" can\'t be required: it is one of several relations, of which a record has at most one.',
            field=field.name,
            path=("isNullable",),
        )


class RequiredAndSetNull(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" is required, so it can\'t be set to null when the record it leads to is destroyed.',
            hint="Choose onDelete CASCADE or RESTRICT, or make it nullable.",
            field=field.name,
            path=("onDelete",),
        )


def field_errors(field: Field) -> Iterator[ArmatureError]:
    kind = KINDS[field.kind]
    yield from label_errors(field.label, "label")
    yield from description_errors(field.description)
    yield from _united_errors(field)
    if field.is_unique and not kind.can_be_unique:
        yield UniqueNotAllowed(field)
    elif field.is_unique and field.relation_id is not None and field.column is None:
        yield UniqueWithoutKey(field)
    if kind.is_computed and not field.is_nullable:
        yield ComputedIsNullable(field)
    if kind.has_options:
        yield from _option_errors(field)
    if field.settings is EMPTY:
        return  # they have none, or were refused when they were read
    try:
        kind.check_settings(field.settings)
        kind.check_default(field.default, field.settings, field.options)
    except ArmatureError as error:
        error.field = field.name
        yield error


def _option_errors(field: Field) -> Iterator[ArmatureError]:
    if not field.options:
        yield OptionsMissing(field)
    seen: set[str] = set()
    for position, option in enumerate(field.options):
        try:
            check_option_value(option.value)
        except ArmatureError as wrong:
            wrong.field, wrong.path = field.name, ("options", position, *(wrong.path or ()))
            yield wrong
        if option.value in seen:
            yield OptionTaken(field, option.value, position)
        seen.add(option.value)
        for error in (*label_errors(option.label, "label"), *color_errors(option.color)):
            error.path = ("options", position, *(error.path or ()))
            yield error


def _united_errors(field: Field) -> Iterator[ArmatureError]:
    if field.morph_id is not None and field.deleted_at is None and not field.is_nullable:
        yield UnitedIsRequired(field)


def relation_errors(relation: Relation, many: Field) -> Iterator[ArmatureError]:
    """`many` is the field with the foreign key."""
    if relation.on_delete == "SET_NULL" and not many.is_nullable and many.deleted_at is None:
        yield RequiredAndSetNull(many)
