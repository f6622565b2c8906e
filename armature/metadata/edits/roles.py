"""The steps on roles: create, update, delete, and what one lets do with an object or a field."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from msgspec import UNSET

from armature.core.errors import ArmatureError, BadUserInput, Conflict, NotFound
from armature.metadata.access import grant_on, role_named
from armature.metadata.changes import (
    CreateRole,
    DeleteRole,
    SetFieldPermission,
    SetObjectPermission,
    UpdateRole,
)
from armature.metadata.checks.texts import description_errors, label_errors
from armature.metadata.edits.draft import Draft
from armature.metadata.english import label_of, name_of
from armature.metadata.model import Object
from armature.metadata.names import check_name
from armature.metadata.resolve import did_you_mean, find_field, find_object
from armature.metadata.rights import EVERY, OF_KEPT, RIGHTS, Right, Rule
from armature.metadata.roles import ALL_OF_IT, STANDARD, FieldGrant, Permission, Role
from armature.metadata.rules import kept

UPDATABLE = (
    "label",
    "description",
    "rights",
    "permissions",
    "may_introspect",
    "documents_only",
    "documents",
    "rate_limit",
)
NEED_READ = frozenset({"CREATE", "UPDATE", "DELETE", "DESTROY"})
MOST_ROLES = 200
MOST_POINTS = 1_000_000_000


class RoleNotFound(NotFound):
    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f'There is no role "{name[:100]}".', hint=did_you_mean(name, known), path=("role",))
        self.reference = name


class RoleNameTaken(Conflict):
    def __init__(self, name: str) -> None:
        super().__init__(f'There is a role "{name}" already.', hint="Choose another name.", path=("name",))


class RoleIsFixed(BadUserInput):
    def __init__(self, role: Role, what: str) -> None:
        super().__init__(f'The role "{role.name}" can\'t be {what}.', hint="Create a role of your own.", path=("role",))


class TooManyRoles(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"A workspace has at most {MOST_ROLES} roles.", hint="Delete one that nobody has.")


class ReadFirst(BadUserInput):
    """What is written is shown, and found by reading."""

    def __init__(self, rights: Sequence[str]) -> None:
        super().__init__(f"{', '.join(rights)} need READ.", hint="Add READ.", path=("rights",))


class KeptByServer(BadUserInput):
    def __init__(self, of: Object, rights: Sequence[str]) -> None:
        super().__init__(
            f"Nobody has {', '.join(rights)} on {of.label_plural}: the server itself makes and keeps them.",
            hint=f"There is {', '.join(each for each in RIGHTS if each in OF_KEPT)}.",
            path=("rights",),
        )


class RuleOfNothing(BadUserInput):
    def __init__(self, key: str) -> None:
        super().__init__("There are no rights that the rule could be for.", hint="Give rights too.", path=(key,))


class HiddenButUpdatable(BadUserInput):
    def __init__(self) -> None:
        super().__init__("A field that can't be read can't be updated.", path=("mayUpdate",))


class DocumentsOfOthers(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "documents are for a role that runs nothing else.", hint="Add documentsOnly: true.", path=("documents",)
        )


class RoleLimitUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"rateLimit must be 1 to {MOST_POINTS:,}.", path=("rateLimit",))


def create_role(draft: Draft, change: CreateRole) -> None:
    label = change.label if change.label is not None else label_of(change.name or "") or (change.name or "")
    name = change.name if change.name is not None else name_of(label)
    with draft.at():
        check_name(name, "name")
        if role_named(draft.snapshot, name) is not None:
            raise RoleNameTaken(name)
    if len(draft.snapshot.kept_roles) >= MOST_ROLES:
        raise TooManyRoles
    role = Role(
        id=draft.new_id(),
        name=name,
        label=label,
        description=change.description,
        rights=_rights(change.rights),
        permissions=_in_order(change.permissions),
        may_introspect=change.may_introspect,
        documents_only=change.documents_only,
        documents=_each_once(change.documents),
        rate_limit=change.rate_limit,
    )
    _put(draft, role)


def update_role(draft: Draft, change: UpdateRole) -> None:
    wanted: dict[str, Any] = {key: value for key in UPDATABLE if (value := getattr(change, key)) is not UNSET}
    if "rights" in wanted:
        wanted["rights"] = _rights(wanted["rights"])
    if "permissions" in wanted:
        wanted["permissions"] = _in_order(wanted["permissions"])
    if "documents" in wanted:
        wanted["documents"] = _each_once(wanted["documents"])
    _put(draft, replace(_changeable(draft, change.role), **wanted))


def delete_role(draft: Draft, change: DeleteRole) -> None:
    role = find_role(draft, change.role)
    if role.name in STANDARD:
        raise RoleIsFixed(role, "deleted")
    draft.put_role(replace(role, deleted_at=draft.now))


def set_object_permission(draft: Draft, change: SetObjectPermission) -> None:
    role, of = _changeable(draft, change.role), find_object(draft.snapshot, change.object)
    if change.rights is None:
        others = {id_: each for id_, each in role.objects.items() if id_ != of.id}
        draft.put_role(replace(role, objects=others))
        return
    grant = grant_on(role, of)
    if change.rights is not UNSET:
        grant = replace(grant, rights=_rights_on(of, change.rights))
    with draft.at("readRule"):
        if change.read_rule is not UNSET:
            grant = replace(grant, read_rule=_rule(draft, of, change.read_rule))
    with draft.at("writeRule"):
        if change.write_rule is not UNSET:
            grant = replace(grant, write_rule=_rule(draft, of, change.write_rule))
    for key, found in (("readRule", grant.read_rule), ("writeRule", grant.write_rule)):
        if found and not grant.rights:
            raise RuleOfNothing(key)
    draft.put_role(replace(role, objects={**role.objects, of.id: grant}))


def set_field_permission(draft: Draft, change: SetFieldPermission) -> None:
    role, of = _changeable(draft, change.role), find_object(draft.snapshot, change.object)
    field = find_field(of, change.field)
    old = role.fields.get(field.id, ALL_OF_IT)
    may_read = old.may_read if change.may_read is UNSET else change.may_read
    may_update = old.may_update and may_read if change.may_update is UNSET else change.may_update
    if may_update and not may_read:
        raise HiddenButUpdatable
    others = {id_: each for id_, each in role.fields.items() if id_ != field.id}
    grant = FieldGrant(may_read, may_update)
    draft.put_role(replace(role, fields=others if grant == ALL_OF_IT else {**others, field.id: grant}))


def find_role(draft: Draft, name: str) -> Role:
    """A standard one that nobody changed yet gets an id of its own here."""
    found = role_named(draft.snapshot, name)
    if found is None:
        raise RoleNotFound(name, [*STANDARD, *draft.snapshot.kept_roles])
    return replace(found, id=draft.new_id()) if found is STANDARD.get(name) else found


def _changeable(draft: Draft, name: str) -> Role:
    role = find_role(draft, name)
    if role.is_fixed:
        raise RoleIsFixed(role, "changed")
    return role


def _put(draft: Draft, role: Role) -> None:
    draft.errors += [
        *label_errors(role.label, "label"),
        *description_errors(role.description),
        *_narrowing_errors(role),
    ]
    draft.put_role(role)


def _narrowing_errors(role: Role) -> Iterator[ArmatureError]:
    if role.documents is not None and not role.documents_only:
        yield DocumentsOfOthers()
    if role.rate_limit is not None and not 1 <= role.rate_limit <= MOST_POINTS:
        yield RoleLimitUnfit()


def _each_once(documents: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if documents is None else tuple(dict.fromkeys(documents))


def _rights(given: Sequence[str]) -> tuple[Right, ...]:
    found: tuple[Right, ...] = tuple(each for each in RIGHTS if each in given)
    lacking = [each for each in found if each in NEED_READ]
    if lacking and "READ" not in found:
        raise ReadFirst(lacking)
    return ("AGGREGATE", *found) if "READ" in found and "AGGREGATE" not in found else found


def _rights_on(of: Object, given: Sequence[str]) -> tuple[Right, ...]:
    found = _rights(given)
    beyond = [each for each in found if of.is_system and each not in OF_KEPT]
    if beyond:
        raise KeptByServer(of, beyond)
    return found


def _in_order(given: Sequence[Permission]) -> tuple[Permission, ...]:
    return tuple(dict.fromkeys(given))


def _rule(draft: Draft, of: Object, rule: Any) -> Rule:
    return EVERY if rule is None else kept(draft.snapshot, of, rule, ())
