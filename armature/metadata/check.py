"""Which models may be. A change pays only for what it changed: untouched objects are the same instances."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from armature.core.errors import ArmatureError
from armature.metadata.checks.fields import field_errors, relation_errors
from armature.metadata.checks.kept import kept_field_errors, kept_object_errors, kept_relation_errors
from armature.metadata.checks.names import NamesInUse, field_name_errors, object_name_errors
from armature.metadata.checks.problem import Problem
from armature.metadata.checks.rules import rule_problems
from armature.metadata.checks.texts import description_errors, label_errors
from armature.metadata.model import Field, Object, Snapshot, renewed
from armature.metadata.names import LONGEST, NameTooLong, columns, columns_of

# PostgreSQL has 1,600 for a table, dropped ones counted; some are kept for what fields will need beside their own.
MAX_COLUMNS = 1_500


class TooManyFields(ArmatureError):
    """A limit of PostgreSQL, so no setting raises it."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, of: Object, actual: int) -> None:
        super().__init__(
            f'"{of.name_singular}" would have {actual:,} columns, deleted ones included; at most {MAX_COLUMNS:,} fit.',
            hint="Move some fields to an object of their own.",
            path=("name",),
        )


def check(snapshot: Snapshot) -> list[ArmatureError]:
    """All that is wrong with a model."""
    return [each.error for each in problems(replace(snapshot, objects={}, relations={}), snapshot)]


def problems(before: Snapshot, after: Snapshot) -> list[Problem]:
    """What is wrong with what changed, with the objects and fields at fault; `before` counts as right."""
    return list(_problems(before, after))


def _problems(before: Snapshot, after: Snapshot) -> Iterator[Problem]:
    changed = [each for each in renewed(before.objects, after.objects) if each.deleted_at is None]
    names = NamesInUse(after)
    pending = {each.id for each in changed}
    relations = {each.id for each in renewed(before.relations, after.relations)}
    for of in changed:
        was = _kept(before.objects.get(of.id))
        yield from (Problem(of.id, error) for error in _object_errors(of, was, names, pending))
        pending.discard(of.id)
        fields = _changed_fields(of, was)
        yield from _field_problems(of, was, fields, names)
        relations |= {each.relation_id for each in fields if each.relation_id is not None}
    for relation in (after.relations[each] for each in relations):
        many = after.objects[relation.many_object].fields[relation.many_field]
        errors = (*relation_errors(relation, many), *kept_relation_errors(after, relation))
        yield from (Problem(many.id, error) for error in errors)
    yield from rule_problems(before, after)


def _kept(of: Object | None) -> Object | None:
    """A deleted object claims nothing: when it comes back, everything about it is new."""
    return None if of is None or of.deleted_at is not None else of


def _object_errors(of: Object, was: Object | None, names: NamesInUse, pending: set[UUID]) -> Iterator[ArmatureError]:
    if was is None or (was.name_singular, was.name_plural) != (of.name_singular, of.name_plural):
        yield from object_name_errors(of, names, pending)
    if was is None and len(of.table.encode()) > LONGEST:
        yield NameTooLong(of.name_plural, of.table, "namePlural")
    yield from label_errors(of.label_singular, "labelSingular")
    yield from label_errors(of.label_plural, "labelPlural")
    yield from description_errors(of.description)
    yield from kept_object_errors(of)


def _changed_fields(of: Object, was: Object | None) -> list[Field]:
    return [each for each in renewed(was.fields if was else {}, of.fields) if each.deleted_at is None]


def _field_problems(of: Object, was: Object | None, changed: Sequence[Field], names: NamesInUse) -> Iterator[Problem]:
    pending = {each.id for each in changed}
    born: list[Field] = []
    for field in changed:
        old = was.fields.get(field.id) if was else None
        errors = [*field_errors(field), *kept_field_errors(of, field)]
        is_moved = old is not None and (old.column is None) != (field.column is None)  # to the names of many, or back
        if old is None or old.deleted_at is not None or old.name != field.name or is_moved:
            errors += field_name_errors(of, field, names, pending)
        if old is None and field.column is not None:
            born.append(field)
            longest = max(columns_of(field), key=len)
            if len(longest) > LONGEST:
                errors.append(NameTooLong(field.name, longest, "name"))
        pending.discard(field.id)
        yield from (Problem(field.id, error) for error in errors)
    if born and (count := len(columns(of))) > MAX_COLUMNS:
        yield Problem(born[-1].id, TooManyFields(of, count))
