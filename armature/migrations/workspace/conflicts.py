"""Why records stand in the way of a change, with their number and an example."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

from armature.core.errors import ArmatureError, Conflict, ManyErrors
from armature.metadata.edit import Edited
from armature.metadata.kinds.kind import shown
from armature.metadata.model import Field, Object

FILL_IN = "Fill them in first, give the field a default value, or leave it isNullable: true."
COME_BACK = (
    "Let it come back with isNullable: true: in restoreField, or beside restoreObject with an updateField in the same "
    "changeset."
)


class RecordsInTheWay(Conflict):
    """`subject` is what is changed in a way they do not allow, `key` what a step says of it, or "" for the step."""

    key: ClassVar[str]

    def __init__(self, message: str, *, hint: str, subject: Object | Field) -> None:
        super().__init__(message, hint=hint, field=subject.name if isinstance(subject, Field) else None)
        self.subject = subject.id


@contextmanager
def located(made: Edited) -> Iterator[None]:
    """What records stand in the way of is told with the path at which the client wrote it."""
    try:
        yield
    except ArmatureError as error:
        for each in error.errors if isinstance(error, ManyErrors) else (error,):
            if isinstance(each, RecordsInTheWay):
                each.path = made.where(each.subject, each.key)
        raise


class ValuesMissing(RecordsInTheWay):
    """`hint` is FILL_IN or, where the field was deleted so far, COME_BACK."""

    key = "isNullable"

    def __init__(self, of: Object, field: Field, records: int, example: str, hint: str) -> None:
        super().__init__(
            f'"{field.name}" can\'t be required: {_records(records)} of "{of.name_singular}" {_have(records)} no value '
            f"for it, such as {example}.",
            hint=hint,
            subject=field,
        )


class RecordsWithoutValue(RecordsInTheWay):
    key = "isNullable"

    def __init__(self, of: Object, field: Field, records: int) -> None:
        super().__init__(
            f'"{field.name}" can\'t be required from the start: "{of.name_singular}" has {_records(records)} already, '
            "deleted ones included, which would be without a value.",
            hint="Give the field a default value, or make it isNullable: true and fill it in first.",
            subject=field,
        )


class ValuesNotUnique(RecordsInTheWay):
    key = "isUnique"

    def __init__(self, of: Object, field: Field, values: int, example: str, records: int) -> None:
        several = f"{values:,} values are" if values > 1 else "a value is"
        super().__init__(
            f'"{field.name}" can\'t be unique: {several} held by more than one record of "{of.name_singular}", such as '
            f'"{example[:100]}" by {records:,}.',
            hint="Change or delete the records that have a value twice.",
            subject=field,
        )


class ValueTooLong(Conflict):
    """PostgreSQL's limit of a row of an index; it does not say which value it was."""

    def __init__(self) -> None:
        super().__init__(
            "A field can't be unique whose records have values of more than about 2,700 bytes.",
            hint="Shorten the longest values first.",
        )


class DatabaseDiffers(Conflict):
    """Somebody made, or took away, what the catalog knows nothing of."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"The model was not changed, for the database is not what it says: {error}.",
            hint="`armature doctor` tells all that differs, and what to do.",
        )


class CountersAlike(Conflict):
    """PostgreSQL names what counts after the table and the column, cuts that off, and looks only before it begins."""

    def __init__(self) -> None:
        super().__init__(
            "Two AUTO_NUMBER fields that begin with the same characters are too long to be made at once.",
            hint="Shorten one of the names, or create one of the fields in a changeset of its own.",
        )


class ColumnsUsedUp(ArmatureError):
    """A limit of PostgreSQL, so no setting raises it; it does not say of which table."""

    code = "LIMIT_EXCEEDED"

    def __init__(self) -> None:
        super().__init__(
            "An object has had all 1,600 columns that PostgreSQL gives a table: those of purged fields, and of what "
            "formulas were before, count for good.",
            hint="Move its records to a new object, by `armature export` and `armature import`.",
        )


class ValuesInTheWay(RecordsInTheWay):
    """What PostgreSQL refused although no guard saw it coming: another request's record, come in between."""

    key = ""

    def __init__(self, of: Object, field: Field | None) -> None:
        place = f'"{of.name_singular}"' if field is None else f'"{field.name}" of "{of.name_singular}"'
        super().__init__(
            f"The model was not changed: records have values that the change of {place} does not allow.",
            hint="Try again: where such values are still there, the answer tells which.",
            subject=of if field is None else field,
        )


class DefaultNotUnique(RecordsInTheWay):
    key = "defaultValue"

    def __init__(self, of: Object, field: Field, records: int) -> None:
        super().__init__(
            f'"{field.name}" can\'t be unique and have this default value: {_records(records)} of '
            f'"{of.name_singular}" would all get it.',
            hint="Leave the default value out.",
            subject=field,
        )


class JoinedTwice(RecordsInTheWay):
    key = "relation"

    def __init__(self, of: Object, near: Field, far: Field, pairs: int) -> None:
        several = f"{pairs:,} pairs are" if pairs > 1 else "a pair is"
        super().__init__(
            f'A many-to-many relation can\'t go through "{of.name_singular}": {several} joined by more than one of its '
            f'records, which have the same "{near.name}" and "{far.name}".',
            hint="Delete those that are too many.",
            subject=far,
        )


class VectorsUnavailable(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "VECTOR fields need pgvector, and the database lacks it.",
            hint="Have somebody who may run CREATE EXTENSION vector in this database, then try again.",
            path=("type",),
        )


class SeveralUnited(RecordsInTheWay):
    key = "relation"

    def __init__(self, of: Object, united: Sequence[Field], records: int, example: str) -> None:
        names = ", ".join(f'"{each.name}"' for each in united)
        super().__init__(
            f'A record may have at most one of {names}, but {_records(records)} of "{of.name_singular}" '
            f"{_have(records)} several, such as {example}.",
            hint="Leave one of them in each record, deleted ones included.",
            subject=united[-1],
        )


class OptionInUse(RecordsInTheWay):
    key = "options"

    def __init__(self, of: Object, field: Field, value: str, records: int, example: str) -> None:
        super().__init__(
            f'The option "{value}" of "{field.name}" can\'t be removed: {_records(records)} of "{of.name_singular}" '
            f"{_have(records)} it, such as {example}.",
            hint="Give these records another value first, deleted ones included.",
            subject=field,
        )


@dataclass(frozen=True, slots=True)
class Example:
    """A record's value, cut short."""

    id: str
    value: str | None


class ValuesNotConvertible(RecordsInTheWay):
    key = "type"

    def __init__(self, of: Object, field: Field, records: int, examples: Sequence[Example]) -> None:
        listed = ", ".join(f"{shown(each.value)} of {each.id}" for each in examples)
        super().__init__(
            f'"{field.name}" of "{of.name_singular}" can\'t become {field.kind}: {_records(records)} {_have(records)} '
            f"a value that does not fit: {listed}{', …' if records > len(examples) else ''}.",
            hint="Change these values first, or say what becomes of them: onFailure NULL or DEFAULT.",
            subject=field,
        )


class DocumentTooDeep(RecordsInTheWay):
    key = "type"

    def __init__(self, field: Field) -> None:
        super().__init__(
            f'"{field.name}" can\'t become {field.kind}: a value nests deeper than PostgreSQL can read.',
            hint="Change such values first.",
            subject=field,
        )


class ValuesDoNotFit(RecordsInTheWay):
    key = "settings"

    def __init__(self, of: Object, field: Field, records: int, example: str) -> None:
        super().__init__(
            f'"{field.name}" can\'t have these settings: {_records(records)} of "{of.name_singular}" {_have(records)} '
            f"a value that does not fit, such as {example}.",
            hint="Change these values first, those of deleted records included.",
            subject=field,
        )


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
