"""Strawberry with SQLAlchemy and data loaders: see strawberry_app."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from armature.core.embedded.processes import free_port
from bench.cases import PERSON
from bench.dataset import COMPANY
from bench.machine import running
from bench.peers.peer import CONNECTIONS, READS, Answering, Peer, Question

QUESTIONS = {
    "Q1": Question(
        "query ($id: UUID!) { company(id: $id) { id name domainName employees addressCity "
        "annualRecurringRevenueAmountMicros annualRecurringRevenueCurrencyCode createdAt } }",
        {"id": COMPANY},
    ),
    "Q2": Question(
        "query ($city: String!) { people(city: $city, limit: 50) "
        "{ id firstName lastName email phone jobTitle city createdAt } }",
        {"city": "Paris"},
    ),
    "Q3": Question(
        "{ companies(limit: 20) { id name people(limit: 10) "
        "{ id firstName lastName email jobTitle city company { name } } } }"
    ),
    "Q4": Question(
        "{ companies(limit: 10) { id name opportunities(limit: 5) "
        "{ id name stage amountMicros pointOfContact { id firstName lastName company { id name } } } } }"
    ),
    "Q5": Question(
        "{ people(order: OLDEST_FIRST, limit: 1000) "
        "{ id firstName lastName email phone jobTitle city companyId createdAt updatedAt } }"
    ),
    "Q6": Question("{ companiesAggregate { count sum { employees annualRecurringRevenueAmountMicros } } }"),
    "M1": Question(
        "mutation ($data: PersonInput!) { createPerson(data: $data) { id firstName lastName email createdAt } }",
        {"data": PERSON},
    ),
}


@contextmanager
def run(url: str) -> Iterator[Answering]:
    port = free_port()
    command = [sys.executable, "-m", "bench.peers.strawberry_app", str(port), str(CONNECTIONS)]
    with running(command, port, {"DATABASE_URL": url}) as serving:
        yield Answering(serving.pid, port)


def in_our_names(value: Any) -> Any:
    return value


STRAWBERRY = Peer(
    name="Strawberry",
    database="strawberry",
    run=run,
    questions=QUESTIONS,
    in_our_names=in_our_names,
    goals={READS: 15},
)
