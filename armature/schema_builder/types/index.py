"""Which names a view has, and what stands behind each: an index, from which types and root fields are made on demand.

What one object brings is remembered by its content: after a change of the model, and in workspaces that share objects
with others, only what is new is listed anew. A list holds names only, no snapshot.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from armature.core.lru import Lru
from armature.metadata.aggregates import lacking
from armature.metadata.duplicates import criteria
from armature.metadata.kinds import KINDS
from armature.metadata.model import Object
from armature.metadata.names import CHOICE_TYPES, MORPH_TYPES, choice_type_name, morph_type_name, root_name, type_name
from armature.metadata.stored import stored
from armature.schema_builder.types.needs import has_root, has_type, may_merge
from armature.schema_builder.view import View

KEPT = 5_000
FEW = 50


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
    """Mappings that have no name in common, as one.

    The first few names are looked for in one after the other: after a change of a large model, putting its index
    together takes longer than a request.
    """

    def __init__(self, *parts: Mapping[str, Any]) -> None:
        self._parts = parts
        self._looks = 0

    def __getitem__(self, name: str) -> Any:
        self._looks += 1
        if self._looks > FEW:
            return self._whole[name]
        for part in self._parts:
            if name in part:
                return part[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)

    @cached_property
    def _whole(self) -> Mapping[str, Any]:
        whole: dict[str, Any] = {}
        for part in self._parts:
            whole.update(part)
        return whole


@dataclass(frozen=True, slots=True)
class Index:
    """What one object brings, by GraphQL name."""

    types: Mapping[str, TypeEntry]
    queries: Mapping[str, RootEntry]
    mutations: Mapping[str, RootEntry]


class Indexer:
    """Lists what views bring: for each object these types, and root fields that do this."""

    def __init__(self, types: Iterable[str], queries: Iterable[str], mutations: Iterable[str]) -> None:
        self._types = tuple(types)
        self._queries = tuple(queries)
        self._mutations = tuple(mutations)
        self._known: Lru[tuple[bytes, tuple[str, ...], tuple[str, ...], bool], Index] = Lru(KEPT)
        self._last: Mapping[str, tuple[Object, Index]] = {}

    def of(self, view: View) -> Sequence[Index]:
        """One for each object. Not to be called by several threads at once."""
        found, last = {}, self._last
        for name, each in view.snapshot.visible_objects.items():
            known = last.get(name)
            is_same = known is not None and known[0] is each and _stands_alone(each)
            found[name] = known if known is not None and is_same else (each, self._of(view, each))
        self._last = found
        return [index for _, index in found.values()]

    def _of(self, view: View, of: Object) -> Index:
        morphs = tuple(view[of.name_singular].morphs) if of.unions else ()
        rolled = tuple(each.scalar for each in view[of.name_singular].rollups.values()) if of.rollups else ()
        merges = may_merge(view.snapshot, of)
        key = (of.fingerprint, morphs, rolled, merges)
        return self._known.get(key) or self._known.put(key, self._brought(of, morphs, rolled, merges))

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
        return Index(types, _roots(of, queries), _roots(of, mutations))


def _stands_alone(of: Object) -> bool:
    """Whether what an object brings is the same whatever there is besides it."""
    return not of.unions and not of.rollups and of.access is None


def _scalars(of: Object) -> set[str]:
    fields = (part for each in of.visible_fields.values() for part in stored(each))
    return {KINDS[each.kind].scalar(each.settings) or "ID" for each in fields}


def _roots(of: Object, kinds: Iterable[str]) -> Mapping[str, RootEntry]:
    return {root_name(does, of): RootEntry(does, of.name_singular) for does in kinds if has_root(of, does)}
