"""`armature up`: everything in one process, from an empty folder to a first query.

Servers of our own where no URLs are set, the catalog, the demo workspace, the HTTP server; then the ready file.
"""

import asyncio
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from armature.core.errors import ArmatureError
from armature.core.private_files import (
    check_writable,
    chosen_by,
    kept_secret,
    make_data_dir,
    make_way,
    write_private,
)
from armature.core.settings import Settings
from armature.server.local import Local, all_servers
from armature.server.run import StartFailed, address_of, answers, bind, end_on_signals, importing, run, serve
from armature.server.worker_process import WorkerProcess

if TYPE_CHECKING:
    from armature.server.demo import Demo

FIRST_QUERY = (
    "{ companies(limit: 3, orderBy: [{name: ASC}]) { name employees people(limit: 2) { firstName lastName } } }"
)

HERE = ("127.0.0.1", "localhost", "::1")
LOOPBACK = ("127.0.0.0/8", "::1/128")

LOOK_AFTER = 1.0  # seconds between two looks at our servers


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    data_dir: Path
    ready_file: Path | None
    demo: bool


def up(settings: Settings, wishes: Wishes) -> None:
    """Returns, or raises SystemExit(0), when a signal ends it and all it has started is gone."""
    end_on_signals()
    with ExitStack() as stack:
        listener = stack.enter_context(closing(bind(settings.host, settings.port)))
        if wishes.ready_file is not None:
            with chosen_by("--ready-file", wishes.ready_file):
                make_way(wishes.ready_file)
        # Importing takes longer than starting the servers, which are processes of their own: so both at once.
        imported = stack.enter_context(ThreadPoolExecutor()).submit(import_module, "armature.server.app")
        with importing():
            with chosen_by("--data-dir", wishes.data_dir):
                make_data_dir(wishes.data_dir)
                check_writable(wishes.data_dir)
            local = stack.enter_context(all_servers(settings, wishes.data_dir))
            imported.result()
        run(_up(_with_secret(local, wishes.data_dir), wishes, listener), settings)


def _with_secret(local: Local, data_dir: Path) -> Local:
    if local.settings.secret_key is not None:
        return local
    secret_key = kept_secret(data_dir / "secret_key")
    return Local(msgspec.structs.replace(local.settings, secret_key=secret_key), local.servers)


def reachable(settings: Settings, data_dir: Path, address: str) -> Settings:
    """Mails go into files, and their links lead here, where the environment says nothing else.

    Who is reached from this machine only, and by no proxy that lets others in, may call this machine: a receiver of
    webhooks, say.
    """
    is_alone = settings.host in HERE and settings.public_url is None and not settings.trusted_proxies
    return msgspec.structs.replace(
        settings,
        public_url=settings.public_url or address,
        mail_dir=settings.mail_dir or str(data_dir / "mail"),
        outbound_networks=settings.outbound_networks or (LOOPBACK if is_alone else ()),
    )


async def _up(local: Local, wishes: Wishes, listener: socket.socket) -> None:
    # Done in a thread above; at the head of this file it would keep the servers waiting.
    from armature.migrations.catalog.migrate import migrate_catalog
    from armature.server.app import create_app

    settings = reachable(local.settings, wishes.data_dir, address_of(listener, local.settings.host))
    await migrate_catalog(settings.database_url or "")
    demo = await _demo(settings, wishes.data_dir) if wishes.demo else None
    app = create_app(settings, demo_api_key=None if demo is None else demo.api_key)
    worker = WorkerProcess(settings)
    looking_after = asyncio.create_task(_look_after(local, worker))

    async def on_ready() -> None:
        if not await answers(listener, settings.host):
            raise StartFailed
        address = address_of(listener, settings.host)
        _tell(address, demo, settings)
        worker.is_wanted = True
        if wishes.ready_file is not None:
            write_private(wishes.ready_file, _ready(address, settings, demo))

    try:
        await serve(app, settings, listener, on_ready)
    finally:
        looking_after.cancel()
        with suppress(asyncio.CancelledError):
            await looking_after
        await asyncio.to_thread(worker.end)


async def _demo(settings: Settings, data_dir: Path) -> "Demo":
    from armature.core.db import open_database  # as above
    from armature.server.demo import open_demo

    db = await open_database(settings.database_url or "", pool_size=1)
    try:
        return await open_demo(db, data_dir)
    finally:
        await db.close()


async def _look_after(local: Local, worker: WorkerProcess) -> None:
    """Start our servers again where something has killed them, and the worker once we are ready."""
    while True:
        await asyncio.sleep(LOOK_AFTER)
        worker.look_after()
        for name, server in local.servers.items():
            if server.pid is None:
                click.echo(f"{name} is gone; starting it again.", err=True)
                try:
                    await asyncio.to_thread(server.revive)
                except ArmatureError as error:
                    click.echo(error.message, err=True)


def _ready(address: str, settings: Settings, demo: "Demo | None") -> str:
    """What a script needs to go on; the demo's keys are null with --no-demo."""
    known = {
        "url": address,
        "workspaceId": demo and demo.workspace_id,
        "apiKey": demo and demo.api_key,
        "email": demo and demo.email,
        "password": demo and demo.password,
        "databaseUrl": settings.database_url,
        "redisUrl": settings.redis_url,
        "pid": os.getpid(),
    }
    return msgspec.json.format(msgspec.json.encode(known)).decode() + "\n"


def _tell(address: str, demo: "Demo | None", settings: Settings) -> None:
    click.echo(f"\nArmature is up.\n\n  Playground   {address}/playground")
    if settings.smtp_url is None:
        click.echo(f"  Mail         goes into files in {settings.mail_dir}")
    if demo is None:
        click.echo("  It is empty: sign up at /metadata, or `armature workspace create`.")
    else:
        body = msgspec.json.encode({"query": FIRST_QUERY}).decode()
        click.echo(
            f"  API key      {demo.api_key}\n"
            f"  User         {demo.email}, password {demo.password}\n"
            f"  Workspace    {demo.workspace_id}\n\n"
            f"A first query, for the playground:\n\n  {FIRST_QUERY}\n\n"
            f"or for a terminal:\n\n"
            f"  curl -s {address}/graphql -H 'Authorization: Bearer {demo.api_key}' \\\n"
            f"    -H 'Content-Type: application/json' -d '{body}'"
        )
    click.echo("\nCtrl-C ends it and all it has started.\n")
