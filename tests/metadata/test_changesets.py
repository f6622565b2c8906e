import pytest

from armature.core.errors import ManyErrors
from armature.metadata.changes import NewField
from armature.metadata.check import check, problems
from armature.metadata.names import NameTaken
from tests.metadata.models import (
    EMPTY,
    Model,
    add_field,
    add_object,
    crm,
    delete_field,
    delete_object,
    restore_object,
    select,
    text,
    to_one,
    update_field,
)


def test_steps_build_on_each_other() -> None:
    model = Model()
    model.change(
        add_object("team"),
        add_object("player", to_one("team", "team")),
        update_field("team", "players", name="squad"),
        delete_field("player", "team"),
        delete_object("team"),
        restore_object("team"),
    )

    assert list(model.snapshot.visible_objects) == ["team", "player"]
    assert "team" not in model.object("player").visible_fields


def test_all_errors_of_a_changeset_come_at_once_each_with_its_path() -> None:
    errors = Model().errors(
        add_object(
            "ticket",
            text("title"),
            text("title"),
            select("priority"),
            NewField(name="x", type="NUMBER", settings={"dataTyp": "int"}, default_value="many"),
            NewField(name="y", type="TEXTT"),
        ),
        add_field("tickett", text("z")),
        add_field("ticket", to_one("boss", "person")),
    )

    assert sorted(str(each.path) for each in errors) == sorted(
        str(path)
        for path in [
            ("changes", 0, "createObject", "fields", 1, "name"),
            ("changes", 0, "createObject", "fields", 2, "options"),
            ("changes", 0, "createObject", "fields", 3, "settings", "dataTyp"),
            ("changes", 0, "createObject", "fields", 4, "type"),
            ("changes", 1, "createField", "object"),
            ("changes", 2, "createField", "relation", "target"),
        ]
    )


def test_a_refused_changeset_changes_nothing() -> None:
    model = crm()
    before = model.snapshot

    with pytest.raises(NameTaken):
        model.change(add_field("company", text("budget")), add_field("company", text("name")))

    assert model.snapshot is before


def test_what_a_refused_step_would_have_made_is_not_missed_by_later_ones() -> None:
    (error,) = Model().errors(
        add_object("ticket", text("title")),
        add_field("ticket", NewField(name="state", type="CHOICE")),
        update_field("ticket", "state", label="State"),
    )

    assert error.path == ("changes", 1, "createField", "type")


def test_a_one_step_mutation_speaks_of_its_input() -> None:
    model = crm()

    with pytest.raises(NameTaken) as refused:
        model.change(add_field("company", text("name")), paths=[("input",)])

    assert refused.value.path == ("input", "name")
    assert refused.value.extensions()["inputPath"] == ["input", "name"]


def test_many_errors_say_all_their_sentences() -> None:
    model = crm()

    with pytest.raises(ManyErrors) as refused:
        model.change(add_field("company", text("name")), add_field("nothing", text("x")))

    assert refused.value.message.count("\n") == 1


def test_an_empty_changeset_is_the_same_snapshot() -> None:
    assert Model().change() is EMPTY


def test_a_sound_model_has_nothing_wrong() -> None:
    assert check(crm().snapshot) == []


def test_a_model_made_by_other_means_is_checked_as_a_whole() -> None:
    sound = crm().snapshot
    company = sound.visible_objects["company"]
    twin = type(company)(sound.workspace_id, "company", "firms", "firms", "Firm", "Firms")
    broken = type(sound)(sound.workspace_id, sound.schema, 2, {**sound.objects, twin.id: twin}, sound.relations)

    (error,) = check(broken)
    assert isinstance(error, NameTaken)
    assert problems(sound, broken)[0].error.message == error.message


def test_an_edit_leaves_untouched_objects_as_the_very_same_instances() -> None:
    model = crm()
    before = model.snapshot
    model.change(add_field("note", text("mood")))

    changed = {each.name_singular for each in model.snapshot.objects.values() if before.objects[each.id] is not each}

    assert changed == {"note"}
    assert model.snapshot.version == before.version
