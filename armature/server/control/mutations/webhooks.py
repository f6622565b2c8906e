"""Webhooks: made, changed and looked at by who may do so, with no more in sight than they could give somebody."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import strawberry
from asyncpg import Record
from strawberry import ID, UNSET, Info

from armature.core.db import Connection
from armature.core.errors import BadUserInput
from armature.metadata.model import Snapshot
from armature.server.auth.roles import check_may_give, checked_role, may_give
from armature.server.control.context import Context
from armature.server.control.mutations.at_input import at_input
from armature.server.control.webhook_types import (
    CreateWebhookInput,
    NewWebhookSecret,
    RotateWebhookSecretInput,
    UpdateWebhookInput,
    Webhook,
    WebhookHeaderInput,
    shown,
)
from armature.webhooks import webhook
from armature.webhooks.fit import Seen
from armature.webhooks.hiding import told_url
from armature.webhooks.how import (
    Header,
    Headers,
    SecretsStayHere,
    checked_concurrency,
    checked_debounce,
    checked_headers,
    checked_url,
    is_elsewhere,
)
from armature.webhooks.log import begin_anew
from armature.webhooks.secrets import opened_headers, sealed_headers
from armature.webhooks.sight import seen_by
from armature.webhooks.store import (
    add_webhook,
    change_webhook,
    delete_webhook,
    find_webhook,
    new_id,
    rotate_secret,
    webhook_row,
    webhooks_of,
)
from armature.webhooks.switching import drop_waiting
from armature.webhooks.what import What, read_what, told_what

WHAT = ("events", "role", "filter", "filter_before", "changed_fields", "document")
NULL_MEANS = frozenset({"filter", "filter_before", "document"})


class NullMeansNothing(BadUserInput):
    def __init__(self, key: str) -> None:
        super().__init__(f"{key} can't be null.", hint="Leave it out where it should stay.", field=key, path=(key,))


@strawberry.type
class WebhookQueries:
    @strawberry.field
    async def webhooks(self, info: Info[Context, None]) -> list[Webhook]:
        """Of the workspace, the oldest first."""
        context = info.context
        async with context.db.connection() as connection:
            found = await webhooks_of(connection, context.place().workspace_id)
        snapshot = await context.whole()
        return [_told(context, snapshot, each) for each in await context.listed(found)]

    @strawberry.field
    async def webhook(self, info: Info[Context, None], id: ID) -> Webhook:
        async with info.context.db.connection() as connection:
            return await _shown(info.context, connection, id)


@strawberry.type
class WebhookMutations:
    @strawberry.mutation
    async def create_webhook(self, info: Info[Context, None], input: CreateWebhookInput) -> NewWebhookSecret:
        """Its events from now on are sent to the url; the secret is what they are signed with."""
        context, place = info.context, info.context.place()
        snapshot, id_ = await context.whole(), new_id()
        with at_input():
            await context.check_gives(input.role)
            what = read_what(_what(input), _seen(context, snapshot, input.role), context.control.documents.reader)
            how = {
                "url": checked_url(input.url),
                "debounce": checked_debounce(input.debounce),
                "concurrency": checked_concurrency(input.concurrency),
                "ordering": input.ordering.value,
                "is_enabled": input.is_enabled,
                **_header_columns(context, id_, checked_headers(_headers(input.headers))),
            }
            async with context.db.transaction() as connection:
                row = {**what, **how, "created_by": place.user_id}
                secret = await add_webhook(connection, context.desk.sealing, place.workspace_id, id_, row)
                return NewWebhookSecret(secret=secret, webhook=await _shown(context, connection, ID(str(id_))))

    @strawberry.mutation
    async def update_webhook(self, info: Info[Context, None], input: UpdateWebhookInput) -> Webhook:
        """What is left out stays as it is."""
        context, place = info.context, info.context.place()
        snapshot = await context.whole()
        async with context.db.transaction() as connection:
            with at_input():
                row = await webhook_row(connection, place.workspace_id, input.webhook)
                await context.check_gives(row["role"])
                values = {**_how(context, row, input), **await _anew(context, snapshot, row, input)}
            await change_webhook(connection, row["id"], values)
            if values.get("role", row["role"]) != row["role"]:
                await begin_anew(connection, row["id"])
            if values.get("is_enabled") is False:
                await drop_waiting(connection, row["id"])
            return await _shown(context, connection, input.webhook)

    @strawberry.mutation
    async def delete_webhook(self, info: Info[Context, None], id: ID) -> ID:
        """With its log; what is yet to be delivered never is."""
        context, place = info.context, info.context.place()
        async with context.db.transaction() as connection:
            check_may_give(place.role, (await find_webhook(connection, place.workspace_id, id)).role)
            return ID(str(await delete_webhook(connection, place.workspace_id, id)))

    @strawberry.mutation
    async def rotate_webhook_secret(
        self, info: Info[Context, None], input: RotateWebhookSecretInput
    ) -> NewWebhookSecret:
        """A new secret. For the overlap, messages are signed with both."""
        context, place = info.context, info.context.place()
        async with context.db.transaction() as connection:
            with at_input():
                row = await webhook_row(connection, place.workspace_id, input.webhook)
                await context.check_gives(row["role"])
                overlap = timedelta(seconds=input.overlap)
                secret = await rotate_secret(connection, context.desk.sealing, row, overlap)
            return NewWebhookSecret(secret=secret, webhook=await _shown(context, connection, input.webhook))


async def _shown(context: Context, connection: Connection, id: ID) -> Webhook:
    found = await find_webhook(connection, context.place().workspace_id, id)
    return _told(context, await context.whole(), found)


def _told(context: Context, snapshot: Snapshot, found: webhook.Webhook) -> Webhook:
    """All of its url for those who may change it."""
    is_theirs = may_give(context.place().role, found.role)
    return shown(snapshot, found if is_theirs else replace(found, url=told_url(found.url)))


def _what(given: CreateWebhookInput) -> What:
    return What(
        events=given.events,
        role=checked_role(given.role),
        filter=given.filter,
        filter_before=given.filter_before,
        changed_fields=tuple(given.changed_fields),
        document=given.document,
    )


def _seen(context: Context, snapshot: Snapshot, role: str) -> Seen:
    seen = seen_by(snapshot, role)
    return Seen(seen, context.control.engine.schema(seen))


async def _anew(context: Context, snapshot: Snapshot, row: Record, given: UpdateWebhookInput) -> dict[str, Any]:
    """What is told, where any of it changes: all of it must fit together."""
    changes = {each: getattr(given, each) for each in WHAT if getattr(given, each) is not UNSET}
    if not changes:
        return {}
    for name, value in changes.items():
        if value is None and name not in NULL_MEANS:
            raise NullMeansNothing(KEYS.get(name, name))
    if "role" in changes:
        await context.check_gives(changes["role"])
        changes["role"] = checked_role(changes["role"])
    what = replace(told_what(webhook.webhook_of(row), snapshot, but=changes), **changes)
    return read_what(what, _seen(context, snapshot, what.role), context.control.documents.reader)


def _how(context: Context, row: Record, given: UpdateWebhookInput) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, check in CHECKS.items():
        value = getattr(given, name)
        if value is None:
            raise NullMeansNothing(KEYS.get(name, name))
        if value is not UNSET:
            found[name] = check(value)
    if found.get("is_enabled"):
        found["disabled_reason"] = None
    return {**found, **_changed_headers(context, row, given, found.get("url", row["url"]))}


def _changed_headers(context: Context, row: Record, given: UpdateWebhookInput, url: str) -> dict[str, Any]:
    """Raises SecretsStayHere."""
    if given.headers is None:
        raise NullMeansNothing("headers")
    id_: UUID = row["id"]
    secret = opened_headers(context.desk.sealing, id_, row["secret_headers"])
    goes_away = is_elsewhere(url, row["url"])
    if given.headers is UNSET:
        if goes_away and secret:
            raise SecretsStayHere
        return {}
    if goes_away and any(each.is_secret and each.value is None for each in given.headers):
        raise SecretsStayHere
    plain = {name: value for name, value in row["headers"].items() if value is not None}
    return _header_columns(context, id_, checked_headers(_headers(given.headers), Headers(plain, secret)))


def _headers(given: list[WebhookHeaderInput]) -> list[Header]:
    return [Header(each.name, each.value, each.is_secret) for each in given]


def _header_columns(context: Context, id_: UUID, headers: Headers) -> dict[str, Any]:
    return {
        "headers": {**headers.plain, **dict.fromkeys(headers.secret)},
        "secret_headers": sealed_headers(context.desk.sealing, id_, headers.secret),
    }


CHECKS: dict[str, Any] = {
    "url": checked_url,
    "debounce": checked_debounce,
    "concurrency": checked_concurrency,
    "ordering": lambda given: given.value,
    "is_enabled": bool,
}
KEYS = {"filter_before": "filterBefore", "changed_fields": "changedFields", "is_enabled": "isEnabled"}
