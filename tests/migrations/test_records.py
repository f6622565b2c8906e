"""What records have to do with a change of their model: they stand in its way, follow it, or survive it."""

from dataclasses import replace

import asyncpg
import pytest

from armature.core.errors import Conflict
from armature.metadata.changes import NewField, NewOption, NewRelation
from armature.migrations.workspace.conflicts import (
    DefaultNotUnique,
    OptionInUse,
    RecordsWithoutValue,
    ValuesDoNotFit,
    ValuesMissing,
    ValuesNotUnique,
    ValueTooLong,
)
from armature.migrations.workspace.doctor import diagnose
from armature.migrations.workspace.preview import preview_changes
from tests.metadata.models import (
    add_field,
    add_object,
    delete_field,
    delete_object,
    restore_field,
    restore_object,
    select,
    text,
    update_field,
)
from tests.migrations.living import Living


@pytest.fixture
async def two(crm: Living) -> Living:
    """Two companies of the same city, one of them without a domain."""
    await crm.run(
        "INSERT INTO {}.companies (name, domain_name, address_city) VALUES ('Acme', 'acme.com', 'Rome'), "
        "('Other', NULL, 'Rome')"
    )
    return crm


async def test_a_required_field_without_a_default_needs_an_empty_table(two: Living) -> None:
    (error,) = await two.errors(add_field("company", text("slogan", is_nullable=False)))

    assert isinstance(error, RecordsWithoutValue)
    assert "2 records" in error.message
    assert "isNullable: true" in str(error.hint)
    await two.assert_healthy()


async def test_a_required_field_with_a_default_fills_the_table(two: Living) -> None:
    await two.change(add_field("company", text("slogan", is_nullable=False, default_value="It's\ta\\b")))

    assert await two.run("SELECT DISTINCT slogan FROM {}.companies") == [("It's\ta\\b",)]
    await two.assert_healthy()


async def test_records_without_a_value_stand_in_the_way_of_required(two: Living) -> None:
    (error,) = await two.errors(update_field("company", "domainName", is_nullable=False))

    assert isinstance(error, ValuesMissing)
    assert "1 record of" in error.message
    await two.assert_healthy()

    await two.run("UPDATE {}.companies SET domain_name = 'other.com' WHERE domain_name IS NULL")
    await two.change(update_field("company", "domainName", is_nullable=False))
    await two.assert_healthy()


async def test_becoming_required_with_a_default_fills_the_gaps(two: Living) -> None:
    await two.change(update_field("company", "addressCity", is_nullable=True, default_value="Paris"))
    await two.run("INSERT INTO {}.companies (name, address_city) VALUES ('Third', NULL)")

    await two.change(update_field("company", "addressCity", is_nullable=False))

    assert await two.run("SELECT address_city FROM {}.companies ORDER BY name") == [("Rome",), ("Rome",), ("Paris",)]
    await two.assert_healthy()


async def test_values_held_twice_stand_in_the_way_of_unique(two: Living) -> None:
    (error,) = await two.errors(update_field("company", "addressCity", is_unique=True))

    assert isinstance(error, ValuesNotUnique)
    assert 'such as "Rome" by 2' in error.message
    await two.assert_healthy()


async def test_uniqueness_ignores_deleted_records(two: Living) -> None:
    await two.run("UPDATE {}.companies SET deleted_at = now() WHERE name = 'Other'")

    await two.change(update_field("company", "addressCity", is_unique=True))
    await two.run("INSERT INTO {}.companies (name, address_city, deleted_at) VALUES ('Third', 'Rome', now())")

    with pytest.raises(Exception, match="companies__address_city__key"):
        await two.run("INSERT INTO {}.companies (name, address_city) VALUES ('Fourth', 'Rome')")
    await two.change(update_field("company", "addressCity", is_unique=False))
    await two.run("INSERT INTO {}.companies (name, address_city) VALUES ('Fourth', 'Rome')")
    await two.assert_healthy()


async def test_a_value_too_long_for_an_index_stands_in_the_way_of_unique(two: Living) -> None:
    long = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(10_000))  # hardly to be compressed
    await two.run("UPDATE {}.companies SET address_city = $1 WHERE name = 'Acme'", long)

    (error,) = await two.errors(update_field("company", "addressCity", is_unique=True))

    assert isinstance(error, ValueTooLong)
    await two.assert_healthy()


async def test_a_default_that_all_records_get_is_not_unique(two: Living) -> None:
    (error,) = await two.errors(add_field("company", text("slogan", is_unique=True, default_value="Ahoi")))

    assert isinstance(error, DefaultNotUnique)


@pytest.mark.parametrize("names", [(None, None), (None, "Ahoi")])
async def test_gaps_that_would_all_get_the_default_are_not_unique(two: Living, names: tuple[str | None, ...]) -> None:
    await two.change(add_field("company", text("slogan")))
    for company, name in zip(("Acme", "Other"), names, strict=True):
        await two.run("UPDATE {}.companies SET slogan = $2 WHERE name = $1", company, name)

    (error,) = await two.errors(
        update_field("company", "slogan", is_unique=True, is_nullable=False, default_value="Ahoi")
    )

    assert isinstance(error, DefaultNotUnique)
    assert "2 records" in error.message
    await two.assert_healthy()


async def test_a_single_gap_may_get_the_default_of_a_unique_field(two: Living) -> None:
    await two.change(update_field("company", "domainName", is_unique=True, is_nullable=False, default_value="none"))

    assert await two.run("SELECT domain_name FROM {}.companies ORDER BY name") == [("acme.com",), ("none",)]
    await two.assert_healthy()


async def test_a_default_made_anew_for_each_record_is_unique(two: Living) -> None:
    await two.change(
        add_field("company", NewField(name="key", type="UUID", is_unique=True, is_nullable=False, default_value="uuid"))
    )

    assert await two.run("SELECT count(DISTINCT key) FROM {}.companies") == [(2,)]
    await two.assert_healthy()


async def test_all_that_stands_in_the_way_is_told_at_once(two: Living) -> None:
    errors = await two.errors(
        update_field("company", "addressCity", is_unique=True), update_field("company", "domainName", is_nullable=False)
    )

    assert {each.field for each in errors} == {"addressCity", "domainName"}
    assert all(isinstance(each, Conflict) for each in errors)


# Options


@pytest.fixture
async def sized(two: Living) -> Living:
    await two.change(add_field("company", select("size", "SMALL", "LARGE", default_value="SMALL")))
    await two.run("UPDATE {}.companies SET size = 'LARGE' WHERE name = 'Other'")
    return two


def options(living: Living, **values: str) -> tuple[NewOption, ...]:
    """The field's options by their present values, each with its next."""
    present = living.object("company").kept_fields["size"].options
    return tuple(NewOption(id=str(each.id), value=values.get(each.value, each.value)) for each in present)


async def sizes(living: Living) -> list[tuple[str, str]]:
    return await living.run("SELECT name, size FROM {}.companies ORDER BY name")


async def test_an_option_in_use_can_not_be_removed(sized: Living) -> None:
    (error,) = await sized.errors(update_field("company", "size", options=(NewOption(value="SMALL"),)))

    assert isinstance(error, OptionInUse)
    assert '"LARGE"' in error.message
    assert "1 record" in error.message
    await sized.assert_healthy()


async def test_an_unused_option_can_be_removed(sized: Living) -> None:
    await sized.run("UPDATE {}.companies SET size = 'SMALL'")

    await sized.change(update_field("company", "size", options=(NewOption(value="SMALL"), NewOption(value="TINY"))))

    with pytest.raises(Exception, match="companies__size__check"):
        await sized.run("UPDATE {}.companies SET size = 'LARGE'")
    await sized.assert_healthy()


async def test_renaming_an_options_value_renames_it_in_the_records(sized: Living) -> None:
    await sized.change(update_field("company", "size", options=options(sized, SMALL="TINY")))

    assert await sizes(sized) == [("Acme", "TINY"), ("Other", "LARGE")]
    await sized.run("INSERT INTO {}.companies (name) VALUES ('Third')")
    assert ("Third", "TINY") in await sizes(sized)
    await sized.assert_healthy()


async def test_two_options_may_swap_their_values(sized: Living) -> None:
    await sized.change(update_field("company", "size", options=options(sized, SMALL="LARGE", LARGE="SMALL")))

    assert await sizes(sized) == [("Acme", "LARGE"), ("Other", "SMALL")]
    await sized.assert_healthy()


async def test_two_options_of_a_unique_field_may_swap_their_values(sized: Living) -> None:
    await sized.change(update_field("company", "size", is_unique=True))

    await sized.change(update_field("company", "size", options=options(sized, SMALL="LARGE", LARGE="SMALL")))

    assert await sizes(sized) == [("Acme", "LARGE"), ("Other", "SMALL")]
    await sized.assert_healthy()


async def test_an_option_may_not_go_while_its_field_comes_back(sized: Living) -> None:
    await sized.change(delete_field("company", "size"))

    (error,) = await sized.errors(
        restore_field("company", "size"), update_field("company", "size", options=(NewOption(value="SMALL"),))
    )

    assert isinstance(error, OptionInUse)
    await sized.assert_healthy()


async def test_labels_and_the_order_of_options_touch_no_table(sized: Living) -> None:
    turned = tuple(reversed(options(sized)))
    async with sized.db.transaction() as reading:
        await reading.execute(f"LOCK TABLE {sized.schema}.companies IN ACCESS EXCLUSIVE MODE")
        await sized.change(update_field("company", "size", options=turned))

    assert [each.value for each in sized.object("company").kept_fields["size"].options] == ["LARGE", "SMALL"]
    await sized.assert_healthy()


async def test_on_delete_can_change(two: Living) -> None:
    await two.run("INSERT INTO {}.people (first_name, company_id) SELECT 'Ann', id FROM {}.companies")
    await two.change(update_field("person", "company", on_delete="CASCADE"))
    await two.assert_healthy()

    await two.run("DELETE FROM {}.companies WHERE name = 'Acme'")

    assert await two.run("SELECT count(*) FROM {}.people") == [(1,)]


async def test_a_deactivated_field_gives_new_records_no_default(two: Living) -> None:
    await two.change(add_field("company", text("slogan", default_value="Ahoi")))
    await two.change(update_field("company", "slogan", is_active=False))
    await two.run("INSERT INTO {}.companies (name) VALUES ('Hidden')")
    await two.assert_healthy()

    await two.change(update_field("company", "slogan", is_active=True))
    await two.run("INSERT INTO {}.companies (name) VALUES ('Seen')")

    assert await two.run("SELECT slogan FROM {}.companies WHERE name IN ('Hidden', 'Seen') ORDER BY name") == [
        (None,),
        ("Ahoi",),
    ]
    await two.assert_healthy()


async def test_records_that_share_a_target_stand_in_the_way_of_one_to_one(two: Living) -> None:
    await two.run("INSERT INTO {}.people (first_name, last_name, company_id) SELECT 'A', 'B', id FROM {}.companies")
    await two.run("INSERT INTO {}.people (first_name, last_name, company_id) SELECT 'C', 'D', id FROM {}.companies")

    (error,) = await two.errors(update_field("person", "company", is_unique=True))
    assert isinstance(error, ValuesNotUnique)

    await two.run("UPDATE {}.people SET deleted_at = now() WHERE first_name = 'C'")
    await two.change(update_field("person", "company", is_unique=True))
    await two.assert_healthy()
    await two.change(update_field("person", "company", is_unique=False))
    await two.assert_healthy()


# Kinds with rules of their own


async def test_numbers_are_given_to_the_records_there_are(two: Living) -> None:
    await two.change(add_field("company", NewField(name="number", type="AUTO_NUMBER", settings={"start": 7})))
    await two.run("INSERT INTO {}.companies (name) VALUES ('Third')")

    assert await two.run("SELECT number FROM {}.companies ORDER BY number") == [(7,), (8,), (9,)]
    await two.assert_healthy()
    await two.change(delete_field("company", "number"))
    await two.run("INSERT INTO {}.companies (name) VALUES ('Fourth')")
    await two.assert_healthy()
    await two.change(restore_field("company", "number"))
    assert await two.run("SELECT max(number) FROM {}.companies") == [(10,)]
    await two.assert_healthy()


async def test_a_rule_that_records_break_stands_in_the_way(two: Living) -> None:
    await two.change(add_field("company", NewField(name="stars", type="RATING", settings={"max": 10})))
    await two.run("UPDATE {}.companies SET stars = 9")
    errors = [
        *await two.errors(update_field("company", "name", settings={"maxLength": 4})),
        *await two.errors(update_field("company", "stars", settings={"max": 8})),
    ]

    assert [type(each) for each in errors] == [ValuesDoNotFit, ValuesDoNotFit]
    assert "1 record of" in errors[0].message
    assert "2 records of" in errors[1].message
    await two.assert_healthy()
    await two.change(update_field("company", "name", settings={"maxLength": 5}))
    await two.change(update_field("company", "stars", settings={"max": 9}))
    await two.assert_healthy()


async def test_options_of_many_are_renamed_within_the_lists(two: Living) -> None:
    options = ("RED", "GREEN", "BLUE")
    colors = NewField(name="colors", type="MULTI_SELECT", options=tuple(NewOption(value=each) for each in options))
    await two.change(add_field("company", replace(colors, default_value=["RED"])))
    await two.run("UPDATE {}.companies SET colors = '{GREEN,RED,BLUE}' WHERE name = 'Acme'")
    red, green, blue = two.object("company").kept_fields["colors"].options
    swapped = (
        NewOption(id=str(red.id), value="GREEN"),
        NewOption(id=str(green.id), value="RED"),
        NewOption(id=str(blue.id), value="BLUE"),
    )
    await two.change(update_field("company", "colors", options=swapped))

    assert await two.run("SELECT colors FROM {}.companies ORDER BY name") == [(["RED", "GREEN", "BLUE"],), (["GREEN"],)]
    assert two.object("company").kept_fields["colors"].default == ["GREEN"]
    await two.assert_healthy()
    (error,) = await two.errors(update_field("company", "colors", options=swapped[:2]))
    assert isinstance(error, OptionInUse)
    assert '"BLUE"' in error.message
    assert "1 record of" in error.message


WHO_BREAKS_IT = (
    "ALTER TABLE {}.tasks DROP CONSTRAINT tasks__status__check",
    "INSERT INTO {}.tasks (status) VALUES ('NEVER') RETURNING id",
    "ALTER TABLE {}.tasks ADD CONSTRAINT tasks__status__check CHECK (status IN ('TODO')) NOT VALID",
)


async def test_what_allows_more_reads_no_record(crm: Living) -> None:
    """One that breaks the rule would be found, if it was looked for."""
    options = crm.object("task").kept_fields["status"].options
    for statement in WHO_BREAKS_IT:
        await crm.run(statement)

    more = (*(NewOption(value=each.value) for each in options), NewOption(value="LATER"))
    await crm.change(update_field("task", "status", options=more))
    await crm.change(add_field("task", select("mood", "GOOD", "BAD", default_value="GOOD")))

    await crm.run("INSERT INTO {}.tasks (status) VALUES ('LATER') RETURNING id")
    with pytest.raises(asyncpg.CheckViolationError):
        await crm.run("INSERT INTO {}.tasks (status) VALUES ('WRONG') RETURNING id")
    with pytest.raises(asyncpg.CheckViolationError):
        await crm.run("INSERT INTO {}.tasks (mood) VALUES ('WRONG') RETURNING id")
    (found,) = await diagnose(crm.db, crm.id)
    assert "tasks__status__check" in found.what
    await crm.run("DELETE FROM {}.tasks WHERE status = 'NEVER' RETURNING id")
    await crm.assert_healthy()


async def test_longer_texts_and_more_stars_read_no_record_either(crm: Living) -> None:
    await crm.change(
        add_field("task", text("code", settings={"maxLength": 3})),
        add_field("task", NewField(name="stars", type="RATING")),
    )
    preview = await preview_changes(
        crm.db,
        crm.id,
        [
            update_field("task", "code", settings={"maxLength": 5}),
            update_field("task", "stars", settings={"max": 10}),
        ],
    )
    assert [each.sql.endswith("NOT VALID") for each in preview.statements if " ADD " in each.sql] == [True, True]
    preview = await preview_changes(
        crm.db,
        crm.id,
        [update_field("task", "code", settings={"maxLength": 2}), update_field("task", "stars", settings={"max": 4})],
    )
    assert not any("NOT VALID" in each.sql for each in preview.statements)


async def test_an_object_comes_back_where_records_have_done_without_it(crm: Living) -> None:
    """What the hint says works."""
    relation = NewRelation(type="MANY_TO_ONE", target="place", inverse_name="tasks", on_delete="RESTRICT")
    place = NewField(name="place", type="RELATION", is_nullable=False, relation=relation)
    await crm.change(add_object("place", text("name")), add_field("task", place))
    await crm.change(delete_object("place"))
    await crm.run("INSERT INTO {}.tasks (title) VALUES ('Without') RETURNING id")
    (error,) = await crm.errors(restore_object("place"))
    assert isinstance(error, ValuesMissing)
    assert error.field == "place"
    assert "beside restoreObject with an updateField in the same changeset" in str(error.hint)
    await crm.change(restore_object("place"), update_field("task", "place", is_nullable=True))
    await crm.assert_healthy()
