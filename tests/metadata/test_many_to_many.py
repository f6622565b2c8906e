"""Many-to-many relations: what they go through, and what becomes of it."""

from typing import Any

import pytest

from armature.core.errors import ArmatureError
from armature.metadata.changes import NewField
from armature.metadata.checks.fields import RequiredAndSetNull, UniqueWithoutKey
from armature.metadata.edits.fields import NeededIsDeleted
from armature.metadata.edits.many_to_many import ThroughFieldsInvalid, ThroughUnclear
from armature.metadata.edits.relations import KeylessIsNullable, ThroughMissing, ThroughNotAllowed
from armature.metadata.names import NameTaken, NameTooLong
from armature.metadata.resolve import FieldNotFound, ObjectNotFound
from tests.metadata.models import (
    Model,
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
)


@pytest.fixture
def tags() -> Model:
    """Companies with tags."""
    model = Model()
    model.change(add_object("company"), add_object("tag"), add_field("company", many_to_many("tags", "tag")))
    return model


def test_it_makes_an_object_with_a_required_relation_to_each_end(tags: Model) -> None:
    link = tags.object("companyTag")

    assert (link.name_plural, link.label_singular, link.table) == ("companyTags", "Company tag", "company_tags")
    for name in ("company", "tag"):
        key = link.kept_fields[name]
        leads = tags.snapshot.link(key)
        assert (leads.side, leads.target, key.is_nullable) == ("MANY_TO_ONE", tags.object(name), False)
        assert (leads.relation.on_delete, leads.inverse.name) == ("CASCADE", "companyTags")


def test_its_fields_have_no_column_and_know_each_other(tags: Model) -> None:
    here, there = tags.field("company", "tags"), tags.field("tag", "companies")
    link = tags.object("companyTag")

    assert (here.column, there.column) == (None, None)
    for field, inverse, near, far in ((here, there, "company", "tag"), (there, here, "tag", "company")):
        found = tags.snapshot.link(field)
        assert (found.side, found.inverse) == ("MANY_TO_MANY", inverse)
        assert found.between is not None
        assert (found.between.object, found.between.near.name, found.between.far.name) == (link, near, far)


def test_an_object_can_be_joined_to_itself() -> None:
    model = Model()
    model.change(add_object("person", many_to_many("friends", "person", "friendOf")))

    found = model.snapshot.link(model.field("person", "friendOf")).between

    assert found is not None
    assert (found.object.name_singular, found.near.name, found.far.name) == ("personLink", "target", "source")


def test_the_object_between_finds_a_free_name(tags: Model) -> None:
    tags.change(add_object("tagCompany"), add_field("company", many_to_many("oldTags", "tag", "oldCompanies")))
    assert tags.object("companyTag2").name_plural == "companyTags2"

    tags.change(add_field("tag", many_to_many("markets", "company")))
    assert tags.object("tagCompany2").name_plural == "tagCompanies2"


def test_it_goes_through_an_object_there_is() -> None:
    model = Model()
    model.change(
        add_object("player"),
        add_object("film"),
        add_object("part", text("name"), to_one("player", "player"), to_one("film", "film")),
        add_field("film", many_to_many("players", "player", "films", through="part")),
    )

    found = model.snapshot.link(model.field("film", "players")).between

    assert found is not None
    assert (found.object.name_singular, found.near.name, found.far.name) == ("part", "film", "player")
    assert model.snapshot.kept_objects.keys() == {"player", "film", "part"}


def test_where_several_relations_could_be_meant_fields_are_named() -> None:
    model = Model()
    model.change(
        add_object("person"),
        add_object("loan", to_one("lender", "person"), to_one("borrower", "person"), to_one("witness", "person")),
    )

    (unclear,) = model.errors(add_field("person", many_to_many("debtors", "person", through="loan")))
    assert isinstance(unclear, ThroughUnclear)
    fields = ("lender", "borrower")
    model.change(
        add_field("person", many_to_many("debtors", "person", "creditors", through="loan", through_fields=fields))
    )

    found = model.snapshot.link(model.field("person", "creditors")).between
    assert found is not None
    assert (found.near.name, found.far.name) == ("borrower", "lender")


@pytest.mark.parametrize(
    ("field", "key", "what"),
    [
        (many_to_many("x", "nothing"), ("relation", "target"), ObjectNotFound),
        (many_to_many("x", "tag", through="nothing"), ("relation", "through"), ObjectNotFound),
        (many_to_many("x", "tag", through="tag"), ("relation", "through"), ThroughUnclear),
        (
            many_to_many("x", "tag", through="companyTag", through_fields=("tag", "company")),
            ("relation", "throughFields"),
            ThroughFieldsInvalid,
        ),
        (
            many_to_many("x", "tag", through="companyTag", through_fields=("company",)),
            ("relation", "throughFields"),
            ThroughFieldsInvalid,
        ),
        (
            many_to_many("x", "tag", through="companyTag", through_fields=("company", "nothing")),
            ("relation", "throughFields"),
            FieldNotFound,
        ),
        (many_to_many("x", "tag", through_fields=("company", "tag")), ("relation", "throughFields"), ThroughMissing),
        (many_to_many("x", "tag", "companyTags"), ("relation", "inverseName"), NameTaken),
        (many_to_many("x", "tag", on_delete="SET_NULL"), ("relation",), RequiredAndSetNull),
    ],
)
def test_what_may_not_be_is_refused_at_its_key(
    tags: Model, field: NewField, key: tuple[str, ...], what: type[ArmatureError]
) -> None:
    errors = tags.errors(add_field("company", field))

    assert isinstance(errors[0], what)
    assert {error.path for error in errors} == {("changes", 0, "createField", *key)}


@pytest.mark.parametrize(
    ("more", "key", "what"),
    [
        ({"is_nullable": False}, ("isNullable",), KeylessIsNullable),
        ({"is_unique": True}, ("isUnique",), UniqueWithoutKey),
    ],
)
def test_it_is_neither_required_nor_unique(
    tags: Model, more: dict[str, Any], key: tuple[str, ...], what: type[ArmatureError]
) -> None:
    relation = many_to_many("x", "tag", "xs").relation
    (error,) = tags.errors(add_field("company", NewField(name="x", type="RELATION", relation=relation, **more)))

    assert isinstance(error, what)
    assert error.path == ("changes", 0, "createField", *key)


def test_other_relations_go_through_nothing(tags: Model) -> None:
    relation = to_one("x", "tag").relation
    assert relation is not None
    through = NewField(
        name="x", type="RELATION", relation=type(relation)(type="MANY_TO_ONE", target="tag", through="y")
    )
    (error,) = tags.errors(add_field("company", through))

    assert isinstance(error, ThroughNotAllowed)


def test_a_name_that_gets_too_long_is_told_at_the_relation() -> None:
    model = Model()
    model.change(add_object("a" * 40), add_object("b" * 40))

    errors = model.errors(add_field("a" * 40, many_to_many("x", "b" * 40, "y")))

    assert all(isinstance(each, NameTooLong) for each in errors)
    assert {each.path for each in errors} == {("changes", 0, "createField", "relation")}


def test_deleting_one_end_deletes_both_and_leaves_the_object_between(tags: Model) -> None:
    before = tags.snapshot
    tags.change(delete_field("tag", "companies"))

    assert "tags" not in tags.object("company").kept_fields
    assert "companyTag" in tags.snapshot.visible_objects

    tags.change(restore_field("company", "tags"))
    assert tags.snapshot == before


@pytest.mark.parametrize("name", ["company", "tag", "companyTag"])
def test_it_goes_with_what_it_needs_and_returns_with_it(tags: Model, name: str) -> None:
    before = tags.snapshot
    tags.change(delete_object(name))
    for of, field in (("company", "tags"), ("tag", "companies")):
        assert of == name or field not in tags.object(of).kept_fields

    tags.change(restore_object(name))
    assert tags.snapshot == before


def test_it_waits_for_all_that_it_needs(tags: Model) -> None:
    before = tags.snapshot
    tags.change(delete_object("companyTag"))
    tags.change(delete_object("tag"))
    tags.change(restore_object("companyTag"))
    (error,) = tags.errors(restore_field("company", "tags"))
    assert isinstance(error, NeededIsDeleted)

    tags.change(restore_object("tag"))
    assert tags.snapshot == before


def test_deleting_a_relation_it_goes_through_deletes_it_too(tags: Model) -> None:
    before = tags.snapshot
    tags.change(delete_field("companyTag", "tag"))
    assert "tags" not in tags.object("company").kept_fields
    (error,) = tags.errors(restore_field("company", "tags"))
    assert '"tag"' in error.message

    tags.change(restore_field("companyTag", "tag"))
    assert tags.snapshot == before


def test_its_rule_for_destroying_is_that_of_the_records_between(tags: Model) -> None:
    tags.change(update_field("tag", "companies", on_delete="RESTRICT"))

    for name in ("company", "tag"):
        assert tags.snapshot.link(tags.field("companyTag", name)).relation.on_delete == "RESTRICT"
    errors = tags.errors(update_field("company", "tags", on_delete="SET_NULL"))
    assert {type(each) for each in errors} == {RequiredAndSetNull}
    assert {each.path for each in errors} == {("changes", 0, "updateField", "onDelete")}
