"""What was deleted leaves for good: its tables and columns, and what the catalog knows of it."""

from datetime import UTC, datetime, timedelta

import pytest

from armature.core.errors import Conflict, NotFound
from armature.metadata.changes import Change, CreateRole, NewField, NewRelation, SetObjectPermission
from armature.migrations.workspace.purge import (
    StillNeeded,
    purge_due,
    purge_field,
    purge_object,
    workspaces_due,
)
from armature.migrations.workspace.undo import PurgedForGood, undo_changeset
from tests.metadata.models import (
    add_field,
    add_object,
    delete_field,
    delete_object,
    restore_field,
    restore_object,
    text,
    to_one,
)
from tests.migrations.living import Living

LATER = timedelta(days=1)
FORMULA = NewField(name="shout", type="FORMULA", settings={"expression": "upper(name)"})
MORPH = NewField(name="about", type="MORPH_RELATION")
JOINED = NewField(name="friends", type="RELATION", relation=NewRelation(type="MANY_TO_MANY", target="person"))


async def purge_all(crm: Living) -> None:
    await purge_due(crm.db, crm.id, datetime.now(UTC) + LATER)
    crm.snapshot = await crm.stored()


async def tables(crm: Living) -> set[str]:
    found = await crm.run("SELECT tablename FROM pg_tables WHERE schemaname = $1", crm.schema)
    return {name for (name,) in found}


async def test_a_field_goes_with_its_column_and_its_name_is_free(crm: Living) -> None:
    await crm.change(delete_field("company", "addressCity"))
    version = crm.snapshot.version
    await purge_all(crm)

    assert crm.snapshot.version == version + 1
    assert "address_city" not in await crm.columns("companies")
    assert all(each.name != "addressCity" for each in crm.object("company").fields.values())
    await crm.assert_healthy()
    assert await crm.errors(restore_field("company", "addressCity"))
    await crm.change(add_field("company", text("addressCity")))
    assert "address_city" in await crm.columns("companies")
    await crm.assert_healthy()


async def test_an_object_goes_with_its_table_and_its_relations(crm: Living) -> None:
    await crm.change(delete_object("person"))
    await purge_all(crm)

    assert "people" not in await tables(crm)
    assert all(each.name_singular != "person" for each in crm.snapshot.objects.values())
    names = {each.name for of in crm.snapshot.objects.values() for each in of.fields.values()}
    assert names.isdisjoint({"people", "pointOfContact", "assignee"})
    assert "point_of_contact_id" not in await crm.columns("opportunities")
    assert await crm.run("SELECT FROM armature.options WHERE field_id NOT IN (SELECT id FROM armature.fields)") == []
    await crm.assert_healthy()


@pytest.mark.parametrize(
    ("make", "unmake"),
    [
        ([add_field("company", FORMULA)], [delete_field("company", "shout")]),
        ([add_field("company", JOINED)], [delete_field("company", "friends")]),
        (
            [add_field("note", MORPH)],
            [delete_field("note", "about")],
        ),
        ([add_field("company", to_one("parent", "company", "children"))], [delete_field("company", "parent")]),
        ([add_field("company", NewField(name="seat", type="ADDRESS"))], [delete_field("company", "seat")]),
    ],
    ids=["formula", "many to many", "union", "of its own", "composite"],
)
async def test_whatever_is_deleted_can_be_purged(crm: Living, make: list[Change], unmake: list[Change]) -> None:
    known = await crm.change(*make)
    await crm.change(*unmake)
    await purge_all(crm)
    kept = [each for of in crm.snapshot.objects.values() for each in of.fields.values() if each.deleted_at is not None]
    assert kept == []
    await crm.assert_healthy()
    crm.snapshot = known  # as a process that has not heard of it for long
    await crm.change(add_field("company", text("slogan")))
    await crm.assert_healthy()
    assert crm.snapshot.objects == (await crm.stored()).objects


async def test_only_what_is_old_enough_goes(crm: Living) -> None:
    await crm.change(delete_field("company", "addressCity"))
    await purge_due(crm.db, crm.id, datetime.now(UTC) - LATER)
    assert (await crm.stored()).version == crm.snapshot.version
    async with crm.db.connection() as connection:
        assert await workspaces_due(connection, LATER) == []
        assert await workspaces_due(connection, -LATER) == [crm.id]
    await crm.change(restore_field("company", "addressCity"))
    async with crm.db.connection() as connection:
        assert await workspaces_due(connection, -LATER) == []


async def test_what_is_asked_for_goes_at_once_and_nothing_else(crm: Living) -> None:
    await crm.change(delete_field("company", "addressCity"), delete_field("company", "employees"))
    crm.snapshot = await purge_field(crm.db, crm.id, "company", "addressCity")
    assert {"address_city", "employees"} & await crm.columns("companies") == {"employees"}
    await crm.change(delete_object("task"), delete_object("note"))
    crm.snapshot = await purge_object(crm.db, crm.id, "task")
    assert {"tasks", "notes"} & await tables(crm) == {"notes"}
    await crm.change(restore_object("note"), restore_field("company", "employees"))
    await crm.assert_healthy()


@pytest.mark.parametrize("field", ["name", "nobody"])
async def test_what_is_not_deleted_is_not_purged(crm: Living, field: str) -> None:
    with pytest.raises(NotFound):
        await purge_field(crm.db, crm.id, "company", field)
    with pytest.raises(NotFound):
        await purge_object(crm.db, crm.id, "company")


async def test_there_is_no_way_back(crm: Living) -> None:
    await crm.change(delete_field("company", "addressCity"))
    after = await purge_field(crm.db, crm.id, "company", "addressCity")
    with pytest.raises(PurgedForGood):
        await undo_changeset(crm.db, crm.id, after.version)
    crm.snapshot = after
    last = await crm.change(add_field("company", text("slogan")))
    crm.snapshot = await undo_changeset(crm.db, crm.id, last.version)
    await crm.assert_healthy()


async def test_what_a_rule_of_a_role_names_stays(crm: Living) -> None:
    rule = {"addressCity": {"eq": "Paris"}}
    await crm.change(
        CreateRole(name="parisian", label="Parisian"),
        SetObjectPermission(role="parisian", object="company", rights=("READ",), read_rule=rule),
    )
    refused = await crm.errors(delete_field("company", "addressCity"))
    if refused:  # then nobody can get so far
        assert isinstance(refused[0], Conflict)
        return
    with pytest.raises(StillNeeded):
        await purge_field(crm.db, crm.id, "company", "addressCity")
    await purge_all(crm)
    assert "address_city" in await crm.columns("companies")


async def test_many_objects_go_in_several_transactions(crm: Living) -> None:
    names = [f"thing{number}" for number in range(45)]
    await crm.change(*(add_object(each) for each in names))
    await crm.change(*(delete_object(each) for each in names))
    before = crm.snapshot.version
    await purge_all(crm)
    assert crm.snapshot.version == before + 3
    assert not {each for each in await tables(crm) if each.startswith("thing")}
    await crm.assert_healthy()
