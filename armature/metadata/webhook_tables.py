"""The catalog's tables of webhooks: who is told of what, what is to be delivered, and what became of it."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Uuid,
    false,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from armature.metadata.columns import CATALOG, METADATA, at, created_at, flag, identifier, text, to


def _now(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def _sealed(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, LargeBinary(), nullable=nullable)


def _count(name: str, default: int) -> Column[Any]:
    return Column(name, Integer(), nullable=False, server_default=str(default))


# `events`, the filters and `changed_fields` name objects and fields by id. In `headers`, secret ones have null.
webhooks = Table(
    "webhooks",
    METADATA,
    identifier(),
    to("workspace_id", "workspaces"),
    text("url"),
    Column("events", JSONB(), nullable=False),
    Column("filter", JSONB(), nullable=True),
    Column("filter_before", JSONB(), nullable=True),
    Column("changed_fields", ARRAY(Uuid()), nullable=False),
    _count("debounce", 0),
    text("document", nullable=True),
    Column("headers", JSONB(), nullable=False),
    _sealed("secret_headers"),
    text("role"),
    text("ordering"),
    _count("concurrency", 1),
    flag("is_enabled"),
    text("disabled_reason", nullable=True),
    _sealed("secret"),
    _sealed("former_secret", nullable=True),
    at("former_secret_until"),
    to("created_by", "users", nullable=True),
    created_at(),
    _now("updated_at"),
    Index(None, "workspace_id"),
)

# How a webhook's receiver fares. `due_at`: when to look for deliveries; null: not until somebody says so. A worker that
# looks after it renews `lease_until`. `model_version`: the last version of the model of which deliveries were made.
webhook_endpoints = Table(
    "webhook_endpoints",
    METADATA,
    Column("webhook_id", Uuid(), ForeignKey(f"{CATALOG}.webhooks.id", ondelete="CASCADE"), primary_key=True),
    at("due_at"),
    Column("holder", Uuid(), nullable=True),
    at("lease_until"),
    _count("failures", 0),
    at("failing_since"),
    at("open_until"),
    Column("model_version", BigInteger(), nullable=False),
    Index("webhook_endpoints__open__idx", "due_at", postgresql_where=sql("due_at IS NOT NULL OR holder IS NOT NULL")),
)

# What is told of a record, or of the model. Those of one `subject` are in order of `position`. `before` and `after` are
# as much of the images as the webhook's role sees; `payload` is made of them once, and sent in every attempt.
# `is_open`: more of the same record may still be merged into it.
deliveries = Table(
    "deliveries",
    METADATA,
    identifier(),
    to("webhook_id", "webhooks"),
    text("type"),
    Column("object_id", Uuid(), nullable=True),
    text("action", nullable=True),
    Column("subject", Uuid(), nullable=False),
    Column("position", BigInteger(), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("before", JSONB(), nullable=True),
    Column("after", JSONB(), nullable=True),
    Column("actor", JSONB(), nullable=True),
    text("request_id", nullable=True),
    _count("merged", 1),
    Column("is_open", Boolean(), nullable=False, server_default=false()),
    Column("payload", LargeBinary(), nullable=True),
    text("state"),
    _count("attempts", 0),
    text("error", nullable=True),
    created_at(),
    _now("due_at"),
    at("finished_at"),
    Index(None, "webhook_id", "id"),
    Index("deliveries__waiting__idx", "webhook_id", "due_at", "id", postgresql_where=sql("state = 'WAITING'")),
    Index("deliveries__subject__idx", "webhook_id", "subject", "position", postgresql_where=sql("state = 'WAITING'")),
    Index("deliveries__open__key", "webhook_id", "subject", unique=True, postgresql_where=sql("is_open")),
    Index("deliveries__finished_at__idx", "finished_at", postgresql_where=sql("finished_at IS NOT NULL")),
)

# Bodies are cut, secrets left out.
delivery_attempts = Table(
    "delivery_attempts",
    METADATA,
    identifier(),
    to("delivery_id", "deliveries"),
    _now("at"),
    Column("duration", Integer(), nullable=False),
    text("url"),
    Column("request_headers", JSONB(), nullable=False),
    Column("status", Integer(), nullable=True),
    Column("response_headers", JSONB(), nullable=True),
    text("response_body", nullable=True),
    text("error", nullable=True),
    Index(None, "delivery_id"),
)
