"""Where a mutation runs: one workspace's tables, one request's variables."""

from collections.abc import Mapping
from dataclasses import dataclass

from armature.core.db import Database
from armature.core.settings import Settings
from armature.metadata.model import Object
from armature.schema_builder.compile.binds import Variables
from armature.schema_builder.view import View


@dataclass(frozen=True, slots=True)
class Workplace:
    """`tables` are the workspace's objects by table, hidden ones included."""

    db: Database
    settings: Settings
    view: View
    schema: str
    variables: Variables
    tables: Mapping[str, Object]
