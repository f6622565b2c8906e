"""The type of a record, and of the choices its fields with options offer."""

from graphql import (
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
)

from armature.metadata.model import Field
from armature.metadata.names import choice_type_name, composite_type_name, morph_type_name, type_name
from armature.schema_builder.types.lazy import Lazy, LazyObjectType
from armature.schema_builder.types.many import MANY, WITH_DELETED
from armature.schema_builder.types.registry import Types
from armature.schema_builder.types.values import value_type
from armature.schema_builder.types.vectors import distance_field
from armature.schema_builder.view import Composite, Entry, Morph, ObjectView, Plain, ToMany, ToOne

Shown = tuple[str, Entry] | Morph
"""What a field of a record shows, an entry in one of its forms (keys of names.ROOTS)."""


def record_type(types: Types, of: ObjectView) -> GraphQLObjectType:
    made = LazyObjectType(of.type_name, of.object.description or of.object.label_singular)
    shown: dict[str, Shown] = {**of.shown, **of.morphs}
    made.fields = Lazy(shown, lambda each: _field(types, of, each))
    return made


def _field(types: Types, of: ObjectView, shown: Shown) -> GraphQLField:
    if isinstance(shown, Morph):
        return _morph_field(types, of, shown)
    form, entry = shown
    description = entry.field.description or entry.field.label
    match entry:
        case Plain() if form == "distance":
            return distance_field(f"How far {description} is from another one.")
        case Plain():
            kind = value_type(types, of, entry)
            return GraphQLField(GraphQLNonNull(kind) if entry.is_required else kind, description=description)
        case Composite():
            composite = types[composite_type_name("value", entry.field.kind)]
            return GraphQLField(GraphQLNonNull(composite) if entry.is_required else composite, description=description)
        case ToOne():
            given = WITH_DELETED if entry.has_key else {}  # the other way round, it is one among visible records only
            return GraphQLField(types[type_name("record", entry.target)], given, description=description)
        case ToMany():
            return MANY[form](types, types.view[entry.target], description)


def _morph_field(types: Types, of: ObjectView, morph: Morph) -> GraphQLField:
    description = morph.field.description or morph.field.label
    return GraphQLField(types[morph_type_name("morph", of.name, morph.name)], description=description)


def choice_type(of: ObjectView, field: Field) -> GraphQLEnumType:
    return GraphQLEnumType(
        choice_type_name("choice", of.name, field.name),
        lambda: {option.value: GraphQLEnumValue(option.value, description=option.label) for option in field.options},
        description=field.label,
    )
