"""A relation becomes one of another type, and keeps its links."""

from typing import Any

import pytest

from armature.core.errors import ArmatureError
from armature.metadata.changes import NewField, NewRelation
from armature.metadata.edits.relation_types import RelationTypeUnknown
from armature.metadata.edits.relations import KeylessIsNullable, NotARelation
from armature.migrations.workspace.conflicts import ValuesNotUnique
from armature.migrations.workspace.undo import DataInTheWay
from tests.metadata.models import add_field, restore_field, update_field
from tests.migrations.living import Living
from tests.migrations.test_undo import undo

ENDS = (("person", "company"), ("company", "people"))


@pytest.fixture
async def people(crm: Living) -> Living:
    """Ada and Bob at Acme, Cleo nowhere."""
    await crm.run("INSERT INTO {}.companies (name) VALUES ('Acme'), ('Other')")
    await crm.run(
        "INSERT INTO {}.people (first_name, company_id) SELECT who, (SELECT id FROM {}.companies WHERE name = at) "
        "FROM (VALUES ('Ada', 'Acme'), ('Bob', 'Acme'), ('Cleo', NULL)) AS given (who, at)"
    )
    return crm


def sides(crm: Living) -> list[Any]:
    return [crm.snapshot.link(crm.object(of).kept_fields[name]).side for of, name in ENDS]


def ids(crm: Living) -> list[Any]:
    return [crm.object(of).kept_fields[name].id for of, name in ENDS]


@pytest.mark.parametrize("end", ENDS)
async def test_to_one_becomes_many_to_many_with_its_links(people: Living, end: tuple[str, str]) -> None:
    before = ids(people)
    await people.change(update_field(*end, relation_type="MANY_TO_MANY"))
    assert sides(people) == ["MANY_TO_MANY", "MANY_TO_MANY"]
    assert ids(people) == before
    between = people.snapshot.link(people.object("person").kept_fields["company"]).between
    assert between is not None
    linked = (
        f"SELECT p.first_name, c.name FROM {{}}.people AS p JOIN {{}}.{between.object.table} AS l "  # noqa: S608
        f"ON l.{between.near.column} = p.id JOIN {{}}.companies AS c ON c.id = l.{between.far.column} ORDER BY 1"
    )
    assert await people.run(linked) == [("Ada", "Acme"), ("Bob", "Acme")]
    await people.assert_healthy()
    with pytest.raises(DataInTheWay, match="has 2 records by now"):
        await undo(people)


async def test_without_links_it_can_be_taken_back_and_forth(crm: Living) -> None:
    before = crm.object("person").kept_fields["company"]
    await crm.change(update_field("person", "company", relation_type="MANY_TO_MANY", name="companies"))
    await undo(crm)
    after = crm.object("person").kept_fields["company"]
    assert (after.column, after.relation_id, after.is_unique) == (before.column, before.relation_id, before.is_unique)
    await crm.assert_healthy()
    assert await crm.errors(restore_field("person", "company")) != []
    await undo(crm)
    assert crm.snapshot.link(crm.object("person").kept_fields["companies"]).side == "MANY_TO_MANY"
    await crm.assert_healthy()
    await undo(crm)
    await crm.assert_healthy()


async def test_the_old_keys_are_set_aside(people: Living) -> None:
    await people.change(update_field("person", "company", relation_type="MANY_TO_MANY", name="companies"))
    await people.change(restore_field("person", "company"))
    aside = people.object("person").kept_fields["company"]
    assert aside.kind == "UUID"
    assert await people.run(f"SELECT count({aside.column}) FROM {{}}.people") == [(2,)]  # noqa: S608
    await people.assert_healthy()


@pytest.mark.parametrize(("end", "many"), [*zip(ENDS, ("MANY_TO_ONE", "ONE_TO_MANY"), strict=True)])
async def test_to_one_becomes_one_to_one_and_back(people: Living, end: tuple[str, str], many: Any) -> None:
    (error,) = await people.errors(update_field(*end, relation_type="ONE_TO_ONE"))
    assert isinstance(error, ValuesNotUnique)
    await people.run("DELETE FROM {}.people WHERE first_name = 'Bob'")
    await people.change(update_field(*end, relation_type="ONE_TO_ONE"))
    assert sides(people) == ["ONE_TO_ONE", "ONE_TO_ONE"]
    await people.assert_healthy()
    await people.change(update_field(*end, relation_type=many))
    assert sides(people) == ["MANY_TO_ONE", "ONE_TO_MANY"]
    await people.assert_healthy()


async def test_a_link_to_itself_becomes_many_to_many(crm: Living) -> None:
    boss = NewRelation(type="MANY_TO_ONE", target="person", inverse_name="reports")
    await crm.change(add_field("person", NewField(name="boss", type="RELATION", relation=boss)))
    await crm.run("INSERT INTO {}.people (first_name) VALUES ('Ada')")
    await crm.run("INSERT INTO {}.people (first_name, boss_id) SELECT 'Bob', id FROM {}.people")
    await crm.change(update_field("person", "boss", relation_type="MANY_TO_MANY", name="bosses"))
    between = crm.snapshot.link(crm.object("person").kept_fields["bosses"]).between
    assert between is not None
    found = await crm.run(
        f"SELECT near.first_name, far.first_name FROM {{}}.{between.object.table} AS l "  # noqa: S608
        f"JOIN {{}}.people AS near ON near.id = l.{between.near.column} JOIN {{}}.people AS far "
        f"ON far.id = l.{between.far.column}"
    )
    assert found == [("Bob", "Ada")]
    await crm.assert_healthy()


async def test_what_can_not_be_is_told(crm: Living) -> None:
    needed = NewRelation(type="MANY_TO_ONE", target="company", inverse_name="owned", on_delete="CASCADE")
    await crm.change(add_field("task", NewField(name="owner", type="RELATION", is_nullable=False, relation=needed)))
    refusals: list[tuple[type[ArmatureError], Any]] = [
        (NotARelation, update_field("person", "jobTitle", relation_type="MANY_TO_MANY")),
        (RelationTypeUnknown, update_field("person", "company", relation_type="ONE_TO_MANY")),
        (RelationTypeUnknown, update_field("company", "people", relation_type="MANY_TO_ONE")),
        (KeylessIsNullable, update_field("task", "owner", relation_type="MANY_TO_MANY")),
    ]
    for wanted, change in refusals:
        (error,) = await crm.errors(change)
        assert isinstance(error, wanted), error
    await crm.change(update_field("person", "company", relation_type="MANY_TO_MANY"))
    (error,) = await crm.errors(update_field("person", "company", relation_type="MANY_TO_ONE"))
    assert isinstance(error, RelationTypeUnknown)
    await crm.assert_healthy()
