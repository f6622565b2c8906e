"""Whether the values in row rules fit the fields that they are compared with: asked when either changes."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from armature.core.errors import ArmatureError, BadUserInput, ManyErrors
from armature.metadata.changes import Change, SetObjectPermission
from armature.metadata.model import Field, Object, Snapshot, renewed
from armature.metadata.rights import Rule
from armature.metadata.roles import ObjectGrant, Role
from armature.metadata.rules import told
from armature.metadata.written import step_key
from armature.schema_builder.compile.rules import rule_condition
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View

Path = tuple[str | int, ...]


class RuleUnfitNow(BadUserInput):
    """A rule that nobody touched, of which a field changed."""

    def __init__(self, role: Role, of: Object, reason: str) -> None:
        super().__init__(
            f'The row rule of the role "{role.name}" for "{of.name_singular}" would not fit any more: {reason}',
            hint="Change the rule first, with setObjectPermission.",
        )


def check_rules(before: Snapshot, after: Snapshot, changes: Sequence[Change], paths: Sequence[Path] | None) -> None:
    """Raises all that is wrong with the rules concerned, each where its step says it."""
    concerned = list(_concerned(before, after))
    if not concerned:
        return
    checking = _Checking(after, changes, paths)
    errors = [each for role, of, grant in concerned for each in checking.errors(role, of, grant)]
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)


def _concerned(before: Snapshot, after: Snapshot) -> Iterator[tuple[Role, Object, ObjectGrant]]:
    if not after.roles:
        return
    touched = {str(each.id) for of in renewed(before.objects, after.objects) for each in _changed(before, of)}
    for role in after.kept_roles.values():
        old = before.roles.get(role.id)
        for id_, grant in role.objects.items():
            is_new = old is None or old.objects.get(id_) != grant
            if after.objects[id_].is_visible and (is_new or role.fields_ruled_by[id_] & touched):
                yield role, after.objects[id_], grant


def _changed(before: Snapshot, of: Object) -> Iterator[Field]:
    was = before.objects.get(of.id)
    return renewed(was.fields if was else {}, of.fields)


class _Checking:
    def __init__(self, after: Snapshot, changes: Sequence[Change], paths: Sequence[Path] | None) -> None:
        self._after = after
        self._changes = changes
        self._paths = paths

    @cached_property
    def _schema(self) -> WorkspaceSchema:
        return WorkspaceSchema(View(self._after))

    def errors(self, role: Role, of: Object, grant: ObjectGrant) -> Iterator[ArmatureError]:
        for key, rule in (("readRule", grant.read_rule), ("writeRule", grant.write_rule)):
            error = self._wrong(of, rule) if rule else None
            if error is not None:
                yield self._placed(error, role, of, key)

    def _wrong(self, of: Object, rule: Rule) -> ArmatureError | None:
        try:
            rule_condition(self._schema, of.name_singular, told(self._after, of, rule))
        except ArmatureError as error:
            return error
        return None

    def _placed(self, error: ArmatureError, role: Role, of: Object, key: str) -> ArmatureError:
        for at, change in enumerate(self._changes):
            if isinstance(change, SetObjectPermission) and self._is_about(change, role, of):
                path = self._paths[at] if self._paths else ("changes", at, step_key(change))
                error.path = (*path, key, *(error.path or ()))
                return error
        return RuleUnfitNow(role, of, error.message)

    def _is_about(self, change: SetObjectPermission, role: Role, of: Object) -> bool:
        return change.role == role.name and change.object in (of.name_singular, str(of.id))
