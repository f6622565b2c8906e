"""Webhooks, as the control plane shows them: with the names that objects and fields have now."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from strawberry import ID, UNSET, Info
from strawberry.scalars import JSON

from armature.core.errors import ArmatureError
from armature.metadata.model import Snapshot
from armature.server.control.context import Context
from armature.server.control.session_types import hidden
from armature.webhooks import webhook
from armature.webhooks.fit import faults
from armature.webhooks.patterns import only_object, spelt
from armature.webhooks.what import told_filter

EVENTS = "Such as company.created, company.*, *.deleted or model.changed."
FILTER = "A filter of the object, on the record as it is after the event, or was before it is destroyed."
FILTER_BEFORE = "A filter of the object, on the record as it was before the event."
CHANGED_FIELDS = "Updates are told where one of these fields changed."
DEBOUNCE = "Seconds for which events of a record are gathered and told as one."
DOCUMENT = "A query with the variable $id, the record's; without it, all that the role reads of the record is told."
OTHER_ROLE = "With another one the log begins anew, and what waits is not told: it is what the role before sees."
CONCURRENCY = "How many requests may be under way at once."


@strawberry.enum(description="Whether what is told of one record waits for what was told of it before.")
class WebhookOrdering(Enum):
    PER_RECORD = "PER_RECORD"
    PARALLEL = "PARALLEL"


@strawberry.type(description="A header of every request; the value of a secret one is never shown.")
class WebhookHeader:
    name: str
    value: str | None
    is_secret: bool


@strawberry.type(description="Somebody who is told of events by HTTP requests, signed by Standard Webhooks.")
class Webhook:
    snapshot: strawberry.Private[Snapshot]
    kept: strawberry.Private[webhook.Webhook]
    id: ID
    url: str
    events: list[str]
    debounce: int = strawberry.field(description=DEBOUNCE)
    document: str | None = strawberry.field(description=DOCUMENT)
    headers: list[WebhookHeader]
    role: str = strawberry.field(description="What it sees.")
    ordering: WebhookOrdering
    concurrency: int = strawberry.field(description=CONCURRENCY)
    is_enabled: bool
    disabled_reason: str | None = strawberry.field(description="Why it was switched off by itself.")
    created_at: datetime
    updated_at: datetime

    @strawberry.field
    def filter(self) -> JSON | None:
        """A filter of the object, on the record as it is after the event, or was before it is destroyed."""
        return self._told("filter")

    @strawberry.field
    def filter_before(self) -> JSON | None:
        """A filter of the object, on the record as it was before the event."""
        return self._told("filter_before")

    @strawberry.field
    def changed_fields(self) -> list[str]:
        """Updates are told where one of these fields changed."""
        of = only_object(self.snapshot, self.kept.choice.patterns)
        fields = {} if of is None else of.fields
        return [fields[each].name for each in self.kept.choice.changed_fields if each in fields]

    @strawberry.field
    def problems(self) -> list[str]:
        """What keeps it from telling all that it should, by the model as it is."""
        return faults(self.kept, self.snapshot)

    @strawberry.field
    async def failing_since(self, info: Info[Context, None]) -> datetime | None:
        """Nothing has got through since then. After some days of that, it is switched off."""
        return await self._receiver(info, "failing_since")

    @strawberry.field
    async def left_alone_until(self, info: Info[Context, None]) -> datetime | None:
        """Its receiver has failed so often that nothing is sent to it until then."""
        return await self._receiver(info, "left_alone_until")

    async def _receiver(self, info: Info[Context, None], name: str) -> datetime | None:
        row = await info.context.loaders.receiver.load(UUID(self.id))
        return None if row is None else row[name]

    def _told(self, which: str) -> JSON | None:
        """Nothing where it names what is gone: `problems` says so."""
        try:
            found = told_filter(self.kept, self.snapshot, which)
        except ArmatureError:
            return None
        return None if found is None else JSON(found)


@strawberry.input
class WebhookHeaderInput:
    __repr__ = hidden
    name: str
    value: str | None = strawberry.field(default=None, description="Left out: the one that it has.")
    is_secret: bool = True


@strawberry.input
class CreateWebhookInput:
    __repr__ = hidden
    url: str
    events: list[str] = strawberry.field(description=EVENTS)
    role: str = strawberry.field(description="What it sees: a role, or several with blanks between them.")
    filter: JSON | None = strawberry.field(default=None, description=FILTER)
    filter_before: JSON | None = strawberry.field(default=None, description=FILTER_BEFORE)
    changed_fields: list[str] = strawberry.field(default_factory=list, description=CHANGED_FIELDS)
    debounce: int = strawberry.field(default=0, description=DEBOUNCE)
    document: str | None = strawberry.field(default=None, description=DOCUMENT)
    headers: list[WebhookHeaderInput] = strawberry.field(default_factory=list)
    ordering: WebhookOrdering = WebhookOrdering.PER_RECORD
    concurrency: int = strawberry.field(default=8, description=CONCURRENCY)
    is_enabled: bool = True


@strawberry.input
class UpdateWebhookInput:
    __repr__ = hidden
    webhook: ID
    url: str | None = UNSET
    events: list[str] | None = strawberry.field(default=UNSET, description=EVENTS)
    role: str | None = strawberry.field(default=UNSET, description=OTHER_ROLE)
    filter: JSON | None = strawberry.field(default=UNSET, description=FILTER)
    filter_before: JSON | None = strawberry.field(default=UNSET, description=FILTER_BEFORE)
    changed_fields: list[str] | None = strawberry.field(default=UNSET, description=CHANGED_FIELDS)
    debounce: int | None = strawberry.field(default=UNSET, description=DEBOUNCE)
    document: str | None = strawberry.field(default=UNSET, description=DOCUMENT)
    headers: list[WebhookHeaderInput] | None = UNSET
    ordering: WebhookOrdering | None = UNSET
    concurrency: int | None = strawberry.field(default=UNSET, description=CONCURRENCY)
    is_enabled: bool | None = UNSET


@strawberry.input
class RotateWebhookSecretInput:
    webhook: ID
    overlap: int = strawberry.field(
        default=86_400, description="Seconds for which messages are signed with the secret before, too."
    )


@strawberry.type
class NewWebhookSecret:
    __repr__ = hidden
    secret: str = strawberry.field(description="What signs its messages. Shown here and never again.")
    webhook: Webhook


def shown(snapshot: Snapshot, of: webhook.Webhook) -> Webhook:
    return Webhook(
        snapshot=snapshot,
        kept=of,
        id=ID(str(of.id)),
        url=of.url,
        events=[spelt(snapshot, each) for each in of.choice.patterns],
        debounce=of.debounce,
        document=of.document,
        headers=[WebhookHeader(name=name, value=value, is_secret=value is None) for name, value in of.headers.items()],
        role=of.role,
        ordering=WebhookOrdering(of.ordering),
        concurrency=of.concurrency,
        is_enabled=of.is_enabled,
        disabled_reason=of.disabled_reason,
        created_at=of.created_at,
        updated_at=of.updated_at,
    )
