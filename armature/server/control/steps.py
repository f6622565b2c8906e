"""Inputs become the steps of metadata/changes.py, attribute by attribute of the same name.

Whether null may be given follows from the step's annotation: where it may not be, leaving it out is what was meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, get_args, get_type_hints

from strawberry import UNSET
from strawberry.utils.str_converters import to_camel_case

from armature.core.errors import ArmatureError, BadUserInput
from armature.metadata import changes
from armature.metadata.changes import Change
from armature.server.control import inputs, role_inputs

Path: TypeAlias = tuple[str | int, ...]

MADE: Mapping[type, type] = {
    inputs.OptionInput: changes.NewOption,
    inputs.RelationInput: changes.NewRelation,
    inputs.NewFieldInput: changes.NewField,
    inputs.CreateObjectInput: changes.CreateObject,
    inputs.UpdateObjectInput: changes.UpdateObject,
    inputs.DeleteObjectInput: changes.DeleteObject,
    inputs.RestoreObjectInput: changes.RestoreObject,
    inputs.UpdateFieldInput: changes.UpdateField,
    inputs.DeleteFieldInput: changes.DeleteField,
    inputs.RestoreFieldInput: changes.RestoreField,
    role_inputs.CreateRoleInput: changes.CreateRole,
    role_inputs.UpdateRoleInput: changes.UpdateRole,
    role_inputs.DeleteRoleInput: changes.DeleteRole,
    role_inputs.SetObjectPermissionInput: changes.SetObjectPermission,
    role_inputs.SetFieldPermissionInput: changes.SetFieldPermission,
    inputs.IndexFieldInput: changes.NewIndexField,
    inputs.CreateIndexInput: changes.CreateIndex,
    inputs.DeleteIndexInput: changes.DeleteIndex,
}

AS_WRITTEN = frozenset({"default_value", "settings", "read_rule", "write_rule", "where"})
"""JSON, which is nothing to look into."""


MAX_STEPS = 500
"""Each step is checked against the whole model."""


class TooManySteps(ArmatureError):
    """No setting raises this."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, actual: int) -> None:
        super().__init__(
            f"The changeset has {actual:,} steps; at most {MAX_STEPS} fit.",
            hint="Create objects with their fields in one step, or send several changesets.",
            path=("changes",),
        )


class NullNotAllowed(BadUserInput):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path[-1]} can't be null.", hint="Leave it out to leave it as it is.", path=path)


class SettingsInvalid(BadUserInput):
    def __init__(self, path: Path) -> None:
        super().__init__("settings must be an object.", hint='Such as {dataType: "int"}.', path=path)


@dataclass(slots=True)
class Reading:
    """Steps as they are read, where each is written, and what is wrong with how they are written."""

    steps: list[Change] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    errors: list[ArmatureError] = field(default_factory=list)

    def add(self, given: Any, *path: str | int) -> None:
        self.paths.append(path)
        if isinstance(given, inputs.CreateFieldInput):
            new = self._made(given, changes.NewField, path)
            self.steps.append(changes.CreateField(object=given.object, field=new))
        else:
            self.steps.append(self._made(given, MADE[type(given)], path))

    def _made(self, given: Any, target: type, path: Path) -> Any:
        """What can't be given is left out."""
        values: dict[str, Any] = {}
        for name, (key, takes_null) in _attributes(target).items():
            value = getattr(given, name)
            if value is UNSET:
                continue
            at = (*path, key)
            if value is None and not takes_null:
                self.errors.append(NullNotAllowed(at))
            elif name == "settings" and value is not None and not isinstance(value, dict):
                self.errors.append(SettingsInvalid(at))
            else:
                values[name] = value if name in AS_WRITTEN else self._plain(value, at)
        return target(**values)

    def _plain(self, value: Any, path: Path) -> Any:
        if isinstance(value, list):
            return tuple(self._plain(each, (*path, position)) for position, each in enumerate(value))
        if isinstance(value, Enum):
            return value.value
        return self._made(value, MADE[type(value)], path) if is_dataclass(value) else value


def read_step(given: Any) -> Reading:
    """The one step that the `input` of a mutation asks for."""
    reading = Reading()
    reading.add(given, "input")
    return reading


def read_steps(given: Sequence[inputs.ChangeInput]) -> Reading:
    """The steps of a changeset. Of each input one key is set: GraphQL has seen to it. Raises TooManySteps."""
    if len(given) > MAX_STEPS:
        raise TooManySteps(len(given))
    reading = Reading()
    for position, change in enumerate(given):
        name, value = next((name, value) for name, value in vars(change).items() if value not in (UNSET, None))
        reading.add(value, "changes", position, to_camel_case(name))
    return reading


@cache
def _attributes(target: type) -> Mapping[str, tuple[str, bool]]:
    """The attributes of a step: the key a client writes, and whether it may be null."""
    hints = get_type_hints(target)
    return {
        each.name: (to_camel_case(each.name), hints[each.name] is Any or type(None) in get_args(hints[each.name]))
        for each in fields(target)
    }
