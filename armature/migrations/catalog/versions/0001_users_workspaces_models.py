"""Users, workspaces and who may enter them; the models of workspaces and their changes; jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_access()
    _create_models()
    _create_answers()
    _create_jobs()


def downgrade() -> None:
    for table in (
        "jobs",
        "idempotency_keys",
        "changesets",
        "options",
        "relations",
        "fields",
        "objects",
        "api_keys",
        "sessions",
        "memberships",
        "workspaces",
        "users",
    ):
        op.drop_table(table, schema="armature")


def _create_access() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
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
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
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
        "sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["armature.users.id"], name="sessions__user_id__fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="sessions__pkey"),
        sa.UniqueConstraint("token_hash", name="sessions__token_hash__key"),
        schema="armature",
    )
    op.create_index("sessions__family_id__idx", "sessions", ["family_id"], unique=False, schema="armature")
    op.create_index("sessions__user_id__idx", "sessions", ["user_id"], unique=False, schema="armature")
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
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
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
    op.create_index("jobs__workspace_id_subject__idx", "jobs", ["workspace_id", "subject"], schema="armature")
    open_ = sa.text("state IN ('queued', 'running')")
    op.create_index("jobs__open__idx", "jobs", ["due_at"], schema="armature", postgresql_where=open_)
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
