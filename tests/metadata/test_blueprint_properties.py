"""What must hold for the file of any model."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from armature.core.errors import Conflict
from armature.metadata.blueprint.blueprint import Blueprint, FieldPlan, ObjectPlan, OptionPlan
from armature.metadata.blueprint.draw import draw
from armature.metadata.blueprint.text import BlueprintFile, write_blueprint
from armature.metadata.changes import Change
from armature.metadata.model import Snapshot
from armature.metadata.packs.crm import CRM
from tests.metadata.models import EMPTY, Model, build, steps
from tests.metadata.test_properties import BEGINNING, CHANGES, CREATIONS, assert_sound

LISTS = st.lists(CHANGES, max_size=20)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS.filter(bool), inner, max_size=3),
    max_leaves=8,
)
PLANS = st.builds(
    FieldPlan,
    type=st.sampled_from(["TEXT", "null", "yes", "1"]),
    label=st.none() | TEXTS,
    description=st.none() | TEXTS,
    is_nullable=st.booleans(),
    default_value=JSON,
    settings=st.dictionaries(TEXTS.filter(bool), JSON, max_size=2),
    options=st.lists(
        st.builds(OptionPlan, value=TEXTS, label=st.none() | TEXTS, color=st.none() | TEXTS), max_size=3
    ).map(tuple),
)


def model_of(changes: list[Change], *beginning: Change) -> Snapshot:
    model = Model()
    model.change(*beginning)
    for each in changes:
        model.errors(each)
    return model.snapshot


ODD = st.sampled_from(["{", "  a b", "", " ", "\t", "#", "- x: 1", "...", "---", "'\""])
LINES = st.lists(ODD | TEXTS).map("\n".join)


@given(st.dictionaries(TEXTS.filter(bool), PLANS, max_size=3), st.dictionaries(TEXTS.filter(bool), LINES, min_size=1))
def test_whatever_is_written_is_read_again(fields: dict[str, FieldPlan], documents: dict[str, str]) -> None:
    written = Blueprint(objects={"a": ObjectPlan(fields=fields)}, documents=documents)
    read = BlueprintFile(write_blueprint(written)).blueprint
    assert msgspec.json.encode(read) == msgspec.json.encode(written)


@given(st.sampled_from([(), BEGINNING, CRM]), LISTS)
def test_a_model_written_read_and_built_elsewhere_is_the_same(beginning: Any, changes: list[Change]) -> None:
    snapshot = model_of(changes, *beginning)
    text = write_blueprint(draw(snapshot))

    twin = build(EMPTY, text)

    assert_sound(twin)
    assert write_blueprint(draw(twin)) == text
    assert build(EMPTY, text).fingerprint == twin.fingerprint
    assert not steps(snapshot, text)
    assert not steps(twin, text)


@given(st.lists(CREATIONS, max_size=25))
def test_a_model_that_was_only_added_to_has_an_equal_fingerprint_elsewhere(changes: list[Change]) -> None:
    snapshot = model_of(changes, *BEGINNING)
    assert build(EMPTY, write_blueprint(draw(snapshot))).fingerprint == snapshot.fingerprint


@given(LISTS, LISTS)
@settings(max_examples=200)
def test_any_model_becomes_any_other(one: list[Change], other: list[Change]) -> None:
    before, wanted = model_of(one, *BEGINNING), draw(model_of(other, *BEGINNING))
    try:
        after = build(before, write_blueprint(wanted))
    except Conflict:  # names that change places, which takes two files
        return
    assert_sound(after)
    assert as_names(draw(after)) == as_names(wanted)


def as_names(blueprint: Blueprint) -> Any:
    """Without the order in which things were made."""
    return msgspec.json.decode(msgspec.json.encode(blueprint, order="sorted"))
