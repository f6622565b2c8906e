"""Criteria for duplicates: what can be one, and what is wrong with others."""

from dataclasses import replace

import pytest

from armature.core.errors import ArmatureError
from armature.metadata.blueprint.draw import draw
from armature.metadata.blueprint.text import write_blueprint
from armature.metadata.changes import DeleteField, NewField, UpdateField, UpdateObject
from armature.metadata.duplicates import MOST_CRITERIA, criteria, written_criteria
from tests.metadata.models import Model, add_field, add_object, build, crm, steps


def contact() -> Model:
    made = Model()
    fields = [("name", "FULL_NAME"), ("tags", "ARRAY"), ("data", "RAW_JSON"), ("code", "TEXT"), ("born", "DATE")]
    made.change(add_object("contact", *(NewField(name=name, type=kind) for name, kind in fields)))
    return made


def set_criteria(*criteria: tuple[str, ...]) -> UpdateObject:
    return UpdateObject(object="contact", duplicate_criteria=criteria)


def test_they_are_kept_by_field_and_written_by_name() -> None:
    made = contact()
    made.change(set_criteria(("name.firstName", "born"), ("code",), ("code",)))
    made.change(UpdateField(object="contact", field="born", name="birthday"))

    assert written_criteria(made.object("contact")) == [["name.firstName", "birthday"], ["code"]]

    made.change(DeleteField(object="contact", field="birthday"))
    assert written_criteria(made.object("contact")) == [["code"]]


def test_one_that_a_field_can_no_longer_tell_is_left_out() -> None:
    made = contact()
    made.change(set_criteria(("name.firstName",), ("code",)))
    made.change(UpdateField(object="contact", field="code", type="ARRAY"))
    of = made.object("contact")
    purged = replace(of, fields={id_: each for id_, each in of.fields.items() if each.name != "name"})

    assert written_criteria(of) == [["name.firstName"]]
    assert len(criteria(of)) == 1
    assert written_criteria(purged) == []
    assert criteria(purged) == []
    assert purged.fingerprint != of.fingerprint


@pytest.mark.parametrize(
    ("wrong", "path", "message"),
    [
        ((("code",), ("nothing",)), (1,), 'no field "nothing"'),
        ((("name",),), (0,), "several parts"),
        ((("name.middleName",),), (0,), "several parts"),
        ((("code.first",),), (0,), "no parts"),
        ((("tags",),), (0,), "it is ARRAY"),
        ((("data",),), (0,), "it is RAW_JSON"),
        ((("searchVector",),), (0,), "it is TS_VECTOR"),
        (((),), (0,), "names no field"),
        ((("code", "born", "name.firstName", "name.lastName"),), (0,), "at most 3"),
        ((("code",),) * (MOST_CRITERIA + 1), (), "at most 10"),
    ],
)
def test_what_can_be_none_is_refused_with_its_path(
    wrong: tuple[tuple[str, ...], ...], path: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ArmatureError, match=message) as refused:
        contact().change(set_criteria(*wrong))

    assert tuple(refused.value.path or ())[:4] == ("changes", 0, "updateObject", "duplicateCriteria")
    assert tuple(refused.value.path or ())[4:5] == path


def test_a_file_of_the_model_says_them_and_makes_them_elsewhere() -> None:
    made = crm()
    made.change(UpdateObject(object="company", is_searchable=False))
    made.change(add_field("company", NewField(name="code", type="TEXT")))
    made.change(UpdateObject(object="company", duplicate_criteria=(("domainName",), ("name", "code"))))
    text = write_blueprint(draw(made.snapshot))

    there = build(Model().snapshot, text)

    assert draw(there) == draw(made.snapshot)
    assert steps(there, text) == []


def test_a_file_renames_a_field_of_a_criterion() -> None:
    made = contact()
    made.change(set_criteria(("code",)))
    text = write_blueprint(draw(made.snapshot)).replace("[code]", "[number]")
    text = text.replace("code: TEXT", "number: {was: code, type: TEXT}")

    (of,) = build(made.snapshot, text).kept_objects.values()

    assert written_criteria(of) == [["number"]]
    assert len(steps(made.snapshot, text)) == 1
