"""What a server beside ours is: how it runs, what it is asked in each case, how its answers read in our names."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from bench.machine import Serving

CONNECTIONS = 16
"""To PostgreSQL, for each server as for ours."""

READS = "reads"
"""All of them, in the geometric mean."""


@dataclass(frozen=True, slots=True)
class Answering(Serving):
    """`key` goes into the Authorization header."""

    key: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    operation: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peer:
    """`database` holds its copy of the data set; `goals` are the ratios to reach, by case or for READS."""

    name: str
    database: str
    run: Callable[[str], AbstractContextManager[Answering]]
    questions: Mapping[str, Question]
    in_our_names: Callable[[Any], Any]
    goals: Mapping[str, float]
