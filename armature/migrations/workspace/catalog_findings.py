"""Whether the functions and triggers of the catalog are there, as they were made: audit, members, foreign keys."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from armature.core.db import Connection, Database
from armature.metadata.tables import CATALOG
from armature.migrations.catalog import audit, members, watching
from armature.migrations.workspace.finding import Finding

_FUNCTION = re.compile(rf"\s*CREATE FUNCTION {CATALOG}\.(\w+)\(.*?\$\$(.*)\$\$\s*", re.DOTALL)
_TRIGGER = re.compile(rf"\s*CREATE TRIGGER (\w+) .*? ON {CATALOG}\.(\w+)\s.*", re.DOTALL)

_FUNCTIONS = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = $1::regnamespace"
_TRIGGERS = """
SELECT tgname, relname, tgenabled <> 'O' AS is_off FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = $1::regnamespace AND NOT tgisinternal
"""


class Trigger(NamedTuple):
    name: str
    table: str


async def catalog_findings(db: Database) -> list[Finding]:
    async with db.connection() as connection:
        return [*await _functions(connection), *await _triggers(connection)]


async def _functions(connection: Connection) -> list[Finding]:
    there = {row["proname"]: row["prosrc"] for row in await connection.fetch(_FUNCTIONS, CATALOG)}
    return [
        Finding(None, f'The function "{CATALOG}.{name}" is missing or another.', _again(statement))
        for statement, name, body in _known_functions()
        if there.get(name) != body
    ]


def _again(statement: str) -> str:
    return statement.strip().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


async def _triggers(connection: Connection) -> list[Finding]:
    there = {Trigger(name, table): is_off for name, table, is_off in await connection.fetch(_TRIGGERS, CATALOG)}
    return [_trigger(each, statement) for statement, each in _known_triggers() if there.get(each, True)]


def _trigger(of: Trigger, statement: str) -> Finding:
    """Made anew also where it was switched off: it may be another one then."""
    again = statement.strip().replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1)
    on = f"ALTER TABLE {CATALOG}.{of.table} ENABLE TRIGGER {of.name}"
    return Finding(None, f'The trigger "{of.name}" of "{CATALOG}.{of.table}" is missing or off.', f"{again};\n{on}")


STATEMENTS = (*audit.STATEMENTS, watching.CREATE, *members.STATEMENTS)


def _known_functions() -> Iterator[tuple[str, str, str]]:
    for each in STATEMENTS:
        if found := _FUNCTION.fullmatch(each):
            yield each, found[1], found[2]


def _known_triggers() -> Iterator[tuple[str, Trigger]]:
    for each in STATEMENTS:
        if found := _TRIGGER.fullmatch(each):
            yield each, Trigger(found[1], found[2])
