"""What is loaded is what was saved, whether read whole or on top of an older snapshot."""

from uuid import uuid4

import pytest

from armature.core.db import Database
from armature.metadata.changes import Change, NewField, NewOption
from armature.metadata.store import WorkspaceNotFound, current_version, load_snapshot, lock_version
from tests.metadata.models import (
    add_field,
    add_object,
    delete_field,
    delete_object,
    restore_object,
    select,
    text,
    to_many,
    update_field,
    update_object,
)
from tests.migrations.living import Living

STORY: tuple[Change, ...] = (
    add_field("company", text("slogan", default_value="Ô\n\t\\'", description="What they say")),
    add_field("company", select("size", "SMALL", "LARGE", default_value="LARGE")),
    update_field("company", "size", options=(NewOption(value="LARGE", label="Big", color="red"), NewOption(value="S"))),
    add_object("team", text("title"), to_many("members", "person", "team")),
    update_object("team", name_singular="crew", label_plural="Crews", description="Who works together"),
    add_field("crew", NewField(name="ratio", type="NUMBER", default_value=1e22)),
    add_field(
        "crew", NewField(name="part", type="NUMERIC", default_value="1.50", settings={"precision": 5, "scale": 2})
    ),
    add_field("crew", NewField(name="extra", type="RAW_JSON", default_value={"b": [1.0, None], "a": "é"})),
    delete_field("crew", "extra"),
    update_field("person", "city", is_active=False),
    delete_object("company"),
    restore_object("company"),
)


async def test_a_newer_snapshot_is_an_older_one_and_what_changed(crm: Living) -> None:
    by_version = {1: await crm.stored()}
    for each in STORY:
        await crm.change(each)
        by_version[crm.snapshot.version] = await crm.stored()
        assert by_version[crm.snapshot.version] == crm.snapshot
        assert by_version[crm.snapshot.version].fingerprint == crm.snapshot.fingerprint

    async with crm.db.connection() as connection:
        for known in by_version.values():
            found = await load_snapshot(connection, crm.id, known)
            assert found == crm.snapshot
            assert list(found.objects) == list(crm.snapshot.objects)
            assert [list(each.fields) for each in found.objects.values()] == [
                list(each.fields) for each in crm.snapshot.objects.values()
            ]


async def test_what_did_not_change_stays_the_very_same(crm: Living) -> None:
    before = await crm.stored()
    await crm.change(add_field("company", text("slogan")))

    async with crm.db.connection() as connection:
        after = await load_snapshot(connection, crm.id, before)
        assert await load_snapshot(connection, crm.id, after) is after

    for name, of in before.visible_objects.items():
        assert (after.visible_objects[name] is of) == (name != "company")
    old, new = before.visible_objects["company"], after.visible_objects["company"]
    assert all(new.fields[each] is field for each, field in old.fields.items())
    assert after.relations is before.relations


async def test_removed_options_are_gone(crm: Living) -> None:
    await crm.change(add_field("company", select("size", "SMALL", "LARGE")))
    known = await crm.stored()
    await crm.change(update_field("company", "size", options=(NewOption(value="LARGE"),)))

    async with crm.db.connection() as connection:
        found = await load_snapshot(connection, crm.id, known)

    assert [each.value for each in found.visible_objects["company"].visible_fields["size"].options] == ["LARGE"]
    assert found == await crm.stored()


async def test_the_version_can_be_asked_for_and_locked(crm: Living) -> None:
    async with crm.db.transaction() as connection:
        assert await current_version(connection, crm.id) == await lock_version(connection, crm.id) == 1


async def test_a_workspace_that_is_not_there_is_named(db: Database) -> None:
    missing = uuid4()
    async with db.connection() as connection:
        for ask in (current_version, lock_version, load_snapshot):
            with pytest.raises(WorkspaceNotFound, match=str(missing)):
                await ask(connection, missing)
