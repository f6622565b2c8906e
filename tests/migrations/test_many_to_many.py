"""Link tables: what is in the database for a many-to-many relation, and which indexes its queries use."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from armature.core.db import Database
from armature.migrations.workspace.conflicts import JoinedTwice
from armature.migrations.workspace.preview import preview_changes
from tests.metadata.models import (
    add_field,
    add_object,
    delete_field,
    delete_object,
    many_to_many,
    restore_field,
    restore_object,
    text,
    to_one,
    update_field,
    update_object,
)
from tests.migrations.living import Living, living


@pytest.fixture
async def tags(db: Database) -> AsyncIterator[Living]:
    """Companies with tags, which are healthy before and after."""
    tags = await living(
        db,
        add_object("company", text("name")),
        add_object("tag", text("name"), many_to_many("companies", "company", "tags")),
    )
    await tags.assert_healthy()
    yield tags
    await tags.assert_healthy()


async def indexes(tags: Living) -> set[str]:
    found = await tags.run("SELECT indexname::text FROM pg_indexes WHERE schemaname = $1", tags.schema)
    return {name for (name,) in found if name.startswith("tag_companies")}


PAIR = {"tag_companies__tag_id__company_id__key", "tag_companies__company_id__tag_id__idx"}


async def test_two_indexes_serve_both_directions(tags: Living) -> None:
    assert await indexes(tags) == PAIR | {
        "tag_companies__pkey",
        "tag_companies__tag_id__idx",
        "tag_companies__company_id__idx",
    }


async def test_deleting_the_relation_takes_its_indexes_and_restoring_brings_them_back(tags: Living) -> None:
    await tags.change(delete_field("company", "tags"))
    assert not PAIR & await indexes(tags)
    await tags.assert_healthy()

    await tags.change(restore_field("tag", "companies"))
    assert await indexes(tags) >= PAIR


@pytest.mark.parametrize("name", ["company", "tag", "tagCompany"])
async def test_an_object_it_needs_may_go_and_return(tags: Living, name: str) -> None:
    await tags.change(delete_object(name))
    await tags.assert_healthy()
    await tags.change(restore_object(name))
    await tags.assert_healthy()
    await tags.change(update_object(name, is_active=False))
    await tags.assert_healthy()
    await tags.change(update_object(name, is_active=True))


async def test_pairs_held_twice_stand_in_the_way(tags: Living) -> None:
    await tags.change(
        add_object("visit", to_one("company", "company"), to_one("tag", "tag")),
    )
    await tags.run("INSERT INTO {}.companies (name) VALUES ('Acme')")
    await tags.run("INSERT INTO {}.tags (name) VALUES ('new')")
    for _ in range(2):
        await tags.run(
            "INSERT INTO {}.visits (company_id, tag_id) SELECT companies.id, tags.id FROM {}.companies, {}.tags"
        )
    through = add_field("company", many_to_many("visitors", "tag", "visited", through="visit"))

    (error,) = await tags.errors(through)
    assert isinstance(error, JoinedTwice)
    assert "a pair is joined" in error.message

    await tags.run("UPDATE {}.visits SET deleted_at = now() WHERE id = (SELECT max(id::text)::uuid FROM {}.visits)")
    await tags.change(through)


async def test_a_dry_run_shows_the_table_between(db: Database) -> None:
    shop = await living(db, add_object("company"), add_object("tag"))
    found = await preview_changes(db, shop.id, [add_field("company", many_to_many("tags", "tag"))], known=shop.snapshot)

    assert [" ".join(each.sql.replace(shop.schema, "w").split()[:4]) for each in found.statements] == [
        "CREATE TABLE w.company_tags (",
        "CREATE UNIQUE INDEX company_tags__company_id__tag_id__key",
        "CREATE INDEX company_tags__tag_id__company_id__idx ON",
        "CREATE INDEX company_tags__company_id__idx ON",
        "CREATE INDEX company_tags__tag_id__idx ON",
        "ALTER TABLE w.company_tags ADD",
        "ALTER TABLE w.company_tags ADD",
        "CREATE OR REPLACE TRIGGER",
    ]
    assert {each.lock for each in found.statements[:5]} == {None}


async def test_a_rename_of_what_it_goes_through_changes_nothing_in_the_database(tags: Living) -> None:
    await tags.change(
        update_object("tagCompany", name_singular="tagging", name_plural="taggings"),
        update_field("tagging", "tag", name="label"),
    )

    assert await indexes(tags) >= PAIR


@pytest.mark.parametrize(
    ("here", "there", "index"),
    [
        ("tag", "company", "tag_companies__tag_id__company_id__key"),
        ("company", "tag", "tag_companies__company_id__tag_id__idx"),
    ],
)
async def test_the_first_of_many_are_found_without_reading_the_rest(
    tags: Living, here: str, there: str, index: str
) -> None:
    await tags.run("INSERT INTO {}.companies (name) SELECT n::text FROM generate_series(1, 300) AS n")
    await tags.run("INSERT INTO {}.tags (name) SELECT n::text FROM generate_series(1, 300) AS n")
    await tags.run("INSERT INTO {}.tag_companies (tag_id, company_id) SELECT t.id, c.id FROM {}.tags t, {}.companies c")
    await tags.run("ANALYZE {}.tags, {}.companies, {}.tag_companies")
    query = (
        "EXPLAIN (FORMAT JSON) SELECT t.name FROM {}.<many> AS t, {}.tag_companies AS l "
        "WHERE t.deleted_at IS NULL AND l.<there>_id = t.id AND l.deleted_at IS NULL "
        "AND l.<here>_id = (SELECT id FROM {}.<one> LIMIT 1) ORDER BY t.id LIMIT 10"
    )
    names = {"here": here, "there": there, "one": tags.object(here).table, "many": tags.object(there).table}
    for key, name in names.items():
        query = query.replace(f"<{key}>", name)

    plan = await tags.run(query)

    used = [*_nodes(json.loads(plan[0][0])[0]["Plan"])]
    assert index in {each.get("Index Name") for each in used}
    assert "Sort" not in {each["Node Type"] for each in used}


def _nodes(plan: dict[str, Any]) -> Any:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)
