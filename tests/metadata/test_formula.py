"""Formulas mean what they say, in a real PostgreSQL, and whatever is in a record never makes one fail."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import column
from sqlalchemy.types import TypeEngine

from armature.core.db import DIALECT
from armature.metadata.formula.functions import FUNCTIONS, OPERATORS
from armature.metadata.formula.meaning import compiled
from armature.metadata.formula.syntax import FormulaInvalid, field_names, renamed
from armature.metadata.formula.values import Value, from_column, result
from armature.schema_builder.types.scalars import SCALARS

FIELDS = {
    "name": "String",
    "note": "String",
    "employees": "Int",
    "score": "Float",
    "total": "BigInt",
    "price": "Decimal",
    "isWon": "Boolean",
    "founded": "Date",
    "seenAt": "DateTime",
}
ROW = (
    "'Acme' AS name, NULL::text AS note, 7 AS employees, 2.5::float8 AS score, 9007199254740993 AS total, "
    "12.30::numeric AS price, true AS \"isWon\", '2024-02-29'::date AS founded, "
    "'2024-02-29T23:30:00-05:00'::timestamptz AS \"seenAt\""
)


def lookup(name: str) -> Value | None:
    scalar = FIELDS.get(name)
    return None if scalar is None else from_column(column(name, SCALARS[scalar].sql), scalar)


def sql(formula: str) -> tuple[str, TypeEngine[Any], str]:
    scalar, kind, expression = result(compiled(formula, lookup, tuple(FIELDS)))
    return scalar, kind, str(expression.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


class Asking:
    """A connection on a loop of its own, for tests that are no coroutines."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._connection = self._runner.run(asyncpg.connect(url))

    def ask(self, query: str) -> Any:
        return self._runner.run(self._connection.fetchval(query))

    def run(self, query: str) -> None:
        self._runner.run(self._connection.execute(query))

    def close(self) -> None:
        self._runner.run(self._connection.close())
        self._runner.close()


@pytest.fixture(scope="module")
def asking(databases: Any) -> Iterator[Asking]:
    url = databases.create()
    asking = Asking(url)
    yield asking
    asking.close()
    databases.drop(url)


@pytest.mark.parametrize(
    ("formula", "scalar", "value"),
    [
        ("employees * 2 + 1", "Float", 15.0),
        ("2 + 3 * 4 - 1", "Float", 13.0),
        ("10 - 3 - 2", "Float", 5.0),
        ("-employees % 4", "Float", -3.0),
        ("(2 + 3) * 4", "Float", 20.0),
        ("0.1 + 0.2", "Float", 0.3),
        ("employees / 0", "Float", None),
        ("employees % 0", "Float", None),
        ("SQRT(0 - employees)", "Float", None),
        ("SQRT(16)", "Float", 4.0),
        ("ROUND(score * 3, 1)", "Float", 7.5),
        ("ROUND(2.5)", "Float", 3.0),
        ("total + 1", "Decimal", "9007199254740994"),
        ("price * 2", "Decimal", "24.60"),
        ("MAX(employees, score, 9)", "Float", 9.0),
        ('name & " " & note', "String", "Acme "),
        ("name & employees & isWon & founded", "String", "Acme7true2024-02-29"),
        ("\"it\"\"s\" & 'it''s'", "String", "it\"sit's"),
        ('IF(employees > 5, "big", "small")', "String", "big"),
        ("if(note = null, 1, 2)", "Float", 2.0),
        ("IF(isWon and not IS_EMPTY(name), price)", "Decimal", "12.30"),
        ("employees >= 7 or note = 'x'", "Boolean", True),
        ("note = 'x'", "Boolean", None),
        ("founded < seenAt", "Boolean", True),
        ("DATE(seenAt)", "Date", "2024-03-01"),
        ("seenAt", "DateTime", "2024-03-01T04:30:00+00:00"),
        ("ADD_DAYS(founded, 366)", "Date", "2025-03-01"),
        ("ADD_DAYS(founded, 99999999)", "Date", None),
        ("DAYS_BETWEEN(founded, seenAt)", "Float", 1.0),
        ("YEAR(founded) * 100 + MONTH(founded)", "Float", 202402.0),
        ("WEEKDAY(founded)", "Float", 4.0),
        ("UPPER(LEFT(name, 2)) & LENGTH(name)", "String", "AC4"),
        ("CONTAINS(name, 'CM')", "Boolean", True),
        ("NUMBER('12.5') + 1", "Float", 13.5),
        ("NUMBER(name)", "Float", None),
        ("REPLACE(name, 'A', 'B')", "String", "Bcme"),
        ("COALESCE(note, name)", "String", "Acme"),
        ("null", "String", None),
    ],
)
def test_a_formula_means_what_it_says(asking: Asking, formula: str, scalar: str, value: Any) -> None:
    found, _, expression = sql(formula)

    shown = f"({expression})::text" if found == "Decimal" else expression
    answered = asking.ask(f"SELECT to_json({shown})::text FROM (SELECT {ROW}) AS record")  # noqa: S608  ours
    assert (found, None if answered is None else json.loads(answered)) == (scalar, value)


@pytest.mark.parametrize(
    ("formula", "at", "problem"),
    [
        ("", 1, "ends where a value"),
        ("employees +", 12, "ends where a value"),
        ("employees employees", 11, "not expected"),
        ("employees + #", 13, "means nothing"),
        ("(employees", 11, '")" is missing'),
        ("UPPER(name", 11, "ends where"),
        ("UPPER(name;)", 11, "means nothing"),
        ("staff + 1", 1, 'no "staff"'),
        ("name + 1", 6, "takes a number here, not a text"),
        ("employees & name = 3", 18, "one type, not number and text"),
        ("IF(employees, 1, 2)", 1, "takes a boolean here, not a number"),
        ("IF(isWon, 1, 'x')", 1, "one type"),
        ("UPPER(name, name)", 1, "takes 1 value, not 2"),
        ("name & 'x", 8, "the text that begins here does not end"),
        ("MIN()", 1, "1 to any number of"),
        ("POWER(2, 3)", 1, 'no function "POWER"'),
        ("a < b < c", 7, "not expected"),
        ("and", 1, "a value is expected"),
        ("(" * 60 + "1" + ")" * 60, 51, "nested deeper"),
        ("+".join(["1"] * 60), 83, "more than 100 parts"),
        ("1" * 2_001, 2_001, "at most 2,000"),
    ],
)
def test_what_can_not_be_read_is_told_with_its_place(formula: str, at: int, problem: str) -> None:
    with pytest.raises(FormulaInvalid) as caught:
        sql(formula)

    assert problem in caught.value.message
    assert f"character {at}:" in caught.value.message


def test_renaming_a_field_renames_it_in_formulas() -> None:
    formula = "if(name = 'name', name.first & NAME, total)"

    assert field_names(formula) == {"name", "NAME", "total"}
    assert renamed(formula, "name", "title") == "if(title = 'name', title.first & NAME, total)"


# Whatever is in a record


def expressions(depth: int = 3) -> st.SearchStrategy[tuple[str, str]]:
    """A type, and a formula that is of it."""
    atoms = st.sampled_from(
        [
            ("number", "employees"),
            ("number", "score"),
            ("number", "total"),
            ("number", "price"),
            ("number", "99999999999999999999"),
            ("number", "0.000000000001"),
            ("text", "name"),
            ("text", "note"),
            ("text", "'x'"),
            ("boolean", "isWon"),
            ("date", "founded"),
            ("moment", "seenAt"),
            ("nothing", "null"),
        ]
    )
    return st.recursive(atoms, calls, max_leaves=depth * 4)


def calls(parts: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[tuple[str, str]]:
    @st.composite
    def call(draw: st.DrawFn) -> tuple[str, str]:
        name = draw(st.sampled_from([*FUNCTIONS, *OPERATORS]))
        function = FUNCTIONS.get(name) or OPERATORS[name]
        given = [draw(parts) for _ in range(len(function.takes) + (1 if function.more else 0))]
        formulas = [text for _, text in given]
        if name in FUNCTIONS:
            return "any", f"{name}({', '.join(formulas)})"
        if len(formulas) == 1:
            return "any", f"({'-' if name == 'negative' else name} {formulas[0]})"
        return "any", f"({formulas[0]} {name} {formulas[1]})"

    return call()


HOSTILE = (
    "SELECT * FROM (VALUES (NULL::text), (''), ('😀%_\\'), ('1e5'), (repeat('9', 5000)), ('12.5')) n(name), "
    "(VALUES (NULL::text), ('-0')) m(note), (VALUES (NULL::int), (0), (-2147483648), (2147483647)) e(employees), "
    "(VALUES (NULL::float8), (1.7976931348623157e308), (-5e-324)) s(score), (VALUES (9223372036854775807)) t(total), "
    '(VALUES (NULL::numeric), (-1e999), (1e-999), (0)) p(price), (VALUES (NULL::bool), (true)) w("isWon"), '
    "(VALUES (NULL::date), ('0001-01-01'), ('9999-12-31')) f(founded), "
    "(VALUES (NULL::timestamptz), ('0001-01-01Z'), ('9999-12-31T23:59:59Z')) a(\"seenAt\")"
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(expressions())
@example(("any", "(score * score)"))
@example(("any", "(price * price * price)"))
@example(("any", "ROUND(price, 99999999999999999999)"))
def test_no_record_makes_a_formula_fail(asking: Asking, made: tuple[str, str]) -> None:
    try:
        scalar, _, expression = sql(made[1])
    except FormulaInvalid:
        return
    shown = f"({expression})::text" if scalar == "Decimal" else expression
    query = f"SELECT count(to_json({shown})::text) FROM ({HOSTILE} ORDER BY random() LIMIT 100) AS record"  # noqa: S608
    assert asking.ask(query) is not None


def test_everything_a_formula_can_say_may_stand_in_a_generated_column(asking: Asking) -> None:
    arguments: Mapping[str, str] = {
        "number": "score", "text": "name", "boolean": "isWon", "date": "founded", "same": "employees",
        "any": "note",
    }  # fmt: skip
    types = {name: SCALARS[scalar].sql.compile(dialect=DIALECT) for name, scalar in FIELDS.items()}
    columns = [f'"{name}" {kind}' for name, kind in types.items()]
    for at, (name, function) in enumerate([*FUNCTIONS.items(), *OPERATORS.items()]):
        given = [arguments[each] for each in function.takes]
        if name in FUNCTIONS:
            formula = f"{name}({', '.join(given)})"
        else:
            formula = (
                f"{given[0]} {name} {given[1]}" if len(given) == 2 else f"{name.replace('negative', '-')} {given[0]}"
            )
        _, kind, expression = sql(formula)
        columns.append(f"f{at} {kind.compile(dialect=DIALECT)} GENERATED ALWAYS AS ({expression}) VIRTUAL")
    for formula in ("name & employees & isWon & founded & seenAt", "DATE(seenAt)", "founded < seenAt"):
        _, kind, expression = sql(formula)
        columns.append(f"g{len(columns)} {kind.compile(dialect=DIALECT)} GENERATED ALWAYS AS ({expression}) VIRTUAL")

    asking.run(f"CREATE TABLE computed ({', '.join(columns)})")
