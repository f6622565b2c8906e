"""Two servers' answers to one case: before there is anything to measure, they have to be equal."""

from collections.abc import Mapping
from typing import Any

from bench.cases import Case
from bench.client import answer_to
from bench.load import Request

MADE_BY_THE_SERVER = ("id", "createdAt")


class AnswersDiffer(Exception):
    """The two would not do the same work: there is nothing to compare."""


def data_of(case: Case, request: Request) -> Any:
    """The answer's one field, or raises AnswersDiffer where there are errors."""
    answer = answer_to(request)
    if "errors" in answer:
        raise AnswersDiffer(f"{case.name}: {request.url} says {answer['errors']}")
    (value,) = answer["data"].values()
    return value["edges"] if isinstance(value, dict) and "edges" in value else value


def check_equal(case: Case, name: str, ours: Any, theirs: Any) -> None:
    """Value for value; of what was created, all but the id and the moment. Raises AnswersDiffer."""
    if case.writes:
        ours, theirs = _but_made(ours), _but_made(theirs)
    if not ours:
        raise AnswersDiffer(f"{case.name}: the answer is empty.")
    if (found := difference(ours, theirs)) is not None:
        raise AnswersDiffer(f"{case.name}: armature and {name} answer differently: {found}")


def _but_made(created: Mapping[str, Any]) -> dict[str, Any]:
    """That there is something is all that can be said of an id and a moment."""
    return {name: value is not None if name in MADE_BY_THE_SERVER else value for name, value in created.items()}


def difference(ours: Any, theirs: Any, path: str = "answer") -> str | None:
    """The first place at which they differ, with both values; None where they are equal."""
    match ours, theirs:
        case {**one}, {**other} if one.keys() == other.keys():
            parts = ((f"{path}.{key}", one[key], other[key]) for key in one)
        case [*some], [*others] if len(some) == len(others):
            parts = ((f"{path}[{at}]", *both) for at, both in enumerate(zip(some, others, strict=True)))
        case _:
            return None if ours == theirs else f"{path} is {ours!r} and {theirs!r}"
    return next((found for at, one, other in parts if (found := difference(one, other, at)) is not None), None)
