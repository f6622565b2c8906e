"""All of the second part, and its figures."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from armature.migrations.workspace.create import create_workspace
from armature.server.auth.api_keys import create_api_key
from bench.client import Client
from bench.machine import Machine, Serving, armature
from bench.model.change import Changed, measure_changes
from bench.model.shapes import CRM_SHAPE, Shape, large
from bench.report import print_table


@dataclass(frozen=True, slots=True)
class Scale:
    objects: int = 300
    fields: int = 50
    rounds: int = 40


QUICK = Scale(objects=30, fields=20, rounds=5)


async def measure_model(on: Machine, scale: Scale) -> dict[str, Any]:
    """Measure and print; the figures for whoever compares runs."""
    with armature(on) as serving:
        changed = [
            await _changed(on, serving, each, scale.rounds) for each in (CRM_SHAPE, large(scale.objects, scale.fields))
        ]
    print_table(
        ("createField to answer", "ALTER ms", "createField ms", "first answer ms", "ratio", "warm ms"),
        [_row(each) for each in changed],
    )
    return {"changes": [_figures(each) for each in changed]}


async def _changed(on: Machine, serving: Serving, shape: Shape, rounds: int) -> Changed:
    workspace = await create_workspace(on.database, shape.name, owner=None, changes=shape.changes)
    key = await create_api_key(on.database, workspace.workspace_id, "bench")
    with Client(serving, key.token) as client:
        async with on.database.connection() as connection:
            return await measure_changes(connection, client, workspace.schema, shape, rounds)


def _figures(changed: Changed) -> dict[str, Any]:
    figures = {
        each: median(getattr(one, each) for one in changed.rounds) * 1000
        for each in ("alter", "change", "answer", "warm")
    }
    return {"model": changed.shape.name, "ratio": changed.ratio, **figures}


def _row(changed: Changed) -> list[str]:
    figures = _figures(changed)
    times = [f"{figures[each]:.2f}" for each in ("alter", "change", "answer")]
    return [changed.shape.name, *times, f"{changed.ratio:.1f}", f"{figures['warm']:.2f}"]
