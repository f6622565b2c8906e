"""The commands, apart from `up`: what they say and do, and what they say when they can't."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import asyncpg
import httpx2
import pytest
from click.testing import CliRunner, Result

from armature.__main__ import main
from tests.support.command_line import ARMATURE, BARE, armature


def run(*arguments: str, **environment: str) -> Result:
    """In this process, which is quicker; with no setting but those given."""
    return CliRunner().invoke(main, arguments, env={**BARE, **environment}, prog_name="armature")


def output(*arguments: str, **environment: str) -> str:
    done = run(*arguments, **environment)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize(
    "command",
    [
        *("", "up", "serve", "migrate", "workspace", "workspace create", "workspace delete", "key create", "doctor"),
        *("import", "export", "metadata", "metadata export", "metadata plan", "metadata apply"),
        *("worker", "jobs", "jobs list", "jobs retry", "jobs cancel"),
    ],
)
def test_every_command_has_help(command: str) -> None:
    assert "Usage: armature" in output(*command.split(), "--help")


def test_migrate_says_what_it_did(database_url: str) -> None:
    assert json.loads(output("migrate", "--json", DATABASE_URL=database_url))["changed"] is True
    assert "already" in output("migrate", DATABASE_URL=database_url)


def test_a_workspace_is_made_listed_opened_and_deleted(migrated_database_url: str) -> None:
    where = {"DATABASE_URL": migrated_database_url}
    made = json.loads(output("workspace", "create", "Acme", "--pack", "crm", "--json", **where))["id"]
    assert [each["name"] for each in json.loads(output("workspace", "list", "--json", **where))] == ["Acme"]
    assert made in output("workspace", "list", **where)
    assert output("key", "create", "--workspace", made, **where).startswith("arm_")
    assert output("key", "create", **where).startswith("arm_")  # of the only one there is
    assert "All is well" in output("doctor", **where)

    assert run("workspace", "delete", made, **where).exit_code == 1  # nobody said yes
    output("workspace", "delete", made, "--yes", **where)
    assert "There is no workspace" in output("workspace", "list", **where)


def test_doctor_tells_what_is_wrong_with_status_1(migrated_database_url: str) -> None:
    where = {"DATABASE_URL": migrated_database_url}
    made = json.loads(output("workspace", "create", "Acme", "--pack", "crm", "--json", **where))["id"]
    asyncio.run(execute(migrated_database_url, f"DROP TABLE workspace_{made.replace('-', '')}.notes CASCADE"))

    done = run("doctor", "--json", **where)

    assert done.exit_code == 1
    assert made in {each["workspace"] for each in json.loads(done.stdout)}
    assert "notes" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["workspace", "create", "Acme", "--owner", "ada@example.com"], "Nobody has signed up as ada@example.com."),
        (["workspace", "create", "Acme", "--pack", "erp"], 'There is no pack "erp".'),
        (["workspace", "create", " "], "1 to 100 characters"),
        (
            ["workspace", "delete", "--yes", "0198f4d5-0000-7000-8000-000000000000"],
            "0198f4d5-0000-7000-8000-000000000000",
        ),
        (["key", "create", "--workspace", "0198f4d5-0000-7000-8000-000000000000"], "workspace"),
    ],
)
def test_what_can_t_be_done_is_told_in_a_sentence(arguments: list[str], said: str, migrated_database_url: str) -> None:
    done = run(*arguments, DATABASE_URL=migrated_database_url)
    assert done.exit_code == 1
    assert said in done.stderr


@pytest.mark.parametrize("command", ["migrate", "doctor", "workspace list"])
def test_without_a_database_a_command_says_how_to_get_one(command: str, tmp_path: object) -> None:
    done = run(*command.split(), "--data-dir", f"{tmp_path}/nothing")
    assert done.exit_code == 1
    assert "DATABASE_URL" in done.stderr
    assert "armature up" in done.stderr


def test_before_migrate_a_command_asks_for_it(database_url: str) -> None:
    done = run("workspace", "list", DATABASE_URL=database_url)
    assert done.exit_code == 1
    assert "armature migrate" in done.stderr


def test_a_database_that_is_away_is_told_in_a_sentence() -> None:
    done = run("workspace", "list", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert done.exit_code == 1
    assert "can't be reached" in done.stderr


@pytest.mark.parametrize("command", ["migrate", "doctor", "workspace list"])
@pytest.mark.parametrize("url", ["nonsense", "https://example.com/x", "postgresql://ada:secret/word@host:x/base"])
def test_a_wrong_database_url_is_told_in_a_sentence_without_what_is_in_it(command: str, url: str) -> None:
    done = run(*command.split(), DATABASE_URL=url)
    assert done.exit_code == 1
    assert "DATABASE_URL is not a URL of PostgreSQL" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize("url", ["nonsense", "https://example.com", "redis://host:many"])
def test_a_wrong_redis_url_is_told_in_a_sentence(url: str, migrated_database_url: str) -> None:
    settings = {"DATABASE_URL": migrated_database_url, "REDIS_URL": url, "ARMATURE_SECRET_KEY": "s" * 40}
    done = armature("serve", "--port=0", **settings)
    assert done.returncode == 1
    assert "REDIS_URL is not the URL of a Valkey or Redis server" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["--ready-file", "--data-dir"])
@pytest.mark.parametrize("place", ["a-file/x", "a-file/x/y", "/proc/x"])
def test_a_path_that_can_t_be_written_is_told_before_anything_starts(option: str, place: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    options = {"--data-dir": tmp_path / "data", "--ready-file": tmp_path / "ready", option: tmp_path / place}
    done = armature("up", "--port=0", *(f"{key}={value}" for key, value in options.items()))
    assert done.returncode == 1
    assert f"Nothing can be written at {tmp_path / place}" in done.stderr
    assert option in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "DATABASE_URL and REDIS_URL have to be set"),
        ({"DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://x"}, "ARMATURE_SECRET_KEY is not set"),
        ({"ARMATURE_PORT": "many"}, "ARMATURE_PORT"),
    ],
)
def test_serve_says_which_setting_it_lacks(environment: dict[str, str], said: str) -> None:
    done = armature("serve", **environment)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_serves_until_sigterm(migrated_database_url: str, redis_url: str) -> None:
    environment = {"DATABASE_URL": migrated_database_url, "REDIS_URL": redis_url, "ARMATURE_SECRET_KEY": "s" * 40}
    environment["ARMATURE_WORKERS"] = "none"
    with subprocess.Popen(
        [*ARMATURE, "serve", "--port", "0"],
        env={**os.environ, **environment, "ARMATURE_LOG_FORMAT": "json"},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        url = next(line["url"] for line in map(json.loads, process.stderr) if "url" in line)
        assert httpx2.get(f"{url}/readyz", timeout=None).is_success
        process.terminate()
        process.stderr.read()
        assert process.wait() == 0


def test_serve_without_its_database_ends_and_says_so(redis_url: str) -> None:
    away = "postgresql://nobody@127.0.0.1:1/nothing"
    done = armature("serve", "--port=0", DATABASE_URL=away, REDIS_URL=redis_url, ARMATURE_SECRET_KEY="s" * 40)
    assert done.returncode == 1
    assert "can't be reached" in done.stderr


async def execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()
