"""`armature jobs`: what is done outside of requests."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from armature.jobs.job import STATES, State
from armature.server.terminal import data_dir_option, json_option, on_database, say, table

if TYPE_CHECKING:
    from armature.jobs.job import Job

job_argument = click.argument("id", type=click.UUID)


@click.group()
def jobs() -> None:
    """What is done outside of requests: look at it, try it again, cancel it."""


@jobs.command("list")
@click.option("--workspace", "workspace_id", type=click.UUID, help="Only those of this one.")
@click.option("--state", "states", type=click.Choice(STATES), multiple=True, help="Only these; may be given twice.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@data_dir_option
@json_option
def list_jobs(workspace_id: UUID | None, states: tuple[State, ...], limit: int, data_dir: Any, as_json: bool) -> None:
    """List jobs, the newest first."""
    from armature.jobs.ledger import jobs_of

    found = on_database(data_dir, lambda db: jobs_of(db, workspace_id, states=states, limit=limit))
    say(as_json, [known(each) for each in found], _table(found) if found else "There is no such job.")


@jobs.command("retry")
@job_argument
@data_dir_option
@json_option
def retry(id: UUID, data_dir: Any, as_json: bool) -> None:
    """Try the job ID again, which has failed or was cancelled."""
    from armature.jobs.ledger import retry_job

    found = on_database(data_dir, lambda db: retry_job(db, id, None))
    say(as_json, known(found), f"The job {id} waits for a worker.")


@jobs.command("cancel")
@job_argument
@data_dir_option
@json_option
def cancel(id: UUID, data_dir: Any, as_json: bool) -> None:
    """Keep the job ID from being run; where it runs, it ends soon."""
    from armature.jobs.ledger import cancel_job

    found = on_database(data_dir, lambda db: cancel_job(db, id, None))
    say(as_json, known(found), f"The job {id} is cancelled.")


def known(job: "Job") -> dict[str, Any]:
    """In the words of /metadata, and with its workspace."""
    from armature.metadata.written import attribute_key

    return {attribute_key(name): value for name, value in asdict(job).items() if name != "arguments"}


def _table(found: "list[Job]") -> str:
    rows = [
        (
            str(each.id),
            each.kind,
            each.state,
            f"{each.progress:.0%}",
            f"{each.created_at:%Y-%m-%d %H:%M:%S}",
            str(each.workspace_id or ""),
            each.error or "",
        )
        for each in found
    ]
    return table(("id", "kind", "state", "done", "created", "workspace", "error"), rows)
