"""Which stored documents, and which webhooks, a change of the model would break."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from armature.core.db import Connection
from armature.core.errors import Conflict
from armature.metadata.changes import Change, DeleteField, DeleteObject, UpdateField, UpdateObject
from armature.metadata.model import Snapshot
from armature.schema_builder.run.stored import Stored, all_documents, problems_of
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View
from armature.webhooks.fit import faults
from armature.webhooks.hiding import told_url
from armature.webhooks.store import webhooks_of
from armature.webhooks.webhook import Webhook

BREAKING = (UpdateObject, DeleteObject, UpdateField, DeleteField)
"""The steps that take something away; what others add breaks no document."""

MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class BrokenDocument:
    """`errors` are what graphql-core would say of it; of a webhook, named by its url, what is wrong with it."""

    name: str
    errors: Sequence[str]


class DocumentsBroken(Conflict):
    def __init__(self, broken: Sequence[BrokenDocument]) -> None:
        listed = "; ".join(f'"{each.name}": {each.errors[0]}' for each in broken[:MOST_TOLD])
        several = f"{len(broken):,} stored documents" if len(broken) > 1 else "a stored document"
        super().__init__(
            f"The change would break {several}. {listed}{'; …' if len(broken) > MOST_TOLD else ''}",
            hint="Change or delete them first, or make the change by applyChangeset with allowBrokenDocuments: true.",
        )


def may_break(changes: Sequence[Change]) -> bool:
    return any(isinstance(each, BREAKING) for each in changes)


async def broken_documents(connection: Connection, before: Snapshot, after: Snapshot) -> list[BrokenDocument]:
    """Those that could be run before, and can't be any more."""
    if after is before:
        return []
    stored = await all_documents(connection, before.workspace_id)
    told = [each for each in await webhooks_of(connection, before.workspace_id) if each.is_enabled]
    return await asyncio.to_thread(_broken, stored, told, before, after) if stored or told else []


def refuse_broken(broken: Sequence[BrokenDocument]) -> None:
    """Raises DocumentsBroken."""
    if broken:
        raise DocumentsBroken(broken)


def _broken(
    stored: Sequence[Stored], told: Sequence[Webhook], before: Snapshot, after: Snapshot
) -> list[BrokenDocument]:
    old, new = (WorkspaceSchema(View(each)) for each in (before, after))
    documents = ((each, problems_of(each.text, new)) for each in stored)
    webhooks = ((each, faults(each, after)) for each in told)
    return [
        *[BrokenDocument(each.name, wrong) for each, wrong in documents if wrong and not problems_of(each.text, old)],
        *[
            BrokenDocument(f"webhook {told_url(each.url)}", wrong)
            for each, wrong in webhooks
            if wrong and not faults(each, before)
        ],
    ]
