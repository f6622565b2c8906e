"""A workspace's model as a file: what a file would change of it, and the change."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from armature.core.db import Database
from armature.core.errors import ArmatureError
from armature.metadata.blueprint.draw import draw
from armature.metadata.blueprint.text import BlueprintFile, write_blueprint
from armature.metadata.blueprint.towards import Steps, steps_towards
from armature.metadata.changes import CreateField, CreateObject, DeleteField, DeleteObject
from armature.metadata.model import Snapshot
from armature.metadata.store import load_snapshot
from armature.metadata.summaries import summary
from armature.migrations.workspace.change import change_workspace
from armature.migrations.workspace.document_steps import (
    DocumentStep,
    check_documents,
    concerned,
    document_steps,
    settle_documents,
)
from armature.migrations.workspace.preview import Preview, preview_changes
from armature.migrations.workspace.role_documents import check_named
from armature.schema_builder.run.document import DocumentReader
from armature.schema_builder.run.stored import Stored, all_documents


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would change of a model and of its stored documents; `preview` is None where the model stays."""

    before: Snapshot
    steps: Steps
    preview: Preview | None
    documents: Sequence[DocumentStep] = ()

    @property
    def changes_something(self) -> bool:
        return self.preview is not None or bool(self.documents)

    def summaries(self) -> list[str]:
        return [*(summary(each, self.before) for each in self.steps.changes), *map(str, self.documents)]

    def warnings(self) -> list[str]:
        return list(_perhaps_renamed(self.steps))


async def export_model(db: Database, workspace_id: UUID) -> str:
    """The file of a workspace's model and stored documents. Raises WorkspaceNotFound."""
    async with db.connection() as connection:
        drawn = draw(await load_snapshot(connection, workspace_id))
        documents = {each.name: each.text for each in await all_documents(connection, workspace_id)}
    return write_blueprint(msgspec.structs.replace(drawn, documents=documents or None))


async def plan_model(db: Database, workspace_id: UUID, text: str, reader: DocumentReader) -> Plan:
    """Raises WorkspaceNotFound, and what is wrong with the file or stands in its way, by the line."""
    file = BlueprintFile(text)
    async with db.connection() as connection:
        before = await load_snapshot(connection, workspace_id)
        stored = await all_documents(connection, workspace_id)
    try:
        steps = steps_towards(before, file.blueprint, now=datetime.now(UTC), new_id=uuid7)
        documents = document_steps(stored, file.blueprint.documents)
        check_documents(documents, steps.after, reader)
        check_named(steps.after.kept_roles.values(), _named(file.blueprint.documents, stored))
    except ArmatureError as error:
        raise file.located(error) from error
    if not steps.changes:
        return Plan(before, steps, None, documents)
    try:
        preview = await preview_changes(db, workspace_id, steps.changes, known=before, paths=steps.paths)
    except ArmatureError as error:
        raise file.located(error) from error
    broken = tuple(each for each in preview.broken if each.name not in concerned(documents))
    return Plan(before, steps, replace(preview, broken=broken), documents)


async def apply_model(db: Database, plan: Plan, *, may_break_documents: bool = False) -> Snapshot:
    """Make the planned changes, unless the model is another one by now. Raises what `change_workspace` raises."""
    return await change_workspace(
        db,
        plan.before.workspace_id,
        plan.steps.changes,
        known=plan.before,
        expected_version=plan.before.version,
        paths=plan.steps.paths,
        may_break_documents=may_break_documents,
        beside=lambda connection: settle_documents(connection, plan.before.workspace_id, plan.documents),
    )


def _named(wanted: Mapping[str, str] | None, stored: Sequence[Stored]) -> Collection[str]:
    return {each.name for each in stored} if wanted is None else wanted


def _perhaps_renamed(steps: Steps) -> Iterator[str]:
    """Where something goes and something comes, the one may have been meant to become the other."""
    gone = [each.object for each in steps.changes if isinstance(each, DeleteObject)]
    come = [str(each.name_singular) for each in steps.changes if isinstance(each, CreateObject)]
    if gone and come:
        yield _warning("object", gone, come)
    for of in dict.fromkeys(each.object for each in steps.changes if isinstance(each, DeleteField)):
        lost = [each.field for each in steps.changes if isinstance(each, DeleteField) and each.object == of]
        new = [str(each.field.name) for each in steps.changes if isinstance(each, CreateField) and each.object == of]
        if new:
            yield _warning(f"field of {of}", lost, new)


def _warning(what: str, gone: Sequence[str], come: Sequence[str]) -> str:
    listed = " or ".join(gone)
    if set(gone) & set(come):
        return f"The {what} {listed} is made anew, and its values don't move: its type or where it leads is another."
    return f"If {' or '.join(come)} is the new name of the {what} {listed}, say so with `was: {gone[0]}`."
