from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.schema import CreateTable

from armature.core.db import DIALECT
from armature.core.errors import BadUserInput
from armature.metadata.kinds import KINDS
from armature.metadata.kinds.kind import DefaultInvalid, DefaultNotAllowed, SettingInvalid, SettingUnknown
from armature.metadata.model import Option

OPTIONS = (Option(UUID(int=1), "LOW", "Low"), Option(UUID(int=2), "HIGH", "High"))


@pytest.mark.parametrize(
    ("kind", "settings", "scalar", "column"),
    [
        ("TEXT", {}, "String", "TEXT"),
        ("NUMBER", {}, "Float", "DOUBLE PRECISION"),
        ("NUMBER", {"dataType": "float"}, "Float", "DOUBLE PRECISION"),
        ("NUMBER", {"dataType": "int"}, "Int", "INTEGER"),
        ("NUMBER", {"dataType": "bigint"}, "BigInt", "BIGINT"),
        ("NUMERIC", {}, "Decimal", "NUMERIC"),
        ("NUMERIC", {"precision": 12, "scale": 2}, "Decimal", "NUMERIC(12, 2)"),
        ("NUMERIC", {"precision": 12}, "Decimal", "NUMERIC(12, 0)"),
        ("BOOLEAN", {}, "Boolean", "BOOLEAN"),
        ("DATE", {}, "Date", "DATE"),
        ("DATE_TIME", {}, "DateTime", "TIMESTAMP WITH TIME ZONE"),
        ("UUID", {}, "UUID", "UUID"),
        ("SELECT", {}, "ENUM", "TEXT"),
        ("RAW_JSON", {}, "JSON", "JSONB"),
        ("FILES", {}, "JSON", "JSONB"),
        ("RELATION", {}, None, "UUID"),
        ("TEXT", {"maxLength": 3}, "String", "TEXT"),
        ("EMAIL", {}, "String", "TEXT"),
        ("PHONE", {"defaultCountry": "CH"}, "String", "TEXT"),
        ("LINK", {}, "String", "TEXT"),
        ("RATING", {}, "Int", "INTEGER"),
        ("AUTO_NUMBER", {}, "BigInt", "BIGINT"),
        ("POSITION", {}, "Float", "DOUBLE PRECISION"),
        ("MULTI_SELECT", {}, "[ENUM]", "TEXT[]"),
        ("ARRAY", {}, "[String]", "TEXT[]"),
    ],
)
def test_each_kind_has_a_scalar_and_a_column(
    kind: str, settings: dict[str, Any], scalar: str | None, column: str
) -> None:
    checked = KINDS[kind].check_settings(settings)

    assert KINDS[kind].scalar(checked) == scalar
    assert KINDS[kind].column_type(checked).compile(dialect=DIALECT) == column


@pytest.mark.parametrize(
    ("kind", "settings", "written", "canonical", "value"),
    [
        ("TEXT", {}, "it's 100 %", "it's 100 %", "it's 100 %"),
        ("TEXT", {}, "now", "now", "now"),
        ("NUMBER", {"dataType": "int"}, 3.0, 3, 3),
        ("NUMBER", {"dataType": "float"}, 3, 3.0, 3.0),
        ("NUMBER", {"dataType": "bigint"}, "-9223372036854775808", "-9223372036854775808", -(2**63)),
        ("NUMBER", {"dataType": "bigint"}, 7, "7", 7),
        ("NUMERIC", {}, "1E+2", "100", Decimal(100)),
        ("NUMERIC", {}, 0.1, "0.1", Decimal("0.1")),
        ("NUMERIC", {"precision": 3, "scale": 2}, "9.990", "9.990", Decimal("9.99")),
        ("BOOLEAN", {}, False, False, False),
        ("DATE", {}, "2024-02-29", "2024-02-29", date(2024, 2, 29)),
        ("DATE_TIME", {}, "2025-01-31T12:00+02:00", "2025-01-31T10:00:00Z", datetime(2025, 1, 31, 10, tzinfo=UTC)),
        ("DATE_TIME", {}, "2025-01-31T12:00", "2025-01-31T12:00:00Z", datetime(2025, 1, 31, 12, tzinfo=UTC)),
        ("UUID", {}, str(UUID(int=9)).upper(), str(UUID(int=9)), UUID(int=9)),
        ("SELECT", {}, "LOW", "LOW", "LOW"),
        ("RAW_JSON", {}, {"b": [1, None], "a": {}}, {"a": {}, "b": [1, None]}, {"a": {}, "b": [1, None]}),
        ("TEXT", {"maxLength": 3}, "日本x", "日本x", "日本x"),
        ("EMAIL", {}, "Ada@Example.com", "ada@example.com", "ada@example.com"),
        ("PHONE", {"defaultCountry": "CH"}, "044 668 18 00", "+41446681800", "+41446681800"),
        ("LINK", {}, "HTTP://example.com", "http://example.com", "http://example.com"),
        ("RATING", {"max": 3}, 3.0, 3, 3),
        (
            "FILES",
            {},
            [{"size": 5, "url": "HTTPS://example.com/a", "name": " a.png ", "mimeType": "IMAGE/png"}],
            [{"name": "a.png", "url": "https://example.com/a", "mimeType": "image/png", "size": 5}],
            [{"name": "a.png", "url": "https://example.com/a", "mimeType": "image/png", "size": 5}],
        ),
        ("MULTI_SELECT", {}, ["HIGH", "LOW", "HIGH"], ["HIGH", "LOW"], ["HIGH", "LOW"]),
        ("ARRAY", {}, ["b", "a"], ["b", "a"], ["b", "a"]),
    ],
)
def test_a_default_is_kept_as_json_and_bound_as_its_value(
    kind: str, settings: dict[str, Any], written: Any, canonical: Any, value: Any
) -> None:
    found = KINDS[kind].check_default(written, settings, OPTIONS)

    assert found == canonical
    assert type(found) is type(canonical)
    assert KINDS[kind].default_value(found, settings) == value
    assert KINDS[kind].check_default(found, settings, OPTIONS) == found


@pytest.mark.parametrize(
    ("kind", "settings", "written"),
    [
        ("TEXT", {}, 3),
        ("TEXT", {}, "null \x00 byte"),
        ("TEXT", {}, "half \ud83d a pair"),
        ("NUMBER", {}, "3"),
        ("NUMBER", {}, True),
        ("NUMBER", {}, float("nan")),
        ("NUMBER", {}, float("inf")),
        ("NUMBER", {}, 10**400),
        ("NUMBER", {"dataType": "int"}, 2**31),
        ("NUMBER", {"dataType": "int"}, 1.5),
        ("NUMBER", {"dataType": "bigint"}, "9223372036854775808"),
        ("NUMBER", {"dataType": "bigint"}, "1" * 5_000),
        ("NUMBER", {"dataType": "bigint"}, "\u0661"),
        ("NUMBER", {"dataType": "bigint"}, ""),
        ("NUMERIC", {}, "NaN"),
        ("NUMERIC", {}, "1e999999"),
        ("NUMERIC", {}, "1_000"),
        ("NUMERIC", {}, "abc"),
        ("NUMERIC", {}, "\u0661"),
        pytest.param("NUMERIC", {}, 10**5_000, id="NUMERIC of 5,000 digits"),
        ("NUMERIC", {"precision": 3, "scale": 2}, "10"),
        ("NUMERIC", {"precision": 3, "scale": 2}, "0.001"),
        ("BOOLEAN", {}, 1),
        ("BOOLEAN", {}, "true"),
        ("DATE", {}, "2025-02-29"),
        ("DATE", {}, "2025-01-31T00:00:00Z"),
        ("DATE_TIME", {}, "2025-01-31"),
        ("DATE_TIME", {}, "0001-01-01T00:00:00+14:00"),
        ("DATE_TIME", {}, 1_700_000_000),
        ("UUID", {}, "not-a-uuid"),
        ("SELECT", {}, "NEITHER"),
        ("SELECT", {}, ["LOW"]),
        ("RAW_JSON", {}, {"a": "\x00"}),
        ("TEXT", {"maxLength": 3}, "four"),
        ("EMAIL", {}, "ada"),
        ("PHONE", {}, "044 668 18 00"),
        ("LINK", {}, "javascript:alert(1)"),
        ("RATING", {}, 6),
        ("FILES", {}, "a.png"),
        ("FILES", {}, ["a.png"]),
        ("FILES", {}, [{"name": "a.png"}]),
        ("FILES", {}, [{"name": "../a", "url": "https://example.com/a"}]),
        ("FILES", {}, [{"name": "", "url": "https://example.com/a"}]),
        ("FILES", {}, [{"name": "a", "url": "javascript:alert(1)"}]),
        ("FILES", {}, [{"name": "a", "url": "mailto:a@example.com"}]),
        ("FILES", {}, [{"name": "a", "url": "https://example.com/a", "mimeType": "png"}]),
        ("FILES", {}, [{"name": "a", "url": "https://example.com/a", "size": -1}]),
        ("FILES", {}, [{"name": "a", "url": "https://example.com/a", "bytes": "AAAA"}]),
        ("FILES", {"maxFiles": 1}, [{"name": "a", "url": "https://example.com/a"}] * 2),
        ("MULTI_SELECT", {}, ["NEITHER"]),
        ("MULTI_SELECT", {}, "LOW"),
        ("ARRAY", {}, [None]),
        ("ARRAY", {}, ["\x00"]),
        ("RAW_JSON", {}, [float("inf")]),
        pytest.param("RAW_JSON", {}, [10**5_000], id="RAW_JSON with 5,000 digits"),
    ],
)
def test_a_default_that_does_not_fit_is_refused(kind: str, settings: dict[str, Any], written: Any) -> None:
    with pytest.raises(DefaultInvalid) as refused:
        KINDS[kind].check_default(written, settings, OPTIONS)

    assert refused.value.path == ("defaultValue",)
    refused.value.message.encode()


def test_json_as_deep_as_a_stack_is_refused_rather_than_followed() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(DefaultInvalid):
        KINDS["RAW_JSON"].check_default(deep)
    while deep:  # a list this deep would be too deep to be freed at once
        deep = deep[0]


def test_a_relation_has_no_default() -> None:
    with pytest.raises(DefaultNotAllowed):
        KINDS["RELATION"].check_default(str(UUID(int=1)))


@pytest.mark.parametrize("kind", ["DATE", "DATE_TIME", "UUID"])
def test_special_defaults_are_computed_for_each_record(kind: str) -> None:
    special = next(iter(KINDS[kind].specials))

    assert KINDS[kind].check_default(special) == special
    assert KINDS[kind].default_value(special) is not None


@pytest.mark.parametrize(
    ("kind", "settings", "key"),
    [
        ("NUMBER", {"dataTyp": "int"}, "dataTyp"),
        ("TEXT", {"length": 3}, "length"),
        ("RELATION", {"onDelete": "CASCADE"}, "onDelete"),
    ],
)
def test_an_unknown_setting_is_named(kind: str, settings: dict[str, Any], key: str) -> None:
    with pytest.raises(SettingUnknown) as refused:
        KINDS[kind].check_settings(settings)

    assert f'"{key}"' in refused.value.message
    assert refused.value.path == ("settings", key)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("NUMBER", {"dataType": "decimal"}),
        ("NUMBER", {"dataType": ["int"]}),
        ("NUMERIC", {"precision": 0}),
        ("NUMERIC", {"precision": 1_001}),
        ("NUMERIC", {"precision": True}),
        ("NUMERIC", {"scale": 2}),
        ("NUMERIC", {"precision": 2, "scale": 3}),
    ],
)
def test_a_setting_out_of_range_is_refused(kind: str, settings: dict[str, Any]) -> None:
    with pytest.raises(SettingInvalid):
        KINDS[kind].check_settings(settings)


def test_settings_come_back_with_their_defaults() -> None:
    assert KINDS["NUMBER"].check_settings(None) == {"dataType": "float"}


@pytest.mark.parametrize(
    ("kind", "settings", "default", "ddl"),
    [
        ("TEXT", {}, "it's \\ 100% :x $1", "'it''s \\ 100% :x $1'"),
        ("NUMBER", {"dataType": "bigint"}, "-5", "-5"),
        ("BOOLEAN", {}, False, "false"),
        ("DATE_TIME", {}, "now", "now()"),
        ("DATE", {}, "now", "CAST(now() AS DATE)"),
        ("UUID", {}, "uuid", "uuidv7()"),
        ("RAW_JSON", {}, {"a": "it's"}, """CAST('{"a":"it''s"}' AS JSONB)"""),
    ],
)
def test_a_default_becomes_ddl_with_its_text_quoted(
    kind: str, settings: dict[str, Any], default: Any, ddl: str
) -> None:
    of = KINDS[kind]
    column: Column[Any] = Column("c", of.column_type(settings), server_default=of.default_sql(default, settings))

    assert (
        str(CreateTable(Table("t", MetaData(), column)).compile(dialect=DIALECT)).strip().endswith(f"DEFAULT {ddl}\n)")
    )


NEEDED = {"VECTOR": {"dimensions": 2}}
"""Settings that a kind can't be without."""


@given(
    st.sampled_from(sorted(KINDS)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
)
def test_no_default_from_outside_ends_in_anything_but_a_clear_answer(kind: str, value: Any) -> None:
    of = KINDS[kind]
    settings = of.check_settings(NEEDED.get(kind, {}))
    try:
        canonical = of.check_default(value, settings, OPTIONS)
    except BadUserInput as refused:
        refused.message.encode()
        return

    assert of.check_default(canonical, settings, OPTIONS) == canonical
    if canonical is not None:
        of.default_sql(canonical, settings).compile(dialect=DIALECT)
        of.default_value(canonical, settings)
