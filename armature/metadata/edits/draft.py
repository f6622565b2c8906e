"""A snapshot while one step edits it: what has been put so far, what was found wrong, and where the step says so."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.changes import OnFailure
from armature.metadata.model import Field, Object, Relation, Snapshot
from armature.metadata.roles import Role

Path: TypeAlias = tuple[str | int, ...]
NO_CONVERSIONS: Mapping[UUID, OnFailure] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step spells out an object or field.

    `keys` moves keys that stand elsewhere than in `path`; `is_whole` says that the step has no keys for it at all, such
    as a restored object's name.
    """

    path: Path = ()
    keys: Mapping[str, Path] = field(default_factory=dict)
    is_whole: bool = False

    def of(self, path: Path) -> Path:
        """Where in the step an error at `path` of the object or field belongs."""
        if self.is_whole or not path:
            return self.path
        return self.path + self.keys.get(str(path[0]), path[:1]) + path[1:]


class Draft:
    """One step's working copy; `conversions` are those of the steps before it, too.

    Errors are collected by `at`, so that one step reports all it can.
    """

    def __init__(
        self,
        before: Snapshot,
        now: datetime,
        new_id: Callable[[], UUID],
        conversions: Mapping[UUID, OnFailure] = NO_CONVERSIONS,
    ) -> None:
        self.before = before
        self.now = now
        self.new_id = new_id
        self.objects = dict(before.objects)
        self.relations = dict(before.relations)
        self.roles = dict(before.roles)
        self.errors: list[ArmatureError] = []
        self.places: dict[UUID, Place] = {}
        self.conversions = conversions
        self._path: Path = ()
        self._snapshot: Snapshot | None = before

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Collect what goes wrong inside, as errors at this path of the step; then go on."""
        outer = self._path
        self._path = outer + path
        try:
            yield
        except ArmatureError as error:
            self.errors += prefixed(error, self._path)
        finally:
            self._path = outer

    def spelt(self, id: UUID, keys: Mapping[str, Path] | None = None) -> None:
        """The step spells out this object or field here."""
        self.places[id] = Place(self._path, keys or {})

    def touched(self, id: UUID, *key: str) -> None:
        """The step changes this object or field without spelling it out; what is wrong with it is wrong with `key`."""
        self.places.setdefault(id, Place(self._path + key, is_whole=True))

    def put(self, of: Object) -> None:
        if self.objects.get(of.id) != of:
            self.objects[of.id] = of
            self._snapshot = None

    def put_field(self, of: UUID, *fields: Field) -> None:
        """Put fields into the object of this id, in their old place or at its end."""
        found = self.objects[of]
        self.put(replace(found, fields={**found.fields, **{each.id: each for each in fields}}))

    def put_last(self, of: UUID, field: UUID) -> None:
        """Move a field to the end of its object."""
        found = self.objects[of]
        others = {id_: each for id_, each in found.fields.items() if id_ != field}
        self.objects[of] = replace(found, fields={**others, field: found.fields[field]})
        self._snapshot = None

    def put_relation(self, relation: Relation) -> None:
        if self.relations.get(relation.id) != relation:
            self.relations[relation.id] = relation
            self._snapshot = None

    def put_role(self, role: Role) -> None:
        if self.roles.get(role.id) != role:
            self.roles[role.id] = role
            self._snapshot = None

    @property
    def snapshot(self) -> Snapshot:
        """What has been put so far; the very snapshot it began with where nothing changed."""
        if self._snapshot is None:
            self._snapshot = replace(
                self.before,
                objects=dict(self.objects),
                relations=dict(self.relations),
                roles=dict(self.roles) if self.roles != self.before.roles else self.before.roles,
            )
        return self._snapshot


def prefixed(error: ArmatureError, path: Path) -> list[ArmatureError]:
    """The error, or those inside ManyErrors, with `path` before their own."""
    errors = list(error.errors) if isinstance(error, ManyErrors) else [error]
    for each in errors:
        each.path = (*path, *(each.path or ()))
    return errors
