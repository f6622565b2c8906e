"""Nothing writes records past `evented`: what changes rows is known by name, and statements of records select."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from armature.schema_builder.compile.statement import Parts

PACKAGE = Path(__file__).parents[2] / "armature"
CHANGING = {"insert", "update", "delete"}

OF_RECORDS = {
    "schema_builder/compile/bulk_statement.py",
    "schema_builder/compile/merge_statement.py",
    "schema_builder/compile/write_statement.py",
    "schema_builder/transfer/staging.py",
}
OF_OTHER_TABLES = {
    "schema_builder/compile/events.py": "the events themselves",
    "schema_builder/run/once.py": "answers, in the catalog",
    "schema_builder/run/stored.py": "documents, in the catalog",
    "migrations/workspace/render.py": "values that a change of the model converts",
}
READS_RECORDS = ("schema_builder", "migrations/workspace", "events")
"""Where records can be reached: who else changes tables knows the catalog's only."""


def modules() -> Iterator[Path]:
    return (path for folder in READS_RECORDS for path in (PACKAGE / folder).rglob("*.py"))


def imported(path: Path) -> set[tuple[str, str]]:
    """Modules and names."""
    found = (each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.ImportFrom))
    return {(each.module or "", alias.name) for each in found for alias in each.names}


def sources(path: Path) -> set[str]:
    return {module for module, _ in imported(path)}


def changes_rows(path: Path) -> bool:
    return any(module.startswith("sqlalchemy") and name in CHANGING for module, name in imported(path))


def test_whoever_changes_rows_of_records_is_known() -> None:
    found = {str(path.relative_to(PACKAGE)) for path in modules() if changes_rows(path)}
    of_catalog = {each for each in found if "armature.metadata.tables" in sources(PACKAGE / each)}

    assert found - of_catalog <= OF_RECORDS | OF_OTHER_TABLES.keys()
    assert found >= OF_RECORDS


@pytest.mark.parametrize("name", sorted(OF_RECORDS))
def test_what_changes_records_is_evented(name: str) -> None:
    assert ("armature.schema_builder.compile.events", "evented") in imported(PACKAGE / name)
    if "compile" in name:  # nothing there can run a statement but by Parts.statement
        assert not sources(PACKAGE / name) & {"armature.core.db", "asyncpg"}


def test_a_statement_selects() -> None:
    """mypy sees to it that nothing else is handed over."""
    taken = inspect.signature(Parts.statement).parameters["whole"].annotation
    assert "sql.selectable.Select" in str(taken)
