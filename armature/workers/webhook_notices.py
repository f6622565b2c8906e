"""The job that tells those who administer a workspace that a webhook was switched off."""

import structlog
from sqlalchemy import ARRAY, Text, func, literal, select

from armature.core.db import Connection, fetch, fetch_one
from armature.core.mail import Letter, post_of
from armature.metadata.roles import FULL
from armature.metadata.tables import memberships, users, workspaces
from armature.metadata.webhook_tables import webhooks
from armature.webhooks.hiding import told_url
from armature.workers.task import Task

log = structlog.get_logger("armature.webhooks")


async def tell_owners(task: Task) -> None:
    """Nothing where it is on again, or gone."""
    async with task.db.connection() as connection:
        letters = await _letters(connection, task)
    post = post_of(task.settings)
    if not post.can_send:
        log.warning("webhook.switched_off", webhook=str(task.job.subject), why="nobody was told: there is no mail")
        return
    for each in letters:
        await post.deliver(each)


async def _letters(connection: Connection, task: Task) -> list[Letter]:
    off = (
        select(webhooks.c.workspace_id, webhooks.c.url, webhooks.c.disabled_reason, workspaces.c.name)
        .join_from(webhooks, workspaces)
        .where(webhooks.c.id == task.job.subject, webhooks.c.disabled_reason.is_not(None))
    )
    row = await fetch_one(connection, off)
    if row is None:
        return []
    roles = func.string_to_array(memberships.c.role, " ", type_=ARRAY(Text()))
    owners = (
        select(users.c.email)
        .join_from(users, memberships)
        .where(memberships.c.workspace_id == row["workspace_id"], memberships.c.suspended_at.is_(None))
        .where(roles.op("&&")(literal(sorted(FULL), ARRAY(Text()))))
    )
    text = (
        f"The webhook {told_url(row['url'])} of the workspace {row['name']} was switched off.\n\n"
        f"{row['disabled_reason']}\n\n"
        "What was yet to be delivered is kept in its log for 30 days. On /metadata, updateWebhook(isEnabled: true) "
        "switches it on again, and redeliverAll sends what did not get through.\n"
    )
    subject = f"A webhook of {row['name']} was switched off"
    return [Letter(each["email"], subject, text) for each in await fetch(connection, owners)]
