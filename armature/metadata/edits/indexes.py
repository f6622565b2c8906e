"""The steps on indexes: create, delete; and what becomes of an index when the fields it is over change."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, get_args

from armature.core.errors import BadUserInput, Conflict
from armature.metadata.changes import CreateIndex, DeleteIndex, NewIndexField
from armature.metadata.checks.problem import Problem
from armature.metadata.edits.draft import Draft
from armature.metadata.filters.read import FilterUnfit
from armature.metadata.filters.write import write_filter
from armature.metadata.indexes import (
    MOST_INDEXES,
    MOST_PARTS,
    FieldUnfit,
    TooManyIndexes,
    WhereUnfit,
    find_index,
    fits,
    named_part,
    read_where,
)
from armature.metadata.model import Field, Index, IndexOrder, IndexPart, IndexType, Object, Snapshot, renewed
from armature.metadata.names import LONGEST, check_name, next_name, pascal
from armature.metadata.resolve import find_object

OF_ONE: Sequence[IndexType] = ("HNSW_COSINE", "HNSW_L2", "HNSW_INNER_PRODUCT")
"""Types of indexes over one field only."""


class FieldsMissing(BadUserInput):
    def __init__(self) -> None:
        super().__init__("An index needs a field.", hint='Such as fields: [{field: "name"}].', path=("fields",))


class TooManyParts(BadUserInput):
    def __init__(self, actual: int) -> None:
        super().__init__(f"An index can be over {MOST_PARTS} fields at most, not {actual:,}.", path=("fields",))


class FieldTwice(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f'"{name}" is there twice.', field=name, path=("field",))


class OrderUnknown(BadUserInput):
    def __init__(self, order: str) -> None:
        super().__init__(
            f'"{order[:100]}" is no order.', hint=f"There are {', '.join(get_args(IndexOrder))}.", path=("order",)
        )


class UniqueNeedsOrder(BadUserInput):
    def __init__(self) -> None:
        super().__init__("Only an index of the type BTREE can be unique.", path=("isUnique",))


class IndexNameTaken(Conflict):
    def __init__(self, of: Object, name: str) -> None:
        super().__init__(f'"{of.name_singular}" has an index "{name}" already.', field=name, path=("name",))


class IndexThereAlready(Conflict):
    """Two that are the same cost every write twice, and serve nobody."""

    def __init__(self, of: Object, index: Index) -> None:
        super().__init__(
            f'The index "{index.name}" of "{of.name_singular}" is just this one.', field=index.name, path=("fields",)
        )


class NeededByIndex(Conflict):
    """A rule about the records does not go unnoticed; an index that is only there for speed may."""

    def __init__(self, of: Object, index: Index, field: Field) -> None:
        super().__init__(
            f'The unique index "{index.name}" of "{of.name_singular}" can\'t be over "{field.name}" as {field.kind}.',
            hint=f'Delete "{index.name}" first.',
            field=field.name,
            path=("type",),
        )


class WhereLost(Conflict):
    def __init__(self, of: Object, index: Index) -> None:
        super().__init__(
            f'The unique index "{index.name}" of "{of.name_singular}" could no longer tell which records it is about.',
            hint=f'Delete "{index.name}" first.',
        )


def create_index(draft: Draft, change: CreateIndex) -> None:
    of = find_object(draft.snapshot, change.object)
    if len(of.indexes) >= MOST_INDEXES:
        raise TooManyIndexes(of)
    parts = tuple(_parts(draft, of, change))
    if change.is_unique and change.type != "BTREE":
        raise UniqueNeedsOrder
    where = None
    with draft.at("where"):
        where = None if change.where is None else _written(draft.snapshot, of, change.where)
    name = _free_name(of, change)
    if parts:
        index = Index(draft.new_id(), name, parts, change.type, change.is_unique, where)
        for other in of.indexes:
            if replace(other, id=index.id, name=index.name) == index:
                raise IndexThereAlready(of, other)
        draft.put(replace(of, indexes=(*of.indexes, index)))


def delete_index(draft: Draft, change: DeleteIndex) -> None:
    of = find_object(draft.snapshot, change.object)
    gone = find_index(of, change.index)
    draft.put(replace(of, indexes=tuple(each for each in of.indexes if each is not gone)))


def settle_indexes(draft: Draft) -> Iterator[Problem]:
    """Lets them follow renames; one whose field is gone, or of another kind now, goes with it, unless it is unique."""
    for of in list(renewed(draft.before.objects, draft.objects)):
        was = draft.before.objects.get(of.id)
        if of.indexes and was is not None:
            yield from _unfit(of)
            kept: list[Index] = []
            for index in of.indexes:
                yield from _settled(draft, was, of, index, kept)
            if tuple(kept) != of.indexes:
                draft.put(replace(of, indexes=tuple(kept)))


def _unfit(of: Object) -> Iterator[Problem]:
    """Unique indexes over fields that became something which can't be."""
    for index in of.indexes:
        for part in index.parts if index.is_unique else ():
            field = of.fields[part.field]
            if field.deleted_at is None and not fits(of, part, index.type):
                yield Problem(field.id, NeededByIndex(of, index, field))


def _settled(draft: Draft, was: Object, of: Object, index: Index, kept: list[Index]) -> Iterator[Problem]:
    """Keeps it as it is now, if it can still be; a unique one does not go because of values that are gone."""
    if index not in was.indexes:
        kept.append(index)  # the step itself has made it
        return
    if not all(fits(of, each, index.type) for each in index.parts):
        return
    try:
        where = None if index.where is None else _follows(draft, was, index.where)
    except (FilterUnfit, WhereUnfit) as error:
        is_field_gone = isinstance(error, FilterUnfit) and error.missing is not None
        if index.is_unique and not is_field_gone:
            yield Problem(of.id, WhereLost(of, index))
    else:
        kept.append(replace(index, where=where))


def _follows(draft: Draft, was: Object, where: Any) -> Any:
    """The filter with the names that its fields and their options have now."""
    read = read_where(draft.before, was, where)
    return _written(draft.snapshot, draft.snapshot.objects[was.id], write_filter(read, draft.snapshot))


def _written(snapshot: Snapshot, of: Object, given: Any) -> Any:
    """As it is kept: the same for all that mean the same. Raises FilterUnfit, WhereUnfit."""
    return write_filter(read_where(snapshot, of, given), snapshot)


def _parts(draft: Draft, of: Object, change: CreateIndex) -> Iterator[IndexPart]:
    if not change.fields:
        raise FieldsMissing
    if len(change.fields) > MOST_PARTS:
        raise TooManyParts(len(change.fields))
    seen: set[str] = set()
    for position, new in enumerate(change.fields):
        with draft.at("fields", position):
            if new.field in seen:
                raise FieldTwice(new.field)
            seen.add(new.field)
            _check_order(new, change)
            if position and change.type in OF_ONE:
                raise FieldUnfit(new.field, change.type, "Ask for another index.")
            yield named_part(of, new.field, new.order, change.type)


def _check_order(new: NewIndexField, change: CreateIndex) -> None:
    if new.order not in get_args(IndexOrder):
        raise OrderUnknown(new.order)
    if new.order != "ASC" and change.type != "BTREE":
        raise FieldUnfit(new.field, change.type, "Leave the order out: only BTREE has one.")


def _free_name(of: Object, change: CreateIndex) -> str:
    taken = {each.name for each in of.indexes}
    if change.name is not None:
        check_name(change.name, "name")
        if change.name in taken:
            raise IndexNameTaken(of, change.name)
        return change.name
    words = (word for each in change.fields for word in each.field.split("."))
    made = f"by{''.join(pascal(each) for each in words)}"[:LONGEST]
    return made if made not in taken else next_name(made, lambda name: name not in taken)
