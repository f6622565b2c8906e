"""Formulas as fields: computed by the database, following renames, and kept from losing what they need."""

from typing import Any

import pytest

from armature.core.errors import BadUserInput
from armature.metadata.changes import NewField
from armature.metadata.edits.formulas import FormulaInCircle, FormulaMissing, NeededByFormula
from armature.metadata.formula.syntax import FormulaInvalid
from armature.migrations.workspace.doctor import diagnose
from armature.migrations.workspace.preview import preview_changes
from tests.metadata.models import add_field, add_object, delete_field, restore_field, update_field
from tests.migrations.living import Living


def formula(name: str, expression: str, **more: Any) -> NewField:
    return NewField(name=name, type="FORMULA", settings={"expression": expression}, **more)


def number(name: str) -> NewField:
    return NewField(name=name, type="NUMBER", settings={"dataType": "int"})


TITLE = NewField(name="title", type="TEXT", settings={"maxLength": 40})
"""Its CHECK is in the way of some changes of a generated column."""


@pytest.fixture
async def shop(crm: Living) -> Living:
    await crm.change(
        add_object("item", formula("total", "price * pieces"), number("price"), number("pieces"), TITLE),
        add_field("item", formula("label", "title & ': ' & total")),
    )
    await crm.run("INSERT INTO {}.items (title, price, pieces) VALUES ('Tea', 3, 4), ('Cup', NULL, 1)")
    return crm


async def values(shop: Living, column: str) -> list[Any]:
    return [value for (value,) in await shop.run(f"SELECT {column} FROM {{}}.items ORDER BY title DESC")]  # noqa: S608


async def test_formulas_are_computed_whatever_their_order(shop: Living) -> None:
    assert await values(shop, "total") == [12.0, None]
    assert await values(shop, "label") == ["Tea: 12", "Cup: "]
    await shop.assert_healthy()


async def test_a_formula_is_added_without_writing_a_record(shop: Living) -> None:
    plan = await preview_changes(shop.db, shop.id, [add_field("item", formula("half", "total / 2"))])

    (statement,) = plan.statements
    assert "GENERATED ALWAYS AS" in statement.sql
    assert not statement.rewrites


async def test_formulas_follow_renames(shop: Living) -> None:
    await shop.change(update_field("item", "price", name="cost"), update_field("item", "total", name="sum"))

    fields = shop.object("item").kept_fields
    assert fields["sum"].settings["expression"] == "cost * pieces"
    assert fields["label"].settings["expression"] == "title & ': ' & sum"
    assert await values(shop, "label") == ["Tea: 12", "Cup: "]
    await shop.assert_healthy()


async def test_changing_a_formula_changes_those_that_use_it(shop: Living) -> None:
    await shop.change(update_field("item", "total", settings={"expression": "price + pieces"}))

    assert await values(shop, "label") == ["Tea: 7", "Cup: "]
    await shop.assert_healthy()

    await shop.change(update_field("item", "total", settings={"expression": "pieces % price + LENGTH('%s:x')"}))

    assert await values(shop, "total") == [5.0, None]
    await shop.assert_healthy()


async def test_a_formula_may_give_another_type_than_before(shop: Living) -> None:
    await shop.change(update_field("item", "total", settings={"expression": "UPPER(title)"}))

    assert shop.object("item").kept_fields["total"].settings["result"] == "String"
    assert await values(shop, "label") == ["Tea: TEA", "Cup: CUP"]
    await shop.assert_healthy()


async def test_a_formula_follows_a_younger_field_to_another_column(shop: Living) -> None:
    await shop.change(
        add_field("item", number("tax")), update_field("item", "total", settings={"expression": "price + tax"})
    )
    await shop.run("UPDATE {}.items SET tax = 2")
    await shop.change(update_field("item", "tax", settings={"dataType": "float"}))

    assert await values(shop, "total") == [5.0, None]
    await shop.assert_healthy()


async def test_a_formula_uses_a_part_of_a_field_and_follows_its_renaming(shop: Living) -> None:
    await shop.change(
        add_field("item", NewField(name="origin", type="ADDRESS")),
        add_field("item", formula("place", "origin.city & ', ' & UPPER(origin.country)")),
        update_field("item", "origin", name="from"),
    )
    await shop.run("UPDATE {}.items SET origin_city = 'Pune', origin_country = 'in'")

    assert shop.object("item").kept_fields["place"].settings["expression"] == "from.city & ', ' & UPPER(from.country)"
    assert await values(shop, "place") == ["Pune, IN", "Pune, IN"]
    assert isinstance((await shop.errors(delete_field("item", "from")))[0], NeededByFormula)
    await shop.assert_healthy()


async def test_what_a_formula_needs_stays(shop: Living) -> None:
    for change in (
        delete_field("item", "price"),
        update_field("item", "price", is_active=False),
        delete_field("item", "total"),
    ):
        (error,) = await shop.errors(change)
        assert isinstance(error, NeededByFormula)
        assert error.field in ("price", "total")
    (error,) = await shop.errors(
        update_field("item", "total", settings={"expression": "1 = 1"}), add_field("item", formula("next", "total + 1"))
    )
    assert isinstance(error, FormulaInvalid)
    await shop.assert_healthy()


async def test_a_deleted_formula_comes_back_if_it_still_makes_sense(shop: Living) -> None:
    await shop.change(delete_field("item", "label"))
    await shop.assert_healthy()
    assert "label" not in await shop.columns("items")

    await shop.change(restore_field("item", "label"))
    assert await values(shop, "label") == ["Tea: 12", "Cup: "]

    await shop.change(delete_field("item", "label"), update_field("item", "title", name="name"))
    (error,) = await shop.errors(restore_field("item", "label"))
    assert isinstance(error, FormulaInvalid)
    await shop.assert_healthy()


@pytest.mark.parametrize(
    ("field", "kind", "field_name"),
    [
        (formula("bad", "price +"), FormulaInvalid, "bad"),
        (formula("bad", "company & 'x'"), FormulaInvalid, "bad"),
        (formula("bad", "bad + 1"), FormulaInCircle, "bad"),
        (NewField(name="bad", type="FORMULA"), FormulaMissing, "bad"),
        (formula("bad", "1", is_nullable=False), BadUserInput, "bad"),
        (formula("bad", "1", is_unique=True), BadUserInput, "bad"),
    ],
)
async def test_what_is_no_formula_is_refused(
    shop: Living, field: NewField, kind: type[Exception], field_name: str
) -> None:
    (error,) = await shop.errors(add_field("item", field))

    assert isinstance(error, kind)
    assert error.field == field_name
    await shop.assert_healthy()


async def test_formulas_in_a_circle_are_refused_with_the_way(shop: Living) -> None:
    errors = await shop.errors(update_field("item", "total", settings={"expression": "LENGTH(label)"}))

    assert {each.message for each in errors} >= {"The formula needs itself: total → label → total."}
    await shop.assert_healthy()


async def test_the_result_is_inferred_not_given(shop: Living) -> None:
    (error,) = await shop.errors(update_field("item", "total", settings={"result": "String"}))

    assert 'no setting "result"' in error.message


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        (
            "ALTER TABLE {}.items DROP total, ADD total float8 GENERATED ALWAYS AS (price) VIRTUAL",
            "does not compute what its formula says",
        ),
        ("ALTER TABLE {}.items DROP COLUMN total", '"items.total" is missing'),
        (
            "ALTER TABLE {}.items ADD COLUMN extra int GENERATED ALWAYS AS (1) VIRTUAL",
            '"items.extra" belongs to no field',
        ),
        ("ALTER TABLE {}.items DROP COLUMN total, ADD COLUMN total float8", "does not compute what its formula says"),
    ],
)
async def test_doctor_finds_and_mends_formulas(shop: Living, tampering: str, what: str) -> None:
    await shop.run(tampering)

    findings = await diagnose(shop.db, shop.id)

    assert any(what in each.what for each in findings), findings
    async with shop.db.connection() as connection:
        for each in findings:
            await connection.execute(each.fix)
    await shop.assert_healthy()
