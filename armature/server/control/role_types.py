"""Roles, as the control plane shows them: what each lets do, with rules by the names that fields have now."""

from enum import Enum
from typing import Any

import strawberry
from strawberry.scalars import JSON

from armature.metadata import roles
from armature.metadata.model import Snapshot
from armature.metadata.rights import Rule
from armature.metadata.roles import STANDARD
from armature.metadata.rules import told


@strawberry.enum(description="What can be done with records. READ includes AGGREGATE: to count and sum up.")
class Right(Enum):
    AGGREGATE = "AGGREGATE"
    READ = "READ"
    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    DESTROY = "DESTROY"


@strawberry.enum(description="What can be changed of a workspace beside its records.")
class Permission(Enum):
    MODEL = "MODEL"
    ROLES = "ROLES"
    MEMBERS = "MEMBERS"
    KEYS = "KEYS"
    WEBHOOKS = "WEBHOOKS"
    WORKFLOWS = "WORKFLOWS"
    DATA_SOURCES = "DATA_SOURCES"
    BILLING = "BILLING"
    AUDIT = "AUDIT"


@strawberry.type(description="What a role may do with the records of one object.")
class ObjectPermission:
    object: str
    rights: list[Right]
    read_rule: JSON | None = strawberry.field(description="Which records; null: all.")
    write_rule: JSON | None = strawberry.field(description="Which of these may be written; null: all.")


@strawberry.type(description="What a role may do with one field.")
class FieldPermission:
    object: str
    field: str
    may_read: bool
    may_update: bool


@strawberry.type(description="What its members and API keys may see and do. Several add up.")
class Role:
    name: str
    label: str
    description: str | None
    rights: list[Right] = strawberry.field(description="On all objects that the role says nothing about.")
    permissions: list[Permission]
    may_introspect: bool
    documents_only: bool
    documents: list[str] | None = strawberry.field(description="With documentsOnly: those it runs; null: all.")
    rate_limit: int | None = strawberry.field(description="Points a minute for each who has the role.")
    is_standard: bool
    objects: list[ObjectPermission]
    fields: list[FieldPermission]


def role_of(snapshot: Snapshot, role: roles.Role) -> Role:
    kept = {of.id: of for of in snapshot.kept_objects.values()}
    owners = {id_: of for of in kept.values() for id_, each in of.fields.items() if each.deleted_at is None}
    return Role(
        name=role.name,
        label=role.label,
        description=role.description,
        rights=[Right(each) for each in role.rights],
        permissions=[Permission(each) for each in role.permissions],
        may_introspect=role.may_introspect,
        documents_only=role.documents_only,
        documents=None if role.documents is None else list(role.documents),
        rate_limit=role.rate_limit,
        is_standard=role.name in STANDARD,
        objects=[_object(snapshot, id_, each) for id_, each in role.objects.items() if id_ in kept],
        fields=[
            FieldPermission(
                object=owners[id_].name_singular,
                field=owners[id_].fields[id_].name,
                may_read=each.may_read,
                may_update=each.may_update,
            )
            for id_, each in role.fields.items()
            if id_ in owners
        ],
    )


def _object(snapshot: Snapshot, id_: Any, grant: roles.ObjectGrant) -> ObjectPermission:
    of = snapshot.objects[id_]

    def rule(kept: Rule) -> JSON | None:
        return JSON(told(snapshot, of, kept)) if kept else None

    return ObjectPermission(
        object=of.name_singular,
        rights=[Right(each) for each in grant.rights],
        read_rule=rule(grant.read_rule),
        write_rule=rule(grant.write_rule),
    )
