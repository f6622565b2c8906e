"""Row rules: filters as a client writes them, by names, and as a role keeps them, by ids.

Whether the values fit is for those to say who know the types of filters.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from armature.core.errors import BadUserInput
from armature.metadata.model import Field, Object, Snapshot
from armature.metadata.resolve import FieldNotFound, as_id
from armature.metadata.rights import Rule
from armature.metadata.roles import KEY

MANY = ("and", "or")
QUANTIFIERS = ("some", "every", "none")
DEEPEST = 10

Path = tuple[str | int, ...]


class RuleInvalid(BadUserInput):
    def __init__(self, path: Path, what: str, *, hint: str | None = None) -> None:
        super().__init__(what, hint=hint, path=path)


def kept(snapshot: Snapshot, of: Object, rule: Any, path: Path) -> Rule:
    """The rule by ids. Raises RuleInvalid, FieldNotFound."""
    found: Rule = _walked(snapshot, of, rule, path, _by_name)
    return found


def told(snapshot: Snapshot, of: Object, rule: Rule) -> Rule:
    """The rule by names, as they are now."""
    found: Rule = _walked(snapshot, of, rule, (), _by_id)
    return found


Key = tuple[Field, str, bool]
"""A field, what it is called in the rule to be made, and whether its own value is meant, not where it leads."""


def _by_name(of: Object, name: str, path: Path) -> Key:
    field = of.visible_fields.get(name)
    if field is not None and field.kind != "MORPH_RELATION":
        return field, str(field.id), field.relation_id is None
    field = of.visible_fields.get(name.removesuffix("Id")) if name.endswith("Id") else None
    if field is not None and field.relation_id is not None and field.column is not None:
        return field, f"{field.id}{KEY}", True
    raise FieldNotFound(of, name, of.visible_fields, str(path[-1]) if path else "field")


def _by_id(of: Object, id_: str, path: Path) -> Key:
    field = of.fields.get(as_id(id_.removesuffix(KEY)))
    if field is None:
        raise RuleInvalid(path, f'"{of.name_singular}" has lost the field {id_}.')
    is_key = id_.endswith(KEY)
    return field, f"{field.name}Id" if is_key else field.name, is_key or field.relation_id is None


def _walked(
    snapshot: Snapshot, of: Object, rule: Any, path: Path, key_of: Callable[[Object, str, Path], Key]
) -> dict[str, Any]:
    if not isinstance(rule, Mapping):
        raise RuleInvalid(path, "A rule is a filter: an object.", hint='Such as {ownerId: {eq: "$me.id"}}.')
    if len(path) > DEEPEST * 2:
        raise RuleInvalid(path, f"A rule has at most {DEEPEST} levels.")
    found: dict[str, Any] = {}
    for name, value in rule.items():
        at = (*path, name)
        if name in MANY:
            parts = value if isinstance(value, list | tuple) else [value]
            found[name] = [_walked(snapshot, of, each, (*at, place), key_of) for place, each in enumerate(parts)]
        elif name == "not":
            found[name] = _walked(snapshot, of, value, at, key_of)
        else:
            field, key, is_value = key_of(of, name, path)
            found[key] = value if is_value else _beyond(snapshot, field, value, at, key_of)
    return found


def _beyond(
    snapshot: Snapshot, field: Field, value: Any, path: Path, key_of: Callable[[Object, str, Path], Key]
) -> dict[str, Any]:
    """What the rule says of the records that a relation leads to."""
    link = snapshot.link(field)
    is_many = link.side in ("ONE_TO_MANY", "MANY_TO_MANY")
    if not is_many:
        return _walked(snapshot, link.target, value, path, key_of)
    if not isinstance(value, Mapping) or not value or not set(value) <= set(QUANTIFIERS):
        raise RuleInvalid(path, f"{field.name} leads to many records: say some, every or none of them.")
    return {each: _walked(snapshot, link.target, inner, (*path, each), key_of) for each, inner in value.items()}


def ways(snapshot: Snapshot, of: Object, rule: Rule) -> set[UUID]:
    """The fields that a kept rule names."""
    found: set[UUID] = set()

    def noted(at: Object, id_: str, path: Path) -> Key:
        key = _by_id(at, id_, path)
        found.add(key[0].id)
        return key

    _walked(snapshot, of, rule, (), noted)
    return found
