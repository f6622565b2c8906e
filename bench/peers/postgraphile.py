"""PostGraphile 5, set up by npm/postgraphile.js."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from armature.core.embedded.processes import free_port
from bench.cases import PERSON
from bench.dataset import COMPANY
from bench.machine import running
from bench.peers.packages import NPM, node_with_packages
from bench.peers.peer import CONNECTIONS, Answering, Peer, Question

QUESTIONS = {
    "Q1": Question(
        "query ($id: UUID!) { company(rowId: $id) { rowId name domainName employees addressCity "
        "annualRecurringRevenueAmountMicros annualRecurringRevenueCurrencyCode createdAt } }",
        {"id": COMPANY},
    ),
    "Q2": Question(
        "query ($city: String!) { people(filter: {city: {equalTo: $city}}, orderBy: CREATED_AT_DESC, first: 50) "
        "{ nodes { rowId firstName lastName email phone jobTitle city createdAt } } }",
        {"city": "Paris"},
    ),
    "Q3": Question(
        "{ companies(orderBy: NAME_ASC, first: 20) { nodes { rowId name people(orderBy: CREATED_AT_ASC, first: 10) "
        "{ nodes { rowId firstName lastName email jobTitle city company { name } } } } } }"
    ),
    "Q4": Question(
        "{ companies(orderBy: NAME_ASC, first: 10) { nodes { rowId name "
        "opportunities(orderBy: CREATED_AT_ASC, first: 5) { nodes { rowId name stage amountMicros "
        "pointOfContact { rowId firstName lastName company { rowId name } } } } } } }"
    ),
    "Q5": Question(
        "{ people(orderBy: CREATED_AT_ASC, first: 1000) { nodes "
        "{ rowId firstName lastName email phone jobTitle city companyId createdAt updatedAt } } }"
    ),
    "Q6": Question(
        "{ companies { totalCount aggregates { sum { employees annualRecurringRevenueAmountMicros } } } }",
    ),
    "M1": Question(
        "mutation ($person: PersonInput!) { createPerson(input: {person: $person}) "
        "{ person { rowId firstName lastName email createdAt } } }",
        {"person": PERSON},
    ),
}


@contextmanager
def run(url: str) -> Iterator[Answering]:
    node, port = node_with_packages(), free_port()
    command: list[str | Path] = [node.node, NPM / "postgraphile.js", str(port), str(CONNECTIONS)]
    settings = {"DATABASE_URL": url, "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    with running(command, port, settings) as serving:
        yield Answering(serving.pid, port)


def in_our_names(value: Any) -> Any:
    """`id` is `rowId` there; a list is in `nodes`, what a mutation made in a field of its own, sums in `aggregates`."""
    match value:
        case {"totalCount": count, "aggregates": aggregates}:
            return {"count": count, **aggregates}
        case {"nodes": inside} | {"person": inside}:
            return in_our_names(inside)
        case dict():
            return {"id" if name == "rowId" else name: in_our_names(each) for name, each in value.items()}
        case list():
            return [in_our_names(each) for each in value]
        case _:
            return value


POSTGRAPHILE = Peer(
    name="PostGraphile",
    database="postgraphile",
    run=run,
    questions=QUESTIONS,
    in_our_names=in_our_names,
    goals={"Q1": 1.8, "Q2": 2.3, "Q3": 3, "Q4": 3, "Q5": 3, "M1": 1},
)
