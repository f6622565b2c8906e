"""A MORPH_RELATION in the model and in the database: a CHECK over the relations that it unites."""

from collections.abc import AsyncIterator

import pytest

from armature.core.db import Database
from armature.metadata.changes import NewField, NewRelation
from armature.metadata.checks.fields import UnitedIsRequired
from armature.metadata.edits.relations import KeylessIsNullable, NotUnited, UnitedAlready
from armature.metadata.names import NameTaken
from armature.metadata.resolve import FieldNotFound
from armature.migrations.workspace.conflicts import SeveralUnited
from tests.metadata.models import (
    add_field,
    add_object,
    delete_field,
    delete_object,
    restore_field,
    restore_object,
    text,
    update_field,
)
from tests.migrations.living import Living, living


def united(name: str, morph: str = "subject", **more: object) -> NewField:
    relation = NewRelation(type="MANY_TO_ONE", target=name, inverse_name="notes", morph=morph)
    return NewField(name=name, type="RELATION", relation=relation, **more)  # type: ignore[arg-type]


MORPH = NewField(name="subject", type="MORPH_RELATION")


@pytest.fixture
async def notes(db: Database) -> AsyncIterator[Living]:
    """Notes about a book or a film, which are healthy before and after."""
    notes = await living(
        db,
        *(add_object(name, text("title")) for name in ("book", "film", "song")),
        add_object("note", MORPH, united("book"), united("film")),
    )
    await notes.assert_healthy()
    yield notes
    await notes.assert_healthy()


async def rules(notes: Living, table: str = "notes") -> list[str]:
    found = await notes.run(
        "SELECT pg_get_constraintdef(oid)::text FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'",
        f"{notes.schema}.{table}",
    )
    return [text for (text,) in found]


async def test_a_check_keeps_it_to_one(notes: Living) -> None:
    assert await rules(notes) == ["CHECK ((num_nonnulls(book_id, film_id) <= 1))"]


async def test_a_target_may_be_added_and_taken_away(notes: Living) -> None:
    await notes.change(add_field("note", united("song")))
    assert await rules(notes) == ["CHECK ((num_nonnulls(book_id, film_id, song_id) <= 1))"]

    await notes.change(delete_field("note", "book"))
    assert await rules(notes) == ["CHECK ((num_nonnulls(film_id, song_id) <= 1))"]
    await notes.assert_healthy()
    await notes.change(delete_object("film"))
    assert await rules(notes) == []
    await notes.assert_healthy()
    await notes.change(restore_object("film"), restore_field("note", "book"))
    assert await rules(notes) == ["CHECK ((num_nonnulls(book_id, film_id, song_id) <= 1))"]


async def test_without_it_the_relations_stay_and_records_may_stand_in_the_way_of_it(notes: Living) -> None:
    await notes.change(delete_field("note", "subject"))
    assert await rules(notes) == []
    await notes.run("INSERT INTO {}.books DEFAULT VALUES")
    await notes.run("INSERT INTO {}.films DEFAULT VALUES")
    await notes.run("INSERT INTO {}.notes (book_id, film_id) SELECT b.id, f.id FROM {}.books b, {}.films f")

    (error,) = await notes.errors(restore_field("note", "subject"))
    assert isinstance(error, SeveralUnited)
    await notes.run("UPDATE {}.notes SET film_id = NULL")
    await notes.change(restore_field("note", "subject"))


async def test_what_may_not_be_is_refused_at_its_key(notes: Living) -> None:
    to_many = NewRelation(type="ONE_TO_MANY", target="song", inverse_name="note", morph="subject")
    for field, key, what in (
        (united("song", "nothing"), ("relation", "morph"), FieldNotFound),
        (united("song", "book"), ("relation", "morph"), NotUnited),
        (NewField(name="x", type="RELATION", relation=to_many), ("relation", "morph"), NotUnited),
        (united("song", is_nullable=False), ("isNullable",), UnitedIsRequired),
        (NewField(name="x", type="MORPH_RELATION", is_nullable=False), ("isNullable",), KeylessIsNullable),
        (text("subject"), ("name",), NameTaken),
    ):
        errors = await notes.errors(add_field("note", field))
        assert any(isinstance(each, what) and each.path == ("changes", 0, "createField", *key) for each in errors), (
            field
        )

    again = NewRelation(type="MANY_TO_ONE", target="book", inverse_name="others", morph="subject")
    (error,) = await notes.errors(add_field("note", NewField(name="other", type="RELATION", relation=again)))
    assert isinstance(error, UnitedAlready)
    (error,) = await notes.errors(update_field("note", "book", is_nullable=False, on_delete="CASCADE"))
    assert isinstance(error, UnitedIsRequired)
    (error,) = await notes.errors(add_object("noteSubjectRecord"))
    assert isinstance(error, NameTaken)


async def test_targets_are_relations_made_with_it(notes: Living) -> None:
    morph = NewField(name="about", type="MORPH_RELATION", targets=("song", str(notes.object("film").id)))
    await notes.change(add_object("remark", morph))

    remark = notes.object("remark")
    assert {each.name: each.morph_id for each in remark.kept_fields.values() if each.relation_id} == {
        "song": remark.kept_fields["about"].id,
        "film": remark.kept_fields["about"].id,
    }
    assert "remarks" in notes.object("song").kept_fields
    (known,) = [each for each in await rules(notes, "remarks") if "song_id" in each]
    assert known == "CHECK ((num_nonnulls(song_id, film_id) <= 1))"


async def test_what_is_wrong_with_targets_is_told_with_its_place(notes: Living) -> None:
    twice = NewField(name="about", type="MORPH_RELATION", targets=("song", "song"))
    unknown = NewField(name="about", type="MORPH_RELATION", targets=("song", "play"))
    taken = NewField(name="about", type="MORPH_RELATION", targets=("song", "book"))
    text_field = NewField(name="about", type="TEXT", targets=("song",))

    for new, at in ((twice, 1), (unknown, 1), (taken, 1), (text_field, 0)):
        errors = await notes.errors(add_field("note", new))
        assert errors
        assert all(each.path and each.path[:5] == ("changes", 0, "createField", "targets", at) for each in errors)
