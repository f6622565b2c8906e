"""Indexes become what a blueprint says: one that is another there is deleted first, and made when the fields are."""

from typing import Any, cast

from armature.metadata.blueprint.blueprint import IndexPlan
from armature.metadata.blueprint.draw import index_plan
from armature.metadata.blueprint.way import Way
from armature.metadata.changes import CreateIndex, DeleteIndex, NewIndexField
from armature.metadata.filters.read import FilterUnfit
from armature.metadata.filters.write import write_filter
from armature.metadata.indexes import WhereUnfit, read_where
from armature.metadata.model import IndexOrder, Object


def delete_indexes(way: Way) -> None:
    """Those that the blueprint does not have at all; what fields are called there may not be so by now."""
    for name in way.blueprint.objects:
        of = way.object(name)
        for index in of.indexes if of else ():
            if index.name not in way.blueprint.objects[name].indexes:
                _delete(way, name, index.name)


def settle_indexes(way: Way) -> None:
    for name, plan in way.blueprint.objects.items():
        of = way.object(name)
        there = {each.name: index_plan(of, each) for each in of.indexes} if of else {}
        for each, wanted in plan.indexes.items():
            if of is None or there.get(each) != _spelt(way, of, wanted):
                if each in there:
                    _delete(way, name, each)
                _create(way, name, each, wanted)


def _delete(way: Way, of: str, name: str) -> None:
    owner = way.object(of)
    way.go(DeleteIndex(object=owner.name_singular if owner else of, index=name), "objects", of)


def _create(way: Way, of: str, name: str, plan: IndexPlan) -> None:
    owner = way.object(of)
    change = CreateIndex(
        object=owner.name_singular if owner else of,
        name=name,
        fields=tuple(_field(each) for each in plan.fields),
        type=plan.type,
        is_unique=plan.is_unique,
        where=plan.where,
    )
    way.go(change, "objects", of, "indexes", name)


def _field(given: str) -> NewIndexField:
    name, _, order = given.partition(" ")
    return NewIndexField(field=name, order=cast("IndexOrder", order or "ASC"))


def _spelt(way: Way, of: Object, plan: IndexPlan) -> Any:
    """With its filter as the model writes it; what is wrong with that, its step will say."""
    if plan.where is None:
        return plan
    try:
        where = write_filter(read_where(way.after, of, plan.where), way.after)
    except (FilterUnfit, WhereUnfit):
        return None
    return IndexPlan(fields=plan.fields, type=plan.type, is_unique=plan.is_unique, where=where)
