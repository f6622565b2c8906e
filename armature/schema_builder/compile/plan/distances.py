"""How far a vector is from another one, as data."""

from dataclasses import dataclass

from armature.metadata.model import Option
from armature.schema_builder.compile.binds import Bind
from armature.schema_builder.view import Plain


@dataclass(frozen=True, slots=True)
class Distance:
    """`metric` is one of operators.METRICS."""

    entry: Plain
    metric: str
    to: Bind

    scalar = "Float"
    is_required = False
    options: tuple[Option, ...] = ()

    @property
    def mark(self) -> str:
        return f"{self.entry.mark} {self.metric}"
