"""The inputs of mutations, and what those on many records answer."""

from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)

from armature.metadata.names import composite_type_name, morph_type_name, type_name
from armature.metadata.stored import primary
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.scalars import SCALARS
from armature.schema_builder.types.values import value_type
from armature.schema_builder.view import Composite, Entry, ObjectView, Plain, ToMany, ToOne

NEW_RECORD = "newRecord"
"""Marks the inputs that hold a whole new record."""

DATA = "data"
"""Marks what is data, however much of it there is: no plan depends on what is in it."""


def create_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    """What has no default must be given, but for a relation: it can come as `company` or as `companyId`."""

    def field(entry: Entry) -> GraphQLInputField:
        kind: Any = _input_type(types, of, entry)
        is_needed = (
            isinstance(entry, Plain | Composite)
            and entry.is_required
            and primary(entry.field).default is None
            and entry.field.relation_id is None
        )
        return GraphQLInputField(GraphQLNonNull(kind) if is_needed else kind, description=entry.field.description)

    return GraphQLInputObjectType(
        type_name("create", of.name),
        lambda: {name: field(entry) for name, entry in of.writable.items()} | _nested(types, of),
        extensions={NEW_RECORD: True},
    )


def update_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    """What is left out stays as it is; null empties."""
    return GraphQLInputObjectType(
        type_name("update", of.name),
        lambda: (
            {
                name: GraphQLInputField(_input_type(types, of, entry), description=entry.field.description)
                for name, entry in of.writable.items()
                if name != "id"
            }
            | _nested(types, of)
        ),
        description="What is left out stays as it is; null empties a field.",
    )


def _nested(types: Types, of: ObjectView) -> dict[str, GraphQLInputField]:
    morphs = {name: GraphQLInputField(types[morph_type_name("morph_input", of.name, name)]) for name in of.morphs}
    return morphs | {
        name: GraphQLInputField(
            _input_type(types, of, entry), description=entry.field.description, extensions={DATA: True}
        )
        for name, entry in of.nested.items()
    }


def _input_type(types: Types, of: ObjectView, entry: Entry) -> GraphQLInputType:
    match entry:
        case Composite():
            return types[composite_type_name("input", entry.field.kind)]  # type: ignore[no-any-return]
        case Plain():
            return value_type(types, of, entry)  # type: ignore[no-any-return]
        case ToOne():
            return types[type_name("to_one", entry.target)]  # type: ignore[no-any-return]
        case ToMany():
            return types[type_name("to_many", entry.target)]  # type: ignore[no-any-return]


def to_one_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    """How another record refers to one of these."""

    def fields() -> dict[str, GraphQLInputField]:
        found = {
            "connect": GraphQLInputField(types[type_name("connect", of.name)], description="Refer to this record."),
            "disconnect": GraphQLInputField(GraphQLBoolean, description="true: refer to none."),
        }
        if type_name("create", of.name) in types:
            create = types[type_name("create", of.name)]
            description = "Make a record and refer to it."
            found["create"] = GraphQLInputField(create, description=description, extensions={DATA: True})
        return found

    return GraphQLInputObjectType(
        type_name("to_one", of.name),
        fields,
        is_one_of=True,
    )


def to_many_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    """What to do with those of these records that refer to another one."""
    connect = GraphQLList(GraphQLNonNull(types[type_name("connect", of.name)]))

    def fields() -> dict[str, GraphQLInputField]:
        found = {
            "connect": GraphQLInputField(connect, description="Add these to them."),
            "disconnect": GraphQLInputField(connect, description="Take these out of them."),
            "set": GraphQLInputField(connect, description="Let these be among them, and no others that were there."),
        }
        if type_name("create", of.name) in types:
            create = GraphQLList(GraphQLNonNull(types[type_name("create", of.name)]))
            found["create"] = GraphQLInputField(create, description="Make these, among them.")
        if type_name("to_many_update", of.name) in types:
            update = GraphQLList(GraphQLNonNull(types[type_name("to_many_update", of.name)]))
            found["update"] = GraphQLInputField(update, description="Change these of them.")
        return found

    return GraphQLInputObjectType(type_name("to_many", of.name), fields, extensions={DATA: True})


def to_many_update_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(
        type_name("to_many_update", of.name),
        lambda: {
            "id": GraphQLInputField(SCALARS["ID"].graphql),
            "where": GraphQLInputField(types[type_name("where_unique", of.name)]),
            "data": GraphQLInputField(GraphQLNonNull(types[type_name("update", of.name)])),
        },
        extensions={DATA: True},
        description="Which record, by its id or by a unique field, and what to change in it.",
    )


def connect_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(
        type_name("connect", of.name),
        lambda: {
            "id": GraphQLInputField(SCALARS["ID"].graphql),
            "where": GraphQLInputField(types[type_name("where_unique", of.name)]),
        },
        is_one_of=True,
        description="An existing record, by its id or by a unique field.",
    )


def where_unique_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    return GraphQLInputObjectType(
        type_name("where_unique", of.name),
        lambda: {name: GraphQLInputField(_input_type(types, of, entry)) for name, entry in of.unique_entries.items()},
        is_one_of=True,
        description="One record, by its id or by a unique field.",
    )


def on_conflict_input(types: Types, of: ObjectView) -> GraphQLInputObjectType:
    names = GraphQLList(GraphQLNonNull(types[type_name("field_name", of.name)]))
    return GraphQLInputObjectType(
        type_name("on_conflict", of.name),
        lambda: {
            "fields": GraphQLInputField(
                GraphQLNonNull(names),
                description="The unique field that tells them apart, or those that are so together.",
            ),
            "update": GraphQLInputField(names, description="Left out: all that `data` gives; []: nothing."),
        },
        description="What to do where a record that is not deleted has this value already: update it.",
    )


def mutation_result(types: Types, of: ObjectView) -> GraphQLObjectType:
    """What a mutation on many records answers."""
    return GraphQLObjectType(
        type_name("mutation_result", of.name),
        lambda: {
            "count": GraphQLField(GraphQLNonNull(SCALARS["Int"].graphql), description="How many records it touched."),
            "records": GraphQLField(
                GraphQLNonNull(GraphQLList(GraphQLNonNull(types[of.type_name]))), description="All of them, by id."
            ),
        },
    )
