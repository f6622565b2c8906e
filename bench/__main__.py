"""`python -m bench`: see docs/bench.md."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.answers import AnswersDiffer
from bench.bulk import measure_bulk
from bench.cases import ALONE, CASES
from bench.events import measure_events
from bench.live import measure_live
from bench.machine import Machine, machine
from bench.many import measure as many
from bench.model.measure import QUICK, Scale, measure_model
from bench.peers.report import compare_with_peers
from bench.relay import measure_relay
from bench.report import as_json, print_results, write_json
from bench.roles import measure_roles
from bench.rounds import Plan
from bench.throughput import CONNECTIONS, measure_requests, prepare
from bench.webhooks import measure_webhooks

ONLY = [each.name for each in (*CASES, *ALONE)]
PLAIN: Mapping[str, Callable[[Machine], Awaitable[Any]]] = {
    "relay": measure_relay,
    "webhooks": measure_webhooks,
    "live": measure_live,
}
"""Parts that are as long when they are to be quick."""

PARTS = ("requests", "roles", "events", "relay", "webhooks", "live", "model", "many", "peers")


def main() -> None:
    asked = parsed(sys.argv[1:])
    for each in (signal.SIGINT, signal.SIGTERM):  # at once, and so that what was started ends, too
        signal.signal(each, lambda number, _: sys.exit(128 + number))
    try:
        figures = asyncio.run(run(asked))
    except AnswersDiffer as error:
        sys.exit(str(error))
    if asked.json:
        write_json(asked.json, figures)


def parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Armature; docs/bench.md says how.")
    parser.add_argument("part", nargs="?", choices=PARTS, help="one part only; peers when asked for only")
    parser.add_argument("--only", metavar="CASE", action="append", default=[], choices=ONLY)
    parser.add_argument("--all", action="store_true", help="peers: with one connection, too")
    parser.add_argument("--quick", action="store_true", help="few short rounds, a small model: does it run?")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all figures there, too")
    asked = parser.parse_args(words)
    asked.part = asked.part or ("requests" if asked.only else None)
    return asked


async def run(asked: argparse.Namespace) -> dict[str, Any]:
    """Each part on a machine of its own: rows of the one would slow down the catalog of the other."""
    figures: dict[str, Any] = {}
    if asked.part in (None, "requests"):
        figures |= await requests(asked)
    if asked.part in (None, "roles"):
        async with machine() as on:
            plan = Plan(rounds=2, seconds=1) if asked.quick else Plan(rounds=5, seconds=2)
            figures["roles"] = await measure_roles(on, asked.only, plan)
    if asked.part in (None, "events"):
        async with machine() as on:
            plan, rounds = (Plan(rounds=2, seconds=1), 3) if asked.quick else (Plan(rounds=5, seconds=2), 15)
            figures["events"] = await measure_events(on, plan, rounds)
    for part, measured in PLAIN.items():
        if asked.part in (None, part):
            async with machine() as on:
                figures[part] = await measured(on)
    if asked.part in (None, "model"):
        async with machine() as on:
            figures["model"] = await measure_model(on, QUICK if asked.quick else Scale())
    if asked.part in (None, "many"):
        async with machine() as on:
            figures["many"] = await many.measure_many(on, many.QUICK if asked.quick else many.Scale())
    if asked.part == "peers":
        async with machine() as on:
            longer = Plan(rounds=1, seconds=5) if asked.quick else Plan(rounds=5, seconds=5)
            connections = CONNECTIONS if asked.all else CONNECTIONS[-1:]
            figures["peers"] = await compare_with_peers(on, asked.only, connections, longer)
    return figures


async def requests(asked: argparse.Namespace) -> dict[str, Any]:
    async with machine() as on:
        plan = Plan(rounds=2, seconds=1) if asked.quick else Plan(rounds=5, seconds=2)
        results, place = [], await prepare(on)
        for each in measure_requests(on, place, asked.only, plan):
            print(f"{each.case.name} x {each.connections}: {each.ratio:.3f}", file=sys.stderr, flush=True)
            results.append(each)
        print_results(results)
        figures: dict[str, Any] = {"requests": as_json(results)}
        if not asked.only:
            bulk = await measure_bulk(on, place, 3 if asked.quick else 15)
            print(f"\n10,000 records created in one call, over a COPY of them and their events: {bulk.ratio:.2f}")
            print(f"The same, over a COPY of them, which leaves no events: {bulk.ratio_to_rows:.2f}\n")
            figures["bulk"] = bulk.ratio
    return figures


if __name__ == "__main__":
    main()
