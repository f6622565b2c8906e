"""Which rights root fields and types need: what a role has none of is not in its schema."""

from collections.abc import Mapping

from armature.metadata.model import Object, Snapshot
from armature.metadata.rights import EVERY, Right

ROOTS_NEED: Mapping[str, tuple[Right, ...]] = {
    "aggregate": ("AGGREGATE",),
    "group_by": ("AGGREGATE",),
    "create": ("CREATE",),
    "create_many": ("CREATE",),
    "update": ("UPDATE",),
    "update_many": ("UPDATE",),
    "delete": ("DELETE",),
    "delete_many": ("DELETE",),
    "restore": ("DELETE",),
    "restore_many": ("DELETE",),
    "destroy": ("DESTROY",),
    "destroy_many": ("DESTROY",),
    "merge": ("UPDATE", "DELETE"),
}
"""By key of names.ROOTS, all of these; the others need READ."""

TYPES_NEED: Mapping[str, tuple[Right, ...]] = {
    "change_event": ("READ",),
    **dict.fromkeys(("record", "connection", "edge", "list_filter", "where_unique", "connect"), ("READ",)),
    **dict.fromkeys(("to_one", "to_many", "aggregate_order"), ("READ",)),
    "create": ("CREATE",),
    "update": ("UPDATE",),
    "to_many_update": ("UPDATE",),
    "on_conflict": ("CREATE", "UPDATE"),
}
"""By key of names.RECORD_TYPES, all of these; the others need AGGREGATE, which whoever sees an object at all has."""

CHANGING: tuple[Right, ...] = ("UPDATE", "DELETE", "DESTROY")


def has_root(of: Object, does: str) -> bool:
    return all(of.may(each) for each in ROOTS_NEED.get(does, ("READ",)))


def has_type(of: Object, what: str) -> bool:
    if what == "mutation_result":
        return of.may(*CHANGING)
    return all(of.may(each) for each in TYPES_NEED.get(what, ("AGGREGATE",)))


def may_merge(snapshot: Snapshot, of: Object) -> bool:
    """Whatever refers to the records merged is moved: that takes a role that may change all of it."""
    if of.access is None:
        return True
    referring = (snapshot.objects[each.many_object] for each in snapshot.relations.values() if each.one_object == of.id)
    return _is_free(of, "DELETE") and all(_is_free(each, "UPDATE") for each in (of, *referring))


def _is_free(of: Object, right: Right) -> bool:
    is_whole = all(each.is_settable for each in of.fields.values())
    return of.deleted_at is not None or (of.access is not None and of.access.rules.get(right) == EVERY and is_whole)
