"""Where a mutation runs: one workspace's tables, one request's variables."""

from collections.abc import Mapping
from dataclasses import dataclass

from armature.core.errors import LimitExceeded
from armature.core.settings import Settings, environment_name
from armature.metadata.model import Object
from armature.schema_builder.compile.binds import Variables
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.run.transactions import Connections
from armature.schema_builder.view import View


class Tally:
    """How many records the data of one operation is about."""

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.max_written
        self._count = 0

    def add(self, count: int) -> None:
        """Raises LimitExceeded."""
        self._count += count
        if self._count > self._limit:
            setting = environment_name("max_written")
            what = "Records written in one operation"
            raise LimitExceeded(what, limit=self._limit, actual=self._count, setting=setting)


@dataclass(frozen=True, slots=True)
class Workplace:
    """`tables` are the workspace's objects by table, hidden ones included."""

    db: Connections
    settings: Settings
    view: View
    schema: str
    variables: Variables
    tables: Mapping[str, Object]
    tally: Tally
    caller: Caller
