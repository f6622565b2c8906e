"""VECTOR fields in the database: added without a rewrite, known to the doctor, refused where pgvector is missing."""

from typing import Any

from armature.metadata.changes import NewField
from armature.metadata.conversions.matrix import SettingsFixed
from armature.metadata.kinds.vectors import DimensionsMissing
from armature.migrations.workspace.conflicts import VectorsUnavailable
from armature.migrations.workspace.preview import preview_changes
from tests.metadata.models import add_field, delete_field, restore_field, update_field
from tests.migrations.living import Living


def vector(name: str, **more: Any) -> NewField:
    return NewField(name=name, type="VECTOR", settings={"dimensions": 3}, **more)


async def test_a_vector_is_a_column_like_others(crm: Living) -> None:
    plan = await preview_changes(crm.db, crm.id, [add_field("note", vector("embedding", default_value=[1, 2.5, -3]))])
    assert not any(each.rewrites for each in plan.statements)

    await crm.change(add_field("note", vector("embedding", default_value=[1, 2.5, -3])))
    await crm.assert_healthy()
    await crm.change(delete_field("note", "embedding"))
    await crm.change(restore_field("note", "embedding"))
    await crm.assert_healthy()


async def test_dimensions_are_needed_and_stay(crm: Living) -> None:
    (error,) = await crm.errors(add_field("note", NewField(name="x", type="VECTOR")))
    assert isinstance(error, DimensionsMissing)
    await crm.change(add_field("note", vector("embedding")))
    (error,) = await crm.errors(update_field("note", "embedding", settings={"dimensions": 4}))
    assert isinstance(error, SettingsFixed)
    for wrong in (0, 2_001, "3", None):
        (error,) = await crm.errors(
            add_field("note", NewField(name="x", type="VECTOR", settings={"dimensions": wrong}))
        )
        assert error.path == ("changes", 0, "createField", "settings", "dimensions")


async def test_without_pgvector_only_vectors_are_refused(crm: Living) -> None:
    await crm.run("DROP EXTENSION vector")

    (error,) = await crm.errors(add_field("note", vector("embedding")))

    assert isinstance(error, VectorsUnavailable)
    assert "embedding" not in (await crm.stored()).kept_objects["note"].kept_fields
    await crm.change(add_field("note", NewField(name="other", type="TEXT")))
