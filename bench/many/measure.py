"""All of this part, and its figures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import get_introspection_query

from armature.metadata.changes import Change
from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.create import create_workspace
from armature.server.auth.api_keys import create_api_key
from bench.load import find_generator
from bench.machine import Machine, Serving, armature
from bench.many.stall import Question, Stall, measure_stall
from bench.many.thousand import QUERY, measure_thousand
from bench.model.shapes import large
from bench.report import print_table
from bench.rounds import Plan
from bench.usage import resident_bytes


@dataclass(frozen=True, slots=True)
class Scale:
    """One workspace of `objects` by `fields`, `different` ones of a third of the objects, and `equal` ones."""

    objects: int = 300
    fields: int = 50
    different: int = 100
    equal: int = 1_000
    warm_up: int = 30
    rounds: int = 5
    seconds: int = 5


QUICK = Scale(objects=30, fields=20, different=3, equal=30, warm_up=2, rounds=2, seconds=1)
ASKED = 20
"""Objects asked for in each of the different workspaces."""

HEAD = ("beside", "seconds", "warm request ms", "longest alone", "longest meanwhile", "ratio")
INTROSPECTION = get_introspection_query(input_value_deprecation=True)


async def measure_many(on: Machine, scale: Scale) -> dict[str, Any]:
    """Measure and print; the figures for whoever compares runs."""
    with armature(on) as serving:
        key = await _key(on, "CRM", CRM)
        stalls = await _large(on, serving, key, scale)
        before = resident_bytes(serving.pid)
        stalls |= await _different(on, serving, key, scale)
        each = (resident_bytes(serving.pid) - before) / scale.different / 2**20
    print_table(HEAD, [_row(what, stall) for what, stall in stalls.items()])
    print(f"\nMemory for each of {scale.different} workspaces with different models: {each:.2f} MiB\n")
    plan = Plan(scale.rounds, scale.seconds)
    thousand = await measure_thousand(on, find_generator(), scale.equal, scale.warm_up, plan)
    print_table(("workspaces with the CRM pack", ""), [[what, f"{it:.2f}"] for what, it in thousand.figures.items()])
    ratios = {what: stall.ratio for what, stall in stalls.items()}
    return {"stalls": ratios, "different_mib_each": each, "equal": dict(thousand.figures)}


async def _large(on: Machine, serving: Serving, key: str, scale: Scale) -> dict[str, Stall]:
    """The same question comes twice: the second time it has been answered already."""
    shape = large(scale.objects, scale.fields)
    token = await _key(on, shape.name, shape.changes)
    asked: dict[str, Question] = {
        "introspection": ("/graphql", token, INTROSPECTION),
        "SDL": ("/schema.graphql", token, None),
    }
    return {
        f"{what} of {shape.name}{again}": measure_stall(serving, key, QUERY, [question])
        for what, question in asked.items()
        for again in ("", ", again")
    }


async def _different(on: Machine, serving: Serving, key: str, scale: Scale) -> dict[str, Stall]:
    questions: list[Question] = []
    for number in range(scale.different):
        shape = large(scale.objects // 3, 10 + number % 10, f"w{number}")
        token = await _key(on, shape.name, shape.changes)
        questions += [("/graphql", token, query) for query in _queries(scale.objects // 3, f"w{number}")]
    return {f"{scale.different} different models": measure_stall(serving, key, QUERY, questions)}


def _queries(objects: int, prefix: str) -> Iterator[str]:
    for number in range(0, objects, max(1, objects // ASKED)):
        name = f"{prefix}thing{number:03}s"
        yield f"{{ {name}(limit: 5, filter: {{field00: {{is: NOT_NULL}}}}) {{ id field00 field01 }} }}"


async def _key(on: Machine, name: str, changes: Sequence[Change]) -> str:
    workspace = await create_workspace(on.database, name, owner=None, changes=changes)
    return (await create_api_key(on.database, workspace.workspace_id, "bench")).token


def _row(what: str, stall: Stall) -> list[str]:
    times = [f"{each * 1000:.2f}" for each in (stall.warm, stall.longest_alone, stall.longest)]
    return [what, f"{stall.took:.1f}", *times, f"{stall.ratio:.0f}"]
