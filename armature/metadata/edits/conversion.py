"""A field becomes one of another type: it gets a new column, and what it held is set aside as a field of its own.

Neither has the name of the old column: a request that still knows the old field must not find one.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from msgspec import UNSET

from armature.core.errors import BadUserInput, Conflict
from armature.metadata.changes import UpdateField
from armature.metadata.conversions.matrix import ConversionUnknown, SettingsFixed, is_convertible
from armature.metadata.edits.draft import Draft
from armature.metadata.edits.values import kind_named
from armature.metadata.kinds import KINDS
from armature.metadata.kinds.kind import DefaultInvalid, DefaultNotAllowed
from armature.metadata.model import Field, Object
from armature.metadata.names import LONGEST, NameTooLong, column_at_birth, columns_of, taken_columns

SHORT = 15
"""With any ending of a composite, a name as long as this makes a column that PostgreSQL takes."""


class DefaultDoesNotFit(BadUserInput):
    def __init__(self, field: Field, kind: str) -> None:
        super().__init__(
            f'The default value of "{field.name}" is not one of a {kind} field.',
            hint="Give another defaultValue with the type, or null for none.",
            field=field.name,
            path=("type",),
        )


class BrokenByConversion(Conflict):
    """`needing` is a formula or a rollup, and `why` what it misses in the field as it would be."""

    def __init__(self, of: Object, needing: Field, converted: Field, why: str) -> None:
        super().__init__(
            f'The {needing.kind.lower()} "{needing.name}" of "{of.name_singular}" can\'t do with "{converted.name}" as '
            f"{converted.kind}: {why}",
            hint=f'Change or delete "{needing.name}" first.',
            field=converted.name,
            path=("type",),
        )


class RuledByRole(Conflict):
    """A rule that fits the new type may let in other records than it did: options are texts by their labels then."""

    def __init__(self, field: Field, role: str) -> None:
        super().__init__(
            f'A row rule of the role "{role}" is about "{field.name}", so its type can\'t change.',
            hint="Take the field out of the rule first, with setObjectPermission.",
            field=field.name,
            path=("type",),
        )


class ConvertedAlready(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" changes its type twice in these changes.',
            hint="Send two changesets.",
            field=field.name,
            path=("type",),
        )


class NoDefaultToTake(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" has no default value for the values that can\'t be converted.',
            hint="Give a defaultValue with the type.",
            field=field.name,
            path=("onFailure",),
        )


def retyped(draft: Draft, field: Field, name: str) -> dict[str, Any]:
    """What a field of this type has before its settings, options and default value are read."""
    found: dict[str, Any] = {}
    with draft.at():
        kind = kind_named(name)
        if kind.name != field.kind and not is_convertible(field.kind, kind.name):
            raise ConversionUnknown(field, kind.name)
        if kind.name != field.kind:
            options = field.options if kind.has_options else ()
            found = {"kind": kind.name, "settings": kind.check_settings(None), "options": options}
        if KINDS[field.kind].generated is not None and kind.generated is None:
            found["is_nullable"] = True  # nobody asked for values that PostgreSQL gives no longer
    return found


def put_changed(draft: Draft, of: Object, before: Field, after: Field, change: UpdateField) -> None:
    """Put the field; where its values are held in another way from now on, with what it held set aside."""
    if not _is_converted(before, after):
        draft.put_field(of.id, after)
        return
    if draft.errors:
        return
    if not is_convertible(before.kind, after.kind):
        raise SettingsFixed(before)
    if change.default_value is UNSET:
        _check_default(after)
    if change.on_failure == "DEFAULT" and after.default is None:
        raise NoDefaultToTake(before)
    _check_rules(draft, before)
    if before.id in draft.conversions:
        raise ConvertedAlready(before)
    taken = taken_columns(draft.objects[of.id])
    after = replace(after, column=column_at_birth(after.name, KINDS[after.kind], taken))
    longest = max(columns_of(after), key=len)
    if len(longest) > LONGEST:
        raise NameTooLong(after.name, longest, "type")
    taken |= {str(after.column), *columns_of(after)}
    aside = column_at_birth(before.name[:SHORT], KINDS[before.kind], taken)
    draft.put_field(of.id, after, former(before, draft.new_id(), aside, draft.now))
    rule = "REFUSE" if change.on_failure is UNSET else change.on_failure
    draft.conversions = {**draft.conversions, before.id: rule}


def _check_rules(draft: Draft, field: Field) -> None:
    for role in draft.snapshot.kept_roles.values():
        if any(str(field.id) in named for named in role.fields_ruled_by.values()):
            raise RuledByRole(field, role.name)


def _is_converted(before: Field, after: Field) -> bool:
    return (before.kind, _held_as(before)) != (after.kind, _held_as(after))


def _held_as(field: Field) -> str:
    kind = KINDS[field.kind]
    return "" if kind.parts else repr(kind.column_type(field.settings))


def _check_default(field: Field) -> None:
    """A default that nobody changed goes along, if it means something."""
    try:
        KINDS[field.kind].check_default(field.default, field.settings, field.options)
    except (DefaultInvalid, DefaultNotAllowed):
        raise DefaultDoesNotFit(field, field.kind) from None


def former(field: Field, id: UUID, column: str | None, now: datetime) -> Field:
    """What a field was, as a field that is set aside. An option is one field's only, and has an id of its own."""
    options = tuple(replace(each, id=uuid5(id, each.value)) for each in field.options)
    return replace(field, id=id, column=column, options=options, former_of=field.id, deleted_at=now)
