"""After a step, the rollups: they follow renames at both ends of their relation, and must still make sense.

A step that adds fields, and no rollup, touches none.
"""

from collections.abc import Iterator
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from uuid import UUID

from armature.core.errors import ArmatureError, BadUserInput, Conflict
from armature.metadata.checks.problem import Problem
from armature.metadata.edits.conversion import BrokenByConversion
from armature.metadata.edits.draft import Draft
from armature.metadata.filters.read import FilterUnfit
from armature.metadata.model import EMPTY, Field, Object, Snapshot, renewed
from armature.metadata.rollups import RollupInvalid, hidden, lost, read_rollup, spelt_settings

DEEPEST = 5


class RollupInCircle(BadUserInput):
    def __init__(self, names: list[str]) -> None:
        super().__init__(f"The rollup needs itself: {' → '.join(names)}.", field=names[0], path=("settings", "field"))


class RollupTooDeep(BadUserInput):
    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" is a rollup of rollups of rollups: at most {DEEPEST} can build on each other.',
            field=field.name,
            path=("settings", "field"),
        )


class NeededByRollup(Conflict):
    def __init__(self, of: Object, rollup: Field, missing: str) -> None:
        super().__init__(
            f'The rollup "{rollup.name}" of "{of.name_singular}" needs "{missing}".',
            hint=f'Change or delete "{rollup.name}" first.',
            field=missing,
            path=("field",),
        )


def settle_rollups(draft: Draft) -> Iterator[Problem]:
    """Lets rollups follow renames and infers what they give; what is wrong with one is a problem of it."""
    before = draft.before.objects
    if not any(_touches(before.get(of.id), of) for of in renewed(before, draft.objects)):
        return
    found = {each.id: of for of, each in _rollups(draft.snapshot)}
    for id_, of in found.items():
        _follow(draft, of, of.fields[id_])
    told: dict[UUID, Problem] = {}
    for _ in range(DEEPEST):  # one may be of the result of another
        so_far = draft.snapshot
        told = {id_: problem for id_, of in found.items() for problem in _settled(draft, of.id, id_)}
        if draft.snapshot is so_far:
            break
    yield from told.values()
    yield from _ways(draft.snapshot)


def rollups_over(snapshot: Snapshot, of: Object) -> list[tuple[Object, Field]]:
    """The rollups of other objects over these records, deleted ones included."""
    others = (owner for owner in snapshot.objects.values() if owner.id != of.id)
    rollups = ((owner, each) for owner in others for each in owner.fields.values() if each.kind == "ROLLUP")
    return [(owner, each) for owner, each in rollups if _leads_to(owner, each, snapshot) == of.id]


def _leads_to(owner: Object, rollup: Field, snapshot: Snapshot) -> UUID | None:
    name = rollup.settings.get("relation")
    relations = [each for each in owner.fields.values() if each.name == name and each.relation_id is not None]
    kept = [each for each in relations if each.deleted_at in (None, rollup.deleted_at)]
    return snapshot.link(kept[0]).target.id if kept else None


def _rollups(snapshot: Snapshot) -> Iterator[tuple[Object, Field]]:
    for of in snapshot.objects.values():
        if of.deleted_at is None:
            yield from ((of, each) for each in of.rollups)


def _touches(was: Object | None, of: Object) -> bool:
    """Whether rollups could mind what changed of an object."""
    if was is of:
        return False
    if was is None or was.is_visible != of.is_visible:
        return bool(of.rollups) or was is not None
    return was.rollups != of.rollups or any(of.fields[id_] is not each for id_, each in was.fields.items())


def _follow(draft: Draft, of: Object, field: Field) -> None:
    """Give it the names that fields have now, unless the step itself writes it."""
    known = draft.before.objects.get(of.id)
    was = known.fields.get(field.id) if known else None
    if known is None or was is None or was.settings != field.settings:
        return
    try:
        rollup = read_rollup(draft.before, known, was)
    except (RollupInvalid, FilterUnfit):
        return  # it was deleted, or out of sight
    settings = spelt_settings(rollup, field.settings, draft.snapshot)
    if settings != field.settings:
        draft.put_field(of.id, replace(field, settings=settings))


def _settled(draft: Draft, of: UUID, id_: UUID) -> Iterator[Problem]:
    snapshot = draft.snapshot
    owner = snapshot.objects[of]
    field = owner.fields[id_]
    if field.settings is EMPTY:
        return  # they were refused
    try:
        rollup = read_rollup(snapshot, owner, field)
    except FilterUnfit as error:
        error.path = ("settings", "filter", *(error.path or ()))
        yield Problem(id_, _told(draft, owner, field, error, error.missing))
    except RollupInvalid as error:
        yield Problem(id_, _told(draft, owner, field, error, error.missing))
    else:
        gone = None if hidden(snapshot, rollup) else lost(snapshot, rollup)
        if gone is not None:
            yield Problem(id_, NeededByRollup(owner, field, gone.name))
        elif field.settings.get("result") != rollup.result:
            draft.put_field(of, replace(field, settings={**field.settings, "result": rollup.result}))


def _told(draft: Draft, of: Object, field: Field, error: ArmatureError, missing: str | None) -> ArmatureError:
    """Where the step is about another field, that field is at fault, not the rollup."""
    known = draft.before.objects.get(of.id)
    was = known.fields.get(field.id) if known else None
    if was is None or field.id in draft.places or was.settings != field.settings:
        return error
    converted = _converted(draft, known, was) if known and missing is None else None
    if converted is not None:
        return BrokenByConversion(of, field, converted, error.message)
    return NeededByRollup(of, field, missing or error.field or "")


def _converted(draft: Draft, of: Object, rollup: Field) -> Field | None:
    """Of what a rollup needed so far, what changes its type."""
    needed = read_rollup(draft.before, of, rollup).needed
    return next((draft.objects[of_].fields[id_] for of_, id_ in needed if id_ in draft.conversions), None)


def _ways(snapshot: Snapshot) -> Iterator[Problem]:
    """Rollups that need themselves, or too many others one after the other."""
    fields = {each.id: each for _, each in _rollups(snapshot)}
    needs = {each.id: _rolled_up(snapshot, of, each) & fields.keys() for of, each in _rollups(snapshot)}
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = error.args[1][::-1]
        yield Problem(circle[0], RollupInCircle([fields[each].name for each in circle]))
        return
    depths: dict[UUID, int] = {}
    for each in order:
        depths[each] = 1 + max((depths[other] for other in needs[each]), default=0)
        if depths[each] == DEEPEST + 1:
            yield Problem(each, RollupTooDeep(fields[each]))


def _rolled_up(snapshot: Snapshot, of: Object, field: Field) -> set[UUID]:
    """The fields that a rollup needs."""
    try:
        return {id_ for _, id_ in read_rollup(snapshot, of, field).needed}
    except (RollupInvalid, FilterUnfit):
        return set()
