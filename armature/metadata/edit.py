"""The next snapshot: what a step, or a changeset of steps, makes of a model. Pure; nothing is mutated.

A step that is wrong is refused as a whole with all that is wrong in it, and a changeset with all that is wrong in any
of its steps. Steps build on each other, in order; each must leave a model that may be. The version stays: the store
counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.changes import (
    Change,
    CreateField,
    CreateIndex,
    CreateObject,
    CreateRole,
    DeleteField,
    DeleteIndex,
    DeleteObject,
    DeleteRole,
    OnFailure,
    RestoreField,
    RestoreObject,
    SetFieldPermission,
    SetObjectPermission,
    UpdateField,
    UpdateObject,
    UpdateRole,
)
from armature.metadata.check import problems
from armature.metadata.edits.draft import NO_CONVERSIONS, Draft, Path, Place, prefixed
from armature.metadata.edits.fields import create_field, delete_field, restore_field, update_field
from armature.metadata.edits.formulas import settle_formulas
from armature.metadata.edits.indexes import create_index, delete_index, settle_indexes
from armature.metadata.edits.objects import create_object, delete_object, restore_object, update_object
from armature.metadata.edits.roles import (
    RoleNotFound,
    create_role,
    delete_role,
    set_field_permission,
    set_object_permission,
    update_role,
)
from armature.metadata.edits.rollups import settle_rollups
from armature.metadata.model import Snapshot
from armature.metadata.resolve import FieldNotFound, ObjectNotFound
from armature.metadata.written import step_key


@dataclass(frozen=True, slots=True)
class Edited:
    """`conversions` are the fields whose values become others, and what becomes of those that can't.

    `places` are of each step: where the client wrote it, and where in it which objects and fields are spelt out.
    """

    snapshot: Snapshot
    conversions: Mapping[UUID, OnFailure] = field(default_factory=dict)
    places: Sequence[tuple[Path, Mapping[UUID, Place]]] = ()

    def where(self, subject: UUID, key: str) -> Path | None:
        """Where the client wrote this key of an object or field: in the last step that spells it out, or the only one.

        Without a key, where that step is.
        """
        for step, spelt in reversed(self.places):
            if subject in spelt:
                return (*step, *spelt[subject].of((key,) if key else ()))
        return self.places[0][0] if len(self.places) == 1 else None


def apply_changes(
    snapshot: Snapshot,
    changes: Sequence[Change],
    *,
    now: datetime,
    new_id: Callable[[], UUID],
    paths: Sequence[Path] | None = None,
) -> Snapshot:
    """The snapshot that `edit` makes."""
    return edit(snapshot, changes, now=now, new_id=new_id, paths=paths).snapshot


def edit(
    snapshot: Snapshot,
    changes: Sequence[Change],
    *,
    now: datetime,
    new_id: Callable[[], UUID],
    paths: Sequence[Path] | None = None,
) -> Edited:
    """The snapshot after all steps; the very same one where nothing changes.

    `paths` say where the client wrote each step, by default `changes, 0, createField`; a one-step mutation gives
    `[("input",)]`. Raises the error, or ManyErrors with those of all steps, each with the whole path.
    """
    errors: list[ArmatureError] = []
    unmade: set[str] = set()
    conversions = NO_CONVERSIONS
    places: list[tuple[Path, Mapping[UUID, Place]]] = []
    for position, change in enumerate(changes):
        path = paths[position] if paths else ("changes", position, step_key(change))
        moment = now + timedelta(microseconds=position)  # what one step deletes, another's restoring leaves alone
        draft = Draft(snapshot, moment, new_id, conversions)
        found = _step(draft, change)
        snapshot, conversions = draft.snapshot, draft.conversions
        places.append((path, draft.places))
        errors += prefixed(ManyErrors([each for each in found if not _follows(each, unmade)]), path)
        if found:
            unmade |= _made_by(change)
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)
    return Edited(snapshot, conversions, places)


def _step(draft: Draft, change: Change) -> list[ArmatureError]:
    """What is wrong with the step, which is made even so: later steps should not stumble over its absence."""
    with draft.at():
        EDITS[type(change)](draft, change)
    unsettled = [*settle_formulas(draft), *settle_rollups(draft), *settle_indexes(draft)]
    after = draft.snapshot
    errors = list(draft.errors)
    for problem in (*problems(draft.before, after), *unsettled):
        problem.error.path = draft.places.get(problem.subject, Place()).of(tuple(problem.error.path or ()))
        errors.append(problem.error)
    return errors


EDITS: Mapping[type, Callable[[Draft, Any], None]] = {
    CreateObject: create_object,
    UpdateObject: update_object,
    DeleteObject: delete_object,
    RestoreObject: restore_object,
    CreateField: create_field,
    UpdateField: update_field,
    DeleteField: delete_field,
    RestoreField: restore_field,
    CreateRole: create_role,
    UpdateRole: update_role,
    DeleteRole: delete_role,
    SetObjectPermission: set_object_permission,
    SetFieldPermission: set_field_permission,
    CreateIndex: create_index,
    DeleteIndex: delete_index,
}


def _made_by(change: Change) -> set[str]:
    """The names that a refused step would have made."""
    named = change.field if isinstance(change, CreateField) else change
    names = (getattr(named, key, None) for key in ("name", "name_singular"))
    return {each for each in names if isinstance(each, str)}


def _follows(error: ArmatureError, unmade: set[str]) -> bool:
    """Whether something is missing only because an earlier step, reported already, was refused."""
    return isinstance(error, ObjectNotFound | FieldNotFound | RoleNotFound) and error.reference in unmade
