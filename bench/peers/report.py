"""The peers' figures: a table for each number of connections, with the goals beside the ratios."""

import sys
from collections.abc import Mapping, Sequence
from math import nan
from statistics import geometric_mean, median
from typing import Any

from bench.machine import Machine
from bench.peers.measure import PEERS, Compared, all_running, copies, measure_peers
from bench.peers.peer import READS, Peer
from bench.report import medians, print_table
from bench.rounds import Plan, Sample, ratio
from bench.throughput import prepare


async def compare_with_peers(
    on: Machine, names: Sequence[str], connections: Sequence[int], plan: Plan
) -> list[dict[str, Any]]:
    """Measure and print; the figures for whoever compares runs."""
    compared = []
    with all_running(on, await prepare(on), await copies(on)) as asked:
        cases = [each for each in asked if not names or each.case.name in names]
        for one in measure_peers(on, cases, connections, plan):
            told = ", ".join(f"{name} {value:.2f}" for name, value in _ratios(one).items())
            print(f"{one.case.name} x {one.connections}: {told}", file=sys.stderr, flush=True)
            compared.append(one)
    print_compared(compared)
    return [_figures(each) for each in compared]


def print_compared(compared: Sequence[Compared]) -> None:
    for connections in sorted({each.connections for each in compared}):
        rows = [each for each in compared if each.connections == connections]
        head = [f"case, {connections} at a time", "armature req/s"]
        for peer in PEERS:
            head += [f"{peer.name} req/s", "ratio"]
        print_table(head, [*map(_row, rows), _means(rows)])


def _row(compared: Compared) -> list[str]:
    cells = [f"{compared.case.name} {compared.case.title}", f"{_rate(compared.armature):,.0f}"]
    for peer, value in zip(PEERS, _ratios(compared).values(), strict=True):
        cells += [f"{_rate(compared.peers[peer.name]):,.0f}", _beside_goal(peer, compared.case.name, value)]
    return cells


def _means(rows: Sequence[Compared]) -> list[str]:
    cells = ["geometric mean of the reads", ""]
    for peer in PEERS:
        cells += ["", _beside_goal(peer, READS, _mean(rows, peer))]
    return cells


def _mean(rows: Sequence[Compared], peer: Peer) -> float:
    found = [_ratios(each)[peer.name] for each in rows if not each.case.writes]
    return geometric_mean(found) if found else nan


def _beside_goal(peer: Peer, what: str, value: float) -> str:
    goal = peer.goals.get(what)
    return f"{value:.2f}" if goal is None else f"{value:.2f} (goal {goal:g})"


def _ratios(compared: Compared) -> Mapping[str, float]:
    return {name: ratio(compared.armature, theirs) for name, theirs in compared.peers.items()}


def _rate(samples: Sequence[Sample]) -> float:
    return median(each.load.rate for each in samples)


def _figures(compared: Compared) -> dict[str, Any]:
    servers = {"armature": compared.armature, **compared.peers}
    return {
        "case": compared.case.name,
        "connections": compared.connections,
        "ratios": _ratios(compared),
        "servers": {name: medians(samples) for name, samples in servers.items()},
        "rounds": {name: [one.load.rate for one in samples] for name, samples in servers.items()},
    }
