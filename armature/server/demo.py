"""The demo workspace: the CRM pack with records in it, an administrator, and a key to try it with.

Its credentials stay in the data directory, so that every start gives the same.
"""

import secrets
from pathlib import Path
from uuid import UUID

import msgspec
from sqlalchemy import select

from armature.core.db import Connection, Database, fetch_value
from armature.core.errors import Unauthenticated
from armature.core.private_files import write_private
from armature.metadata.packs.demo import demo_rows
from armature.metadata.packs.registry import pack_named
from armature.metadata.tables import memberships, workspaces
from armature.migrations.workspace.create import add_workspace, load_rows
from armature.server.auth.accounts import EmailTaken, SignInFailed, add_user, authenticate
from armature.server.auth.api_keys import create_api_key
from armature.server.auth.memberships import find_key
from armature.server.auth.passwords import hash_password

FILE = "demo.json"
NAME = "Demo"
PACK = "crm"


class Demo(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    email: str
    password: str
    workspace_id: UUID
    api_key: str

    def __repr__(self) -> str:
        return "Demo(…)"


class Credentials(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Written before the account is made, so that a start that was interrupted finds it again."""

    email: str
    password: str
    api_key: str | None = None


async def open_demo(db: Database, data_dir: Path) -> Demo:
    """The demo workspace of this data directory, made if need be; one statement where all is there."""
    file = data_dir / FILE
    credentials = _read(file)
    if credentials is not None and credentials.api_key is not None:
        try:
            async with db.connection() as connection:
                found = await find_key(connection, credentials.api_key, None)
        except Unauthenticated:
            pass
        else:
            return _demo(credentials, found.workspace_id, credentials.api_key)
    return await _make(db, file, credentials)


async def _make(db: Database, file: Path, credentials: Credentials | None) -> Demo:
    if credentials is None:
        credentials = Credentials(email="demo@armature.example", password=secrets.token_urlsafe(12))
    while True:
        write_private(file, msgspec.json.encode(credentials).decode())
        try:
            workspace_id = await _workspace(db, credentials)
        except EmailTaken:  # by the demo of another data directory on the same database
            email = f"demo-{secrets.token_hex(4)}@armature.example"
            credentials = msgspec.structs.replace(credentials, email=email)
        else:
            break
    key = await create_api_key(db, workspace_id, NAME)
    write_private(file, msgspec.json.encode(msgspec.structs.replace(credentials, api_key=key.token)).decode())
    return _demo(credentials, workspace_id, key.token)


async def _workspace(db: Database, credentials: Credentials) -> UUID:
    """The administrator's own; raises EmailTaken where somebody else has the address."""
    try:
        user_id = await authenticate(db, credentials.email, credentials.password)
    except SignInFailed:
        password_hash = await hash_password(credentials.password)
        async with db.transaction() as connection:
            user_id = await add_user(connection, credentials.email, password_hash, is_verified=True)
            return await _add(connection, user_id)
    async with db.transaction() as connection:
        found: UUID | None = await fetch_value(connection, _OLDEST.where(memberships.c.user_id == user_id))
        return found or await _add(connection, user_id)


_OLDEST = (
    select(workspaces.c.id)
    .join(memberships, memberships.c.workspace_id == workspaces.c.id)
    .where(workspaces.c.deleted_at.is_(None))
    .order_by(workspaces.c.id)
    .limit(1)
)


async def _add(connection: Connection, user_id: UUID) -> UUID:
    """Account, workspace and records are there together or not at all: the transaction is the caller's."""
    snapshot = await add_workspace(connection, NAME, owner=user_id, changes=pack_named(PACK))
    for object_name, columns, rows in demo_rows():
        await load_rows(connection, snapshot, object_name, columns, rows)
    return snapshot.workspace_id


def _demo(credentials: Credentials, workspace_id: UUID, api_key: str) -> Demo:
    return Demo(email=credentials.email, password=credentials.password, workspace_id=workspace_id, api_key=api_key)


def _read(file: Path) -> Credentials | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Credentials)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
