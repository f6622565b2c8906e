"""A model as callers with certain roles see it: what they may not read is not there. Pure.

What is hidden is inactive in their snapshot: nothing shows it, and its column stays known. Rights add up, and so do
rules: a record is in sight where any role lets it in. A field is there only where every record in sight may show it:
where one role shows some records with it, and another role more records without it, it is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from armature.metadata.formula.fields import expression_of, is_formula
from armature.metadata.formula.syntax import field_names
from armature.metadata.model import Field, Object, Sight, Snapshot
from armature.metadata.rights import EVERY, RIGHTS, Access, Right, Rule
from armature.metadata.roles import ALL_OF_IT, FULL, STANDARD, FieldGrant, ObjectGrant, Permission, Role
from armature.metadata.rollups import seen_rollup
from armature.metadata.rules import told

READING: tuple[Right, ...] = ("READ", "AGGREGATE")
WRITING: tuple[Right, ...] = ("CREATE", "UPDATE")


def roles_of(snapshot: Snapshot, names: Sequence[str]) -> tuple[Role, ...]:
    """Those that there are."""
    found = (role_named(snapshot, each) for each in names)
    return tuple(each for each in found if each is not None)


def role_named(snapshot: Snapshot, name: str) -> Role | None:
    return snapshot.kept_roles.get(name) or STANDARD.get(name)


def grant_on(role: Role, of: Object) -> ObjectGrant:
    """What the server itself keeps, a role that does not speak of it only reads: who may write to it can change what
    row rules ask.
    """
    if of.is_system and of.id not in role.objects and not role.is_fixed:
        return ObjectGrant(tuple(each for each in role.rights if each in READING))
    return role.grant(of.id)


def sees_all(names: Sequence[str]) -> bool:
    return not FULL.isdisjoint(names)


def may(snapshot: Snapshot, names: Sequence[str], what: Permission) -> bool:
    """Whether any of the roles lets change this."""
    return any(what in each.permissions for each in roles_of(snapshot, names))


def visible(snapshot: Snapshot, roles: Sequence[Role], before: Snapshot | None = None) -> Snapshot:
    """The model as these roles see it. With what they saw `before` of it, objects that did not change are the same."""
    known = before.sight.objects if before is not None and before.sight is not None else {}
    hidden = _hidden_by_key(snapshot, roles)
    shown: dict[UUID, Object] = {}
    kept: dict[UUID, Shown] = {}
    for of in snapshot.objects.values():
        asked = Shown(of, _access(snapshot, of, roles), _field_grants(of, roles, hidden))
        old = known.get(of.id)
        if before is not None and old is not None and asked.is_as(old):
            shown[of.id], kept[of.id] = before.objects[of.id], old
        else:
            shown[of.id], kept[of.id] = _shown(asked), asked
    sight = Sight(
        whole=snapshot,
        objects=kept,
        has_rules=any(rule for each in kept.values() for rule in each.access.rules.values()),
        may_introspect=any(each.may_introspect for each in roles),
        documents_only=bool(roles) and all(each.documents_only for each in roles),
        documents=_documents(roles),
    )
    return replace(snapshot, objects=shown, roles={}, sight=sight)


def _documents(roles: Sequence[Role]) -> frozenset[str] | None:
    """Those that any of the roles runs; None for all."""
    named = [each.documents for each in roles if each.documents is not None]
    return frozenset(name for each in named for name in each) if len(named) == len(roles) else None


def only_visible(snapshot: Snapshot) -> Snapshot:
    """A role's view without a trace of what it hides, for telling the model itself.

    Indexes are for those who make them: their filters and errors hold values of records.
    """
    objects = {
        id_: replace(of, fields=_seen_fields(snapshot, of), indexes=())
        for id_, of in snapshot.objects.items()
        if of.is_visible
    }
    kept = {
        id_: each
        for id_, each in snapshot.relations.items()
        if all(
            of in objects and field in objects[of].fields
            for of, field in ((each.many_object, each.many_field), (each.one_object, each.one_field))
        )
    }
    return replace(snapshot, objects=objects, relations=kept, sight=None)


def _seen_fields(snapshot: Snapshot, of: Object) -> Mapping[UUID, Field]:
    return {id_: each for id_, each in of.fields.items() if each.is_visible and _is_told(snapshot, of, each)}


def _is_told(snapshot: Snapshot, of: Object, field: Field) -> bool:
    if field.kind == "ROLLUP":
        return seen_rollup(snapshot, of, field) is not None
    return field.relation_id is None or _is_way(snapshot, field)


def _is_way(snapshot: Snapshot, field: Field) -> bool:
    link = snapshot.link(field)
    return link.is_visible and link.inverse.is_visible


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of an object: what may be done with it, and with those fields of which not all is given."""

    whole: Object
    access: Access
    fields: Mapping[UUID, FieldGrant]

    def is_as(self, other: "Shown") -> bool:
        return self.whole is other.whole and (self.access, self.fields) == (other.access, other.fields)


def _shown(asked: Shown) -> Object:
    of, fields = asked.whole, dict(asked.whole.fields)
    for id_, grant in asked.fields.items():
        fields[id_] = replace(fields[id_], is_active=fields[id_].is_active and grant.may_read, is_settable=False)
    return replace(
        of, fields=fields, is_active=of.is_active and asked.access.may("READ", "AGGREGATE"), access=asked.access
    )


def _access(snapshot: Snapshot, of: Object, roles: Sequence[Role]) -> Access:
    if not of.is_visible:
        return Access({})
    granted: dict[Right, list[Rule]] = {}
    for role in roles:
        grant = grant_on(role, of)
        for right in grant.rights:
            granted.setdefault(right, []).append(_needed(grant, right))
    return Access(
        {right: _any_of(snapshot, of, granted[right]) for right in RIGHTS if right in granted},
    )


def _needed(grant: ObjectGrant, right: Right) -> Rule:
    """What is written must be in sight, too."""
    found = [each for each in (grant.read_rule, () if right in READING else grant.write_rule) if each]
    return EVERY if not found else found[0] if len(found) == 1 else {"and": found}


def _any_of(snapshot: Snapshot, of: Object, rules: Sequence[Rule]) -> Rule:
    if EVERY in rules:
        return EVERY
    told_rules = [told(snapshot, of, each) for each in rules]
    return told_rules[0] if len(told_rules) == 1 else {"or": told_rules}


def _field_grants(of: Object, roles: Sequence[Role], hidden: set[UUID]) -> Mapping[UUID, FieldGrant]:
    """Of the fields of which not all is given."""
    concerned = {id_ for role in roles for id_ in role.fields} | hidden
    found: dict[UUID, FieldGrant] = {}
    for id_ in of.fields.keys() & concerned:
        may_read = id_ not in hidden and _covered(of, roles, READING, id_)
        may_update = may_read and _covered(of, roles, WRITING, id_)
        if not (may_read and may_update):
            found[id_] = FieldGrant(may_read, may_update)
    for formula in _derived(of, {id_ for id_, each in found.items() if not each.may_read}):
        found[formula] = FieldGrant(may_read=False, may_update=False)
    return found


def _covered(of: Object, roles: Sequence[Role], rights: Sequence[Right], field_id: UUID) -> bool:
    """Whether all records that the roles let in are let in by such as give the field."""
    grants = [(role, grant_on(role, of)) for role in roles]
    holding = [(role, grant) for role, grant in grants if not set(rights).isdisjoint(grant.rights)]
    giving = [grant for role, grant in holding if _gives(role, rights, field_id)]
    return all(any(_covers(wide, grant, rights) for wide in giving) for _, grant in holding)


def _gives(role: Role, rights: Sequence[Right], field_id: UUID) -> bool:
    grant = role.fields.get(field_id, ALL_OF_IT)
    return grant.may_read and (rights is READING or grant.may_update)


def _covers(wide: ObjectGrant, narrow: ObjectGrant, rights: Sequence[Right]) -> bool:
    if not (set(narrow.rights) & set(rights)) <= set(wide.rights):
        return False
    pairs = ((wide.read_rule, narrow.read_rule), (wide.write_rule, narrow.write_rule))
    return all(not ours or ours == theirs for ours, theirs in pairs)


def _derived(of: Object, hidden: set[UUID]) -> Iterator[UUID]:
    """The formulas that tell of what is hidden, others in between or not."""
    if not hidden:
        return
    for field in of.visible_fields.values():
        if is_formula(field) and _tells_of(of, field, hidden, set()):
            yield field.id


def _tells_of(of: Object, formula: Field, hidden: set[UUID], seen: set[UUID]) -> bool:
    seen.add(formula.id)
    named = field_names(expression_of(formula))
    used = [each for name, each in of.visible_fields.items() if name in named]
    return any(each.id in hidden for each in used) or any(
        _tells_of(of, each, hidden, seen) for each in used if is_formula(each) and each.id not in seen
    )


def _hidden_by_key(snapshot: Snapshot, roles: Sequence[Role]) -> set[UUID]:
    """The fields that would tell what a hidden one tells: the other ends of relations whose key is hidden."""
    hidden: set[UUID] = set()
    concerned = {id_ for role in roles for id_, grant in role.fields.items() if not grant.may_read}
    if not concerned:
        return hidden
    for relation in snapshot.relations.values():
        ends = ((relation.many_object, relation.many_field), (relation.one_object, relation.one_field))
        told_by = ends if relation.through is not None else ends[:1]
        for object_id, id_ in told_by:
            of = snapshot.objects[object_id]
            if id_ in concerned and not _covered(of, roles, READING, id_):
                hidden |= {relation.many_field, relation.one_field}
    return hidden
