"""How the indexes that jobs build differ from what a model says, but for those that a job has in hand."""

from armature.core.db import Connection
from armature.metadata.model import Snapshot
from armature.migrations.workspace.index_build import indexes_there
from armature.migrations.workspace.index_jobs import KIND
from armature.migrations.workspace.unseen import Difference
from armature.schema_builder.indexes import built_indexes, drop, is_for_many, key_in, quote

IN_HAND = (
    "SELECT arguments->>'key' AS key FROM armature.jobs "
    "WHERE workspace_id = $1 AND kind = $2 AND state IN ('queued', 'running', 'failed')"
)


async def index_differences(connection: Connection, snapshot: Snapshot) -> list[Difference]:
    rows = await connection.fetch(IN_HAND, snapshot.workspace_id, KIND)
    in_hand = {row["key"] for row in rows}
    found: list[Difference] = []
    for of in snapshot.objects.values():
        there = await indexes_there(connection, snapshot.schema, of.table)
        wanted = {each.name: each for each in built_indexes(snapshot, of) if each.key not in in_hand}
        for name, index in wanted.items():
            if name not in there:
                fix = index.create(snapshot.schema, "CONCURRENTLY")
                found.append(Difference(f'The index "{name}" of "{of.table}" is missing.', fix))
            elif not there[name]:
                fix = f"REINDEX INDEX CONCURRENTLY {quote(snapshot.schema)}.{quote(name)}"
                found.append(Difference(f'The index "{name}" of "{of.table}" is not valid.', fix))
        for name in there:
            if name not in wanted and key_in(name) not in in_hand and not is_for_many(name):
                what = f'The index "{name}" of "{of.table}" belongs to nothing.'
                found.append(Difference(what, drop(snapshot.schema, name)))
    return found
