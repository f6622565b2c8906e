"""Roles: what they let do, with which objects and fields. Several add up.

A role is named for good: keys and memberships hold its name. What it says of objects and fields is by their ids, so
that it survives renaming; its `rights` are those on objects of which it says nothing, new ones included.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, get_args
from uuid import UUID

from armature.metadata.rights import EVERY, RIGHTS, Right, Rule

Permission = Literal["MODEL", "ROLES", "MEMBERS", "KEYS", "WEBHOOKS", "WORKFLOWS", "DATA_SOURCES", "BILLING", "AUDIT"]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
"""What can be changed of a workspace beside its records."""


@dataclass(frozen=True, slots=True)
class ObjectGrant:
    """What a role lets do with the records of one object: all that meet `read_rule`, and to write `write_rule` too.

    The rules name fields by id (rules.py).
    """

    rights: tuple[Right, ...]
    read_rule: Rule = field(default_factory=lambda: EVERY)
    write_rule: Rule = field(default_factory=lambda: EVERY)


@dataclass(frozen=True, slots=True)
class FieldGrant:
    may_read: bool = True
    may_update: bool = True


ALL_OF_IT = FieldGrant()


@dataclass(frozen=True)
class Role:
    """`documents_only`: nothing but stored operations; `documents` are the names of those, None for all.

    `rate_limit` is points a minute, for each who has the role; None where it says nothing.
    """

    id: UUID
    name: str
    label: str
    description: str | None = None
    rights: tuple[Right, ...] = ()
    permissions: tuple[Permission, ...] = ()
    may_introspect: bool = True
    documents_only: bool = False
    documents: tuple[str, ...] | None = None
    rate_limit: int | None = None
    objects: Mapping[UUID, ObjectGrant] = field(default_factory=dict)
    fields: Mapping[UUID, FieldGrant] = field(default_factory=dict)
    deleted_at: datetime | None = None

    def grant(self, object_id: UUID) -> ObjectGrant:
        return self.objects.get(object_id) or ObjectGrant(self.rights)

    @property
    def is_fixed(self) -> bool:
        """Whether nobody may change it: there must always be somebody who can."""
        return self.name in FULL

    @cached_property
    def fields_ruled_by(self) -> Mapping[UUID, frozenset[str]]:
        """By object, the ids of the fields that its rules name, as they are written."""
        return {
            id_: frozenset((*_named(grant.read_rule), *_named(grant.write_rule))) for id_, grant in self.objects.items()
        }


def _named(rule: Any) -> Iterator[str]:
    """Every key of a rule, at any depth: those of fields are ids."""
    if isinstance(rule, Mapping):
        for key, value in rule.items():
            yield key.removesuffix(KEY)
            yield from _named(value)
    elif isinstance(rule, list | tuple):
        for each in rule:
            yield from _named(each)


KEY = ".id"
"""Ends a field's id in a rule where the rule is about the id that a relation holds, not about the record."""

OWNER, ADMIN, MEMBER, GUEST = "owner", "admin", "member", "guest"

FULL = frozenset({OWNER, ADMIN})
"""The roles that see and do everything with records."""

_DAILY: tuple[Right, ...] = ("AGGREGATE", "READ", "CREATE", "UPDATE", "DELETE")
_ADMINISTERED = tuple(each for each in PERMISSIONS if each != "BILLING")

STANDARD: Mapping[str, Role] = {
    each.name: each
    for each in (
        Role(UUID(int=1), OWNER, "Owner", "Everything.", RIGHTS, PERMISSIONS),
        Role(UUID(int=2), ADMIN, "Administrator", "Everything but billing.", RIGHTS, _ADMINISTERED),
        Role(UUID(int=3), MEMBER, "Member", "All records; deletes, but not for good.", _DAILY),
        Role(UUID(int=4), GUEST, "Guest", "What the role is given, and nothing else."),
    )
}
"""What every workspace has. A member's and a guest's role may be changed, and are then kept with the model."""
