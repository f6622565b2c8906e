"""Users, workspaces and who may enter them; the models of workspaces and their changes; jobs; webhooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from armature.migrations.catalog.audit import create_audit, drop_audit
from armature.migrations.catalog.members import create_members, drop_members
from armature.migrations.catalog.pgvector import create_pgvector
from armature.migrations.catalog.watching import create_watching, drop_watching
from armature.migrations.catalog.webhooks import create_webhooks, drop_webhooks

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_pgvector(op.get_bind())
    _create_functions()
    _create_access()
    _create_models()
    _create_answers()
    _create_documents()
    _create_jobs()
    _create_schedules()
    _create_tended()
    _create_sessions()
    _create_second_factors()
    _create_joining()
    _create_audit()
    create_webhooks()
    create_audit(op.get_bind())
    create_watching(op.get_bind())
    create_members(op.get_bind())


def downgrade() -> None:
    drop_members(op.get_bind())
    drop_audit(op.get_bind())
    drop_webhooks()
    drop_watching(op.get_bind())
    for table in (
        "schedules",
        "tended",
        "audit_chains",
        "audit_entries",
        "provider_identities",
        "sign_in_providers",
        "invitations",
        "approved_domains",
        "workspace_settings",
        "challenges",
        "passkeys",
        "recovery_codes",
        "totp_secrets",
        "mailed_tokens",
        "refresh_tokens",
        "sessions",
        "jobs",
        "documents",
        "idempotency_keys",
        "changesets",
        "roles",
        "options",
        "relations",
        "fields",
        "objects",
        "api_keys",
        "left_members",
        "memberships",
        "workspaces",
        "users",
    ):
        op.drop_table(table, schema="armature")
    for function in ("alike(text)", "joined(text[])", "plain(text)"):
        op.execute(f"DROP FUNCTION armature.{function}")


def _create_functions() -> None:
    """How texts are compared in a search; bound to the extension wherever it is. See docs/search.md."""
    extension = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'unaccent'"
    schema = op.get_bind().scalar(sa.text(extension))
    op.execute(f"""
        CREATE FUNCTION armature.plain(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN casefold({schema}.unaccent('{schema}.unaccent'::regdictionary, value) COLLATE pg_unicode_fast)
    """)
    op.execute("""
        CREATE FUNCTION armature.joined(value text[]) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN array_to_string(value, ' ')
    """)
    op.execute("""
        CREATE FUNCTION armature.alike(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN nullif(left(translate(armature.plain(value), E' \\t\\r\\n\\u00a0', ''), 200), '')
    """)


def _create_access() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="users__pkey"),
        schema="armature",
    )
    op.create_index("users__email__key", "users", [sa.literal_column("lower(email)")], unique=True, schema="armature")
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("schema", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("purged_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="workspaces__pkey"),
        sa.UniqueConstraint("schema", name="workspaces__schema__key"),
        schema="armature",
    )
    op.create_table(
        "memberships",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["armature.users.id"], name="memberships__user_id__fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="memberships__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "workspace_id", name="memberships__pkey"),
        schema="armature",
    )
    op.create_index("memberships__workspace_id__idx", "memberships", ["workspace_id"], unique=False, schema="armature")
    op.create_table(
        "left_members",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["armature.users.id"], name="left_members__user_id__fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="left_members__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "workspace_id", name="left_members__pkey"),
        schema="armature",
    )
    op.create_index(
        "left_members__workspace_id__idx", "left_members", ["workspace_id"], unique=False, schema="armature"
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rate_limit", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["armature.users.id"], name="api_keys__created_by__fkey", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="api_keys__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="api_keys__pkey"),
        sa.UniqueConstraint("token_hash", name="api_keys__token_hash__key"),
        schema="armature",
    )
    op.create_index("api_keys__workspace_id__idx", "api_keys", ["workspace_id"], unique=False, schema="armature")


def _create_models() -> None:
    op.create_table(
        "objects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_singular", sa.Text(), nullable=False),
        sa.Column("name_plural", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("label_singular", sa.Text(), nullable=False),
        sa.Column("label_plural", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_system", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_searchable", sa.Boolean(), nullable=False),
        sa.Column("is_audited", sa.Boolean(), nullable=False),
        sa.Column("duplicate_criteria", postgresql.JSON(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("indexes", postgresql.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="objects__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="objects__pkey"),
        sa.UniqueConstraint("workspace_id", "table_name", name="objects__workspace_id_table_name__key"),
        schema="armature",
    )
    op.create_index(
        "objects__workspace_id_version__idx", "objects", ["workspace_id", "version"], unique=False, schema="armature"
    )
    op.create_table(
        "fields",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("column_name", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_nullable", sa.Boolean(), nullable=False),
        sa.Column("is_unique", sa.Boolean(), nullable=False),
        sa.Column("is_system", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("default_value", postgresql.JSON(), nullable=True),
        sa.Column("settings", postgresql.JSON(), nullable=False),
        sa.Column("relation_id", sa.Uuid(), nullable=True),
        sa.Column("morph_id", sa.Uuid(), nullable=True),
        sa.Column("former_of", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["object_id"], ["armature.objects.id"], name="fields__object_id__fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="fields__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="fields__pkey"),
        sa.UniqueConstraint("object_id", "column_name", name="fields__object_id_column_name__key"),
        schema="armature",
    )
    op.create_index(
        "fields__workspace_id_version__idx", "fields", ["workspace_id", "version"], unique=False, schema="armature"
    )
    op.create_table(
        "relations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("many_object", sa.Uuid(), nullable=False),
        sa.Column("many_field", sa.Uuid(), nullable=False),
        sa.Column("one_object", sa.Uuid(), nullable=False),
        sa.Column("one_field", sa.Uuid(), nullable=False),
        sa.Column("on_delete", sa.Text(), nullable=False),
        sa.Column("through_many", sa.Uuid(), nullable=True),
        sa.Column("through_one", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="relations__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="relations__pkey"),
        schema="armature",
    )
    op.create_index(
        "relations__workspace_id_version__idx",
        "relations",
        ["workspace_id", "version"],
        unique=False,
        schema="armature",
    )
    op.create_table(
        "options",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("field_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["field_id"], ["armature.fields.id"], name="options__field_id__fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="options__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="options__pkey"),
        schema="armature",
    )
    op.create_index("options__field_id__idx", "options", ["field_id"], unique=False, schema="armature")
    op.create_index("options__workspace_id__idx", "options", ["workspace_id"], unique=False, schema="armature")
    op.create_table(
        "roles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("grants", postgresql.JSON(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="roles__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="roles__pkey"),
        schema="armature",
    )
    op.create_index(
        "roles__workspace_id_version__idx", "roles", ["workspace_id", "version"], unique=False, schema="armature"
    )
    op.create_table(
        "changesets",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_key", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("summary", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("undo", postgresql.JSON(), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["armature.users.id"], name="changesets__created_by__fkey", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["created_by_key"], ["armature.api_keys.id"], name="changesets__created_by_key__fkey", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="changesets__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="changesets__pkey"),
        sa.UniqueConstraint("workspace_id", "idempotency_key", name="changesets__workspace_id_idempotency_key__key"),
        schema="armature",
    )
    op.create_index(
        "changesets__workspace_id_version__idx",
        "changesets",
        ["workspace_id", "version"],
        unique=False,
        schema="armature",
    )


def _create_answers() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("caller", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["armature.workspaces.id"],
            name="idempotency_keys__workspace_id__fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "caller", "key", name="idempotency_keys__pkey"),
        schema="armature",
    )
    op.create_index(
        "idempotency_keys__created_at__idx", "idempotency_keys", ["created_at"], unique=False, schema="armature"
    )


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="documents__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="documents__pkey"),
        sa.UniqueConstraint("workspace_id", "name", name="documents__workspace_id_name__key"),
        sa.UniqueConstraint("workspace_id", "hash", name="documents__workspace_id_hash__key"),
        schema="armature",
    )


def _create_tended() -> None:
    op.create_table(
        "tended",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("tended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="tended__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workspace_id", name="tended__pkey"),
        schema="armature",
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="jobs__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="jobs__pkey"),
        schema="armature",
    )
    op.create_index("jobs__workspace_id_id__idx", "jobs", ["workspace_id", "id"], schema="armature")
    op.create_index("jobs__subject__idx", "jobs", ["subject"], schema="armature")
    open_ = sa.text("state IN ('queued', 'running')")
    op.create_index("jobs__open__idx", "jobs", ["due_at"], schema="armature", postgresql_where=open_)
    lines = ("kind", "coalesce(workspace_id, '00000000-0000-0000-0000-000000000000'::uuid)", "due_at", "id")
    op.create_index(
        "jobs__lines__idx", "jobs", [sa.text(each) for each in lines], schema="armature", postgresql_where=open_
    )
    finished = sa.text("finished_at IS NOT NULL")
    op.create_index("jobs__finished_at__idx", "jobs", ["finished_at"], schema="armature", postgresql_where=finished)
    op.create_index(
        "jobs__waiting__key",
        "jobs",
        ["kind", "workspace_id", "subject"],
        unique=True,
        schema="armature",
        postgresql_where=sa.text("state = 'queued'"),
        postgresql_nulls_not_distinct=True,
    )


def _create_schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("arguments", postgresql.JSONB(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="schedules__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="schedules__pkey"),
        schema="armature",
    )
    op.create_index("schedules__next_at__idx", "schedules", ["next_at"], schema="armature")
    op.create_index(
        "schedules__subject__key",
        "schedules",
        ["kind", "workspace_id", "subject"],
        unique=True,
        schema="armature",
        postgresql_nulls_not_distinct=True,
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("has_second_factor", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["armature.users.id"], name="sessions__user_id__fkey", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="sessions__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="sessions__pkey"),
        schema="armature",
    )
    op.create_index("sessions__user_id__idx", "sessions", ["user_id"], unique=False, schema="armature")
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["armature.sessions.id"], name="refresh_tokens__session_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="refresh_tokens__pkey"),
        schema="armature",
    )
    op.create_index(
        "refresh_tokens__session_id__idx", "refresh_tokens", ["session_id"], unique=False, schema="armature"
    )
    op.create_table(
        "mailed_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["armature.users.id"], name="mailed_tokens__user_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name="mailed_tokens__pkey"),
        schema="armature",
    )
    op.create_index("mailed_tokens__user_id__idx", "mailed_tokens", ["user_id"], unique=False, schema="armature")


def _create_second_factors() -> None:
    op.create_table(
        "totp_secrets",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["armature.users.id"], name="totp_secrets__user_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name="totp_secrets__pkey"),
        schema="armature",
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["armature.users.id"], name="recovery_codes__user_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="recovery_codes__pkey"),
        schema="armature",
    )
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["armature.users.id"], name="passkeys__user_id__fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="passkeys__pkey"),
        sa.UniqueConstraint("credential_id", name="passkeys__credential_id__key"),
        schema="armature",
    )
    op.create_index("passkeys__user_id__idx", "passkeys", ["user_id"], unique=False, schema="armature")
    op.create_table(
        "challenges",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="challenges__pkey"),
        schema="armature",
    )
    op.create_index("challenges__expires_at__idx", "challenges", ["expires_at"], unique=False, schema="armature")


def _create_joining() -> None:
    op.create_table(
        "workspace_settings",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("requires_second_factor", sa.Boolean(), nullable=False),
        sa.Column("cors_origins", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("features", postgresql.JSONB(), nullable=False),
        sa.Column("audit_retention_days", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["armature.workspaces.id"],
            name="workspace_settings__workspace_id__fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", name="workspace_settings__pkey"),
        schema="armature",
    )
    op.create_table(
        "approved_domains",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["armature.workspaces.id"],
            name="approved_domains__workspace_id__fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "domain", name="approved_domains__pkey"),
        schema="armature",
    )
    op.create_index("approved_domains__domain__idx", "approved_domains", ["domain"], unique=False, schema="armature")
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["armature.users.id"], name="invitations__created_by__fkey", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["armature.workspaces.id"], name="invitations__workspace_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="invitations__pkey"),
        sa.UniqueConstraint("token_hash", name="invitations__token_hash__key"),
        schema="armature",
    )
    op.create_index("invitations__workspace_id__idx", "invitations", ["workspace_id"], unique=False, schema="armature")
    op.create_table(
        "sign_in_providers",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("client_secret", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["armature.workspaces.id"],
            name="sign_in_providers__workspace_id__fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="sign_in_providers__pkey"),
        schema="armature",
    )
    op.create_index(
        "sign_in_providers__workspace_id__idx", "sign_in_providers", ["workspace_id"], unique=False, schema="armature"
    )
    op.create_table(
        "provider_identities",
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["armature.sign_in_providers.id"],
            name="provider_identities__provider_id__fkey",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["armature.users.id"], name="provider_identities__user_id__fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("provider_id", "subject", name="provider_identities__pkey"),
        schema="armature",
    )
    op.create_index(
        "provider_identities__user_id__idx", "provider_identities", ["user_id"], unique=False, schema="armature"
    )


def _create_audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=True),
        sa.Column("acting", postgresql.JSONB(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="audit_entries__pkey"),
        schema="armature",
    )
    op.create_index(
        "audit_entries__workspace_id_id__idx", "audit_entries", ["workspace_id", "id"], unique=False, schema="armature"
    )
    op.create_index(
        "audit_entries__unsealed__idx",
        "audit_entries",
        ["id"],
        unique=False,
        schema="armature",
        postgresql_where=sa.text("hash IS NULL"),
    )
    op.create_table(
        "audit_chains",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("first_number", sa.BigInteger(), nullable=False),
        sa.Column("hash_before_first", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name="audit_chains__pkey"),
        schema="armature",
    )
