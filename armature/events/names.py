"""Where a workspace's events are, as SQL names it."""

from uuid import UUID

from armature.core.db import DIALECT
from armature.schema_builder.event_table import NAME


def schema_of(workspace_id: UUID) -> str:
    return f"workspace_{workspace_id.hex}"


def qualified(schema: str) -> str:
    return f"{DIALECT.identifier_preparer.quote(schema)}.{NAME}"
