"""Which tables tell of what foreign keys do to their records on their own, and by what (catalog/watching.py)."""

from sqlalchemy import Table

from armature.core.db import DIALECT
from armature.migrations.catalog.watching import FUNCTION, TRIGGER

quote = DIALECT.identifier_preparer.quote


def watch(schema: str, table: str) -> str:
    """SQL. Within a trigger, such as a foreign key's, and nowhere else. Again, it changes nothing."""
    return (
        f"CREATE OR REPLACE TRIGGER {TRIGGER} AFTER DELETE OR UPDATE ON {quote(schema)}.{quote(table)} "
        f"FOR EACH ROW WHEN ((pg_trigger_depth() > 0)) EXECUTE FUNCTION {FUNCTION}"
    )


def kept(schema: str, table: str) -> str:
    """The same as PostgreSQL tells it."""
    return watch(schema, table).replace(" OR REPLACE", "")


def is_watched(table: Table) -> bool:
    """Whether its records change with others; where they used to, it may be watched still."""
    return any(each.ondelete in ("CASCADE", "SET NULL") for each in table.foreign_key_constraints)
