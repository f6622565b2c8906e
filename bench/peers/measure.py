"""All of the third part: every peer runs from the start; within a case, rounds of load on one after the other."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench.answers import check_equal, data_of
from bench.cases import CASES, Case
from bench.load import find_generator
from bench.machine import Machine, armature
from bench.peers.copies import make_copies
from bench.peers.directus import DIRECTUS
from bench.peers.peer import Answering, Peer
from bench.peers.postgraphile import POSTGRAPHILE
from bench.peers.strawberry_peer import STRAWBERRY
from bench.peers.values import normal
from bench.rounds import Plan, Sample, Side, asking, in_turn
from bench.throughput import Place

PEERS = (POSTGRAPHILE, DIRECTUS, STRAWBERRY)


@dataclass(frozen=True, slots=True)
class Asked:
    """A case, and how all are asked for its answer: the peers in the order of PEERS."""

    case: Case
    ours: Side
    theirs: Sequence[Side]


@dataclass(frozen=True, slots=True)
class Compared:
    """One case's rounds, those of the peers by name."""

    case: Case
    connections: int
    armature: Sequence[Sample]
    peers: Mapping[str, Sequence[Sample]]


async def copies(on: Machine) -> Mapping[str, str]:
    """Each peer's database."""
    names = [each.name for each in PEERS]
    return dict(zip(names, await make_copies(on.postgres.url, *(each.database for each in PEERS)), strict=True))


@contextmanager
def all_running(on: Machine, place: Place, databases: Mapping[str, str]) -> Iterator[Sequence[Asked]]:
    """The server and the peers, and what each is asked in each case."""
    with ExitStack() as stack:
        server = stack.enter_context(armature(on))
        running = [stack.enter_context(each.run(databases[each.name])) for each in PEERS]
        yield [
            Asked(case, asking(server, case.operation, case.variables, place.key), _sides(case, running))
            for case in CASES
        ]


def measure_peers(on: Machine, cases: Sequence[Asked], connections: Sequence[int], plan: Plan) -> Iterator[Compared]:
    """One case after the other, as they come, but none before all answers were found to be equal."""
    generator = find_generator()
    for asked in cases:
        _check(asked)
    print("All answers are equal.", file=sys.stderr, flush=True)
    for asked in cases:
        for count in connections:
            ours, *theirs = in_turn(on, generator, [asked.ours, *asked.theirs], count, plan)
            names = (each.name for each in PEERS)
            yield Compared(asked.case, count, ours, dict(zip(names, theirs, strict=True)))
        _check(asked)


def _sides(case: Case, running: Sequence[Answering]) -> Sequence[Side]:
    return [_side(case, *both) for both in zip(PEERS, running, strict=True)]


def _side(case: Case, peer: Peer, answering: Answering) -> Side:
    question = peer.questions[case.name]
    return asking(answering, question.operation, question.variables, answering.key)


def _check(asked: Asked) -> None:
    """Raises AnswersDiffer, with the place, where a peer's values are not ours."""
    expected = normal(data_of(asked.case, asked.ours.request))
    for peer, side in zip(PEERS, asked.theirs, strict=True):
        found = peer.in_our_names(data_of(asked.case, side.request))
        check_equal(asked.case, peer.name, expected, normal(found))
