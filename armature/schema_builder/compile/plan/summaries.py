"""What is shown of an aggregate, as data."""

from dataclasses import dataclass

from armature.schema_builder.compile.plan.orders import Aggregate
from armature.schema_builder.compile.plan.outputs import TypeName


@dataclass(frozen=True, slots=True)
class Aggregated:
    key: str
    aggregate: Aggregate


@dataclass(frozen=True, slots=True)
class AggregatedFields:
    """What one function gives of several values."""

    key: str
    fields: tuple[Aggregated | TypeName, ...]


SummaryField = Aggregated | AggregatedFields | TypeName
