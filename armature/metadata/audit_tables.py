"""Who did what to the catalog, when, from where: entries that are only ever added, each chained to the one before.

PostgreSQL writes them, by triggers on the tables that are watched, so that nothing changes those without an entry. What
the triggers do stands in migrations/catalog/audit.py.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Uuid, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import DateTime

from armature.metadata.columns import METADATA, text

# Without a workspace: what concerns accounts, or all of the server. Nothing refers anywhere: entries outlive their
# subjects. `number` and `hash` are given when an entry is sealed: the hash is of the entry and of the hash before it.
audit_entries = Table(
    "audit_entries",
    METADATA,
    Column("id", Uuid(), primary_key=True, server_default=func.uuidv7()),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("workspace_id", Uuid(), nullable=True),
    text("action"),
    text("subject", nullable=True),
    Column("before", JSONB(), nullable=True),
    Column("after", JSONB(), nullable=True),
    Column("acting", JSONB(), nullable=True),
    Column("number", BigInteger(), nullable=True),
    Column("hash", LargeBinary(), nullable=True),
    Index(None, "workspace_id", "id"),
    Index("audit_entries__unsealed__idx", "id", postgresql_where=sql("hash IS NULL")),
)

# The end of each chain; and its beginning, since old entries are purged. The server's own chain has the nil UUID.
audit_chains = Table(
    "audit_chains",
    METADATA,
    Column("workspace_id", Uuid(), primary_key=True),
    Column("number", BigInteger(), nullable=False),
    Column("hash", LargeBinary(), nullable=False),
    Column("first_number", BigInteger(), nullable=False),
    Column("hash_before_first", LargeBinary(), nullable=False),
)
