"""Directus 12: bootstrapped by its own program, the tables made its collections by its API; an administrator asks."""

import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from armature.core.embedded.processes import free_port
from bench.cases import PERSON
from bench.dataset import COMPANY, ROWS
from bench.machine import Serving, environment, running
from bench.peers.packages import NPM, node_with_packages
from bench.peers.peer import CONNECTIONS, READS, Answering, Peer, Question

PROGRAM = NPM / "node_modules" / "@directus" / "api" / "dist" / "cli" / "run.js"
"""What `directus` runs after it has looked for a newer version."""
ADMIN = "bench@example.com"
LISTS = {"people": "company_id", "opportunities": "company_id"}
"""To-many fields of a company: their collection, and what refers to the company there."""

QUESTIONS = {
    "Q1": Question(
        "query ($id: ID!) { companies_by_id(id: $id) { id name domain_name employees address_city "
        "annual_recurring_revenue_amount_micros annual_recurring_revenue_currency_code created_at } }",
        {"id": COMPANY},
    ),
    "Q2": Question(
        'query ($city: String!) { people(filter: {city: {_eq: $city}}, sort: ["-created_at"], limit: 50) '
        "{ id first_name last_name email phone job_title city created_at } }",
        {"city": "Paris"},
    ),
    "Q3": Question(
        '{ companies(sort: ["name"], limit: 20) { id name people(sort: ["created_at"], limit: 10) '
        "{ id first_name last_name email job_title city company_id { name } } } }"
    ),
    "Q4": Question(
        '{ companies(sort: ["name"], limit: 10) { id name opportunities(sort: ["created_at"], limit: 5) '
        "{ id name stage amount_micros point_of_contact_id { id first_name last_name company_id { id name } } } } }"
    ),
    "Q5": Question(
        '{ people(sort: ["created_at"], limit: 1000) '
        "{ id first_name last_name email phone job_title city company_id { id } created_at updated_at } }"
    ),
    "Q6": Question(
        "{ companies_aggregated { countAll sum { employees annual_recurring_revenue_amount_micros } } }",
    ),
    "M1": Question(
        "mutation ($person: create_people_input!) { create_people_item(data: $person) "
        "{ id first_name last_name email created_at } }",
        {
            "person": {
                "first_name": PERSON["firstName"],
                "last_name": PERSON["lastName"],
                "email": PERSON["email"],
                "job_title": PERSON["jobTitle"],
                "city": PERSON["city"],
                "company_id": {"id": PERSON["companyId"]},
            }
        },
    ),
}


@contextmanager
def run(url: str) -> Iterator[Answering]:
    node, port, password = node_with_packages(), free_port(), secrets.token_urlsafe()
    with TemporaryDirectory() as folder:
        settings = _settings(Path(folder), url, port, password)
        subprocess.run(
            [node.node, str(PROGRAM), "bootstrap"], env=environment(settings), stdout=subprocess.DEVNULL, check=True
        )
        with running([node.node, PROGRAM, "start"], port, settings) as serving:
            yield _ready(serving, password)


def _ready(serving: Serving, password: str) -> Answering:
    """The tables are collections, with the lists of a company; the token is that of the administrator."""
    login = {"email": ADMIN, "password": password}
    token = str(_sent(serving, "POST", "/auth/login", login)["access_token"])
    for table in ROWS:
        _sent(serving, "PATCH", f"/collections/{table}", {"meta": {}}, token)
    for table, referring in LISTS.items():
        field = {"field": table, "type": "alias", "meta": {"interface": "list-o2m", "special": ["o2m"]}}
        _sent(serving, "POST", "/fields/companies", field, token)
        _sent(serving, "PATCH", f"/relations/{table}/{referring}", {"meta": {"one_field": table}}, token)
    return Answering(serving.pid, serving.port, token)


def _settings(folder: Path, url: str, port: int, password: str) -> Mapping[str, str]:
    """Nothing of the project's folder, nothing to the outside, no refusal while it is under load."""
    return {
        "NODE_ENV": "production",
        "CONFIG_PATH": str(folder / "none.env"),
        "EXTENSIONS_PATH": str(folder / "extensions"),
        "STORAGE_LOCAL_ROOT": str(folder / "uploads"),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DB_CLIENT": "pg",
        "DB_CONNECTION_STRING": url,
        "DB_POOL__MAX": str(CONNECTIONS),
        "SECRET": secrets.token_urlsafe(32),
        "ADMIN_EMAIL": ADMIN,
        "ADMIN_PASSWORD": password,
        "ACCESS_TOKEN_TTL": "1d",
        "PRESSURE_LIMITER_ENABLED": "false",
        "TELEMETRY": "false",
        "LOG_LEVEL": "error",
    }


def _sent(serving: Serving, method: str, path: str, body: Any, token: str | None = None) -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection = HTTPConnection("127.0.0.1", serving.port)
    try:
        connection.request(method, path, msgspec.json.encode(body), headers)
        found = connection.getresponse().read()
    finally:
        connection.close()
    answer = msgspec.json.decode(found)
    if "errors" in answer:
        raise SystemExit(f"Directus: {method} {path}: {answer['errors']}")
    return answer["data"]


def in_our_names(value: Any) -> Any:
    """Aggregates are a list there, of groups."""
    match value:
        case [{"countAll": count, "sum": sums}]:
            return {"count": count, "sum": in_our_names(sums)}
        case dict():
            return dict(_renamed(name, each) for name, each in value.items())
        case list():
            return [in_our_names(each) for each in value]
        case _:
            return value


def _renamed(name: str, value: Any) -> tuple[str, Any]:
    """There, a to-one relation has the name of its column, and is an object even where only the id is asked for."""
    match value:
        case {"id": identity, **rest} if not rest:
            return _camel(name), identity
        case dict():
            return _camel(name.removesuffix("_id")), in_our_names(value)
        case _:
            return _camel(name), in_our_names(value)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


DIRECTUS = Peer(
    name="Directus", database="directus", run=run, questions=QUESTIONS, in_our_names=in_our_names, goals={READS: 10}
)
