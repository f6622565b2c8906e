"""A model nobody designed Armature for: made from a file, filled from files, asked what SQL tutorials ask."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from armature.metadata.names import snake_case
from tests.northwind.data import SOURCES, rows_of, write_csv
from tests.northwind.page import PAGE, page
from tests.northwind.questions import QUESTIONS, Question
from tests.support.command_line import Up, armature, upped
from tests.support.servers import Databases

MODEL = Path(__file__).parent / "model.yaml"
TYPES = {int: "int", float: "numeric", str: "text", type(None): "text"}
NUMERIC = re.compile(r"-?\d+(\.\d+)?")

pytestmark = pytest.mark.xdist_group("northwind")


@dataclass(frozen=True, slots=True)
class Northwind:
    up: Up
    key: str
    database_url: str

    def ask(self, query: str, variables: Mapping[str, Any]) -> Any:
        answer = httpx2.post(
            f"{self.up.ready['url']}/graphql",
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {self.key}"},
            timeout=None,
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def sql(self, query: str) -> Sequence[Sequence[Any]]:
        async def run() -> Sequence[Sequence[Any]]:
            connection = await asyncpg.connect(self.database_url, server_settings={"search_path": "tutorial"})
            try:
                return [list(row) for row in await connection.fetch(query)]
            finally:
                await connection.close()

        return asyncio.run(run())


@pytest.fixture(scope="module")
def northwind(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Northwind]:
    folder, url = tmp_path_factory.mktemp("northwind"), databases.create()
    with upped(folder, "--no-demo", DATABASE_URL=url) as up:
        workspace = json.loads(run(url, "workspace", "create", "Northwind", "--json"))["id"]
        run(url, "metadata", "apply", str(MODEL), "--yes")
        for source in SOURCES:
            run(url, "import", source.object, str(write_csv(source, folder)))
        asyncio.run(make_tables(url))
        yield Northwind(up, run(url, "key", "create", "--workspace", workspace).strip(), url)
    databases.drop(url)


def run(url: str, *arguments: str) -> str:
    done = armature(*arguments, DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def make_tables(url: str) -> None:
    """The files of the package as they are, a table each."""
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE SCHEMA tutorial")
    for source in SOURCES:
        rows = rows_of(source)
        kinds = {name: kind_of([row[name] for row in rows]) for name in rows[0]}
        table = snake_case(source.file[0].lower() + source.file[1:])
        columns = {name: snake_case(name[0].lower() + name[1:]) for name in kinds}
        definitions = ", ".join(f'"{columns[name]}" {kind}' for name, kind in kinds.items())
        await connection.execute(f'CREATE TABLE tutorial."{table}" ({definitions})')
        records = [[value_of(row[name], kind) for name, kind in kinds.items()] for row in rows]
        await connection.copy_records_to_table(table, schema_name="tutorial", columns=columns.values(), records=records)
        for name, column in columns.items():
            if name.endswith("Date"):
                await connection.execute(
                    f'ALTER TABLE tutorial."{table}" ALTER {column} TYPE date USING {column}::date'
                )
    await connection.close()


def kind_of(values: Sequence[Any]) -> str:
    kinds = {TYPES[type(each)] for each in values if each is not None}
    return "numeric" if "numeric" in kinds else kinds.pop() if kinds else "text"


def value_of(value: Any, kind: str) -> Any:
    return Decimal(str(value)) if kind == "numeric" and value is not None else value


def same(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Numbers as decimals of six places: they come as numbers or, where no digit may be lost, as strings."""
    return [[_same(value) for value in row] for row in rows]


def _same(value: Any) -> Any:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if is_number or (isinstance(value, str) and NUMERIC.fullmatch(value)):
        return round(Decimal(str(value)), 6)
    return value


@pytest.mark.parametrize("question", QUESTIONS, ids=[each.asks for each in QUESTIONS])
def test_the_answer_is_that_of_sql(northwind: Northwind, question: Question) -> None:
    variables = question.variables(northwind.ask(question.first, {})) if question.first else {}

    found = question.read(northwind.ask(question.graphql, variables))

    expected = northwind.sql(question.sql)
    assert expected
    assert same(found) == same(expected)


def test_the_page_says_what_is_tested() -> None:
    assert PAGE.read_text() == page(), "python -m tests.northwind.page writes it anew"
