"""The extensions that the catalog builds on: PostgreSQL brings them, but may not let just anybody turn them on."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from armature.core.errors import Unavailable
from armature.metadata.tables import CATALOG

EXTENSIONS = ("pg_trgm", "unaccent")

NOT_ALLOWED, NOT_THERE = {"42501"}, {"0A000", "58P01"}
"""SQLSTATEs of CREATE EXTENSION (PostgreSQL, Appendix A)."""


class ExtensionNotAllowed(Unavailable):
    def __init__(self, name: str) -> None:
        super().__init__(
            f'The database lacks the extension "{name}", and this user may not create it.',
            hint=f"Have a user who may run CREATE EXTENSION {name} in this database, then `armature migrate` again.",
        )


class ExtensionNotThere(Unavailable):
    def __init__(self, name: str) -> None:
        super().__init__(
            f'The server has no extension "{name}".',
            hint="It comes with PostgreSQL: install its contrib package, or turn it on where the provider lists it.",
        )


def create_extensions(connection: Connection) -> None:
    """Those that are there stay in the schema they are in. Raises ExtensionNotAllowed, ExtensionNotThere."""
    for name in EXTENSIONS:
        try:
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA {CATALOG}"))
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state in NOT_ALLOWED:
                raise ExtensionNotAllowed(name) from error
            if state in NOT_THERE:
                raise ExtensionNotThere(name) from error
            raise
