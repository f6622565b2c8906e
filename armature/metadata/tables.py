"""The catalog: what the schema `armature` holds about users, workspaces and their models.

`version` in a row of a model is the workspace's version that last changed the row, so that a process that knows an
older snapshot loads only what is new. An option has none: it changes with its field.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from armature.metadata.columns import CATALOG as CATALOG
from armature.metadata.columns import METADATA as METADATA
from armature.metadata.columns import at as _at
from armature.metadata.columns import created_at as _created_at
from armature.metadata.columns import flag as _flag
from armature.metadata.columns import identifier as _id
from armature.metadata.columns import text as _text
from armature.metadata.columns import to as _to


def _versioned() -> tuple[Column[Any], ...]:
    """The beginning of each table of a model; `id` is given by whoever makes the snapshot."""
    return (
        Column("id", Uuid(), primary_key=True),
        _to("workspace_id", "workspaces"),
        Column("version", BigInteger(), nullable=False),
        Column("position", Integer(), nullable=False),
    )


# Without a password: who only ever came by a sign-in provider.
users = Table(
    "users",
    METADATA,
    _id(),
    _text("email"),
    _at("email_verified_at"),
    _text("password_hash", nullable=True),
    _created_at(),
)
Index("users__email__key", func.lower(users.c.email), unique=True)

workspaces = Table(
    "workspaces",
    METADATA,
    _id(),
    _text("name"),
    Column("schema", Text(), nullable=False, unique=True),
    Column("version", BigInteger(), nullable=False),
    Column("purged_version", BigInteger(), nullable=False, server_default="0"),
    _created_at(),
    _at("suspended_at"),
    _at("deleted_at"),
)

memberships = Table(
    "memberships",
    METADATA,
    _to("user_id", "users"),
    _to("workspace_id", "workspaces"),
    _text("role"),
    _created_at(),
    _at("suspended_at"),
    PrimaryKeyConstraint("user_id", "workspace_id"),
    Index(None, "workspace_id"),
)

# Who was a member and has an account still.
left_members = Table(
    "left_members",
    METADATA,
    _to("user_id", "users"),
    _to("workspace_id", "workspaces"),
    PrimaryKeyConstraint("user_id", "workspace_id"),
    Index(None, "workspace_id"),
)

# `hint` is the token's last characters, for telling keys apart in a list; `rate_limit` is points a minute.
api_keys = Table(
    "api_keys",
    METADATA,
    _id(),
    _to("workspace_id", "workspaces"),
    _text("name"),
    _text("role"),
    Column("token_hash", LargeBinary(), nullable=False, unique=True),
    _text("hint"),
    _to("created_by", "users", nullable=True),
    _created_at(),
    _at("expires_at"),
    _at("revoked_at"),
    _at("last_used_at"),
    Column("rate_limit", Integer(), nullable=True),
    Index(None, "workspace_id"),
)

objects = Table(
    "objects",
    METADATA,
    *_versioned(),
    _text("name_singular"),
    _text("name_plural"),
    _text("table_name"),
    _text("label_singular"),
    _text("label_plural"),
    _text("description", nullable=True),
    _flag("is_system"),
    _flag("is_active"),
    _flag("is_searchable"),
    _flag("is_audited"),
    Column("duplicate_criteria", JSON(), nullable=False),
    _at("deleted_at"),
    Column("indexes", JSON(), nullable=False),
    UniqueConstraint("workspace_id", "table_name"),
    Index(None, "workspace_id", "version"),
)

# `default_value` and `settings` are json and not jsonb: a number comes back as it was written.
fields = Table(
    "fields",
    METADATA,
    *_versioned(),
    _to("object_id", "objects"),
    _text("name"),
    _text("kind"),
    _text("column_name", nullable=True),
    _text("label"),
    _text("description", nullable=True),
    _flag("is_nullable"),
    _flag("is_unique"),
    _flag("is_system"),
    _flag("is_active"),
    Column("default_value", JSON(), nullable=True),
    Column("settings", JSON(), nullable=False),
    Column("relation_id", Uuid(), nullable=True),
    Column("morph_id", Uuid(), nullable=True),
    Column("former_of", Uuid(), nullable=True),
    _at("deleted_at"),
    UniqueConstraint("object_id", "column_name"),
    Index(None, "workspace_id", "version"),
)

# What it refers to are objects, fields and relations of the same workspace, written in the same statement.
relations = Table(
    "relations",
    METADATA,
    *_versioned(),
    Column("many_object", Uuid(), nullable=False),
    Column("many_field", Uuid(), nullable=False),
    Column("one_object", Uuid(), nullable=False),
    Column("one_field", Uuid(), nullable=False),
    _text("on_delete"),
    Column("through_many", Uuid(), nullable=True),
    Column("through_one", Uuid(), nullable=True),
    Index(None, "workspace_id", "version"),
)

options = Table(
    "options",
    METADATA,
    Column("id", Uuid(), primary_key=True),
    _to("workspace_id", "workspaces"),
    _to("field_id", "fields"),
    Column("position", Integer(), nullable=False),
    _text("value"),
    _text("label"),
    _text("color", nullable=True),
    Index(None, "field_id"),
    Index(None, "workspace_id"),
)

# `grants` is what the role lets do (rows.py). One that is not here is as it comes with every workspace (roles.py).
roles = Table(
    "roles",
    METADATA,
    *_versioned(),
    _text("name"),
    _text("label"),
    _text("description", nullable=True),
    Column("grants", JSON(), nullable=False),
    _at("deleted_at"),
    Index(None, "workspace_id", "version"),
)

# What was asked and what came of it: the same `idempotency_key` again finds its row and changes nothing. `undo` is what
# brings back the model before it (metadata/undo.py); null where there was none, or nothing changed.
changesets = Table(
    "changesets",
    METADATA,
    _id(),
    _to("workspace_id", "workspaces"),
    Column("version", BigInteger(), nullable=False),
    _to("created_by", "users", nullable=True),
    _to("created_by_key", "api_keys", nullable=True),
    _created_at(),
    Column("changes", JSONB(), nullable=False),
    Column("summary", ARRAY(Text()), nullable=False),
    Column("undo", JSON(), nullable=True),
    _text("idempotency_key", nullable=True),
    UniqueConstraint("workspace_id", "idempotency_key"),
    Index(None, "workspace_id", "version"),
)

# Operations that are run by their id, name or hash.
documents = Table(
    "documents",
    METADATA,
    _id(),
    _to("workspace_id", "workspaces"),
    _text("name"),
    _text("text"),
    Column("hash", LargeBinary(), nullable=False),
    _created_at(),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("workspace_id", "name"),
    UniqueConstraint("workspace_id", "hash"),
)

# What was answered to mutations that came with a key of the client's; `caller` is a user or an API key.
idempotency_keys = Table(
    "idempotency_keys",
    METADATA,
    _to("workspace_id", "workspaces"),
    Column("caller", Uuid(), nullable=False),
    _text("key"),
    Column("request", LargeBinary(), nullable=False),
    Column("answer", LargeBinary(), nullable=False),
    _created_at(),
    PrimaryKeyConstraint("workspace_id", "caller", "key"),
    Index(None, "created_at"),
)

# What is to be done outside of requests; `subject` is the object, field or index that it is about. One of a kind and a
# subject waits at a time: what is asked for twice is done once. Whoever runs it renews `lease_until`; when that time is
# over, somebody else takes it.
jobs = Table(
    "jobs",
    METADATA,
    _id(),
    Column("workspace_id", Uuid(), ForeignKey(f"{CATALOG}.workspaces.id", ondelete="CASCADE"), nullable=True),
    _text("kind"),
    Column("subject", Uuid(), nullable=True),
    Column("arguments", JSONB(), nullable=False),
    _text("state"),
    Column("progress", Double(), nullable=False, server_default="0"),
    Column("attempts", Integer(), nullable=False, server_default="0"),
    _text("error", nullable=True),
    _created_at(),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    _at("sent_at"),
    _at("started_at"),
    _at("finished_at"),
    _at("lease_until"),
    Index(None, "workspace_id", "id"),
    Index(None, "subject"),
    Index("jobs__open__idx", "due_at", postgresql_where=text("state IN ('queued', 'running')")),
    Index(
        "jobs__lines__idx",
        "kind",
        text(f"coalesce(workspace_id, '{UUID(int=0)}'::uuid)"),
        "due_at",
        "id",
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
    Index("jobs__finished_at__idx", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    Index(
        "jobs__waiting__key",
        "kind",
        "workspace_id",
        "subject",
        unique=True,
        postgresql_where=text("state = 'queued'"),
        postgresql_nulls_not_distinct=True,
    ),
)

# What comes again and again, by a cron expression: a job of this kind, subject and arguments, next at `next_at`.
schedules = Table(
    "schedules",
    METADATA,
    _id(),
    Column("workspace_id", Uuid(), ForeignKey(f"{CATALOG}.workspaces.id", ondelete="CASCADE"), nullable=True),
    _text("kind"),
    Column("subject", Uuid(), nullable=True),
    Column("arguments", JSONB(), nullable=False),
    _text("cron"),
    _text("time_zone"),
    Column("next_at", DateTime(timezone=True), nullable=False),
    _at("last_at"),
    _created_at(),
    Index(None, "next_at"),
    Index(
        "schedules__subject__key", "kind", "workspace_id", "subject", unique=True, postgresql_nulls_not_distinct=True
    ),
)

# Which version of a large workspace's model its indexes for searches and duplicates were last asked to follow.
tended = Table(
    "tended",
    METADATA,
    _to("workspace_id", "workspaces"),
    Column("version", BigInteger(), nullable=False),
    Column("tended_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("workspace_id"),
)
