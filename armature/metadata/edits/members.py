"""What every workspace is born with: its members as records, so that others can refer to them.

Each has the id of its user. PostgreSQL keeps them in step with the memberships of the catalog
(migrations/catalog/members.py), by the names that table and columns have here. Whoever leaves stays as a record.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from armature.metadata.edits.birth import new_object, system_label
from armature.metadata.edits.draft import Draft
from armature.metadata.model import Field, Option, Snapshot
from armature.metadata.names import MEMBER

NAMES = (MEMBER, "workspaceMembers")
LABELS = ("Workspace member", "Workspace members")

STATES = ("ACTIVE", "SUSPENDED", "LEFT")


def with_members(empty: Snapshot, *, now: datetime, new_id: Callable[[], UUID]) -> Snapshot:
    draft = Draft(empty, now, new_id)
    of = new_object(draft, NAMES, LABELS)
    draft.put(replace(of, is_system=True))
    draft.put_field(of.id, *(_field(draft, each, "TEXT") for each in ("name", "email", "role")), _status(draft))
    return draft.snapshot


def _status(draft: Draft) -> Field:
    options = tuple(Option(draft.new_id(), each, each.capitalize()) for each in STATES)
    return replace(_field(draft, "status", "SELECT"), is_nullable=False, default=STATES[0], options=options)


def _field(draft: Draft, name: str, kind: str) -> Field:
    return Field(draft.new_id(), name, kind, name, system_label(name), is_system=True)
