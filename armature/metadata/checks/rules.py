"""What row rules need of a model: the fields that they name."""

from collections.abc import Iterator
from uuid import UUID

from armature.core.errors import Conflict
from armature.metadata.checks.problem import Problem
from armature.metadata.model import Field, Object, Snapshot, renewed
from armature.metadata.roles import Role


class NeededByRule(Conflict):
    def __init__(self, field: Field, role: Role, of: Object) -> None:
        super().__init__(
            f'A row rule of the role "{role.name}" for "{of.name_singular}" needs "{field.name}".',
            hint="Change the rule first, with setObjectPermission.",
            field=field.name,
            path=("field",),
        )


def rule_problems(before: Snapshot, after: Snapshot) -> Iterator[Problem]:
    """Costs nothing where there are no rules."""
    roles = after.kept_roles.values() if after.roles else ()
    ruled = [(role, of, named) for role in roles for of, named in role.fields_ruled_by.items() if named]
    if not ruled:
        return
    gone = {str(each.id): each for each in _gone(before, after)}
    for role, of, named in ruled:
        if after.objects[of].deleted_at is None:
            for id_ in named & gone.keys():
                yield Problem(gone[id_].id, NeededByRule(gone[id_], role, after.objects[of]))


def _gone(before: Snapshot, after: Snapshot) -> Iterator[Field]:
    """The fields that were visible, and are no longer."""
    for of in renewed(before.objects, after.objects):
        was = before.objects.get(of.id)
        for field in was.fields.values() if was else ():
            if field.is_visible and was is not None and was.is_visible and not _is_there(of, field.id):
                yield field


def _is_there(of: Object, field_id: UUID) -> bool:
    return of.is_visible and of.fields[field_id].is_visible
