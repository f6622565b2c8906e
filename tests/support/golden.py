"""Golden files: an operation, the statements it becomes, and what it answers, side by side to be read and reviewed.

`<name>.graphql` may begin with `# variables: {…}`; those in the folder `library` are asked of the small library, others
of the small CRM; those in `clerk` by somebody whose role has a row rule for every object. Those in `events` are
subscriptions to change events. In `.sql` and `.json`, what differs from run to run has a name.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asyncpg.connection import LoggedQuery

from armature.core.db import Database
from armature.schema_builder.tables import SCHEMA
from tests.support.answers import NOW, is_recent

FOLDER = Path(__file__).parent.parent / "golden"

VARIABLES = "# variables: "
NEW_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
NOT_OURS = ("SELECT 1", "typeinfo_tree", "current_setting('jit')")
"""Marks of what this module sends, and asyncpg when it learns of a type."""

SMALL = "0000000"
"""How the ids of the small CRM begin, and no new one."""


@dataclass(frozen=True, slots=True)
class Golden:
    """`name` is its path in the folder."""

    name: str
    query: str
    variables: dict[str, Any]

    def __str__(self) -> str:
        return self.name

    @property
    def world(self) -> str:
        return self.name.rpartition("/")[0]

    def path(self, suffix: str) -> Path:
        return FOLDER / f"{self.name}.{suffix}"


EVENTS = "events"


def golden_cases() -> Iterator[Golden]:
    """Operations with one answer."""
    return (each for each in _cases() if each.world.partition("/")[0] != EVENTS)


def event_cases() -> Iterator[Golden]:
    """Subscriptions to change events."""
    return (each for each in _cases() if each.world.partition("/")[0] == EVENTS)


def _cases() -> Iterator[Golden]:
    for path in sorted(FOLDER.rglob("*.graphql")):
        query = path.read_text()
        first = query.partition("\n")[0]
        given = json.loads(first.removeprefix(VARIABLES)) if first.startswith(VARIABLES) else {}
        yield Golden(str(path.relative_to(FOLDER).with_suffix("")), query, given)


@asynccontextmanager
async def recorded(db: Database) -> AsyncIterator[list[LoggedQuery]]:
    """The statements sent inside, complete after it. The pool must have one connection and no more."""
    found: list[LoggedQuery] = []
    async with db.connection() as connection:
        connection.add_query_logger(found.append)
    yield found
    async with db.connection() as connection:
        await connection.fetchval("SELECT 1")
        connection.remove_query_logger(found.append)
    await asyncio.sleep(0)
    found[:] = [each for each in found if not any(mark in each.query for mark in NOT_OURS)]


def statements_text(found: list[LoggedQuery], schema: str) -> str:
    """Each with its values; the workspace's schema by its placeholder."""
    return "\n".join(_statement(each, schema) for each in found)


def _statement(logged: LoggedQuery, schema: str) -> str:
    values = [f"-- ${at} = {_named(repr(value))}\n" for at, value in enumerate(logged.args or (), start=1)]
    return f"{logged.query.replace(schema, SCHEMA).rstrip(';')};\n{''.join(values)}"


def answer_text(answer: Any) -> str:
    return json.dumps(_settled(answer), indent=2, ensure_ascii=False) + "\n"


def _settled(value: Any) -> Any:
    match value:
        case dict():
            return {key: _settled(each) for key, each in value.items()}
        case list():
            return [_settled(each) for each in value]
        case str():
            return NOW if is_recent(value) else _named(value)
        case _:
            return value


def _named(text: str) -> str:
    return NEW_ID.sub(lambda found: found[0] if found[0].startswith(SMALL) else "(new id)", text)
