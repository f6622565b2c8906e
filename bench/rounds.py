"""Rounds of load on the server and on those beside it in turn, so that what disturbs one disturbs the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import sleep
from typing import Any
from urllib.parse import urlencode

import msgspec

from bench.answers import check_equal, data_of
from bench.cases import Case
from bench.client import answer_to
from bench.load import Generator, Load, Request
from bench.machine import Machine, Serving
from bench.usage import cpu_seconds

IDLE, IDLE_CPU = 0.1, 0.011
"""A process is idle that used so few seconds of CPU in so many: the kernel counts in hundredths."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One round. CPU in milliseconds a request, of the serving process and of PostgreSQL."""

    load: Load
    serving_cpu: float
    postgres_cpu: float


@dataclass(frozen=True, slots=True)
class Side:
    """One of those that are compared: a process, and the request that asks it for the case's answer."""

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
        return ratio(self.armature, self.bare)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long each round is, in seconds, and how many there are."""

    rounds: int
    seconds: int


def ratio(ours: Sequence[Sample], theirs: Sequence[Sample]) -> float:
    """Our rate over theirs: the median of the rounds' own ratios."""
    return median(one.load.rate / other.load.rate for one, other in zip(ours, theirs, strict=True))


def sides(case: Case, armature: Serving, bare: Serving, key: str) -> tuple[Side, Side]:
    if case.writes:
        body = msgspec.json.encode(case.arguments).decode()
        theirs = Request(url=f"{bare.url}/{case.name}", body=body)
    else:
        theirs = Request(url=f"{bare.url}/{case.name}?{urlencode(case.arguments)}")
    return asking(armature, case.operation, case.variables, key), Side(bare, theirs)


def asking(
    serving: Serving, operation: str, variables: Mapping[str, Any], key: str | None, keys: tuple[str, ...] = ()
) -> Side:
    body = msgspec.json.encode({"query": operation, "variables": variables}).decode()
    return Side(serving, Request(url=f"{serving.url}/graphql", body=body, key=key, keys=keys))


def check_sides(case: Case, ours: Side, theirs: Side) -> None:
    check_equal(case, "the bare route", data_of(case, ours.request), answer_to(theirs.request)["data"])


def measure(
    on: Machine, generator: Generator, case: Case, pair: tuple[Side, Side], connections: int, plan: Plan
) -> Result:
    ours, theirs = in_turn(on, generator, pair, connections, plan)
    return Result(case, connections, ours, theirs)


def in_turn(
    on: Machine, generator: Generator, sides: Sequence[Side], connections: int, plan: Plan
) -> Sequence[Sequence[Sample]]:
    """Each side's samples. The first round of each warms up and does not count; who goes first changes every round."""
    for side in sides:
        generator(side.request, connections, 1)
        _let_finish(side)
    samples: Sequence[list[Sample]] = [[] for _ in sides]
    for number in range(plan.rounds):
        for turn in range(len(sides)):
            which = (number + turn) % len(sides)
            samples[which].append(_sample(on, generator, sides[which], connections, plan.seconds))
    return samples


def _sample(on: Machine, generator: Generator, side: Side, connections: int, seconds: int) -> Sample:
    postgres = on.postgres.pid
    assert postgres is not None
    before = cpu_seconds(side.serving.pid), cpu_seconds(postgres)
    load = generator(side.request, connections, seconds)
    after = cpu_seconds(side.serving.pid), cpu_seconds(postgres)
    if load.failures:
        raise SystemExit(f"{load.failures} of {load.requests} requests to {side.request.url} failed.")
    if not load.requests:
        raise SystemExit(f"Nothing was answered by {side.request.url} in {seconds} seconds: is the machine too busy?")
    _let_finish(side)
    serving, database = ((now - then) * 1000 / load.requests for then, now in zip(before, after, strict=True))
    return Sample(load, serving, database)


def _let_finish(side: Side) -> None:
    """What was asked as the round ended is still being answered, and would take its time from the next one's."""
    answer_to(side.request)
    used, before = cpu_seconds(side.serving.pid), -1.0
    while used - before > IDLE_CPU:
        sleep(IDLE)
        used, before = cpu_seconds(side.serving.pid), used
