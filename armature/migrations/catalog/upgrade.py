"""Run the catalog's Alembic migrations, in one transaction and one process at a time."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.schema import CreateSchema

from armature.core.errors import Conflict
from armature.metadata.tables import CATALOG
from armature.migrations.catalog.extensions import create_extensions
from armature.migrations.engine import sqlalchemy_connection

# Any number will do, as long as nothing else locks it.
LOCK = 0x61726D61


class CatalogNewer(Conflict):
    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The catalog is at revision {revision}, which this version of Armature does not know.",
            hint="Run the newest version of Armature on this database.",
        )


def alembic_config() -> Config:
    """Alembic's configuration, without a file: the scripts are found in the installed package."""
    config = Config()
    config.set_main_option("script_location", "armature.migrations:catalog")
    return config


async def upgrade(url: str) -> bool:
    """Whether there was something to do."""
    async with sqlalchemy_connection(url) as connection:
        return await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> bool:
    connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    connection.execute(CreateSchema(CATALOG, if_not_exists=True))
    before = MigrationContext.configure(connection, opts={"version_table_schema": CATALOG}).get_current_revision()
    config = alembic_config()
    scripts = ScriptDirectory.from_config(config)
    if before == scripts.get_current_head():
        return False
    if before is not None and before not in {each.revision for each in scripts.walk_revisions()}:
        raise CatalogNewer(before)
    create_extensions(connection)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return True
