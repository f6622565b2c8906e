"""The figures as a table for people, and as JSON for whoever compares runs."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.rounds import Result, Sample

HEAD = (
    "case", "conc.", "armature req/s", "bare req/s", "ratio", "p50 / p99 ms", "bare p50 / p99",
    "CPU ms: server + PostgreSQL", "bare",
)  # fmt: skip


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """In Markdown, its columns aligned; the first to the left, the figures to the right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for line in (lines[0], rule, *lines[1:]):
        first, *rest = (each.rjust(width) for each, width in zip(line, widths, strict=True))
        print("|", " | ".join([first.strip().ljust(widths[0]), *rest]), "|")
    print(flush=True)


def print_results(results: Sequence[Result]) -> None:
    print_table(HEAD, [_row(each) for each in results])


def _row(result: Result) -> Sequence[str]:
    ours, theirs = medians(result.armature), medians(result.bare)
    return (
        f"{result.case.name} {result.case.title}",
        str(result.connections),
        f"{ours['rate']:,.0f}",
        f"{theirs['rate']:,.0f}",
        f"{result.ratio:.3f}",
        f"{ours['p50']:.2f} / {ours['p99']:.2f}",
        f"{theirs['p50']:.2f} / {theirs['p99']:.2f}",
        f"{ours['serving_cpu']:.3f} + {ours['postgres_cpu']:.3f}",
        f"{theirs['serving_cpu']:.3f} + {theirs['postgres_cpu']:.3f}",
    )


def medians(samples: Sequence[Sample]) -> dict[str, float]:
    return {
        "rate": median(each.load.rate for each in samples),
        "p50": median(each.load.p50 for each in samples),
        "p99": median(each.load.p99 for each in samples),
        "serving_cpu": median(each.serving_cpu for each in samples),
        "postgres_cpu": median(each.postgres_cpu for each in samples),
    }


def as_json(results: Sequence[Result]) -> list[dict[str, Any]]:
    return [
        {
            "case": each.case.name,
            "connections": each.connections,
            "ratio": each.ratio,
            "armature": medians(each.armature),
            "bare": medians(each.bare),
            "rounds": [
                [ours.load.rate, theirs.load.rate] for ours, theirs in zip(each.armature, each.bare, strict=True)
            ],
        }
        for each in results
    ]


def write_json(path: Path, figures: Any) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
