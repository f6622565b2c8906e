"""Two snapshots, and the steps that lead from one to the other.

What a field is in the database follows from the snapshot alone (`schema_builder/tables.py`), so each property of a
column is compared by itself: deleting a field takes away its constraints and restoring brings them back, without
either being known here. Objects and relations that are the very same in both cost nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from msgspec.json import encode

from armature.core.db import DIALECT
from armature.metadata.changes import OnFailure
from armature.metadata.edits.draft import NO_CONVERSIONS
from armature.metadata.formula.fields import is_formula
from armature.metadata.model import Between, Field, Object, Relation, Snapshot, renewed
from armature.metadata.stored import stored
from armature.migrations.workspace.index_jobs import at_once
from armature.migrations.workspace.steps import (
    ORDER,
    AddAtMostOne,
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddFormula,
    AddKeptCheck,
    BuildIndex,
    ClearDangling,
    ConvertValues,
    CreateIndex,
    CreatePair,
    CreateTable,
    CreateUnique,
    CreateWayBack,
    DropAtMostOne,
    DropCheck,
    DropColumn,
    DropForeignKey,
    DropIndex,
    DropPair,
    DropUnique,
    DropWayBack,
    FillNulls,
    LinkRecords,
    RenameColumn,
    RenameValues,
    SetDefault,
    SetNullable,
    Step,
    Watch,
)
from armature.schema_builder.tables import (
    formula_sql,
    has_default,
    has_foreign_key,
    has_unique,
    is_not_null,
    is_required,
    rule,
    unions,
)

UPPER_BOUNDS = {"TEXT": "maxLength", "RATING": "max"}
"""By kind, the setting that its CHECK keeps to."""

T = TypeVar("T", Object, Relation)
Pairs: TypeAlias = Mapping[UUID, Mapping[tuple[UUID, UUID], Between]]


def diff(
    before: Snapshot | None, after: Snapshot, conversions: Mapping[UUID, OnFailure] = NO_CONVERSIONS
) -> tuple[Step, ...]:
    """The steps in the order in which they must run; none where only names, labels and the like changed.

    `conversions` are the fields whose values become others.
    """
    known = before.objects if before else {}
    new = [of for of in renewed(known, after.objects) if of.id not in known]
    steps: list[Step] = [CreateTable(of) for of in new]
    steps += [BuildIndex(of, index) for of in new for index in at_once(after, of)]
    steps += [step for change in _changes(before, after) for step in _steps(change)]
    steps += _conversions(before, after, conversions)
    steps += _links(before, after)
    for of in renewed(known, after.objects):
        steps += _union_steps(known.get(of.id), of)
    steps += _pair_steps(before.pairs if before else {}, after.pairs)
    steps += _watching(steps)
    return tuple(sorted(steps, key=lambda step: ORDER.index(type(step))))


@dataclass(frozen=True, slots=True)
class _End:
    """A field in one of the two snapshots, with what its column needs from elsewhere."""

    field: Field
    target: Object | None
    relation: Relation | None
    is_required: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """`was` is the object before, if there was one. `is_filled`: a new column gets its values from another."""

    was: Object | None
    of: Object
    before: _End | None
    after: _End
    in_new_table: bool
    is_filled: bool


def _steps(change: _Change) -> Iterator[Step]:
    before = change.before
    if change.is_filled:
        before = _bare(change.after.field)
        yield AddColumn(change.of, before.field)
    if before is None:
        yield from _new_column(change)
        return
    if is_formula(change.after.field):
        yield from _formula_steps(change, before.field)
        return
    if before.field.column != change.after.field.column:
        yield RenameColumn(change.of, change.after.field, before.field)
    yield from _default_steps(change.of, before.field, change.after.field)
    yield from _check_steps(change.of, before.field, change.after.field)
    yield from _unique_steps(change.of, before.field, change.after.field)
    yield from _foreign_key_steps(change.of, before, change.after)
    yield from _index_steps(change.of, before, change.after)
    yield from _nullable_steps(change.of, before, change.after)


def _bare(field: Field) -> _End:
    """A column without rules, before it is filled: as if its field were deleted."""
    return _End(replace(field, deleted_at=datetime.min.replace(tzinfo=UTC)), None, None, is_required=False)


def _conversions(
    before: Snapshot | None, after: Snapshot, conversions: Mapping[UUID, OnFailure]
) -> Iterator[ConvertValues]:
    """None of fields that are new themselves."""
    for of in (before.objects if before and conversions else {}).values():
        now = after.objects[of.id]
        for field in (now.fields[each] for each in of.fields if each in conversions):
            new = (each for each in now.fields.values() if each.id not in of.fields)
            aside = next(each for each in new if each.former_of == field.id)
            yield ConvertValues(now, field, of.fields[field.id], aside, conversions[field.id])


def _links(before: Snapshot | None, after: Snapshot) -> Iterator[LinkRecords]:
    """Of relations that become many-to-many; not where one is again what it was."""
    known = before.relations if before else {}
    for relation in renewed(known, after.relations):
        was = known.get(relation.id)
        if before is None or was is None or was.through is not None or relation.through is None:
            continue
        near, far = (after.relations[each] for each in relation.through)
        if near.many_object not in before.objects:
            holder, link = after.objects[relation.many_object], after.objects[near.many_object]
            new = (each for id_, each in holder.fields.items() if id_ not in before.objects[holder.id].fields)
            aside = next(each for each in new if each.former_of == relation.many_field)
            yield LinkRecords(link, link.fields[near.many_field], link.fields[far.many_field], holder, aside)


def _new_column(change: _Change) -> Iterator[Step]:
    of, field = change.of, change.after.field
    if not change.in_new_table:
        yield AddColumn(of, field)
        if rule(field) is not None:
            yield AddKeptCheck(of, field)
    if is_required(field) and not change.after.is_required:
        yield SetNullable(of, field, is_nullable=True)
    if has_unique(field):
        yield CreateUnique(of, field)
    if change.after.relation is not None:
        yield CreateIndex(of, field)
    yield from _add_foreign_key(of, change.after)


def _formula_steps(change: _Change, before: Field) -> Iterator[Step]:
    of, after = change.of, change.after.field
    assert change.was is not None  # noqa: S101  it had the field
    old = _computed(change.was, before)
    new = _computed(of, after)
    if old == new:
        return
    if old is not None:
        yield DropColumn(of, before)
    if new is not None:
        yield AddFormula(of, after)


def _computed(of: Object, field: Field) -> tuple[str, str] | None:
    """The scalar and its SQL, while there is a column."""
    if field.deleted_at is not None:
        return None
    return field.settings["result"], str(
        formula_sql(of, field).compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    )


def _default_steps(of: Object, before: Field, after: Field) -> Iterator[Step]:
    old, new = (encode(each.default, order="sorted") if has_default(each) else None for each in (before, after))
    if old != new:
        yield SetDefault(of, after)


def _check_steps(of: Object, before: Field, after: Field) -> Iterator[Step]:
    old, new = (_rule(field) for field in (before, after))
    renamed = renamed_values(before, after)
    if old != new or renamed:
        if old is not None:
            yield DropCheck(of, before)
        if renamed:
            yield RenameValues(of, after, renamed)
        if new is not None:
            yield AddKeptCheck(of, after) if old is not None and _is_wider(before, after) else AddCheck(of, after)


def _is_wider(before: Field, after: Field) -> bool:
    """Whether a rule allows all that the one before it did."""
    if before.kind != after.kind:
        return False
    if after.options:
        return {each.value for each in before.options} <= {each.value for each in after.options}
    most = UPPER_BOUNDS.get(after.kind)
    return most is not None and bool(before.settings[most] <= after.settings[most])


def _rule(field: Field) -> str | None:
    found = rule(field)
    return None if found is None else str(found.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


def renamed_values(before: Field, after: Field) -> Mapping[str, str]:
    values = {each.id: each.value for each in before.options}
    return {
        values[each.id]: each.value for each in after.options if each.id in values and values[each.id] != each.value
    }


def _unique_steps(of: Object, before: Field, after: Field) -> Iterator[Step]:
    """Anew where values are renamed: PostgreSQL looks at a unique index row by row, and two options may swap theirs."""
    moved = bool(renamed_values(before, after))
    if has_unique(before) and (moved or not has_unique(after)):
        yield DropUnique(of, before)
    if has_unique(after) and (moved or not has_unique(before)):
        yield CreateUnique(of, after)


def _foreign_key_steps(of: Object, before: _End, after: _End) -> Iterator[Step]:
    if _key(before) == _key(after):
        return
    if before.target is not None:
        yield DropForeignKey(of, before.field)
    if before.target is None and after.target is not None:
        yield ClearDangling(of, after.field, after.target)
    yield from _add_foreign_key(of, after)


def _index_steps(of: Object, before: _End, after: _End) -> Iterator[Step]:
    """A column that comes to be a foreign key, or is none any more."""
    if before.relation is not None and after.relation is None:
        yield DropIndex(of, before.field)
    if before.relation is None and after.relation is not None:
        yield CreateIndex(of, after.field)


def _pair_steps(before: Pairs, after: Pairs) -> Iterator[Step]:
    """Of link objects."""
    for id_, pairs in after.items():
        for each in _missing(before.get(id_, {}), pairs):
            yield CreatePair(each.object, each.near, each.far)
            yield CreateWayBack(each.object, each.near, each.far)
    for id_, pairs in before.items():
        for each in _missing(after.get(id_, {}), pairs):
            yield DropPair(each.object, each.near, each.far)
            yield DropWayBack(each.object, each.near, each.far)


def _watching(steps: Sequence[Step]) -> Iterator[Watch]:
    """Of tables that get foreign keys which change records on their own; nothing if they have it already."""
    found = [each for each in steps if isinstance(each, AddForeignKey) and each.on_delete != "RESTRICT"]
    return (Watch(of) for of in {each.of.id: each.of for each in found}.values())


def _union_steps(before: Object | None, after: Object) -> Iterator[Step]:
    old = {frozenset(each.id for each in united): united for united in unions(before)} if before else {}
    new = {frozenset(each.id for each in united): united for united in unions(after)}
    yield from (AddAtMostOne(after, new[each]) for each in new.keys() - old.keys())
    yield from (DropAtMostOne(after, old[each]) for each in old.keys() - new.keys())


def _missing(there: Mapping[Any, Between], wanted: Mapping[Any, Between]) -> Iterator[Between]:
    return (each for key, each in wanted.items() if key not in there)


def _add_foreign_key(of: Object, after: _End) -> Iterator[Step]:
    if after.target is not None and after.relation is not None:
        yield AddForeignKey(of, after.field, after.target, after.relation.on_delete)


def _key(end: _End) -> tuple[UUID, str] | None:
    return (end.target.id, end.relation.on_delete) if end.target and end.relation else None


def _nullable_steps(of: Object, before: _End, after: _End) -> Iterator[Step]:
    if before.is_required == after.is_required:
        return
    if after.is_required and has_default(after.field):
        yield FillNulls(of, after.field)
    yield SetNullable(of, after.field, not after.is_required)


# Which fields to compare


def _changes(before: Snapshot | None, after: Snapshot) -> Iterator[_Change]:
    old_objects = before.objects if before else {}
    changed = {each.id: each for each in renewed(old_objects, after.objects)}
    related = _related_fields(before, after, changed)
    for of in (changed | {each: after.objects[each] for each in related}).values():
        old = old_objects.get(of.id)
        for field in of.fields.values():
            was = old.fields.get(field.id) if old else None
            if was is field and field.id not in related.get(of.id, ()) and not is_formula(field):
                continue
            if was is None and is_formula(field) and field.deleted_at is not None:
                continue
            same = _earlier(old, of, field)
            for held, earlier in zip_longest(stored(field), stored(same) if same else ()):
                known = _end(before, earlier) if before is not None and earlier is not None else None
                is_filled = was is not None and was.column is not None and known is None
                yield _Change(old, of, known, _end(after, held), old is None, is_filled)


def _earlier(old: Object | None, of: Object, field: Field) -> Field | None:
    """The field that had these columns before: itself, or what it was converted from or is converted back to."""
    was = old.fields.get(field.id) if old else None
    if old is None or (was is None and field.former_of is None) or (was and was.column == field.column):
        return was
    partners = (each for each in of.fields.values() if field.id == each.former_of or field.former_of == each.id)
    moved = (old.fields[each.id] for each in partners if each.id in old.fields and _has_moved(old, each))
    return next(moved, None)


def _has_moved(old: Object, field: Field) -> bool:
    return old.fields[field.id].column != field.column


def _related_fields(
    before: Snapshot | None, after: Snapshot, changed: Mapping[UUID, Object]
) -> Mapping[UUID, set[UUID]]:
    """By object, the fields whose relation changed, or whose target appeared or went out of sight."""
    relations = list(renewed(before.relations if before else {}, after.relations))
    old_objects = before.objects if before else {}
    seen_anew = {
        id_ for id_, of in changed.items() if id_ in old_objects and old_objects[id_].is_visible != of.is_visible
    }
    if seen_anew:
        relations += [each for each in after.relations.values() if each.one_object in seen_anew]
    found: dict[UUID, set[UUID]] = {}
    for relation in relations:
        found.setdefault(relation.many_object, set()).add(relation.many_field)
    return found


def _end(snapshot: Snapshot, field: Field) -> _End:
    required = is_not_null(snapshot, field)
    if field.relation_id is None:
        return _End(field, None, None, required)
    relation = snapshot.relations[field.relation_id]
    target = snapshot.objects[relation.one_object] if has_foreign_key(snapshot, field) else None
    return _End(field, target, relation, required)
