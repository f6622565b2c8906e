"""`armature up`, as a newcomer runs it: from an empty folder to an answer, and to its end."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from armature.core.settings import Settings
from armature.server.up import FIRST_QUERY, reachable
from armature.webhooks.signing import check_signature
from tests.support.command_line import Up, armature, is_alive, started, upped, working_in
from tests.support.receiver import receiver
from tests.support.servers import Databases, make_folder, remove_folder

COUNT = "{ companies(limit: 1) { name } }"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = make_folder()
    yield made
    remove_folder(made)


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """One that runs while several tests use it."""
    made = make_folder()
    with upped(made) as running:
        yield running
    remove_folder(made)


def test_the_query_it_prints_is_answered_with_the_key_it_prints(up: Up) -> None:
    printed = up.printed.read_text()
    assert FIRST_QUERY in printed
    assert up.ready["apiKey"] in printed
    assert f"{up.ready['url']}/playground" in printed
    companies = up.ask(FIRST_QUERY)["data"]["companies"]
    assert len(companies) == 3
    assert companies[0]["people"]


def test_the_curl_line_it_prints_works(up: Up) -> None:
    line = up.printed.read_text().split("or for a terminal:")[1].split("Ctrl-C")[0]
    said = subprocess.run(["sh", "-c", line], capture_output=True, text=True)
    assert len(json.loads(said.stdout)["data"]["companies"]) == 3


def test_a_receiver_on_this_machine_is_told_what_happens(up: Up) -> None:
    with receiver() as there:
        events = f'{{url: "{there.url}", events: ["company.created"], role: "admin"}}'
        made = up.ask(f"mutation {{ createWebhook(input: {events}) {{ secret }} }}", path="/metadata")
        up.ask('mutation { createCompany(data: {name: "Told"}) { id } }')
        while not there.got:
            assert up.process.poll() is None
            time.sleep(0.05)
    check_signature(made["data"]["createWebhook"]["secret"], there.got[0].headers, there.got[0].body, time.time())
    assert there.got[0].json["data"]["after"]["name"] == "Told"


@pytest.mark.parametrize(
    ("given", "may"),
    [
        ({}, True),
        ({"host": "0.0.0.0"}, False),  # noqa: S104
        ({"public_url": "https://armature.example"}, False),
        ({"trusted_proxies": ("127.0.0.1",)}, False),
    ],
)
def test_this_machine_is_called_only_where_nobody_else_gets_in(folder: Path, given: dict[str, Any], may: bool) -> None:
    """A proxy in front lets others in, whose webhooks would be told what is reached from here only."""
    assert bool(reachable(Settings(**given), folder, "http://127.0.0.1:8000").outbound_networks) is may


def test_the_ready_file_is_private_and_names_a_user_who_can_sign_in(up: Up) -> None:
    assert up.printed.with_name("ready.json").stat().st_mode & 0o777 == 0o600
    assert up.ready["pid"] == up.process.pid
    signing_in = 'mutation { signIn(input: {email: "%(email)s", password: "%(password)s"}) { workspaces { id } } }'
    signed_in = up.ask(signing_in % up.ready, path="/metadata")
    assert signed_in["data"]["signIn"]["workspaces"] == [{"id": up.ready["workspaceId"]}]


def test_commands_find_its_database_by_the_data_directory(up: Up) -> None:
    at = f"--data-dir={up.printed.parent}"
    made = json.loads(armature("workspace", "create", "Acme", "--pack=crm", "--json", at).stdout)["id"]
    token = armature("key", "create", f"--workspace={made}", at).stdout.strip()
    assert up.ask("{ companies { name } }", token) == {"data": {"companies": []}}
    assert armature("workspace", "delete", made, "--yes", at).returncode == 0
    assert up.ask("{ companies { name } }", token)["errors"]


def test_what_of_it_is_killed_comes_back(up: Up) -> None:
    for server in up.own_servers():
        server.kill()
        while server.pid in {each.pid for each in up.own_servers()} or len(up.own_servers()) < 2:
            time.sleep(0.05)
        while not httpx2.get(f"{up.ready['url']}/readyz", timeout=None).is_success:
            time.sleep(0.05)
        assert up.ask(COUNT)["data"]["companies"]


def test_its_worker_runs_and_comes_back(up: Up) -> None:
    first = None
    while first is None:
        time.sleep(0.05)
        first = up.worker()
    first.kill()
    while up.worker() in (None, first):
        time.sleep(0.05)
    assert "The worker is gone; starting it again." in up.printed.read_text()


def test_a_port_that_is_taken_is_told_before_anything_starts(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = armature("up", f"--port={port}", f"--data-dir={folder / 'unborn'}")
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in done.stderr
    assert "--port" in done.stderr
    assert not (folder / "unborn").exists()


def test_a_start_interrupted_at_any_time_leaves_nothing_running_and_the_next_one_works() -> None:
    folder = make_folder()
    for seconds in (0.5, 1.5, 3):
        process = started(folder)
        time.sleep(seconds)
        process.terminate()
        assert process.wait() in (0, -signal.SIGTERM)  # the latter before Python has begun
        assert not working_in(folder)
    with upped(folder) as up:
        assert up.ask(COUNT)["data"]["companies"]
    remove_folder(folder)


def test_a_later_start_gives_the_same_workspace_and_keeps_what_was_written(folder: Path) -> None:
    with upped(folder) as first:
        first.ask('mutation { createCompany(data: {name: "Kept Ltd"}) { id } }')
        servers = first.own_servers()
        while (worker := first.worker()) is None:
            time.sleep(0.05)
        servers.append(worker)
        first.end()
        assert not [each for each in servers if is_alive(each)]
        assert not working_in(folder)
    with upped(folder) as second:
        assert second.ask('{ companies(filter: {name: {eq: "Kept Ltd"}}) { name } }')["data"]["companies"]
        for name in ("workspaceId", "apiKey", "email", "password", "databaseUrl"):
            assert first.ready[name] == second.ready[name]
        second.end(signal.SIGINT)


def test_a_killed_one_is_taken_over_by_the_next(folder: Path) -> None:
    with upped(folder) as killed:
        left_over = killed.own_servers()
        killed.process.kill()
        killed.process.wait()
    assert all(map(is_alive, left_over))
    with upped(folder) as up:
        assert up.ready["databaseUrl"] == killed.ready["databaseUrl"]
        assert up.ask(COUNT)["data"]["companies"]
    assert not [each for each in left_over if is_alive(each)]


def test_on_servers_given_and_without_a_demo_it_starts_nothing(databases: Databases, redis_url: str) -> None:
    folder, database_url = make_folder(), databases.create()
    with upped(folder, "--no-demo", DATABASE_URL=database_url, REDIS_URL=redis_url) as up:
        assert not up.own_servers()
        assert up.ready["databaseUrl"] == database_url
        assert up.ready["apiKey"] is None
        assert json.loads(armature("workspace", "list", "--json", DATABASE_URL=database_url).stdout) == []
    databases.drop(database_url)
    remove_folder(folder)
