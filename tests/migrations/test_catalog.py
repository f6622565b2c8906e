"""The catalog is migrated to what tables.py says, once, whoever else is at it."""

import asyncio
import secrets
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from armature.core.errors import Unavailable
from armature.metadata import account_tables, audit_tables, webhook_tables  # noqa: F401  their tables are part of METADATA
from armature.metadata.tables import CATALOG, METADATA
from armature.migrations.catalog.extensions import ExtensionNotAllowed, create_extensions
from armature.migrations.catalog.migrate import HEAD, migrate_catalog
from armature.migrations.catalog.upgrade import CatalogNewer, alembic_config
from armature.migrations.engine import sqlalchemy_connection


def test_head_is_the_newest_revision() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


async def test_the_migrations_make_what_the_tables_say(migrated_database_url: str) -> None:
    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == CATALOG,
                "version_table_schema": CATALOG,
                "compare_server_default": True,
            },
        )
        return list(compare_metadata(context, METADATA))

    async with sqlalchemy_connection(migrated_database_url) as connection:
        found = await connection.run_sync(compare)

    # Alembic compares defaults by running them, and no two calls of uuidv7() are equal.
    assert [each for each in found if "uuidv7" not in str(each)] == []


async def test_processes_that_migrate_at_once_wait_for_each_other(database_url: str) -> None:
    assert sorted(await asyncio.gather(*(migrate_catalog(database_url) for _ in range(3)))) == [False, False, True]
    assert await migrate_catalog(database_url) is False


async def test_a_catalog_of_a_later_armature_is_left_alone(migrated_database_url: str) -> None:
    connection = await asyncpg.connect(migrated_database_url)
    await connection.execute("UPDATE armature.alembic_version SET version_num = 'later'")
    await connection.close()

    with pytest.raises(CatalogNewer, match="later"):
        await migrate_catalog(migrated_database_url)


async def test_a_database_that_does_not_answer_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await migrate_catalog("postgresql://nobody@127.0.0.1:1/nothing")


async def test_emails_are_taken_whatever_their_case(migrated_database_url: str) -> None:
    connection = await asyncpg.connect(migrated_database_url)
    await connection.execute("INSERT INTO armature.users (email, password_hash) VALUES ('ann@acme.com', '')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO armature.users (email, password_hash) VALUES ('Ann@acme.com', '')")
    await connection.close()


async def test_extensions_that_may_not_be_created_are_told_by_name(database_url: str) -> None:
    role, password = f"nobody_{secrets.token_hex(4)}", secrets.token_hex(8)
    owner = await asyncpg.connect(database_url)
    await owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'; CREATE SCHEMA armature AUTHORIZATION {role}")
    parts = urlsplit(database_url)
    url = urlunsplit(parts._replace(netloc=f"{role}:{password}@{parts.netloc.rpartition('@')[2]}"))
    try:
        with pytest.raises(ExtensionNotAllowed) as refused:
            async with sqlalchemy_connection(url) as connection:
                await connection.run_sync(create_extensions)
    finally:
        await owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
        await owner.close()

    assert "pg_trgm" in refused.value.message
    assert "CREATE EXTENSION pg_trgm" in str(refused.value.hint)


async def test_extensions_that_are_there_stay_where_they_are(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "CREATE EXTENSION unaccent WITH SCHEMA public; CREATE EXTENSION pg_trgm WITH SCHEMA public"
    )
    await migrate_catalog(database_url)

    assert (
        await connection.fetchval("SELECT armature.plain('\u00c9T\u00c9 \u0141\u00f3d\u017a Stra\u00dfe')")
        == "ete lodz strasse"
    )
    await connection.close()
