"""Rounds of load on the server and on the bare route in turn, so that what disturbs one disturbs the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

import msgspec

from bench.cases import Case
from bench.client import answer_to
from bench.load import Generator, Load, Request
from bench.machine import Machine, Serving
from bench.usage import cpu_seconds


@dataclass(frozen=True, slots=True)
class Sample:
    """One round. CPU in milliseconds a request, of the serving process and of PostgreSQL."""

    load: Load
    serving_cpu: float
    postgres_cpu: float


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: a process, and the request that asks it for the case's answer."""

    serving: Serving
    request: Request


@dataclass(frozen=True, slots=True)
class Result:
    case: Case
    connections: int
    armature: Sequence[Sample]
    bare: Sequence[Sample]

    @property
    def ratio(self) -> float:
        """The server's rate over the bare route's: the median of the rounds' own ratios."""
        pairs = zip(self.armature, self.bare, strict=True)
        return median(ours.load.rate / theirs.load.rate for ours, theirs in pairs)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long each round is, in seconds, and how many there are."""

    rounds: int
    seconds: int


class AnswersDiffer(Exception):
    """The two would not do the same work: there is nothing to compare."""


def sides(case: Case, armature: Serving, bare: Serving, key: str) -> tuple[Side, Side]:
    operation = msgspec.json.encode({"query": case.operation, "variables": case.variables}).decode()
    ours = Request(url=f"{armature.url}/graphql", body=operation, key=key)
    if case.writes:
        body = msgspec.json.encode(case.arguments).decode()
        theirs = Request(url=f"{bare.url}/{case.name}", body=body)
    else:
        theirs = Request(url=f"{bare.url}/{case.name}?{urlencode(case.arguments)}")
    return Side(armature, ours), Side(bare, theirs)


def check_equal(case: Case, ours: Side, theirs: Side) -> None:
    """Value for value; of what was created, all but the id and the moment. Raises AnswersDiffer."""
    answer, limit = answer_to(ours.request), answer_to(theirs.request)["data"]
    if "errors" in answer:
        raise AnswersDiffer(f"{case.name}: {answer['errors']}")
    (value,) = answer["data"].values()
    if case.writes:
        value, limit = ({**each, "id": None, "createdAt": None} for each in (value, limit))
    if value != limit or not value:
        raise AnswersDiffer(f"{case.name}: the server and the bare route answer differently:\n{value}\n{limit}")


def measure(
    on: Machine, generator: Generator, case: Case, pair: tuple[Side, Side], connections: int, plan: Plan
) -> Result:
    """The first round of each warms up and does not count; who goes first changes with every round."""
    for side in pair:
        generator(side.request, connections, 1)
    samples: tuple[list[Sample], list[Sample]] = ([], [])
    for number in range(plan.rounds):
        for which in (0, 1) if number % 2 == 0 else (1, 0):
            samples[which].append(_sample(on, generator, pair[which], connections, plan.seconds))
    return Result(case, connections, *samples)


def _sample(on: Machine, generator: Generator, side: Side, connections: int, seconds: int) -> Sample:
    postgres = on.postgres.pid
    assert postgres is not None
    before = cpu_seconds(side.serving.pid), cpu_seconds(postgres)
    load = generator(side.request, connections, seconds)
    after = cpu_seconds(side.serving.pid), cpu_seconds(postgres)
    if load.failures:
        raise SystemExit(f"{load.failures} of {load.requests} requests to {side.request.url} failed.")
    serving, database = ((now - then) * 1000 / load.requests for then, now in zip(before, after, strict=True))
    return Sample(load, serving, database)
