"""pgvector, which VECTOR fields need, and nothing else: where it can't be had, only those can't."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

UNAVAILABLE = {"42501", "0A000", "58P01"}
"""SQLSTATEs of CREATE EXTENSION where this user may not, or the server has no such extension."""


def create_pgvector(connection: Connection) -> None:
    """In the schema where others put it too, so that its type has the same name everywhere."""
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in UNAVAILABLE:
            raise
