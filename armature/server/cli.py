"""The command line: what each command is called and takes. What it does is in the modules it calls.

Those are imported by the command that needs them: `--help` should not wait for a web server.
"""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click
import msgspec

from armature.core.errors import ArmatureError, ManyErrors
from armature.core.settings import Settings, read_settings
from armature.server.commands.audit import audit
from armature.server.commands.data import export, import_
from armature.server.commands.jobs import jobs
from armature.server.commands.listen import listen
from armature.server.commands.model import metadata
from armature.server.commands.secrets import secrets
from armature.server.local import database_url
from armature.server.terminal import data_dir_option, json_option, on_database, say, table, workspace_option

if TYPE_CHECKING:
    from armature.core.db import Database
    from armature.migrations.workspace.finding import Finding

host_option = click.option("--host", help="The address to listen on.  [default: ARMATURE_HOST, or 127.0.0.1]")
port_option = click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="The port to listen on; 0 takes a free one.  [default: ARMATURE_PORT, or 8000]",
)


class Sentences(click.Group):
    """An error somebody can do something about is a sentence on standard error and status 1, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ArmatureError as error:
            raise click.ClickException(told(error)) from error


def told(error: ArmatureError) -> str:
    if isinstance(error, ManyErrors):
        return "\n".join(told(each) for each in error.errors)
    return error.message if error.hint is None else f"{error.message}\n{error.hint}"


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="armature")
def main() -> None:
    """Armature: describe objects and fields, query them at once.

    Settings are environment variables, such as DATABASE_URL and REDIS_URL; docs/settings.md lists them.
    """


@main.command()
@host_option
@port_option
@data_dir_option
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the URL, the keys and the pid to this file, as JSON, once the server answers.",
)
@click.option("--no-demo", is_flag=True, help="Make no demo workspace.")
def up(host: str | None, port: int | None, data_dir: Path, ready_file: Path | None, no_demo: bool) -> None:
    """Start everything: the place to begin.

    PostgreSQL and Valkey (where DATABASE_URL and REDIS_URL are not set), a demo workspace, the server, a worker.
    Ctrl-C, or SIGTERM, ends all of it; the data stay.
    """
    from armature.server.up import Wishes
    from armature.server.up import up as start

    start(configured(host, port), Wishes(data_dir.absolute(), ready_file, demo=not no_demo))


@main.command()
@host_option
@port_option
def serve(host: str | None, port: int | None) -> None:
    """Run one server process, for production.

    Needs DATABASE_URL (after `armature migrate`), REDIS_URL and ARMATURE_SECRET_KEY; starts nothing else. For more
    cores or machines, run more of them.
    """
    from armature.server.run import serve_alone

    serve_alone(configured(host, port))


@main.command()
@data_dir_option
@json_option
def migrate(data_dir: Path, as_json: bool) -> None:
    """Bring the catalog of the database to the newest revision.

    Several at once wait for each other; where there is nothing to do, nothing is done.
    """
    from armature.migrations.catalog.migrate import HEAD, migrate_catalog

    with database_url(read_settings(os.environ), data_dir) as url:
        changed = asyncio.run(migrate_catalog(url))
    said = f"The catalog is at revision {HEAD} now." if changed else f"The catalog was at revision {HEAD} already."
    say(as_json, {"revision": HEAD, "changed": changed}, said)


@main.group()
def workspace() -> None:
    """Make, list and delete workspaces."""


@workspace.command("create")
@click.argument("name")
@click.option("--pack", help="The model to begin with, such as crm; without it, none.")
@click.option("--owner", metavar="EMAIL", help="Who becomes its administrator; must have signed up.")
@data_dir_option
@json_option
def create_workspace(name: str, pack: str | None, owner: str | None, data_dir: Path, as_json: bool) -> None:
    """Make a workspace called NAME."""
    from armature.server.operate import make_workspace

    made = on_database(data_dir, lambda db: make_workspace(db, name, pack, owner))
    say(as_json, {"id": made.workspace_id, "name": name}, f"Made the workspace {made.workspace_id}.")


@workspace.command("list")
@data_dir_option
@json_option
def list_workspaces(data_dir: Path, as_json: bool) -> None:
    """List the workspaces, oldest first."""
    from armature.server.operate import workspaces

    found = on_database(data_dir, workspaces)
    rows = [(str(each.id), each.name, str(each.version), f"{each.created_at:%Y-%m-%d %H:%M}") for each in found]
    known = [
        {"id": each.id, "name": each.name, "version": each.version, "createdAt": each.created_at} for each in found
    ]
    say(as_json, known, table(("id", "name", "version", "created"), rows) if rows else "There is no workspace.")


@workspace.command("delete")
@click.argument("id", type=click.UUID)
@click.option("--yes", is_flag=True, help="Don't ask.")
@data_dir_option
def delete_workspace(id: UUID, yes: bool, data_dir: Path) -> None:
    """Delete the workspace ID, with its model and all its records, for good."""
    from armature.migrations.workspace.delete import delete_workspace as delete

    if not yes:
        click.confirm(f"Delete the workspace {id} and all its records for good?", abort=True)
    on_database(data_dir, lambda db: delete(db, id))
    click.echo(f"Deleted the workspace {id}.")


@workspace.command("suspend")
@click.argument("id", type=click.UUID)
@data_dir_option
def suspend_workspace(id: UUID, data_dir: Path) -> None:
    """Keep everybody out of the workspace ID, until it is resumed."""
    from armature.migrations.workspace.set_aside import suspend

    on_database(data_dir, lambda db: suspend(db, id))
    click.echo(f"Suspended the workspace {id}.")


@workspace.command("resume")
@click.argument("id", type=click.UUID)
@data_dir_option
def resume_workspace(id: UUID, data_dir: Path) -> None:
    """Let everybody into the workspace ID again."""
    from armature.migrations.workspace.set_aside import resume

    on_database(data_dir, lambda db: resume(db, id))
    click.echo(f"Resumed the workspace {id}.")


@main.group()
def key() -> None:
    """Make API keys."""


@key.command("create")
@workspace_option
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@click.option("--role", default="admin", show_default=True, help="What it may do; several with blanks between them.")
@click.option("--expires-at", type=click.DateTime(), help="When it stops working, in UTC; without it, never.")
@data_dir_option
@json_option
def create_key(
    workspace_id: UUID | None, name: str, role: str, expires_at: datetime | None, data_dir: Path, as_json: bool
) -> None:
    """Make an API key. It is shown this once."""
    from armature.server.auth.api_keys import create_api_key
    from armature.server.operate import chosen_workspace

    async def make(db: "Database") -> Any:
        return await create_api_key(db, await chosen_workspace(db, workspace_id), name, role, expires_at)

    made = on_database(data_dir, make)
    say(as_json, {"id": made.id, "token": made.token}, made.token)


@main.command()
@click.option("--workspace", "workspace_id", type=click.UUID, help="Only this one.")
@data_dir_option
@json_option
@click.pass_context
def doctor(context: click.Context, workspace_id: UUID | None, data_dir: Path, as_json: bool) -> None:
    """Compare the database with what the catalog says, and tell what to do where they differ.

    Changes nothing. Status 1 where something was found.
    """
    from armature.migrations.workspace.doctor import diagnose
    from armature.migrations.workspace.tending import untended

    async def look(db: "Database") -> "list[Finding]":
        large = await untended(db, workspace_id, read_settings(os.environ).indexed_from)
        return [*await diagnose(db, workspace_id), *large]

    found = on_database(data_dir, look)
    lines = [f"{each.workspace or 'all workspaces'}: {each.what}\n  {each.fix}" for each in found]
    say(as_json, found, "\n".join(lines) or "All is well.")
    context.exit(1 if found else 0)


for command in (metadata, import_, export, jobs, audit, secrets, listen):
    main.add_command(command)


def configured(host: str | None, port: int | None) -> Settings:
    """The environment's settings, with what the command line says instead; logs are set up by them."""
    from armature.core.logs import configure_logs

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = msgspec.structs.replace(read_settings(os.environ), **given)
    configure_logs(settings)
    return settings
