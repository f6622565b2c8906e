"""Rollups as part of a workspace: no DDL, kept in the catalog, previewed, undone."""

from armature.metadata.edits.rollups import NeededByRollup
from armature.migrations.workspace.preview import preview_changes
from armature.migrations.workspace.undo import undo_changeset
from tests.metadata.models import add_field, delete_field, update_field, update_object
from tests.metadata.test_rollups import WON, rollup
from tests.migrations.living import Living

SUM = rollup("won", "opportunities", "SUM", "amountMicros", filter=WON)


async def test_a_rollup_changes_no_table(crm: Living) -> None:
    plan = await preview_changes(crm.db, crm.id, [add_field("company", SUM)])

    assert plan.statements == ()
    assert plan.version == crm.snapshot.version + 1


async def test_rollups_are_kept_as_they_are_after_renames(crm: Living) -> None:
    await crm.change(add_field("company", SUM))
    await crm.change(
        update_object("opportunity", name_singular="deal", name_plural="deals"),
        update_field("deal", "stage", name="phase"),
    )

    assert (await crm.stored()).fingerprint == crm.snapshot.fingerprint
    assert crm.object("company").kept_fields["won"].settings["filter"] == {"phase": {"eq": "CUSTOMER"}}
    await crm.assert_healthy()


async def test_what_a_rollup_needs_is_kept_by_a_dry_run_too(crm: Living) -> None:
    await crm.change(add_field("company", SUM))

    (error,) = await crm.errors(delete_field("opportunity", "amountMicros"))
    assert isinstance(error, NeededByRollup)
    await crm.assert_healthy()


async def test_a_rollup_can_be_undone(crm: Living) -> None:
    before = crm.object("company").kept_fields.keys()
    after = await crm.change(add_field("company", SUM))

    undone = await undo_changeset(crm.db, crm.id, after.version)

    assert undone.kept_objects["company"].kept_fields.keys() == before
    again = await undo_changeset(crm.db, crm.id, undone.version)
    assert again.kept_objects["company"].kept_fields["won"].settings["result"] == "Decimal"
