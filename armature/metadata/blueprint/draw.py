"""The blueprint of a model as it is: by names, without ids, without what is deleted, without what is the default."""

from typing import Any

from armature.metadata.blueprint.blueprint import (
    Blueprint,
    FieldPlan,
    IndexPlan,
    ObjectPlan,
    OptionPlan,
    RelationPlan,
    full_label,
    object_labels,
    plural_name,
)
from armature.metadata.blueprint.roles import draw_roles
from armature.metadata.duplicates import written_criteria
from armature.metadata.edits.birth import system_label
from armature.metadata.edits.values import option_label
from armature.metadata.indexes import part_names
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Index, Object, Option, Snapshot


def draw(snapshot: Snapshot) -> Blueprint:
    drawn = {each.name_singular: (each, _object(snapshot, each)) for each in snapshot.kept_objects.values()}
    objects = {name: plan for name, (of, plan) in drawn.items() if not of.is_system or plan != ObjectPlan()}
    return Blueprint(objects=objects, roles=draw_roles(snapshot))


def _object(snapshot: Snapshot, of: Object) -> ObjectPlan:
    name = of.name_singular
    bare = ObjectPlan()
    plural = None if plural_name(name, bare) == of.name_plural else of.name_plural
    named = ObjectPlan(name_plural=plural)
    one = None if object_labels(name, named)[0] == of.label_singular else of.label_singular
    labelled = ObjectPlan(name_plural=plural, label_singular=one)
    many = None if object_labels(name, labelled)[1] == of.label_plural else of.label_plural
    return ObjectPlan(
        name_plural=plural,
        label_singular=one,
        label_plural=many,
        description=of.description,
        is_active=of.is_active,
        is_searchable=of.is_searchable,
        is_audited=of.is_audited,
        duplicate_criteria=tuple(tuple(each) for each in written_criteria(of)),
        fields={
            each.name: plan for each in of.kept_fields.values() if (plan := _field(snapshot, of, each)) != FieldPlan()
        },
        indexes={each.name: index_plan(of, each) for each in sorted(of.indexes, key=lambda found: found.name)},
    )


def index_plan(of: Object, index: Index) -> IndexPlan:
    named = zip(part_names(of, index), index.parts, strict=True)
    return IndexPlan(
        fields=tuple(name if each.order == "ASC" else f"{name} {each.order}" for name, each in named),
        type=index.type,
        is_unique=index.is_unique,
        where=None if index.where is None else dict(index.where),
    )


def _field(snapshot: Snapshot, of: Object, field: Field) -> FieldPlan:
    if field.is_system:
        label = None if field.label == system_label(field.name) else field.label
        return FieldPlan(label=label, description=field.description)
    return FieldPlan(
        type=field.kind,
        label=None if field.label == full_label(field.name, None) else field.label,
        description=field.description,
        is_active=field.is_active,
        is_nullable=field.is_nullable or KINDS[field.kind].generated is not None,
        is_unique=field.is_unique and field.relation_id is None,
        default_value=field.default,
        settings=_settings(field),
        options=tuple(_option(each) for each in field.options),
        relation=_relation(snapshot, of, field),
    )


def _settings(field: Field) -> dict[str, Any]:
    kind = KINDS[field.kind]
    usual = {**kind.setting_defaults, **{each: field.settings.get(each) for each in kind.inferred_settings}}
    return {key: value for key, value in sorted(field.settings.items()) if key not in usual or usual[key] != value}


def _option(option: Option) -> OptionPlan:
    label = None if option.label == option_label(option.value) else option.label
    return OptionPlan(value=option.value, label=label, color=option.color)


def _relation(snapshot: Snapshot, of: Object, field: Field) -> RelationPlan | None:
    """Said where the foreign key is, or, of a many-to-many relation, where it was created."""
    if field.relation_id is None:
        return None
    link = snapshot.link(field)
    if field.id != link.relation.many_field:
        return RelationPlan(inverse_of=f"{link.target.name_singular}.{link.inverse.name}")
    return RelationPlan(
        type=link.side,
        target=link.target.name_singular,
        inverse_name=link.inverse.name,
        on_delete=link.relation.on_delete if link.between is None else "SET_NULL",
        through=link.between.object.name_singular if link.between else None,
        morph=of.fields[field.morph_id].name if field.morph_id and field.morph_id in of.unions else None,
        through_fields=(link.between.near.name, link.between.far.name) if link.between else (),
    )
