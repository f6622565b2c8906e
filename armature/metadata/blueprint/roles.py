"""Roles in a blueprint, by names, and what makes them so. A file without the key leaves them alone."""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from armature.metadata.access import role_named
from armature.metadata.blueprint.blueprint import RecordsPlan, RolePlan, ValuesPlan, full_label
from armature.metadata.blueprint.way import Way
from armature.metadata.changes import CreateRole, DeleteRole, SetFieldPermission, SetObjectPermission, UpdateRole
from armature.metadata.model import Object, Snapshot
from armature.metadata.rights import RIGHTS, Right, Rule
from armature.metadata.roles import STANDARD, ObjectGrant, Role
from armature.metadata.rules import told


def draw_roles(snapshot: Snapshot) -> dict[str, RolePlan] | None:
    found = {name: _drawn(snapshot, each) for name, each in snapshot.kept_roles.items()}
    return found or None


def _drawn(snapshot: Snapshot, role: Role) -> RolePlan:
    kept = snapshot.kept_objects.values()
    fields = {of.name_singular: dict(_fields(of, role)) for of in kept}
    return RolePlan(
        label=None if role.label == full_label(role.name, None) else role.label,
        description=role.description,
        rights=role.rights,
        permissions=role.permissions,
        may_introspect=role.may_introspect,
        documents_only=role.documents_only,
        documents=role.documents,
        rate_limit=role.rate_limit,
        objects={of.name_singular: _object(snapshot, of, role.objects[of.id]) for of in kept if of.id in role.objects},
        fields={name: each for name, each in fields.items() if each},
    )


def _object(snapshot: Snapshot, of: Object, grant: ObjectGrant) -> RecordsPlan:
    def rule(kept: Rule) -> dict[str, object] | None:
        return dict(told(snapshot, of, kept)) if kept else None

    return RecordsPlan(rights=grant.rights, read_rule=rule(grant.read_rule), write_rule=rule(grant.write_rule))


def _fields(of: Object, role: Role) -> Iterator[tuple[str, ValuesPlan]]:
    for name, field in of.kept_fields.items():
        if field.id in role.fields:
            grant = role.fields[field.id]
            yield name, ValuesPlan(may_read=grant.may_read, may_update=grant.may_update)


def set_roles(way: Way) -> None:
    wanted = way.blueprint.roles
    if wanted is None:
        return
    for name in way.after.kept_roles:
        if name not in wanted and name not in STANDARD:
            way.go(DeleteRole(role=name), "roles")
    for name, plan in wanted.items():
        _set_role(way, name, plan)
        _set_objects(way, name, plan)
        _set_fields(way, name, plan)


def _set_role(way: Way, name: str, plan: RolePlan) -> None:
    role = role_named(way.after, name)
    given: dict[str, Any] = {
        "label": full_label(name, plan.label),
        "description": plan.description,
        "rights": whole(plan.rights),
        "permissions": plan.permissions,
        "may_introspect": plan.may_introspect,
        "documents_only": plan.documents_only,
        "documents": plan.documents,
        "rate_limit": plan.rate_limit,
    }
    if role is None:
        way.go(CreateRole(name=name, **given), "roles", name)
        return
    changed = {key: value if value != getattr(role, key) else UNSET for key, value in given.items()}
    if any(each is not UNSET for each in changed.values()):
        way.go(UpdateRole(role=name, **changed), "roles", name)


def _set_objects(way: Way, name: str, plan: RolePlan) -> None:
    role = role_named(way.after, name)
    if role is None:
        return
    there = _drawn(way.after, role).objects
    for of, each in plan.objects.items():
        found = way.object(of)
        if there.get(found.name_singular if found else of) != _whole_permission(each):
            change = SetObjectPermission(
                role=name, object=of, rights=each.rights, read_rule=each.read_rule, write_rule=each.write_rule
            )
            way.go(change, "roles", name, "objects", of)
    for of in there.keys() - plan.objects.keys():
        way.go(SetObjectPermission(role=name, object=of, rights=None), "roles", name)


def _set_fields(way: Way, name: str, plan: RolePlan) -> None:
    role = role_named(way.after, name)
    if role is None:
        return
    there = _drawn(way.after, role).fields
    for of in {**there, **plan.fields}:
        known, wanted = there.get(of, {}), plan.fields.get(of, {})
        for field in {**known, **wanted}:
            each = wanted.get(field, ValuesPlan())
            if known.get(field, ValuesPlan()) != each:
                change = SetFieldPermission(
                    role=name, object=of, field=field, may_read=each.may_read, may_update=each.may_update
                )
                way.go(change, "roles", name, "fields", of, field)


def whole(rights: tuple[Right, ...]) -> tuple[Right, ...]:
    """As they are kept: READ is AGGREGATE too."""
    given = {*rights, *(["AGGREGATE"] if "READ" in rights else [])}
    return tuple(each for each in RIGHTS if each in given)


def _whole_permission(plan: RecordsPlan) -> RecordsPlan:
    return RecordsPlan(rights=whole(plan.rights), read_rule=plan.read_rule or None, write_rule=plan.write_rule or None)
