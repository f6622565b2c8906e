"""JSON patches: applied to what was before, they give what is after, whatever the two are."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armature.server.live.patches import LONGEST_LIST, Revisions, patch_between

LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text("a/~é", max_size=3)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("a/~b", max_size=2), inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 9), "name": LEAVES, "more": VALUES}),
    unique_by=lambda each: str(each["id"]),
)


def result(value: Any) -> bytes:
    return msgspec.json.encode({"data": {"it": value}})


def applied(document: Any, patch: Any) -> Any:
    """By the letter of RFC 6902, for the operations that we write."""
    whole = {"": document}
    for change in patch:
        match change["op"]:
            case "replace":
                holder, key = _place(whole, change["path"])
                holder[key] = change["value"]
            case "remove":
                _take(whole, change["path"])
            case "add":
                _put(whole, change["path"], change["value"])
            case "move":
                _put(whole, change["path"], _take(whole, change["from"]))
            case other:
                raise AssertionError(other)
    return whole[""]


def _place(whole: Any, path: str) -> tuple[Any, Any]:
    names = [each.replace("~1", "/").replace("~0", "~") for each in path.split("/")]
    holder = whole
    for name in names[:-1]:
        holder = holder[int(name)] if isinstance(holder, list) else holder[name]
    return holder, int(names[-1]) if isinstance(holder, list) else names[-1]


def _take(whole: Any, path: str) -> Any:
    holder, key = _place(whole, path)
    return holder.pop(key)


def _put(whole: Any, path: str, value: Any) -> None:
    holder, key = _place(whole, path)
    if isinstance(holder, list):
        assert key <= len(holder)
        holder.insert(key, value)
    else:
        holder[key] = value


@given(before=VALUES | RECORDS, after=VALUES | RECORDS)
def test_a_patch_leads_from_one_result_to_the_next(before: Any, after: Any) -> None:
    patch = patch_between(result(before), result(after))

    if patch is not None:
        found = applied(msgspec.json.decode(result(before))["data"], msgspec.json.decode(patch))
        assert msgspec.json.encode(found, order="sorted") == msgspec.json.encode({"it": after}, order="sorted")
        assert len(patch) < len(result(after))


LIST = [{"id": each, "name": "a record of some length"} for each in range(20)]


@pytest.mark.parametrize(
    ("after", "patch"),
    [
        (LIST, []),
        (LIST[1:], [{"op": "remove", "path": "/it/0"}]),
        ([*LIST[:3], {"id": 99}, *LIST[3:]], [{"op": "add", "path": "/it/3", "value": {"id": 99}}]),
        ([LIST[5], *LIST[:5], *LIST[6:]], [{"op": "move", "from": "/it/5", "path": "/it/0"}]),
        (
            [*LIST[:7], {"id": 7, "name": "other"}, *LIST[8:]],
            [{"op": "replace", "path": "/it/7/name", "value": "other"}],
        ),
    ],
    ids=("same", "gone", "new", "moved", "changed"),
)
def test_a_change_of_one_record_is_a_patch_of_one_step(after: Any, patch: Any) -> None:
    found = patch_between(result(LIST), result(after))

    assert found is not None
    assert msgspec.json.decode(found) == patch


def test_a_long_list_is_not_looked_at_item_by_item() -> None:
    """Who finds each item of another order stops everybody for seconds."""
    for length, ops in ((LONGEST_LIST, ["move"]), (LONGEST_LIST + 1, ["replace"])):
        items, beside = [*range(length)], "x" * 5_000
        before = result({"items": items, "beside": beside})
        found = patch_between(before, result({"items": [1, 0, *items[2:]], "beside": beside}))
        assert found is not None
        assert [each["op"] for each in msgspec.json.decode(found)] == ops
        same = patch_between(before, result({"items": items, "beside": ""}))
        assert same == b'[{"op":"replace","path":"/it/beside","value":""}]'


def test_true_is_not_1() -> None:
    found = patch_between(result([True, "x" * 100]), result([1, "x" * 100]))

    assert found is not None
    assert msgspec.json.decode(found) != []


def test_what_is_shorter_as_a_whole_comes_as_a_whole_and_counts_anew() -> None:
    revisions = Revisions()

    assert msgspec.json.decode(revisions.next(result(LIST)))["revision"] == 1
    assert msgspec.json.decode(revisions.next(result(LIST[1:])))["revision"] == 2
    assert msgspec.json.decode(revisions.next(result([]))) == {"data": {"it": []}, "revision": 1}
    assert revisions.next(result(["x" * 300_000])).endswith(b'"revision":1}')
