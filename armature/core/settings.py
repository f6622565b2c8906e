"""Everything an operator can set, read once from the environment.

Each attribute is the environment variable ARMATURE_<NAME IN CAPITALS>; DATABASE_URL, REDIS_URL and BROKER_URL have no
prefix, as is the custom. docs/settings.md lists them all (a test compares the two).
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from armature.core.errors import BadUserInput

UNPREFIXED = ("database_url", "redis_url", "broker_url")
LISTS = ("cors_origins", "trusted_proxies", "outbound_networks")

Positive = Annotated[int, Meta(ge=1)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes are in bytes, times in seconds, unless the name says otherwise."""

    database_url: str | None = None
    redis_url: str | None = None
    broker_url: str | None = None
    database_pool_size: Positive = 16
    pg_bin: str | None = None
    secret_key: str | None = None
    old_secret_key: str | None = None

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    public_url: str | None = None
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    outbound_networks: tuple[str, ...] = ()
    log_level: str = "info"
    log_format: str = "console"

    request_timeout: Annotated[float, Meta(gt=0)] = 30.0
    max_body_size: Positive = 16_777_216
    max_tokens: Positive = 10_000
    max_depth: Positive = 15
    max_aliases: Positive = 100
    max_root_fields: Positive = 50
    max_cost: Positive = 500_000
    max_conditions: Positive = 500
    max_selections: Positive = 500
    max_written: Positive = 20_000
    default_limit: Positive = 60
    max_limit: Positive = 1_000

    live_connections: Positive = 10_000
    live_connections_of_caller: Positive = 1_000
    live_connections_of_address: Positive = 200
    live_subscriptions: Positive = 100
    live_subscriptions_of_caller: Positive = 10_000
    live_unsent: Positive = 1_000
    live_unsent_bytes: Positive = 4_194_304
    live_members: Positive = 1_000
    live_state_bytes: Positive = 512
    live_message_bytes: Positive = 4_096
    live_messages: Positive = 200
    live_messages_of_caller: Positive = 10

    document_cache_size: Positive = 2_000
    statement_cache_size: Positive = 2_000
    shape_cache_size: Positive = 1_000
    workspace_cache_size: Positive = 10_000

    worker_jobs: Positive = 4
    workers: Literal["expected", "none"] = "expected"
    max_backlog: Positive = 600
    metrics: Literal["on", "off"] = "off"
    events_lifetime: Positive = 604_800
    events_kept: Positive = 1_000_000
    events_size: Positive = 2_147_483_648
    set_aside_lifetime: Positive = 2_592_000
    indexed_from: Positive = 20_000

    idempotency_lifetime: Positive = 86_400
    smtp_url: str | None = None
    mail_from: str = "Armature <armature@localhost>"
    mail_dir: str | None = None

    rate_limit: Annotated[int, Meta(ge=0)] = 60_000
    rate_limit_anonymous: Annotated[int, Meta(ge=0)] = 600
    limits_without_valkey: Literal["open", "closed"] = "open"
    stolen_passwords_url: str | None = None
    access_token_lifetime: Positive = 900
    refresh_token_lifetime: Positive = 2_592_000

    def __repr__(self) -> str:  # URLs carry passwords
        return "Settings(…)"


def environment_name(attribute: str) -> str:
    """The environment variable behind an attribute of Settings."""
    return attribute.upper() if attribute in UNPREFIXED else f"ARMATURE_{attribute.upper()}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables; an empty one counts as unset.

    Raises BadUserInput naming the variable whose value does not fit.
    """
    given: dict[str, object] = {}
    for attribute in Settings.__struct_fields__:
        text = environment.get(environment_name(attribute), "").strip()
        if text:
            given[attribute] = [part.strip() for part in text.split(",")] if attribute in LISTS else text
    for attribute, value in given.items():
        try:
            msgspec.convert({attribute: value}, Settings, strict=False)
        except msgspec.ValidationError as error:
            problem = str(error).split(" - at")[0]
            raise BadUserInput(f"{environment_name(attribute)}: {problem}.") from error
    return msgspec.convert(given, Settings, strict=False)
