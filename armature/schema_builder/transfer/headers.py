"""What the columns of a file stand for: fields of an object, or of a record that a relation leads to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from armature.core.errors import ArmatureError, BadUserInput, ManyErrors
from armature.metadata.kinds import KINDS
from armature.metadata.resolve import did_you_mean
from armature.schema_builder.view import Composite, Entry, ObjectView, Plain, ToOne, View

STAMPS = ("createdAt", "updatedAt", "createdBy", "updatedBy")
"""What the system gives where a file doesn't."""


class ColumnUnknown(BadUserInput):
    def __init__(self, of: ObjectView, header: str, known: Sequence[str]) -> None:
        name = header[:100]
        similar = did_you_mean(header, known) or ""
        super().__init__(
            f'The column "{name}" is no field of "{of.name}" that can be set.',
            hint=f'{similar} Say --map "{name}=field", or --map "{name}=" to leave it out.'.lstrip(),
            field=header,
        )


class FieldUnknown(BadUserInput):
    def __init__(self, of: ObjectView, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f'"{of.name}" has no field "{name[:100]}" with a value.',
            hint=did_you_mean(name, known) or f"There are {', '.join(known)}.",
            field=name,
        )


class ColumnTwice(BadUserInput):
    def __init__(self, one: str, other: str) -> None:
        super().__init__(f'The columns "{one}" and "{other}" are the same field.', hint="Leave one of them out.")


class MatchMissing(BadUserInput):
    def __init__(self, entry: ToOne, target: ObjectView) -> None:
        by = list(target.unique_entries)
        names = " or ".join(f"{entry.name}.{each}" for each in by)
        super().__init__(
            f'"{entry.name}" leads to a {target.name}: by which of its fields are they told apart?',
            hint=f"Call the column {names}, or say --match {entry.name}={by[-1]}.",
            field=entry.name,
        )


class NotUnique(BadUserInput):
    def __init__(self, header: str, target: ObjectView) -> None:
        super().__init__(
            f'"{header[:100]}" does not tell one {target.name} from another.',
            hint=f"Unique are {', '.join(target.unique_entries)}.",
            field=header,
        )


class MappingUnknown(BadUserInput):
    def __init__(self, option: str, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f'{option} names "{name[:100]}", which is not there.',
            hint=did_you_mean(name, known) or f"There are {', '.join(known)}.",
        )


class RequiredMissing(BadUserInput):
    def __init__(self, entry: Plain) -> None:
        super().__init__(
            f'"{".".join(entry.path)}" is required, has no default value, and the file has no column for it.',
            field=entry.name,
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A column of the file: `entry` says what its values are, `column` where they go.

    With a `link`, they are values of a unique field of the record that goes there.
    """

    header: str
    entry: Plain
    column: str
    is_required: bool
    link: ToOne | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says about columns: `names` by header, empty to leave one out; `matches` by relation."""

    names: Mapping[str, str]
    matches: Mapping[str, str]


def targets(view: View, of: ObjectView, headers: Sequence[str], wishes: Wishes) -> dict[str, Target]:
    """By header, without those that are to be left out. Raises all that is wrong with them."""
    errors: list[ArmatureError] = list(_unknown_wishes(of, headers, wishes))
    found: dict[str, Target] = {}
    for header in headers:
        name = wishes.names.get(header, header)
        try:
            if name:
                found[header] = _target(view, of, header, name, wishes.matches)
        except BadUserInput as error:
            errors.append(error)
    by_column: dict[str, str] = {}
    for each in found.values():
        if each.column in by_column:
            errors.append(ColumnTwice(by_column[each.column], each.header))
        by_column[each.column] = each.header
    errors += [RequiredMissing(each) for each in _required(of) if each.column not in by_column and not errors]
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)
    return found


def settable(of: ObjectView) -> dict[str, Entry]:
    """What a file may give: what a client may set, and the stamps and numbers of records that come from elsewhere."""
    given = {*of.writable, *STAMPS}
    return {name: each for name, each in of.entries.items() if name in given or is_counted(each)}


def is_counted(entry: Entry) -> bool:
    """Whether PostgreSQL gives new records a number there."""
    return KINDS[entry.field.kind].generated is not None


def _target(view: View, of: ObjectView, header: str, name: str, matches: Mapping[str, str]) -> Target:
    first, _, by = name.partition(".")
    known = settable(of)
    entry = known.get(first)
    match entry:
        case Plain() if not by:
            if entry.field.relation_id is not None and (link := _link_of(of, entry)):
                id_ = view[link.target].unique_entries["id"]
                return Target(header, id_, entry.column, entry.is_required, link)
            return Target(header, entry, entry.column, entry.is_required)
        case Composite() if by in entry.parts:
            part = entry.parts[by]
            return Target(header, part, part.column, part.is_required)
        case ToOne():
            target = view[entry.target]
            by = by or matches.get(first, "")
            if not by:
                raise MatchMissing(entry, target)
            if by not in target.unique_entries:
                raise NotUnique(f"{first}.{by}", target)
            return Target(header, target.unique_entries[by], entry.near, not entry.field.is_nullable, entry)
        case _:
            raise ColumnUnknown(of, name, list(known))


def _link_of(of: ObjectView, key: Plain) -> ToOne | None:
    found = of.entries.get(key.field.name)
    return found if isinstance(found, ToOne) else None


def _required(of: ObjectView) -> Iterator[Plain]:
    for each in of.writable.values():
        for value in each.parts.values() if isinstance(each, Composite) else (each,):
            is_needed = isinstance(value, Plain) and value.is_required and value.field.default is None
            if is_needed and isinstance(value, Plain) and value.path != ("id",):
                yield value


def _unknown_wishes(of: ObjectView, headers: Sequence[str], wishes: Wishes) -> Iterator[BadUserInput]:
    for name in wishes.names:
        if name not in headers:
            yield MappingUnknown("--map", name, list(headers))
    relations = [name for name, each in of.writable.items() if isinstance(each, ToOne)]
    for name in wishes.matches:
        if name not in relations:
            yield MappingUnknown("--match", name, relations)
