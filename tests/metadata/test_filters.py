"""Filters that a model keeps: whatever is written, they are read or refused in words, and spelt as they were meant."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from armature.metadata.changes import NewField, NewOption
from armature.metadata.filters.read import FilterUnfit, read_filter
from armature.metadata.filters.write import write_filter
from armature.metadata.kinds import FIELD_KINDS
from armature.metadata.model import Object
from armature.metadata.operators import AT_PATH, OPERATORS
from tests.metadata.models import Model, add_field, add_object, many_to_many, to_one

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "FORMULA": {"expression": "YEAR(createdAt)"},
    "ROLLUP": {"relation": "children", "aggregate": "COUNT"},
    "VECTOR": {"dimensions": 2},
}


def _model() -> Model:
    made = Model()
    made.change(add_object("thing", to_one("parent", "thing", "children"), many_to_many("friends", "thing", "fans")))
    for name, kind in FIELD_KINDS.items():
        if name in ("RELATION", "MORPH_RELATION", "TS_VECTOR"):
            continue
        options = tuple(NewOption(value=each) for each in ("RED", "GREEN")) if kind.has_options else None
        named = f"f{name.replace('_', '').lower()}"
        new = NewField(name=named, type=name, options=options, settings=SETTINGS.get(name))
        made.change(add_field("thing", new))
    return made


MODEL = _model()
THING: Object = MODEL.object("thing")

NAMES = [*THING.kept_fields, "parentId", "and", "or", "not", "some", "every", "none", "is", "path", "firstName", "x"]
WORDS = sorted({*NAMES, *(each for operators in OPERATORS.values() for each in operators), *AT_PATH})
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["NULL", "NOT_NULL", "RED", "2024-01-01", "2024-01-01T00:00:00Z", f"{THING.id}", "1.5"]),
)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
)


@settings(max_examples=500, deadline=None)
@given(ANYTHING)
def test_whatever_is_written_is_read_or_refused_in_words(filter: Any) -> None:
    try:
        read = read_filter(MODEL.snapshot, THING, filter)
    except FilterUnfit:
        return
    spelt = write_filter(read, MODEL.snapshot)
    assert write_filter(read_filter(MODEL.snapshot, THING, spelt), MODEL.snapshot) == spelt


def test_every_operator_of_every_kind_can_be_kept_but_distances() -> None:
    values = {"one": 1, "many": [1], "text": "a", "null": "NULL", "yes": True, "paths": [{"path": ["a"], "gt": 1}]}
    samples: Mapping[str, Any] = {
        "String": "a",
        "Boolean": True,
        "Float": 1.5,
        "Decimal": "1.5",
        "BigInt": "7",
        "Date": "2024-02-29",
        "DateTime": "2024-02-29T12:00:00Z",
        "UUID": "00000000-0000-0000-0000-000000000001",
        "ENUM": "RED",
        "[ENUM]": ["RED"],
        "[String]": ["a"],
        "JSON": {"a": [None]},
    }
    for field in THING.kept_fields.values():
        if field.column is None or FIELD_KINDS[field.kind].parts:
            continue
        scalar = FIELD_KINDS[field.kind].scalar(field.settings) or ""
        for operator, takes in OPERATORS.get(scalar, {}).items():
            if takes == "distance":
                continue
            sample = samples.get(scalar, 1)
            value = {**values, "one": sample, "many": [sample]}[takes]
            kept = {field.name: {operator: value}}
            assert write_filter(read_filter(MODEL.snapshot, THING, kept), MODEL.snapshot) == kept
