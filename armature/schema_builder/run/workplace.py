"""Where a mutation runs: one workspace's tables, one request's variables, and who hears what it says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from armature.core.errors import LimitExceeded
from armature.core.settings import Settings, environment_name
from armature.metadata.model import Object
from armature.metadata.rights import Right
from armature.schema_builder.compile.binds import Variables
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.run.said import Say
from armature.schema_builder.run.transactions import Connections
from armature.schema_builder.view import ObjectView, View


class Tally:
    """How many records the data of one operation is about."""

    def __init__(self, settings: Settings) -> None:
        self._limit = settings.max_written
        self.count = 0

    def add(self, count: int) -> None:
        """Raises LimitExceeded."""
        self.count += count
        if self.count > self._limit:
            setting = environment_name("max_written")
            what = "Records written in one operation"
            raise LimitExceeded(what, limit=self._limit, actual=self.count, setting=setting)


class Written:
    """The records that one root field wrote, by object and right; only those that a row rule is about."""

    def __init__(self) -> None:
        self.ids: defaultdict[tuple[str, Right], set[UUID]] = defaultdict(set)

    def note(self, of: ObjectView, to: Right, ids: Iterable[UUID]) -> None:
        if of.rule(to) is not None:
            self.ids[of.name, to].update(ids)


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
    written: Written
    say: Say
