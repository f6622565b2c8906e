"""What records must meet, as data."""

from dataclasses import dataclass
from typing import Literal

from armature.metadata.model import Field
from armature.schema_builder.compile.binds import Bind
from armature.schema_builder.compile.plan.distances import Distance
from armature.schema_builder.view import ObjectView, Plain


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these holds; of none, it is true."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these holds; of none, it is false."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold, be it false or unknown."""

    of: "Condition"


@dataclass(frozen=True, slots=True)
class Compare:
    """A value against a bind, by an operator of metadata/operators.py; for `is`, `value` is NULL or NOT_NULL.

    `path` leads to the value inside a document. Only values of records that meet `first` are looked at: a pattern that
    is wrong is refused when a value meets it, which must not tell of a record that is out of sight.
    """

    entry: Plain
    operator: str
    value: Bind | str
    path: Bind | None = None
    first: "Condition | None" = None


@dataclass(frozen=True, slots=True)
class Via:
    """Link records between two levels: their columns `near` and `far` hold what those of a Link do."""

    object: ObjectView
    near: str
    far: str


@dataclass(frozen=True, slots=True)
class Related:
    """Among the visible records that a relation leads to, some or none match; see `far`, `near` and `via` of Link."""

    to: ObjectView
    near: str
    far: str
    quantifier: Literal["some", "none"]
    condition: "Condition"
    via: Via | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """A distance against a bind; see Compare. Nothing is far or near without a value."""

    distance: Distance
    operator: str
    value: Bind


@dataclass(frozen=True, slots=True)
class Terms:
    """What is sought, as arrays: those of websearch.Search."""

    terms: Bind
    groups: Bind
    are_wanted: Bind
    patterns: tuple[Bind, ...]


@dataclass(frozen=True, slots=True)
class Sought:
    """These values of a record, taken together, have in them what is sought.

    Of a record as a whole, `of` is all that its object is searched by, in sight or not: an index is made of that.
    """

    entries: tuple[Plain, ...]
    of: tuple[Field, ...]
    terms: Terms


@dataclass(frozen=True, slots=True)
class Alike:
    """A value that is as good as this one, or as that of the visible record with this id; never so without a value."""

    entry: Plain
    value: Bind
    of: "ObjectView | None" = None


Condition = All | Either | Not | Compare | Related | Near | Sought | Alike

EVERY_RECORD: Condition = All(())
