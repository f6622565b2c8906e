"""The tables of webhooks, as the catalog's first revision makes them."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

TABLES = ("delivery_attempts", "deliveries", "webhook_endpoints", "webhooks")


def create_webhooks() -> None:
    _create_table(
        "webhooks",
        _id(),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", postgresql.JSONB(), nullable=False),
        sa.Column("filter", postgresql.JSONB(), nullable=True),
        sa.Column("filter_before", postgresql.JSONB(), nullable=True),
        sa.Column("changed_fields", sa.ARRAY(sa.Uuid()), nullable=False),
        _count("debounce", 0),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("secret_headers", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordering", sa.Text(), nullable=False),
        _count("concurrency", 1),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("former_secret", sa.LargeBinary(), nullable=True),
        _at("former_secret_until"),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        _now("created_at"),
        _now("updated_at"),
        _to("webhooks", "workspace_id", "workspaces"),
        _to("webhooks", "created_by", "users", "SET NULL"),
    )
    _create_index("webhooks", "workspace_id")
    _create_table(
        "webhook_endpoints",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        _at("due_at"),
        sa.Column("holder", sa.Uuid(), nullable=True),
        _at("lease_until"),
        _count("failures", 0),
        _at("failing_since"),
        _at("open_until"),
        sa.Column("model_version", sa.BigInteger(), nullable=False),
        _to("webhook_endpoints", "webhook_id", "webhooks"),
        key="webhook_id",
    )
    _create_partial("webhook_endpoints", "open", ["due_at"], "due_at IS NOT NULL OR holder IS NOT NULL")
    _create_deliveries()


def drop_webhooks() -> None:
    for table in TABLES:
        op.drop_table(table, schema="armature")


def _create_deliveries() -> None:
    _create_table(
        "deliveries",
        _id(),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("actor", postgresql.JSONB(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        _count("merged", 1),
        sa.Column("is_open", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        _count("attempts", 0),
        sa.Column("error", sa.Text(), nullable=True),
        _now("created_at"),
        _now("due_at"),
        _at("finished_at"),
        _to("deliveries", "webhook_id", "webhooks"),
    )
    _create_index("deliveries", "webhook_id", "id")
    _create_partial("deliveries", "waiting", ["webhook_id", "due_at", "id"], "state = 'WAITING'")
    _create_partial("deliveries", "subject", ["webhook_id", "subject", "position"], "state = 'WAITING'")
    op.create_index(
        "deliveries__open__key",
        "deliveries",
        ["webhook_id", "subject"],
        unique=True,
        schema="armature",
        postgresql_where=sa.text("is_open"),
    )
    _create_partial("deliveries", "finished_at", ["finished_at"], "finished_at IS NOT NULL")
    _create_table(
        "delivery_attempts",
        _id(),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        _now("at"),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("request_headers", postgresql.JSONB(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("response_headers", postgresql.JSONB(), nullable=True),
        sa.Column("response_body", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        _to("delivery_attempts", "delivery_id", "deliveries"),
    )
    _create_index("delivery_attempts", "delivery_id")


def _create_table(name: str, *items: Any, key: str = "id") -> None:
    op.create_table(name, *items, sa.PrimaryKeyConstraint(key, name=f"{name}__pkey"), schema="armature")


def _create_index(table: str, *columns: str) -> None:
    op.create_index(f"{table}__{'_'.join(columns)}__idx", table, [*columns], unique=False, schema="armature")


def _create_partial(table: str, name: str, columns: list[str], where: str) -> None:
    name = f"{table}__{name}__idx"
    op.create_index(name, table, columns, unique=False, schema="armature", postgresql_where=sa.text(where))


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _at(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _now(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def _count(name: str, default: int) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), server_default=str(default), nullable=False)


def _to(table: str, column: str, to: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = f"{table}__{column}__fkey"
    return sa.ForeignKeyConstraint([column], [f"armature.{to}.id"], name=name, ondelete=ondelete)
