"""A webhook: whom to tell of what, how, and as whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from asyncpg import Record

from armature.core.errors import NotFound
from armature.metadata.rights import Rule
from armature.webhooks.patterns import Pattern

Ordering = Literal["PER_RECORD", "PARALLEL"]
ORDERINGS: tuple[Ordering, ...] = get_args(Ordering)


class WebhookNotFound(NotFound):
    def __init__(self, webhook: object) -> None:
        super().__init__(f'There is no webhook "{str(webhook)[:100]}".', path=("webhook",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which events are told. Filters name fields by id, as row rules do (metadata/rules.py); the role reads them.

    `filter` is met by the record after the event, or before it where it is gone; `filter_before` by what it was.
    """

    patterns: tuple[Pattern, ...]
    filter: Rule | None = None
    filter_before: Rule | None = None
    changed_fields: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`document` makes the payload of a record; None: all that the role reads of it. `debounce` is in seconds.

    Of secret headers only the names are known here: their values are null (secrets.py opens them).
    """

    id: UUID
    workspace_id: UUID
    url: str
    choice: Choice
    debounce: int
    document: str | None
    headers: Mapping[str, str | None] = field(repr=False)
    role: str
    ordering: Ordering
    concurrency: int
    is_enabled: bool
    disabled_reason: str | None
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime

    @property
    def is_ordered(self) -> bool:
        return self.ordering == "PER_RECORD"


def webhook_of(row: Record) -> Webhook:
    """Of a row of the catalog."""
    choice = Choice(
        patterns=tuple(Pattern.kept(each) for each in row["events"]),
        filter=row["filter"],
        filter_before=row["filter_before"],
        changed_fields=tuple(row["changed_fields"]),
    )
    return Webhook(choice=choice, **{name: row[name] for name in PLAIN})


PLAIN = tuple(each for each in Webhook.__slots__ if each != "choice")
