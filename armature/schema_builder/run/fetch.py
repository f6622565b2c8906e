"""Statements run on a connection: text made the workspace's, values read, bytes handed on."""

from collections.abc import Sequence
from typing import Any, TypeVar

import asyncpg

from armature.core.db import Connection
from armature.schema_builder.compile.binds import Variables
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.tables import SCHEMA

T = TypeVar("T")

PLACEHOLDER = f'"{SCHEMA}"'


def prepared(statement: Statement, schema: str, variables: Variables) -> tuple[str, list[Any]]:
    """The text for one workspace and the values for one request. Reading a value may refuse it."""
    return statement.sql.replace(PLACEHOLDER, schema), [bind.read(variables) for bind in statement.binds]


async def fetch_row(
    connection: Connection, statement: Statement, schema: str, variables: Variables
) -> asyncpg.Record | None:
    sql, arguments = prepared(statement, schema, variables)
    return await connection.fetchrow(sql, *arguments)


async def fetch_json(connection: Connection, statement: Statement, schema: str, variables: Variables) -> bytes | None:
    """The first column of the first row; None where there is no row."""
    sql, arguments = prepared(statement, schema, variables)
    found: bytes | None = await connection.fetchval(sql, *arguments)
    return found


async def fetch_ids(connection: Connection, statement: Statement, schema: str, variables: Variables) -> Sequence[Any]:
    """The first column of all rows, in order."""
    sql, arguments = prepared(statement, schema, variables)
    return sorted(row[0] for row in await connection.fetch(sql, *arguments))
