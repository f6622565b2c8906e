"""The root fields: their names, arguments and types, in one table for queries and one for mutations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLArgument, GraphQLBoolean, GraphQLField, GraphQLList, GraphQLNonNull

from armature.metadata.names import type_name
from armature.schema_builder.types.events import events_field
from armature.schema_builder.types.groups import groups_field
from armature.schema_builder.types.index import RootEntry
from armature.schema_builder.types.lazy import Lazy
from armature.schema_builder.types.many import MANY, WITH_DELETED
from armature.schema_builder.types.registry import Types, WholeEntry
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.view import ObjectView, View

SCHEMA_VERSION = "_schemaVersion"
"""A root field of every workspace, even of one without objects; no API name begins with an underscore."""


@dataclass(frozen=True, slots=True)
class Root:
    """What a root field does, a key of names.ROOTS, and to which object."""

    does: str
    object: ObjectView


RootMaker = Callable[[Types, ObjectView], GraphQLField]

ID = GraphQLArgument(GraphQLNonNull(SCALARS["ID"].graphql))
IF_UPDATED_AT = {
    "ifUpdatedAt": GraphQLArgument(
        SCALARS["DateTime"].graphql,
        description="As you know the record; where it was changed since, it is a conflict.",
    )
}


def _one(types: Types, of: ObjectView) -> GraphQLField:
    return GraphQLField(
        types[of.type_name], {"id": ID, **WITH_DELETED}, description=f"One {of.object.label_singular}, by id."
    )


def _by(types: Types, of: ObjectView) -> GraphQLField:
    where = GraphQLArgument(GraphQLNonNull(types[type_name("where_unique", of.name)]))
    return GraphQLField(
        types[of.type_name], {"where": where}, description=f"One {of.object.label_singular}, by a unique field."
    )


def _duplicates(types: Types, of: ObjectView) -> GraphQLField:
    record = GraphQLNonNull(types[of.type_name])
    given = {
        "id": GraphQLArgument(SCALARS["ID"].graphql, description="Of the record whose duplicates are asked for."),
        "limit": GraphQLArgument(SCALARS["Int"].graphql, description="At most this many records."),
    }
    if of.object.may("CREATE"):
        data = types[type_name("create", of.name)]
        given["data"] = GraphQLArgument(data, description="Of a record that is not there yet.")
    return GraphQLField(GraphQLNonNull(GraphQLList(record)), given, description=DUPLICATES)


def _many(form: str) -> RootMaker:
    return lambda types, of: MANY[form](types, of, of.object.label_plural)


def _create(types: Types, of: ObjectView) -> GraphQLField:
    data = GraphQLArgument(GraphQLNonNull(types[type_name("create", of.name)]))
    return GraphQLField(GraphQLNonNull(types[of.type_name]), {"data": data, **_on_conflict(types, of)})


def _create_many(types: Types, of: ObjectView) -> GraphQLField:
    record = GraphQLNonNull(types[of.type_name])
    each = GraphQLNonNull(types[type_name("create", of.name)])
    return GraphQLField(
        GraphQLNonNull(GraphQLList(record)),
        {"data": GraphQLArgument(GraphQLNonNull(GraphQLList(each))), **_on_conflict(types, of)},
        description="All or none; the answer is in the order of `data`.",
    )


def _on_conflict(types: Types, of: ObjectView) -> dict[str, GraphQLArgument]:
    name = type_name("on_conflict", of.name)
    return {"onConflict": GraphQLArgument(types[name])} if name in types else {}


def _update(types: Types, of: ObjectView) -> GraphQLField:
    data = GraphQLArgument(GraphQLNonNull(types[type_name("update", of.name)]))
    return GraphQLField(types[of.type_name], {"id": ID, "data": data, **_if_updated_at(of)})


def _update_many(types: Types, of: ObjectView) -> GraphQLField:
    data = GraphQLArgument(GraphQLNonNull(types[type_name("update", of.name)]))
    return GraphQLField(
        GraphQLNonNull(types[type_name("mutation_result", of.name)]), {**_filter(types, of), "data": data}
    )


def _merge(types: Types, of: ObjectView) -> GraphQLField:
    ids = GraphQLArgument(GraphQLNonNull(GraphQLList(GraphQLNonNull(SCALARS["ID"].graphql))))
    keep = GraphQLArgument(SCALARS["ID"].graphql, description="Which of them stays; left out: the first.")
    dry_run = GraphQLArgument(GraphQLBoolean, description="true: show the result, and change nothing.")
    return GraphQLField(types[of.type_name], {"ids": ids, "keep": keep, "dryRun": dry_run}, description=MERGES)


def _by_id(description: str) -> Callable[[Types, ObjectView], GraphQLField]:
    return lambda types, of: GraphQLField(
        types[of.type_name], {"id": ID, **_if_updated_at(of)}, description=description
    )


def _if_updated_at(of: ObjectView) -> dict[str, GraphQLArgument]:
    return IF_UPDATED_AT if "updatedAt" in of.entries else {}


def _by_filter(description: str) -> Callable[[Types, ObjectView], GraphQLField]:
    return lambda types, of: GraphQLField(
        GraphQLNonNull(types[type_name("mutation_result", of.name)]), _filter(types, of), description=description
    )


def _filter(types: Types, of: ObjectView) -> dict[str, GraphQLArgument]:
    return {"filter": GraphQLArgument(GraphQLNonNull(types[type_name("filter", of.name)]))}


DUPLICATES = "Other records that are alike in all values of one of the criteria; case, accents and blanks don't count."
DELETES = "Puts it out of sight; `restore…` brings it back."
RESTORES = "Brings back what was deleted."
MERGES = (
    "One of them stays: what it lacks is filled from the others in their order, what refers to them refers to it, and "
    "they are deleted; `restore…` brings them back, without what was moved."
)
DESTROYS = "Deletes it for good, deleted or not; the answer is what it was."

QUERIES: Mapping[str, RootMaker] = {
    "one": _one,
    "by": _by,
    **{form: _many(form) for form in MANY},
    "group_by": groups_field,
    "duplicates": _duplicates,
}

MUTATIONS: Mapping[str, RootMaker] = {
    "create": _create,
    "create_many": _create_many,
    "update": _update,
    "update_many": _update_many,
    "delete": _by_id(DELETES),
    "delete_many": _by_filter(DELETES),
    "restore": _by_id(RESTORES),
    "restore_many": _by_filter(RESTORES),
    "destroy": _by_id(DESTROYS),
    "destroy_many": _by_filter(DESTROYS),
    "merge": _merge,
}

SUBSCRIPTIONS: Mapping[str, RootMaker] = {"events": events_field}
"""Beside those of queries."""

MAKERS: Mapping[str, RootMaker] = {**QUERIES, **MUTATIONS, **SUBSCRIPTIONS}

VERSION = GraphQLField(GraphQLNonNull(SCALARS["Int"].graphql), description="The version of the model that answered.")


def roots(view: View, index: Mapping[str, RootEntry]) -> Mapping[str, Root]:
    """What each of these root fields does."""
    return Lazy(index, lambda entry: Root(entry.does, view[entry.object]))


def root_fields(types: Types, index: Mapping[str, RootEntry | WholeEntry | GraphQLField]) -> Mapping[str, GraphQLField]:
    """The fields of Query, or of Mutation; some may be there already."""

    def made(entry: RootEntry | WholeEntry | GraphQLField) -> Any:
        match entry:
            case RootEntry():
                return MAKERS[entry.does](types, types.view[entry.object])
            case WholeEntry():
                return entry.make(types)
            case _:
                return entry

    return Lazy(index, made)
