"""Who administers a workspace is told that a webhook was switched off, and nobody else."""

import email
from email.policy import default
from pathlib import Path
from uuid import UUID, uuid4

from msgspec.structs import replace
from sqlalchemy import insert

from armature.core.db import Database, execute
from armature.core.settings import Settings
from armature.jobs.ledger import jobs_of
from armature.metadata.tables import memberships, users
from armature.metadata.webhook_tables import webhook_endpoints, webhooks
from armature.migrations.workspace.create import create_workspace
from armature.webhooks.switching import switch_off
from armature.workers.kinds import KINDS
from armature.workers.run import JobRunner

MEMBERS = {"owner@example.com": "owner", "admin@example.com": "admin", "member@example.com": "member"}


async def a_webhook(db: Database, workspace_id: UUID) -> UUID:
    id_ = uuid4()
    row = {
        "id": id_,
        "workspace_id": workspace_id,
        "url": "https://receiver.example/",
        "events": [],
        "changed_fields": [],
        "headers": {},
        "secret_headers": b"",
        "secret": b"",
        "role": "admin",
        "ordering": "PARALLEL",
        "is_enabled": True,
    }
    async with db.transaction() as connection:
        await execute(connection, insert(webhooks).values(row))
        await execute(connection, insert(webhook_endpoints).values(webhook_id=id_, model_version=1))
        for address, role in MEMBERS.items():
            user = uuid4()
            await execute(connection, insert(users).values(id=user, email=address))
            row = {"user_id": user, "workspace_id": workspace_id, "role": role}
            await execute(connection, insert(memberships).values(row))
    return id_


def letters(folder: Path) -> list[email.message.EmailMessage]:
    return [email.message_from_string(each.read_text(), policy=default) for each in sorted(folder.glob("*.eml"))]


async def test_owners_and_administrators_get_a_mail(db: Database, settings: Settings, tmp_path: Path) -> None:
    workspace = await create_workspace(db, "Acme", owner=None)
    webhook = await a_webhook(db, workspace.workspace_id)
    for _ in range(2):  # the second changes nothing
        async with db.transaction() as connection:
            await switch_off(connection, webhook, "Nothing got through for 3 days.")
    (job,) = await jobs_of(db, workspace.workspace_id, kind="webhook notice")
    await JobRunner(db, replace(settings, mail_dir=str(tmp_path)), KINDS).run(job.id)

    found = letters(tmp_path)
    assert {each["To"] for each in found} == {"owner@example.com", "admin@example.com"}
    assert "Nothing got through for 3 days." in str(found[0].get_content())
    assert "https://receiver.example/" in str(found[0].get_content())
    (job,) = await jobs_of(db, workspace.workspace_id, kind="webhook notice")
    assert job.state == "succeeded"
