"""Finding objects and fields by id or by API name; who misses one learns of a similar name."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import TypeVar
from uuid import UUID

from armature.core.errors import NotFound
from armature.metadata.model import Field, Object, Snapshot

T = TypeVar("T", Object, Field)


class ObjectNotFound(NotFound):
    def __init__(self, reference: str, known: Iterable[str], place: str = "object") -> None:
        super().__init__(f'There is no object "{reference[:100]}".', hint=did_you_mean(reference, known), path=(place,))
        self.reference = reference


class FieldNotFound(NotFound):
    def __init__(self, of: Object, reference: str, known: Iterable[str], place: str = "field") -> None:
        super().__init__(
            f'The object "{of.name_singular}" has no field "{reference[:100]}".',
            hint=did_you_mean(reference, known),
            field=reference,
            path=(place,),
        )
        self.reference = reference


class NothingDeleted(NotFound):
    def __init__(self, what: str, reference: str, deleted: Iterable[str]) -> None:
        super().__init__(
            f'There is no deleted {what} "{reference[:100]}".',
            hint=did_you_mean(reference, deleted),
            path=(what,),
        )
        self.reference = reference


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    by_small = {each.lower(): each for each in known}
    close = get_close_matches(name.lower()[:100], by_small, n=3, cutoff=0.6)
    found = " or ".join(f'"{by_small[each]}"' for each in close)
    return f"Did you mean {found}?" if found else None


def find_object(snapshot: Snapshot, reference: str, place: str = "object") -> Object:
    """An object that is not deleted, by id or singular name. `place` is the key of the step that names it."""
    found = snapshot.kept_objects.get(reference) or snapshot.objects.get(as_id(reference))
    if found is None or found.deleted_at is not None:
        raise ObjectNotFound(reference, snapshot.kept_objects, place)
    return found


def find_field(of: Object, reference: str, place: str = "field") -> Field:
    """A field that is not deleted, by id or name. `place` is the key of the step that names it."""
    found = of.kept_fields.get(reference) or of.fields.get(as_id(reference))
    if found is None or found.deleted_at is not None:
        raise FieldNotFound(of, reference, of.kept_fields, place)
    return found


def find_deleted_object(snapshot: Snapshot, reference: str) -> Object:
    """A deleted object by id, or by name the one deleted last."""
    return _deleted("object", reference, snapshot.objects.values(), lambda each: each.name_singular)


def find_deleted_field(of: Object, reference: str) -> Field:
    """A deleted field by id, or by name the one deleted last."""
    return _deleted("field", reference, of.fields.values(), lambda each: each.name)


def _deleted(what: str, reference: str, among: Iterable[T], name_of: Callable[[T], str]) -> T:
    deleted = [(each.deleted_at, each) for each in among if each.deleted_at is not None]
    wanted = as_id(reference)
    found = [(at, each) for at, each in deleted if each.id == wanted or name_of(each) == reference]
    if not found:
        raise NothingDeleted(what, reference, [name_of(each) for _, each in deleted])
    return max(found, key=lambda pair: pair[0])[1]


def as_id(reference: str) -> UUID:
    """The reference as an id; one that nothing has where it can't be an id."""
    try:
        return UUID(reference)
    except ValueError:
        return UUID(int=0)
