"""Alembic runs this for every command; the connection, in a transaction, comes with the configuration."""

from alembic import context

from armature.metadata import account_tables, audit_tables, webhook_tables  # noqa: F401  their tables are part of METADATA
from armature.metadata.tables import CATALOG, METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table_schema=CATALOG,
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
