"""Which names a view has, and what stands behind each: an index, from which types and root fields are made on demand.

What one object brings is listed when a name is asked for that may be one of its, and remembered by its content: after a
change of the model, and in workspaces that share objects with others, only what is new is listed anew. A list holds
names only, no snapshot.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

from armature.core.lru import Lru
from armature.metadata.aggregates import lacking
from armature.metadata.duplicates import criteria
from armature.metadata.kinds import KINDS
from armature.metadata.model import Object
from armature.metadata.names import (
    CHOICE_TYPES,
    MORPH_TYPES,
    camel,
    choice_type_name,
    morph_type_name,
    root_name,
    type_name,
)
from armature.metadata.stored import stored
from armature.schema_builder.types.needs import has_root, has_type, may_merge
from armature.schema_builder.view import View

KEPT = 5_000

_WORDS = re.compile(r"(?=[A-Z])|$")


@dataclass(frozen=True, slots=True)
class TypeEntry:
    """`what` is a key of names.RECORD_TYPES; where it is about one `field`, of CHOICE_TYPES or MORPH_TYPES."""

    what: str
    object: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class RootEntry:
    """`does` is a key of names.ROOTS."""

    does: str
    object: str


class Joined(Mapping[str, Any]):
    """Mappings that have no name in common, as one."""

    def __init__(self, *parts: Mapping[str, Any]) -> None:
        self._parts = parts

    def __getitem__(self, name: str) -> Any:
        for part in self._parts:
            found = part.get(name)
            if found is not None:
                return found
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        for part in self._parts:
            yield from part

    def __len__(self) -> int:
        return sum(map(len, self._parts))


@dataclass(frozen=True, slots=True)
class Index:
    """What one object brings, by GraphQL name."""

    types: Mapping[str, TypeEntry]
    queries: Mapping[str, RootEntry]
    mutations: Mapping[str, RootEntry]
    subscriptions: Mapping[str, RootEntry]


class Indexer:
    """Lists what the objects of views bring: these types, and root fields that do this."""

    def __init__(
        self, types: Iterable[str], queries: Iterable[str], mutations: Iterable[str], subscriptions: Iterable[str]
    ) -> None:
        self._types = tuple(types)
        self._subscriptions = tuple(subscriptions)
        self._queries = tuple(queries)
        self._mutations = tuple(mutations)
        self._known: Lru[tuple[bytes, tuple[str, ...], tuple[str, ...], bool], Index] = Lru(KEPT)
        self._lock = Lock()

    def of(self, view: View, of: Object) -> Index:
        morphs = tuple(view[of.name_singular].morphs) if of.unions else ()
        rolled = tuple(each.scalar for each in view[of.name_singular].rollups.values()) if of.rollups else ()
        merges = may_merge(view.snapshot, of)
        key = (of.fingerprint, morphs, rolled, merges)
        with self._lock:
            found = self._known.get(key)
        if found is None:
            found = self._brought(of, morphs, rolled, merges)
            with self._lock:
                self._known.put(key, found)
        return found

    def _brought(self, of: Object, morphs: Iterable[str], rolled: Iterable[str], merges: bool) -> Index:
        name = of.name_singular
        left_out = lacking(_scalars(of).union(rolled))
        whats = [each for each in self._types if each not in left_out and has_type(of, each)]
        types = {type_name(what, name): TypeEntry(what, name) for what in whats}
        for field in of.visible_fields.values():
            if field.options:
                types |= {
                    choice_type_name(what, name, field.name): TypeEntry(what, name, field.name) for what in CHOICE_TYPES
                }
        for each in morphs:
            types |= {morph_type_name(what, name, each): TypeEntry(what, name, each) for what in MORPH_TYPES}
        mutations = [each for each in self._mutations if each not in left_out and (merges or each != "merge")]
        queries = [each for each in self._queries if each != "duplicates" or criteria(of)]
        return Index(types, _roots(of, queries), _roots(of, mutations), _roots(of, self._subscriptions))


class Brought:
    """What all objects of a view bring."""

    def __init__(self, view: View, indexer: Indexer) -> None:
        self._view = view
        self._indexer = indexer
        self._objects = view.snapshot.visible_objects
        self._known: dict[str, Index] = {}
        self.types = _Part(self, "types")
        self.queries = _Part(self, "queries")
        self.mutations = _Part(self, "mutations")
        self.subscriptions = _Part(self, "subscriptions")

    def each(self) -> Iterator[Index]:
        return (self._of(each) for each in self._objects.values())

    def of_name(self, name: str) -> Iterator[Index]:
        """Of the objects whose own name may be in this one: `people` in `createPeople`, `person` in `PersonFilter`.

        A generated name holds an object's name from its beginning, or from its first capital, to a capital or its end.
        """
        places = [each.start() for each in _WORDS.finditer(name)]
        for start in {0, places[0]}:
            for end in places:
                of = self._by_name.get(camel(name[start:end]))
                if of is not None:
                    yield self._of(of)

    @cached_property
    def _by_name(self) -> Mapping[str, Object]:
        """By singular and plural name."""
        return {**{each.name_plural: each for each in self._objects.values()}, **self._objects}

    def _of(self, of: Object) -> Index:
        found = self._known.get(of.name_singular)
        if found is None:
            found = self._known[of.name_singular] = self._indexer.of(self._view, of)
        return found


class _Part(Mapping[str, Any]):
    """The types or the root fields of one kind, of all objects, in their order."""

    def __init__(self, brought: Brought, part: str) -> None:
        self._brought = brought
        self._part = part

    def __getitem__(self, name: str) -> Any:
        for index in self._brought.of_name(name):
            entry = getattr(index, self._part).get(name)
            if entry is not None:
                return entry
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        for index in self._brought.each():
            yield from getattr(index, self._part)

    def __len__(self) -> int:
        return sum(len(getattr(index, self._part)) for index in self._brought.each())

    def __bool__(self) -> bool:
        return any(getattr(index, self._part) for index in self._brought.each())


def _scalars(of: Object) -> set[str]:
    fields = (part for each in of.visible_fields.values() for part in stored(each))
    return {KINDS[each.kind].scalar(each.settings) or "ID" for each in fields}


def _roots(of: Object, kinds: Iterable[str]) -> Mapping[str, RootEntry]:
    return {root_name(does, of): RootEntry(does, of.name_singular) for does in kinds if has_root(of, does)}
