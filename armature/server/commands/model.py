"""`armature metadata`: the model of a workspace as a file."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from armature.core.settings import read_settings
from armature.server.terminal import data_dir_option, json_option, on_database, opened, say, workspace_option

if TYPE_CHECKING:
    from armature.core.db import Database
    from armature.metadata.model import Snapshot
    from armature.migrations.workspace.blueprint import Plan
    from armature.migrations.workspace.conversion import Conversion

model_file = click.argument("file", type=click.File("r", encoding="utf-8-sig"))


@click.group()
def metadata() -> None:
    """Write the model of a workspace to a file, and make a model what a file says.

    The file is YAML: objects and fields by their names, what is the default left out. Keep it with your code, look at
    its differences, and bring it to other workspaces:

    \b
      armature metadata export -o model.yaml
      armature metadata plan model.yaml
      armature metadata apply model.yaml --workspace ID

    To rename something, change its name and add `was: oldName`; without that, the old one goes out of sight and a new
    one is made. docs/model-as-code.md says what may be written.
    """


@metadata.command("export")
@workspace_option
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here.  [default: print]")
@data_dir_option
def export(workspace_id: UUID | None, output: Path | None, data_dir: Path) -> None:
    """Write the model down, the same text for the same model."""
    from armature.migrations.workspace.blueprint import export_model
    from armature.server.operate import chosen_workspace

    async def work(db: "Database") -> str:
        return await export_model(db, await chosen_workspace(db, workspace_id))

    text = on_database(data_dir, work)
    with opened(output, "w") as file:
        file.write(text)


@metadata.command("plan")
@model_file
@workspace_option
@data_dir_option
@json_option
def plan(file: Any, workspace_id: UUID | None, data_dir: Path, as_json: bool) -> None:
    """Tell what `apply` would do with FILE: the steps, their SQL and locks, which values go out of sight.

    Changes nothing.
    """
    found = on_database(data_dir, lambda db: _plan(db, workspace_id, file))
    say(as_json, _known(found), _told(found))


@metadata.command("apply")
@model_file
@workspace_option
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--allow-broken-documents", is_flag=True, help="Even where stored documents can't be run any more.")
@data_dir_option
@json_option
def apply(
    file: Any, workspace_id: UUID | None, yes: bool, allow_broken_documents: bool, data_dir: Path, as_json: bool
) -> None:
    """Make the model what FILE says, all of it or nothing, in one transaction."""

    async def work(db: "Database") -> "tuple[Plan, Snapshot]":
        from armature.migrations.workspace.blueprint import apply_model

        found = await _plan(db, workspace_id, file)
        if not found.changes_something:
            return found, found.before
        if not yes:
            click.echo(_told(found), err=True)
            click.confirm("Change the model?", abort=True, err=True)
        return found, await apply_model(db, found, may_break_documents=allow_broken_documents)

    found, after = on_database(data_dir, work)
    lines = [*found.summaries(), f"The model is at version {after.version} now."]
    known = {**_known(found), "version": after.version, "applied": found.changes_something}
    say(as_json, known, "\n".join(lines) if found.changes_something else NOTHING)


NOTHING = "The model is what the file says already."


async def _plan(db: "Database", workspace_id: UUID | None, file: Any) -> "Plan":
    from armature.migrations.workspace.blueprint import plan_model
    from armature.schema_builder.run.document import DocumentReader
    from armature.server.operate import chosen_workspace, read_text

    reader = DocumentReader(read_settings(os.environ))
    return await plan_model(db, await chosen_workspace(db, workspace_id), read_text(file), reader)


def _known(plan: "Plan") -> dict[str, Any]:
    from armature.metadata.written import written

    preview = plan.preview
    return {
        "version": preview.version if preview else plan.before.version,
        "steps": plan.summaries(),
        "changes": written(plan.steps.changes),
        "warnings": plan.warnings(),
        "statements": preview.statements if preview else [],
        "setAside": preview.set_aside if preview else [],
        "conversions": [_conversion(each) for each in preview.conversions] if preview else [],
        "brokenDocuments": preview.broken if preview else [],
    }


def _conversion(planned: "Conversion") -> dict[str, Any]:
    step = planned.step
    return {
        "object": step.of.name_singular,
        "field": step.field.name,
        "from": step.before.kind,
        "to": step.field.kind,
        "records": planned.records,
        "failing": planned.failing,
        "examples": planned.examples,
    }


def _told(plan: "Plan") -> str:
    if plan.preview is None:
        return "\n".join(plan.summaries()) or NOTHING
    lines = [*plan.summaries(), ""]
    for each in plan.preview.set_aside:
        what = f"{each.object}.{each.field}" if each.field else each.object
        lines.append(f"Out of sight: {what}, {each.records:,} {'values' if each.field else 'records'}.")
    for conversion in plan.preview.conversions:
        known = _conversion(conversion)
        lines.append(
            f"Converted: {known['object']}.{known['field']} from {known['from']} to {known['to']}, "
            f"{known['records']:,} values, {known['failing']:,} of which do not fit."
        )
    lines += [f"Breaks the stored document {each.name}: {each.errors[0]}" for each in plan.preview.broken]
    lines += plan.warnings()
    for statement in plan.preview.statements:
        notes = [f"locks {statement.lock}"] if statement.lock else []
        notes += ["writes all records anew"] if statement.rewrites else []
        lines.append(f"  {statement.sql};" + (f"  -- {', '.join(notes)}" if notes else ""))
    return "\n".join(lines)
