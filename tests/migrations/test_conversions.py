"""A field becomes one of another type, with the values that its records have."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import pytest

from armature.metadata.changes import (
    Change,
    CreateIndex,
    CreateRole,
    NewField,
    NewIndexField,
    NewOption,
    SetObjectPermission,
)
from armature.metadata.checks.fields import UniqueNotAllowed
from armature.metadata.conversions.matrix import CONVERSIONS, ConversionUnknown
from armature.metadata.edits.conversion import (
    BrokenByConversion,
    ConvertedAlready,
    DefaultDoesNotFit,
    NoDefaultToTake,
    RuledByRole,
)
from armature.metadata.edits.fields import SystemField
from armature.metadata.edits.values import KindUnknown
from armature.metadata.kinds import KINDS
from armature.migrations.workspace.conflicts import (
    DatabaseDiffers,
    ValuesMissing,
    ValuesNotConvertible,
    ValuesNotUnique,
)
from armature.migrations.workspace.found_options import TooManyValues
from armature.migrations.workspace.preview import preview_changes
from armature.migrations.workspace.undo import DataInTheWay
from tests.metadata.models import add_field, add_object, delete_field, formula, restore_field, text, update_field
from tests.metadata.test_rollups import rollup
from tests.migrations.living import Living
from tests.migrations.test_undo import undo

LEVELS = (
    NewOption(value="LOW", label="Low one"),
    NewOption(value="HIGH"),
    NewOption(value="YES"),
    NewOption(value="NO"),
)
NO_ITEMS = "ARRAY[]::text[]"
FAILS = "does not fit"


class Case(NamedTuple):
    """What is stored, in SQL by column, and what each part becomes, as text."""

    before: NewField
    stored: dict[str, str] | str
    after: dict[str, Any]
    becomes: dict[str, str | None] | str | None

    def __str__(self) -> str:
        return f"{self.before.type} {self.stored} to {self.after['type']}"


def v(kind: str, **more: Any) -> NewField:
    return NewField(name="v", type=kind, **more)


def to(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, **more}


INT, BIGINT, FLOAT = ({"dataType": each} for each in ("int", "bigint", "float"))
LOW_HIGH = {"options": LEVELS}

FRANCS: dict[str, str | None] = {"amount_micros": "12500000", "currency_code": "CHF"}
FRANCS_AS_JSON = '{"amountMicros": 12500000, "currencyCode": "CHF"}'
PHONE: dict[str, str | None] = {"primary_phone_number": "+41446681800", "primary_phone_country_code": "CH"}

CASES = [
    Case(v("TEXT"), "' 12.50 '", to("NUMERIC"), "12.50"),
    Case(v("TEXT"), "'1e3'", to("NUMERIC"), "1000"),
    Case(v("TEXT"), "'1,000'", to("NUMERIC"), FAILS),
    Case(v("TEXT"), "'  '", to("NUMERIC"), None),
    Case(v("TEXT"), "'NaN'", to("NUMERIC"), FAILS),
    Case(v("TEXT"), "'1.234'", to("NUMERIC", settings={"precision": 6, "scale": 2}), FAILS),
    Case(v("TEXT"), "'12345.6'", to("NUMERIC", settings={"precision": 6, "scale": 2}), FAILS),
    Case(v("TEXT"), "'1234.5'", to("NUMERIC", settings={"precision": 6, "scale": 2}), "1234.50"),
    Case(v("TEXT"), "'-42'", to("NUMBER", settings=INT), "-42"),
    Case(v("TEXT"), "'42.5'", to("NUMBER", settings=INT), FAILS),
    Case(v("TEXT"), "'3000000000'", to("NUMBER", settings=INT), FAILS),
    Case(v("TEXT"), "'3000000000'", to("NUMBER", settings=BIGINT), "3000000000"),
    Case(v("TEXT"), "repeat('9', 290) || 'e99'", to("NUMBER"), FAILS),
    Case(v("TEXT"), "'1e-99'", to("NUMBER"), "1e-99"),
    Case(v("TEXT"), "repeat('9', 100000)", to("NUMERIC"), FAILS),
    Case(v("TEXT"), "'4'", to("RATING"), "4"),
    Case(v("TEXT"), "'6'", to("RATING"), FAILS),
    Case(v("TEXT"), "'Yes'", to("BOOLEAN"), "true"),
    Case(v("TEXT"), "'0'", to("BOOLEAN"), "false"),
    Case(v("TEXT"), "'perhaps'", to("BOOLEAN"), FAILS),
    Case(v("TEXT"), "'2024-02-29'", to("DATE"), "2024-02-29"),
    Case(v("TEXT"), "'2023-02-29'", to("DATE"), FAILS),
    Case(v("TEXT"), "'1.3.2024'", to("DATE"), "2024-03-01"),
    Case(v("TEXT"), "'31.12.2024'", to("DATE"), "2024-12-31"),
    Case(v("TEXT"), "'3/4/2024'", to("DATE"), FAILS),
    Case(v("TEXT"), "'infinity'", to("DATE"), FAILS),
    Case(v("TEXT"), "'2024-03-01T23:30:00-02:00'", to("DATE"), "2024-03-02"),
    Case(v("TEXT"), "'2024-03-01 10:00'", to("DATE_TIME"), "2024-03-01 10:00:00+00"),
    Case(v("TEXT"), "'2024-03-01T10:00:00.5+02:00'", to("DATE_TIME"), "2024-03-01 08:00:00.5+00"),
    Case(v("TEXT"), "'2024-03-01'", to("DATE_TIME"), "2024-03-01 00:00:00+00"),
    Case(v("TEXT"), "'2024-03-01 25:00'", to("DATE_TIME"), FAILS),
    Case(v("TEXT"), "'9999-12-31T23:59:59-12:00'", to("DATE_TIME"), FAILS),
    Case(v("TEXT"), "'now'", to("DATE_TIME"), FAILS),
    Case(v("TEXT"), "'low ONE'", to("SELECT", **LOW_HIGH), "LOW"),
    Case(v("TEXT"), "'HIGH'", to("SELECT", **LOW_HIGH), "HIGH"),
    Case(v("TEXT"), "'Middle'", to("SELECT", **LOW_HIGH), FAILS),
    Case(v("TEXT"), "'high; Low one, HIGH'", to("MULTI_SELECT", **LOW_HIGH), "{HIGH,LOW}"),
    Case(v("TEXT"), "'HIGH, none'", to("MULTI_SELECT", **LOW_HIGH), FAILS),
    Case(v("TEXT"), "'Ada@Example.COM '", to("EMAIL"), "ada@example.com"),
    Case(v("TEXT"), "'not an address'", to("EMAIL"), FAILS),
    Case(v("TEXT"), "'044 668 18 00'", to("PHONE", settings={"defaultCountry": "CH"}), "+41446681800"),
    Case(v("TEXT"), "'044 668 18 00'", to("PHONE"), FAILS),
    Case(v("TEXT"), "'https://example.com/a'", to("LINK"), "https://example.com/a"),
    Case(v("TEXT"), "'javascript:alert(1)'", to("LINK"), FAILS),
    Case(v("TEXT"), "'0198F4D5-0000-7000-8000-000000000000'", to("UUID"), "0198f4d5-0000-7000-8000-000000000000"),
    Case(v("TEXT"), "'{0198f4d5}'", to("UUID"), FAILS),
    Case(v("TEXT"), """'{"a": [1, null]}'""", to("RAW_JSON"), '{"a": [1, null]}'),
    Case(v("TEXT"), """'"\\u0000"'""", to("RAW_JSON"), FAILS),
    Case(v("TEXT"), "'{'", to("RAW_JSON"), FAILS),
    Case(v("TEXT"), "'a, b;c'", to("ARRAY"), "{a,b,c}"),
    Case(v("TEXT"), "'Ada King Lovelace'", to("FULL_NAME"), {"first_name": "Ada King", "last_name": "Lovelace"}),
    Case(v("TEXT"), "'Plato'", to("FULL_NAME"), {"first_name": "Plato", "last_name": None}),
    Case(v("TEXT"), "'<b>x</b><script>y</script>'", to("RICH_TEXT"), {"markdown": "<b>x</b>", "blocks": None}),
    Case(v("TEXT"), "'12.5'", to("CURRENCY", default_value={"currencyCode": "CHF"}), FRANCS),
    Case(v("TEXT"), "'a@b.ch'", to("EMAILS"), {"primary_email": "a@b.ch", "additional_emails": None}),
    Case(v("TEXT"), "'+41446681800'", to("PHONES"), PHONE),
    Case(v("NUMBER", settings=FLOAT), "0.1::float8 + 0.2::float8", to("TEXT"), "0.30000000000000004"),
    Case(v("NUMBER", settings=FLOAT), "1234567.123456789", to("NUMERIC"), "1234567.123456789"),
    Case(v("NUMBER", settings=FLOAT), "1e30", to("NUMBER", settings=BIGINT), FAILS),
    Case(v("NUMBER", settings=FLOAT), "'NaN'", to("NUMERIC"), FAILS),
    Case(v("NUMBER", settings=FLOAT), "'Infinity'", to("NUMBER", settings=INT), FAILS),
    Case(v("NUMBER", settings=INT), "7", to("NUMBER", settings=BIGINT), "7"),
    Case(v("NUMBER", settings=INT), "7", to("TEXT"), "7"),
    Case(v("NUMBER", settings=INT), "1", to("BOOLEAN"), "true"),
    Case(v("NUMBER", settings=INT), "2", to("BOOLEAN"), FAILS),
    Case(v("NUMBER", settings=INT), "3", to("RATING"), "3"),
    Case(v("NUMERIC"), "1.50", to("TEXT"), "1.5"),
    Case(v("NUMERIC"), "1e400", to("NUMBER"), FAILS),
    Case(v("NUMERIC"), "1.50", to("NUMERIC", settings={"precision": 3, "scale": 1}), "1.5"),
    Case(v("NUMERIC"), "1.55", to("NUMERIC", settings={"precision": 3, "scale": 1}), FAILS),
    Case(v("RATING"), "3", to("NUMBER", settings=INT), "3"),
    Case(v("BOOLEAN"), "true", to("SELECT", **LOW_HIGH), "YES"),
    Case(v("BOOLEAN"), "false", to("SELECT", **LOW_HIGH), "NO"),
    Case(v("BOOLEAN"), "false", to("NUMBER", settings=INT), "0"),
    Case(v("BOOLEAN"), "false", to("TEXT"), "false"),
    Case(v("DATE"), "'2024-03-01'", to("DATE_TIME"), "2024-03-01 00:00:00+00"),
    Case(v("DATE_TIME"), "'2024-03-01 23:30:00-02'", to("DATE"), "2024-03-02"),
    Case(v("DATE_TIME"), "'2024-03-01 23:30:00.25-02'", to("TEXT"), "2024-03-02T01:30:00.25Z"),
    Case(v("DATE_TIME"), "'2024-03-01 20:30:00Z'", to("TEXT"), "2024-03-01T20:30:00Z"),
    Case(v("DATE"), "'2024-03-01'", to("TEXT"), "2024-03-01"),
    Case(v("SELECT", options=LEVELS), "'LOW'", to("TEXT"), "Low one"),
    Case(v("SELECT", options=LEVELS), "'LOW'", to("MULTI_SELECT"), "{LOW}"),
    Case(v("SELECT", options=LEVELS), "'HIGH'", to("MULTI_SELECT", options=(NewOption(value="LOW"),)), FAILS),
    Case(v("SELECT", options=LEVELS), "'YES'", to("BOOLEAN"), "true"),
    Case(v("SELECT", options=LEVELS), "'LOW'", to("RAW_JSON"), '"Low one"'),
    Case(v("MULTI_SELECT", options=LEVELS), "'{HIGH}'", to("SELECT"), "HIGH"),
    Case(v("MULTI_SELECT", options=LEVELS), "'{HIGH,LOW}'", to("SELECT"), FAILS),
    Case(v("MULTI_SELECT", options=LEVELS), NO_ITEMS, to("SELECT"), None),
    Case(v("MULTI_SELECT", options=LEVELS), "'{HIGH,LOW}'", to("TEXT"), "High, Low one"),
    Case(v("MULTI_SELECT", options=LEVELS), "'{HIGH,LOW}'", to("ARRAY"), '{High,"Low one"}'),
    Case(v("ARRAY"), "'{HIGH,low one}'", to("MULTI_SELECT", **LOW_HIGH), "{HIGH,LOW}"),
    Case(v("ARRAY"), NO_ITEMS, to("MULTI_SELECT", **LOW_HIGH), "{}"),
    Case(v("ARRAY"), "'{a,b}'", to("TEXT"), "a, b"),
    Case(v("ARRAY"), "'{a,b}'", to("RAW_JSON"), '["a", "b"]'),
    Case(v("RAW_JSON"), """'["a", 1, null]'""", to("ARRAY"), "{a,1}"),
    Case(v("RAW_JSON"), """'"plain"'""", to("TEXT"), "plain"),
    Case(v("RAW_JSON"), """'{"a": 1}'""", to("TEXT"), '{"a": 1}'),
    Case(v("RAW_JSON"), "'null'", to("NUMBER"), None),
    Case(v("EMAIL"), "'a@b.ch'", to("EMAILS"), {"primary_email": "a@b.ch"}),
    Case(v("EMAILS"), {"primary_email": "'a@b.ch'"}, to("EMAIL"), "a@b.ch"),
    Case(v("EMAILS"), {"primary_email": "'a@b.ch'", "additional_emails": "'{c@d.ch}'"}, to("EMAIL"), FAILS),
    Case(v("EMAILS"), {"primary_email": "'a@b.ch'", "additional_emails": "'{c@d.ch}'"}, to("TEXT"), "a@b.ch, c@d.ch"),
    Case(v("FULL_NAME"), {"first_name": "'Ada'", "last_name": "'King'"}, to("TEXT"), "Ada King"),
    Case(v("CURRENCY"), {"amount_micros": "12500000", "currency_code": "'CHF'"}, to("NUMERIC"), "12.5"),
    Case(v("CURRENCY"), {"amount_micros": "12500000", "currency_code": "'CHF'"}, to("RAW_JSON"), FRANCS_AS_JSON),
    Case(v("RICH_TEXT"), {"markdown": "'# Hi'"}, to("TEXT"), "# Hi"),
    Case(v("UUID"), "'0198f4d5-0000-7000-8000-000000000000'", to("TEXT"), "0198f4d5-0000-7000-8000-000000000000"),
    Case(v("AUTO_NUMBER"), "DEFAULT", to("NUMBER", settings=BIGINT), "1"),
]  # fmt: skip


def named(at: int) -> str:
    return f"v{at}"


async def things(crm: Living, cases: Sequence[Case]) -> None:
    """A thing that has the values of all cases, each in a field of its own."""
    await crm.change(add_object("thing", *(replace(each.before, name=named(at)) for at, each in enumerate(cases))))
    columns: list[str] = []
    values: list[str] = []
    for at, each in enumerate(cases):
        stored = {"": each.stored} if isinstance(each.stored, str) else each.stored
        columns += [named(at) + (part and f"_{part}") for part in stored]
        values += stored.values()
    await crm.run(f"INSERT INTO {{}}.things ({', '.join(columns)}) VALUES ({', '.join(values)}) RETURNING id")  # noqa: S608


async def held(crm: Living, at: int, becomes: Any) -> Any:
    column = crm.object("thing").kept_fields[named(at)].column
    parts = [f"_{each}" for each in becomes] if isinstance(becomes, dict) else [""]
    (row,) = await crm.run(f"SELECT {', '.join(f'{column}{each}::text' for each in parts)} FROM {{}}.things")  # noqa: S608
    return dict(zip(becomes, row, strict=True)) if isinstance(becomes, dict) else row[0]


def conversions(cases: Sequence[Case], **more: Any) -> list[Change]:
    return [update_field("thing", named(at), **each.after, **more) for at, each in enumerate(cases)]


async def test_values_become_what_they_should(crm: Living) -> None:
    cases = [each for each in CASES if each.becomes != FAILS]
    await things(crm, cases)
    await crm.change(*conversions(cases))
    found = [await held(crm, at, each.becomes) for at, each in enumerate(cases)]
    assert dict(zip(map(str, cases), found, strict=True)) == {str(each): each.becomes for each in cases}
    await crm.assert_healthy()


async def test_values_that_do_not_fit_are_refused_or_go(crm: Living) -> None:
    cases = [each for each in CASES if each.becomes == FAILS]
    await things(crm, cases)
    errors = await crm.errors(*conversions(cases))
    assert [each.field for each in errors] == [named(at) for at in range(len(cases))]
    assert all(isinstance(each, ValuesNotConvertible) for each in errors)
    await crm.change(*conversions(cases, on_failure="NULL"))
    assert [await held(crm, at, None) for at in range(len(cases))] == [None] * len(cases)
    await crm.assert_healthy()


@pytest.mark.parametrize(
    ("more", "is_nullable"), [({}, True), ({"is_nullable": False}, False), ({"is_nullable": True}, True)]
)
async def test_a_number_that_counted_itself_may_be_empty_once_it_no_longer_does(
    crm: Living, more: dict[str, bool], is_nullable: bool
) -> None:
    await crm.change(add_object("thing", NewField(name="number", type="AUTO_NUMBER")))
    await crm.run("INSERT INTO {}.things DEFAULT VALUES RETURNING id")
    await crm.change(update_field("thing", "number", type="NUMBER", settings=BIGINT, **more))

    assert crm.object("thing").kept_fields["number"].is_nullable is more.get("is_nullable", True)
    await crm.assert_healthy()


async def number_field(crm: Living, *texts: str | None, **more: Any) -> None:
    """Things with a text of their own, which is about to become a number."""
    await crm.change(add_object("thing", NewField(name="size", type="TEXT", **more)))
    for each in texts:
        await crm.run("INSERT INTO {}.things (size) VALUES ($1) RETURNING id", each)


async def sizes(crm: Living) -> list[Any]:
    column = crm.object("thing").kept_fields["size"].column
    return [value for (value,) in await crm.run(f"SELECT {column} FROM {{}}.things ORDER BY position, id")]  # noqa: S608


def to_number(**more: Any) -> Change:
    return update_field("thing", "size", **{"type": "NUMBER", "settings": INT, **more})


async def test_a_refusal_tells_how_many_and_which(crm: Living) -> None:
    await number_field(crm, *"abcdefg", "1")
    (error,) = await crm.errors(to_number())
    ids = [str(id_) for (id_,) in await crm.run("SELECT id FROM {}.things ORDER BY id")]
    assert '"size" of "thing" can\'t become NUMBER: 7 records have a value that does not fit: "a" of ' in error.message
    assert all(each in error.message for each in ids[:5])
    assert ids[5] not in error.message
    assert await sizes(crm) == [*"abcdefg", "1"]
    await crm.assert_healthy()


async def test_what_does_not_fit_becomes_null_or_the_default(crm: Living) -> None:
    await number_field(crm, "1", "two", None)
    (error,) = await crm.errors(to_number(on_failure="DEFAULT"))
    assert isinstance(error, NoDefaultToTake)
    await crm.change(to_number(on_failure="DEFAULT", default_value=7))
    assert await sizes(crm) == [1, 7, None]
    await crm.change(update_field("thing", "size", type="BOOLEAN", default_value=None, on_failure="NULL"))
    assert await sizes(crm) == [True, None, None]
    await crm.assert_healthy()


async def test_rules_go_along_or_tell_what_is_in_their_way(crm: Living) -> None:
    await number_field(crm, "1", "01", "2", is_unique=True, is_nullable=False)
    (error,) = await crm.errors(to_number())
    assert isinstance(error, ValuesNotUnique)
    await crm.run("UPDATE {}.things SET size = 'x' WHERE size = '01' RETURNING id")
    (error,) = await crm.errors(to_number(on_failure="NULL"))
    assert isinstance(error, ValuesMissing)
    await crm.run("UPDATE {}.things SET size = '3' WHERE size = 'x' RETURNING id")
    await crm.change(to_number())
    assert await sizes(crm) == [1, 3, 2]
    assert [type(each) for each in await crm.errors(update_field("thing", "size", type="BOOLEAN"))] == [
        UniqueNotAllowed
    ]
    await crm.assert_healthy()


async def test_a_default_goes_along_where_it_means_something(crm: Living) -> None:
    await number_field(crm, "1", default_value="none")
    (error,) = await crm.errors(to_number())
    assert isinstance(error, DefaultDoesNotFit)
    await crm.change(update_field("thing", "size", type="RAW_JSON"))
    assert crm.object("thing").kept_fields["size"].default == "none"
    await crm.change(to_number(default_value=5))
    await crm.run("INSERT INTO {}.things DEFAULT VALUES RETURNING id")
    assert await sizes(crm) == [1, 5]


async def test_formulas_go_on_with_the_new_values_or_refuse_them(crm: Living) -> None:
    await number_field(crm, "1.50")
    await crm.change(
        add_field("thing", formula("shown", 'size & " m"')), add_field("thing", formula("long", "LENGTH(size)"))
    )
    (error,) = await crm.errors(to_number(settings={"dataType": "float"}))
    assert (error.field, error.path) == ("size", ("changes", 0, "updateField", "type"))
    assert isinstance(error, BrokenByConversion)
    assert '"long"' in error.message
    await crm.change(delete_field("thing", "long"))
    await crm.change(to_number(settings={"dataType": "float"}))
    assert await crm.run("SELECT shown FROM {}.things") == [("1.5 m",)]
    await crm.assert_healthy()


async def test_system_fields_and_senseless_types_are_refused(crm: Living) -> None:
    await number_field(crm)
    errors = await crm.errors(
        update_field("thing", "createdAt", type="TEXT"),
        update_field("thing", "size", type="AUTO_NUMBER"),
        update_field("thing", "size", type="NOTHING"),
        update_field("company", "people", type="TEXT"),
    )
    assert [type(each) for each in errors] == [SystemField, ConversionUnknown, KindUnknown, ConversionUnknown]
    assert [(each.path or ())[-1] for each in errors] == ["type"] * 4
    assert "It can become" in str(errors[1].hint)


async def test_an_undo_brings_back_every_value(crm: Living) -> None:
    await number_field(crm, "1", "01", "two")
    await crm.change(to_number(on_failure="NULL"))
    assert await sizes(crm) == [1, 1, None]
    await undo(crm)
    assert await sizes(crm) == ["1", "01", "two"]
    await crm.assert_healthy()
    await undo(crm)
    assert await sizes(crm) == [1, 1, None]
    await crm.assert_healthy()
    await undo(crm)
    assert await sizes(crm) == ["1", "01", "two"]
    await crm.change(to_number(on_failure="NULL"))
    await crm.assert_healthy()


async def test_an_undo_would_not_lose_a_value_that_came_since(crm: Living) -> None:
    await number_field(crm, "1", "2")
    await crm.change(to_number())
    column = crm.object("thing").kept_fields["size"].column
    await crm.run(f"UPDATE {{}}.things SET {column} = 3 WHERE {column} = 2 RETURNING id")  # noqa: S608
    with pytest.raises(DataInTheWay, match='"size" of "thing", which it made, has 1 value by now'):
        await undo(crm)
    await crm.run(f"UPDATE {{}}.things SET {column} = 2 WHERE {column} = 3 RETURNING id")  # noqa: S608
    await undo(crm)
    assert await sizes(crm) == ["1", "2"]


async def test_spelt_values_can_be_taken_back(crm: Living) -> None:
    await number_field(crm, "Ada@Example.com", "")
    await crm.change(update_field("thing", "size", type="EMAIL"))
    assert await sizes(crm) == ["ada@example.com", None]
    await undo(crm)
    assert await sizes(crm) == ["Ada@Example.com", ""]
    await crm.assert_healthy()


async def test_several_steps_may_use_the_old_name(crm: Living) -> None:
    await number_field(crm, "1", "x")
    await crm.change(
        to_number(on_failure="NULL"), update_field("thing", "size", name="count"), add_field("thing", text("size"))
    )
    things = crm.object("thing").kept_fields
    assert await crm.run(f"SELECT {things['count'].column}, {things['size'].column} FROM {{}}.things") == [  # noqa: S608
        (1, None),
        (None, None),
    ]
    await crm.assert_healthy()
    await undo(crm)
    assert await sizes(crm) == ["1", "x"]
    await crm.assert_healthy()


async def test_a_field_is_converted_once_in_a_changeset(crm: Living) -> None:
    await number_field(crm, "1")
    (error,) = await crm.errors(to_number(), update_field("thing", "size", type="BOOLEAN"))
    assert isinstance(error, ConvertedAlready)
    await crm.assert_healthy()


async def test_what_was_set_aside_comes_back_beside_it(crm: Living) -> None:
    await number_field(crm, "1", "two")
    await crm.change(to_number(on_failure="NULL"), update_field("thing", "size", name="count"))
    await crm.change(restore_field("thing", "size"))
    assert await sizes(crm) == ["1", "two"]
    await crm.assert_healthy()


async def test_a_dry_run_shows_what_would_fail(crm: Living) -> None:
    await number_field(crm, "1", "two", "three", None)
    preview = await preview_changes(crm.db, crm.id, [to_number()])
    (found,) = preview.conversions
    assert (found.records, found.failing, found.is_refused) == (3, 2, True)
    assert [each.value for each in found.examples] == ["two", "three"]
    preview = await preview_changes(crm.db, crm.id, [to_number(on_failure="NULL")])
    assert not preview.conversions[0].is_refused
    (written,) = (each for each in preview.statements if each.rewrites)
    assert written.sql.startswith("UPDATE ")
    assert written.lock == "ACCESS EXCLUSIVE"
    assert await sizes(crm) == ["1", "two", "three", None]
    await crm.assert_healthy()


async def test_options_are_made_of_the_values_there_are(crm: Living) -> None:
    await number_field(crm, "very big", "Small", "small ", "very-big", "1st", "", None)
    await crm.change(update_field("thing", "size", type="SELECT"))
    options = crm.object("thing").kept_fields["size"].options
    assert [(each.value, each.label) for each in options] == [
        ("N1ST", "1st"),
        ("SMALL", "Small"),
        ("VERY_BIG", "very big"),
        ("VERY_BIG_2", "very-big"),
    ]
    assert await sizes(crm) == ["VERY_BIG", "SMALL", "SMALL", "VERY_BIG_2", "N1ST", None, None]
    await crm.change(update_field("thing", "size", type="TEXT"))
    assert await sizes(crm) == ["very big", "Small", "Small", "very-big", "1st", None, None]
    await crm.assert_healthy()


async def test_options_are_not_made_of_any_number_of_values(crm: Living) -> None:
    await number_field(crm)
    await crm.run("INSERT INTO {}.things (size) SELECT n::text || ', x' FROM generate_series(1, 101) AS n RETURNING id")
    for kind in ("SELECT", "MULTI_SELECT"):
        (error,) = await crm.errors(update_field("thing", "size", type=kind))
        assert isinstance(error, TooManyValues)
        assert error.path == ("changes", 0, "updateField", "type")
    await crm.run("DELETE FROM {}.things WHERE size NOT LIKE '1%' RETURNING id")
    await crm.change(update_field("thing", "size", type="MULTI_SELECT"))
    assert {"X", "1"} & {each.label.upper() for each in crm.object("thing").kept_fields["size"].options}
    await crm.assert_healthy()


async def test_rollups_go_on_with_the_new_values_or_refuse_them(crm: Living) -> None:
    await crm.change(
        add_field("person", text("size")),
        add_field("company", rollup("sizes", "people", "COUNT_DISTINCT", "size")),
    )
    await crm.run("INSERT INTO {}.people (size, company_id) VALUES ('1', NULL) RETURNING id")
    await crm.change(update_field("person", "size", type="NUMBER"))
    await crm.change(add_field("company", rollup("total", "people", "SUM", "size")))
    (error,) = await crm.errors(update_field("person", "size", type="TEXT"))
    assert isinstance(error, BrokenByConversion)
    assert (error.field, error.path) == ("size", ("changes", 0, "updateField", "type"))
    assert '"total" of "company" can\'t do with "size" as TEXT' in error.message
    await crm.change(update_field("person", "size", settings={"dataType": "int"}))
    await crm.assert_healthy()


async def test_a_field_that_a_row_rule_is_about_keeps_its_type(crm: Living) -> None:
    await number_field(crm, "1")
    await crm.change(
        CreateRole(name="some", rights=("READ",)),
        SetObjectPermission(role="some", object="thing", rights=("READ",), read_rule={"size": {"neq": "1"}}),
    )
    (error,) = await crm.errors(to_number())
    assert isinstance(error, RuledByRole)
    await crm.change(SetObjectPermission(role="some", object="thing", read_rule=None))
    await crm.change(to_number())


async def test_indexes_and_search_go_along(crm: Living) -> None:
    await number_field(crm, "1", "2")
    await crm.change(CreateIndex(object="thing", name="bySize", fields=(NewIndexField(field="size"),)))
    await crm.change(to_number())
    assert [each.name for each in crm.object("thing").indexes] == ["bySize"]
    assert await crm.stored() == crm.snapshot
    await undo(crm)
    assert [each.name for each in crm.object("thing").indexes] == ["bySize"]
    assert await crm.stored() == crm.snapshot


async def tables_of(crm: Living) -> list[Any]:
    return await crm.run("SELECT tablename::text FROM pg_tables WHERE schemaname = $1 ORDER BY 1", crm.schema)


async def test_a_changeset_that_fails_in_its_last_step_leaves_nothing(crm: Living) -> None:
    """The last step fails only in the database, when all others have been made."""
    await number_field(crm, "1", "2")
    tables, columns = await tables_of(crm), await crm.columns("things")
    before = crm.snapshot
    await crm.run("CREATE TABLE {}.others (id int)")  # in the way of the last step's
    with pytest.raises(DatabaseDiffers):
        await crm.change(to_number(), add_field("thing", text("more")), add_object("other", text("name")))
    await crm.run("DROP TABLE {}.others")
    assert (await tables_of(crm), await crm.columns("things")) == (tables, columns)
    assert await crm.stored() == before
    assert await sizes(crm) == ["1", "2"]
    await crm.assert_healthy()


NASTY = [
    *(
        "",
        " ",
        "\t\n",
        "0",
        "-0",
        "+1",
        "1e",
        "e1",
        ".",
        "-.",
        "1.",
        ".5",
        "1e99",
        "9" * 400,
        "1e-99",
        "١٢",
        "½",
        "0x10",
        "1_0",
    ),
    *(
        "NaN",
        "-Infinity",
        "infinity",
        "epoch",
        "now",
        "today",
        "allballs",
        "24:00",
        "2024-02-30",
        "0000-01-01",
        "9999-12-31",
    ),
    *("10000-01-01", "4714-11-24 BC", "2024-01-01T25:00", "2024-01-01T24:00:00", "2024-12-31T23:59:60Z", "31.02.2024"),
    *(
        "2024-01-01T00:00+99:99",
        "2024-01-01 00:00 Mars/Olympus",
        "99.99.9999",
        "{",
        "[]",
        "[" * 100_000,
        '{"a":' * 50_000,
    ),
    *(
        "[" * 4_999 + "]" * 4_999,
        "[" + "{}," * 6_000 + "{}]",
        '"\\u0000"',
        '"\\ud800"',
        "1e400000",
        "{1,2}",
        "{{1},{2}}",
    ),
    *("a,b,,;\n;c", "null", "true", "TRUE ", "Yes", "\\", "'", '"', "%s", ":x", "$1", ";--", "a\x01b", "é" * 3_000),
    *(
        "x" * 100_000,
        "🙂",
        "\u202e",
        "\ufeff1",
        "a@b",
        "@",
        "+",
        "+41",
        "tel:+41446681800",
        "http://",
        "javascript:alert(1)",
    ),
    *(
        "00000000-0000-0000-0000-00000000000",
        "{00000000-0000-0000-0000-000000000000}",
        "<script>",
        "&lt;",
        "Ada  Lovelace ",
    ),
]


async def test_no_text_is_too_strange_to_be_converted_or_refused(crm: Living) -> None:
    letters = Random(7)  # noqa: S311
    alphabet = "0123456789+-.eE:TZ/ {}[]\",'\\nax"
    texts = NASTY + ["".join(letters.choices(alphabet, k=letters.randint(1, 30))) for _ in range(2_000)]
    kinds = [to for before, to in CONVERSIONS if before == "TEXT"]
    await crm.change(add_object("thing", *(NewField(name=f"v{at}", type="TEXT") for at in range(len(kinds)))))
    columns = ", ".join(f"v{at}" for at in range(len(kinds)))
    values = ", ".join("text" for _ in kinds)
    listed = "unnest($1::text[]) AS text"
    await crm.run(f"INSERT INTO {{}}.things ({columns}) SELECT {values} FROM {listed}", texts)  # noqa: S608
    await crm.change(
        *(
            update_field(
                "thing", f"v{at}", type=kind, on_failure="NULL", **(LOW_HIGH if KINDS[kind].has_options else {})
            )
            for at, kind in enumerate(kinds)
        )
    )
    await crm.assert_healthy()
    back = [to for to in kinds if (to, "TEXT") in CONVERSIONS]
    await crm.change(*(update_field("thing", f"v{kinds.index(kind)}", type="TEXT") for kind in back))
    await crm.assert_healthy()
