"""The catalog's tables of sign-in: sessions, second factors, invitations, sign-in providers.

What is secret and must be read back is sealed (core/sealing.py); what only has to be recognised is kept as a hash.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from armature.metadata.columns import CATALOG, METADATA, at, created_at, flag, identifier, text, to


def _until(name: str = "expires_at") -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=False)


def _only_in() -> Column[Any]:
    """A workspace that this is confined to, and goes with; null: none."""
    goes_with = ForeignKey(f"{CATALOG}.workspaces.id", ondelete="CASCADE")
    return Column("workspace_id", Uuid(), goes_with, nullable=True)


# One for each sign-in. Its id is in the access tokens that it gives.
sessions = Table(
    "sessions",
    METADATA,
    identifier(),
    to("user_id", "users"),
    _only_in(),
    text("method"),
    flag("has_second_factor"),
    text("address", nullable=True),
    text("user_agent", nullable=True),
    created_at(),
    _until("last_used_at"),
    _until(),
    at("revoked_at"),
    Index(None, "user_id"),
)

# Each is used once: the next of its session takes its place, and one used twice revokes the session.
refresh_tokens = Table(
    "refresh_tokens",
    METADATA,
    Column("token_hash", LargeBinary(), primary_key=True),
    to("session_id", "sessions"),
    created_at(),
    at("used_at"),
    Index(None, "session_id"),
)

# What a mail carries to prove who reads it; `email` is where it went. Gone when it is used.
mailed_tokens = Table(
    "mailed_tokens",
    METADATA,
    Column("token_hash", LargeBinary(), primary_key=True),
    to("user_id", "users"),
    text("purpose"),
    text("email"),
    created_at(),
    _until(),
    Index(None, "user_id"),
)

# `last_step` is that of the code used last: no code is good twice.
totp_secrets = Table(
    "totp_secrets",
    METADATA,
    Column("user_id", Uuid(), ForeignKey(f"{CATALOG}.users.id", ondelete="CASCADE"), primary_key=True),
    Column("secret", LargeBinary(), nullable=False),
    created_at(),
    at("confirmed_at"),
    Column("last_step", BigInteger(), nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    METADATA,
    to("user_id", "users"),
    Column("code_hash", LargeBinary(), nullable=False),
    PrimaryKeyConstraint("user_id", "code_hash"),
)

passkeys = Table(
    "passkeys",
    METADATA,
    identifier(),
    to("user_id", "users"),
    text("name"),
    Column("credential_id", LargeBinary(), nullable=False, unique=True),
    Column("public_key", LargeBinary(), nullable=False),
    Column("sign_count", BigInteger(), nullable=False),
    created_at(),
    at("last_used_at"),
    Index(None, "user_id"),
)

# What was begun and waits for a browser to come back: passkeys, sign-ins elsewhere. Gone when it is used.
challenges = Table(
    "challenges",
    METADATA,
    Column("token_hash", LargeBinary(), primary_key=True),
    text("purpose"),
    Column("data", JSONB(), nullable=False),
    created_at(),
    _until(),
    Index(None, "expires_at"),
)

workspace_settings = Table(
    "workspace_settings",
    METADATA,
    Column("workspace_id", Uuid(), ForeignKey(f"{CATALOG}.workspaces.id", ondelete="CASCADE"), primary_key=True),
    flag("requires_second_factor"),
    Column("cors_origins", ARRAY(Text()), nullable=False),
    Column("features", JSONB(), nullable=False),
    Column("audit_retention_days", Integer(), nullable=True),
)

# Whoever has a verified address there may join by themselves.
approved_domains = Table(
    "approved_domains",
    METADATA,
    to("workspace_id", "workspaces"),
    text("domain"),
    text("role"),
    created_at(),
    PrimaryKeyConstraint("workspace_id", "domain"),
    Index(None, "domain"),
)

# By mail to one `email`, once; or by a link, without one, for whoever has it until it expires.
invitations = Table(
    "invitations",
    METADATA,
    identifier(),
    to("workspace_id", "workspaces"),
    text("email", nullable=True),
    text("role"),
    Column("token_hash", LargeBinary(), nullable=False, unique=True),
    to("created_by", "users", nullable=True),
    created_at(),
    _until(),
    at("accepted_at"),
    at("revoked_at"),
    Index(None, "workspace_id"),
)

# `role` is what newcomers become; without one only members sign in there.
sign_in_providers = Table(
    "sign_in_providers",
    METADATA,
    identifier(),
    to("workspace_id", "workspaces"),
    text("name"),
    text("issuer"),
    text("client_id"),
    Column("client_secret", LargeBinary(), nullable=False),
    text("role", nullable=True),
    created_at(),
    Index(None, "workspace_id"),
)

provider_identities = Table(
    "provider_identities",
    METADATA,
    to("provider_id", "sign_in_providers"),
    text("subject"),
    to("user_id", "users"),
    created_at(),
    PrimaryKeyConstraint("provider_id", "subject"),
    Index(None, "user_id"),
)
