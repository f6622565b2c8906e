"""Jobs over /metadata and on the command line: looked at, tried again, cancelled; nobody else's."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from armature.__main__ import main
from armature.core.db import open_database
from armature.jobs.job import Job, NewJob
from armature.jobs.ledger import enqueue, jobs_of
from armature.migrations.workspace.create import create_workspace
from armature.migrations.workspace.job_findings import job_findings
from tests.support.command_line import BARE
from tests.support.control_plane import Caller, Site

JOBS = """query($states: [JobState!], $before: ID, $limit: Int) {
  jobs(states: $states, before: $before, limit: $limit) {
    id kind subject state progress attempts error createdAt dueAt startedAt finishedAt
  }
}"""
CANCEL = "mutation($id: ID!) { cancelJob(id: $id) { state finishedAt } }"
RETRY = "mutation($id: ID!) { retryJob(id: $id) { state finishedAt } }"


@pytest.fixture
def caller(site: Site) -> Caller:
    return site.sign_up()


def added(database_url: str, workspace_id: str, count: int = 1) -> list[Job]:
    """Jobs that nobody runs, the newest first."""

    async def add() -> list[Job]:
        db = await open_database(database_url)
        async with db.transaction() as connection:
            for _ in range(count):
                await enqueue(connection, NewJob(kind="nothing", workspace_id=UUID(workspace_id), subject=uuid4()))
        found = await jobs_of(db, UUID(workspace_id))
        await db.close()
        return found

    return asyncio.run(add())


def test_jobs_are_listed_in_pages_and_by_state(site: Site, caller: Caller) -> None:
    newest, middle, oldest = [str(each.id) for each in added(site.database_url, caller.workspace_id, 3)]
    caller.do(CANCEL, id=middle)

    assert [each["id"] for each in caller.do(JOBS)["jobs"]] == [newest, middle, oldest]
    assert [each["id"] for each in caller.do(JOBS, limit=1, before=newest)["jobs"]] == [middle]
    assert [each["id"] for each in caller.do(JOBS, states=["CANCELLED", "FAILED"])["jobs"]] == [middle]
    assert [each["id"] for each in caller.do(JOBS, states=["QUEUED"])["jobs"]] == [newest, oldest]
    for limit in (0, 201):
        assert caller.error(JOBS, limit=limit)["extensions"]["code"] == "BAD_USER_INPUT"


def test_one_is_cancelled_and_tried_again(site: Site, caller: Caller) -> None:
    (job,) = added(site.database_url, caller.workspace_id)
    assert caller.do(CANCEL, id=str(job.id))["cancelJob"]["state"] == "CANCELLED"
    assert caller.error(CANCEL, id=str(job.id))["extensions"]["code"] == "CONFLICT"
    assert caller.do(RETRY, id=str(job.id))["retryJob"] == {"state": "QUEUED", "finishedAt": None}
    assert caller.error(RETRY, id=str(job.id))["extensions"]["code"] == "CONFLICT"
    assert caller.do("query($id: ID!) { job(id: $id) { state } }", id=str(job.id))["job"] == {"state": "QUEUED"}


@pytest.mark.parametrize("query", ["query($id: ID!) { job(id: $id) { id } }", CANCEL, RETRY])
def test_jobs_of_other_workspaces_and_what_is_no_id_are_not_there(site: Site, caller: Caller, query: str) -> None:
    (job,) = added(site.database_url, site.sign_up().workspace_id)
    for id_ in (str(job.id), str(uuid4()), "no id"):
        assert caller.error(query, id=id_)["extensions"]["code"] == "NOT_FOUND"
    assert caller.do(JOBS)["jobs"] == []


def test_nobody_sees_them_who_has_not_signed_in(site: Site) -> None:
    assert site.ask(JOBS)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def run(*arguments: str, database_url: str) -> Result:
    return CliRunner().invoke(main, arguments, env={**BARE, "DATABASE_URL": database_url}, prog_name="armature")


def test_the_command_line_does_the_same(migrated_database_url: str) -> None:
    async def make() -> str:
        db = await open_database(migrated_database_url)
        made = await create_workspace(db, "Acme", owner=None)
        await db.close()
        return str(made.workspace_id)

    def said(*arguments: str) -> Any:
        done = run("jobs", *arguments, "--json", database_url=migrated_database_url)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    (job,) = added(migrated_database_url, asyncio.run(make()))
    assert [each["id"] for each in said("list", "--state", "queued")] == [str(job.id)]
    assert "arguments" not in said("list")[0]
    assert said("cancel", str(job.id))["state"] == "cancelled"
    assert said("list", "--state", "queued") == []
    listed = run("jobs", "list", database_url=migrated_database_url).stdout
    assert str(job.id) in listed
    assert str(job.workspace_id) in listed
    assert said("retry", str(job.id))["state"] == "queued"
    again = run("jobs", "retry", str(job.id), database_url=migrated_database_url)
    assert "it waits already" in again.output
    refused = run("jobs", "retry", str(uuid4()), database_url=migrated_database_url)
    assert refused.exit_code == 1
    assert "There is no job" in refused.output


def test_the_doctor_tells_of_jobs_that_failed_or_that_nobody_runs(migrated_database_url: str) -> None:
    async def make() -> None:
        db = await open_database(migrated_database_url)
        async with db.transaction() as connection:
            for kind in ("well", "waits", "lost", "broken"):
                await enqueue(connection, NewJob(kind=kind))
            await connection.execute(
                "UPDATE armature.jobs SET due_at = now() - interval '11 minutes' WHERE kind <> 'well';"
                "UPDATE armature.jobs SET state = 'running', lease_until = due_at WHERE kind = 'lost';"
                "UPDATE armature.jobs SET state = 'failed', error = 'It rains.' WHERE kind = 'broken'"
            )
        await db.close()

    asyncio.run(make())
    found = run("doctor", "--json", database_url=migrated_database_url)
    assert found.exit_code == 1
    told = {each["what"].split("(")[1].split(")")[0]: each for each in json.loads(found.stdout)}
    assert set(told) == {"waits", "lost", "broken"}
    assert "It rains." in told["broken"]["what"]
    assert told["broken"]["fix"].startswith("armature jobs retry ")


def test_the_doctor_does_not_tell_of_what_was_asked_for_again(migrated_database_url: str) -> None:
    async def make() -> None:
        db = await open_database(migrated_database_url)
        job = NewJob(kind="index", subject=uuid4())
        async with db.transaction() as connection:
            await enqueue(connection, job)
            await connection.execute("UPDATE armature.jobs SET state = 'failed', error = 'It rains.'")
        assert len(await job_findings(db, None)) == 1
        async with db.transaction() as connection:
            await enqueue(connection, job)
        assert await job_findings(db, None) == []
        await db.close()

    asyncio.run(make())
