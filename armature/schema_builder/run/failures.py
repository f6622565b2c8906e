"""What PostgreSQL refuses, told in the words of the API. What is not listed here is a bug of ours."""

import re
from collections.abc import Callable, Mapping, Sequence

import asyncpg

from armature.core.db import UNREACHABLE
from armature.core.errors import ArmatureError, BadUserInput, Conflict, SchemaChanged, Unavailable
from armature.metadata.indexes import part_names
from armature.metadata.model import Field, Object
from armature.schema_builder.compile.references import DataRefused, Path, shown_path
from armature.schema_builder.indexes import index_named
from armature.schema_builder.tables import constraint_field, constraint_pair, constraint_union, stored_fields
from armature.schema_builder.view import ObjectView, Plain


class TooComplex(ArmatureError):
    code = "LIMIT_EXCEEDED"

    def __init__(self) -> None:
        super().__init__("The operation is too complex for the database.", hint="Nest or select less.")


class GotInTheWay(Conflict):
    """It may go well the next time."""

    def __init__(self) -> None:
        super().__init__("Another change got in the way.", hint="Send it again.")


class NotUnique(Conflict):
    def __init__(self, of: Object, field: Field, path: Path | None) -> None:
        super().__init__(
            _placed(path, f"Another {of.label_singular} already has this {field.name}."),
            hint=f'"{field.name}" is unique among records that are not deleted.',
            field=field.name,
            path=path,
        )


class SeveralGiven(BadUserInput):
    def __init__(self, of: Object, morph: Field) -> None:
        names = ", ".join(each.name for each in of.unions[morph.id])
        super().__init__(
            f"{morph.name}: a record has at most one of {names}.",
            hint="Set the others to null in the same write.",
            field=morph.name,
        )


class JoinedAlready(Conflict):
    def __init__(self, of: Object, pair: tuple[Field, Field]) -> None:
        near, far = (each.name for each in pair)
        super().__init__(
            f"Another {of.label_singular} already joins this {near} and this {far}.",
            hint="Among records that are not deleted, two are joined once.",
            field=far,
        )


class NotUniqueTogether(Conflict):
    """What an index says that somebody asked for; `names` are what it is over."""

    def __init__(self, of: Object, names: Sequence[str], is_partial: bool, path: Path | None) -> None:
        listed = " and ".join(f'"{each}"' for each in names)
        among = "records that are not deleted" + (" and meet the filter of its index" if is_partial else "")
        super().__init__(
            _placed(path, f"Another {of.label_singular} already has this {' and this '.join(names)}."),
            hint=f"{listed} {'are unique together' if len(names) > 1 else 'is unique'} among {among}.",
            field=names[0],
            path=path,
        )


class IdTaken(Conflict):
    def __init__(self, of: Object, path: Path | None) -> None:
        sentence = f"Another {of.label_singular} has this id, perhaps a deleted one."
        super().__init__(_placed(path, sentence), field="id", path=path)


class NotUniqueYet(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "The index that tells these records apart is not built yet.",
            hint="Try again when it is READY.",
            field="onConflict",
        )


def taken(of: ObjectView, by: Sequence[Plain], path: Path) -> Conflict:
    """What an upsert finds in its way and may not update."""
    first = by[0]
    if first.name == "id" and first.within is None:
        return IdTaken(of.object, (*path, "id"))
    if len(by) > 1:
        return NotUniqueTogether(of.object, [".".join(each.path) for each in by], False, path)
    return NotUnique(of.object, first.field, (*path, *first.path))


class HiddenInTheWay(Conflict):
    """A constraint of something that the caller does not see."""

    def __init__(self, of: Object) -> None:
        super().__init__(
            f"Something that your role does not see forbids to write this {of.label_singular} so.",
            hint="Ask an administrator.",
        )


class StillReferredTo(Conflict):
    def __init__(self, of: Object, field: Field) -> None:
        super().__init__(
            f"Other records refer to it by {of.name_singular}.{field.name}, which forbids to destroy it.",
            hint="Disconnect them first, or choose another onDelete.",
            field=field.name,
        )


class ReferenceGone(DataRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(path, "the record to connect was destroyed meanwhile.", hint="Connect another.")


class TooLongForUnique(DataRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(path, "it is too long: a value in an index can have about 2,600 bytes.")


class ValueMissing(DataRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(path, "it is required and can't be null.")


class ValueNotAllowed(DataRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(path, "the field does not allow this value.")


def _placed(path: Path | None, sentence: str) -> str:
    return sentence if path is None else f"{shown_path(path)}: {sentence[0].lower()}{sentence[1:]}"


ZONE = re.compile(r'^time zone "(.*)" not recognized', re.DOTALL)

BAD_VALUES: Mapping[str, str] = {
    "22025": "The pattern ends with an escape character.",
    "22003": "A number is out of range.",
    "22008": "A date or time is out of range.",
    "22021": "A text is not valid UTF-8.",
    "22001": "A text is too long.",
}
"""By SQLSTATE (PostgreSQL, Appendix A)."""


class RegexInvalid(BadUserInput):
    """`error` does not tell which it was, where there are several."""

    def __init__(self, error: asyncpg.InvalidRegularExpressionError) -> None:
        _, _, reason = str(error).partition(": ")
        super().__init__(
            f"The regular expression is not valid: {reason or 'it can not be read'}.",
            hint="It is a POSIX regular expression, as PostgreSQL has them.",
        )


class TimeZoneUnknown(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(
            f'There is no time zone "{name}".', hint="Name one as the IANA does: Europe/Berlin.", field="timeZone"
        )


def told(error: Exception) -> ArmatureError | None:
    """The error for a client, or None where it is none of a client's making."""
    match error:
        case asyncpg.UndefinedTableError() | asyncpg.UndefinedColumnError() | asyncpg.InvalidSchemaNameError():
            return SchemaChanged("The model changed while the request ran.", hint="Send it again.")
        case asyncpg.SerializationError() | asyncpg.DeadlockDetectedError() | asyncpg.LockNotAvailableError():
            return GotInTheWay()
        case asyncpg.ProgramLimitExceededError():
            return TooComplex()
        case asyncpg.InvalidParameterValueError() if found := ZONE.search(str(error)):
            return TimeZoneUnknown(found[1])
        case asyncpg.InvalidRegularExpressionError():
            return RegexInvalid(error)
        case asyncpg.PostgresError(sqlstate=state) if state in BAD_VALUES:
            return BadUserInput(BAD_VALUES[str(state)])
        case asyncpg.DataError():
            return BadUserInput("A value does not fit.")
        case asyncpg.InterfaceError() | asyncpg.TooManyConnectionsError():
            return Unavailable("The database can't be reached just now.", hint="Try again in a moment.")
        case _ if isinstance(error, UNREACHABLE):
            return Unavailable("The database can't be reached just now.", hint="Try again in a moment.")
        case _:
            return None


def _is_seen(at: Object, error: asyncpg.IntegrityConstraintViolationError) -> bool:
    """Whether the caller sees all that the error is about."""
    if at.access is None:
        return True
    name = error.constraint_name or ""
    concerned = [constraint_field(at, name), constraint_union(at, name), *(constraint_pair(at, name) or ())]
    concerned += [each for each in stored_fields(at) if each.column == error.column_name]
    if index := index_named(at, name):
        concerned += [at.fields[each.field] for each in index.parts]
    return at.is_visible and all(each.is_visible for each in concerned if each is not None)


Place = Callable[[Field], Path | None]
"""Where the client wrote the value of a field; None where it wrote no data."""


def told_of_write(error: Exception, of: Object, objects: Mapping[str, Object], place: Place) -> ArmatureError | None:
    """As `told`, for a write to `of`; `objects` are the workspace's by table, to name who refers to whom."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return _told_of_constraint(error, of, objects, place) or told(error)
    if isinstance(error, asyncpg.InvalidColumnReferenceError):  # for ON CONFLICT there is no such index
        return NotUniqueYet()
    if isinstance(error, asyncpg.ProgramLimitExceededError) and error.constraint_name:
        at = objects.get(error.table_name or "", of)
        index = index_named(at, error.constraint_name)
        found = at.fields[index.parts[0].field] if index else constraint_field(at, error.constraint_name)
        return TooLongForUnique(place(found) or (found.name,)) if found else told(error)
    return told(error)


def _told_of_constraint(
    error: asyncpg.IntegrityConstraintViolationError, of: Object, objects: Mapping[str, Object], place: Place
) -> ArmatureError | None:
    at = objects.get(error.table_name or "", of)
    found = constraint_field(at, error.constraint_name or "")
    path = place(found) if found and at.table == of.table else None  # the view may be another workspace's
    if not _is_seen(at, error):
        return HiddenInTheWay(of)
    match error:
        case asyncpg.UniqueViolationError():
            return _not_unique(
                error.constraint_name or "", at, found, place if at.table == of.table else lambda _: None
            )
        case asyncpg.NotNullViolationError():
            missing = next((each for each in stored_fields(at) if each.column == error.column_name), None)
            return ValueMissing(place(missing) or (missing.name,)) if missing else None
        case asyncpg.ForeignKeyViolationError() if found and str(error).startswith("insert or update"):
            return ReferenceGone(path or (found.name,))
        case asyncpg.ForeignKeyViolationError() | asyncpg.RestrictViolationError() if found:
            return StillReferredTo(at, found)
        case asyncpg.CheckViolationError() if morph := constraint_union(at, error.constraint_name or ""):
            return SeveralGiven(at, morph)
        case asyncpg.CheckViolationError() if found:
            return ValueNotAllowed(path or (found.name,))
    return None


def _not_unique(name: str, at: Object, found: Field | None, place: Place) -> ArmatureError:
    """`name` is that of the index, or of the constraint."""
    if pair := constraint_pair(at, name):
        return JoinedAlready(at, pair)
    if index := index_named(at, name):
        path = place(at.fields[index.parts[0].field])
        return NotUniqueTogether(at, part_names(at, index), index.where is not None, path)
    path = place(found) if found else None
    return NotUnique(at, found, path) if found and found.name != "id" else IdTaken(at, path)
