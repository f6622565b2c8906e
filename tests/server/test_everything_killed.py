"""`armature up` is killed, all of it at once, in the middle of a large import and of what follows: nothing is lost.

What was acknowledged was written once and left its events; each of them got one position and was told, in order per
record.
"""

import asyncio
import random
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import psutil
import pytest

from armature.webhooks.signing import check_signature
from tests.support.command_line import ARMATURE, Up, armature, upped, working_in
from tests.support.receiver import Receiver, receiver
from tests.support.servers import make_folder, remove_folder

CHANCE = random.Random(20_261_121)  # noqa: S311

IMPORTED = 10_000
CHUNKS, OF_A_CHUNK, CHANGED, CLIENTS = 40, 250, 10, 3
TITLES = ("first", "second", "third")

HOOK = """mutation($url: String!) { createWebhook(input: {
  url: $url, role: "admin", concurrency: 32, events: ["company.created", "task.created", "task.updated"]
}) { secret } }"""
CREATE = "mutation($data: [TaskCreateInput!]!) { createTasks(data: $data) { id } }"
UPDATE = """mutation($ids: [ID!]!, $title: String) {
  updateTasks(filter: {id: {in: $ids}}, data: {title: $title}) { count } }"""
COUNT = '{ companiesAggregate(filter: {name: {startsWith: "Imported "}}) { count } }'

EVENTS = """SELECT position, action, "table", record::text, after ->> 'title' AS title FROM {}._events
WHERE "table" IN ('companies', 'tasks') ORDER BY seq"""
POSITIONS = "SELECT array_agg(position ORDER BY position) FROM {}._events"
WAITING = """SELECT (SELECT count(*) FROM armature.deliveries WHERE state = 'WAITING')
+ (SELECT count(*) FROM {}._events WHERE position IS NULL)"""


@pytest.fixture
def folder() -> Iterator[Path]:
    made = make_folder()
    yield made
    remove_folder(made)


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@dataclass
class World:
    """What lives through all kills: clients that write to whatever is up, the file that is imported, the receiver."""

    folder: Path
    there: Receiver
    up: Up | None = None
    acknowledged: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The titles of each record, as far as its writer was told that they are written."""

    chunks: list[Future[None]] = field(default_factory=list)
    is_over: bool = False

    @property
    def file(self) -> Path:
        return self.folder / "companies.csv"

    @property
    def has_written(self) -> bool:
        return all(each.done() for each in self.chunks)

    def write(self, _: int) -> None:
        made = self._told(CREATE, data=[{"title": TITLES[0]}] * OF_A_CHUNK)["createTasks"]
        ids = [each["id"] for each in made]
        self.acknowledged |= dict.fromkeys(ids, TITLES[:1])
        some = ids[:CHANGED]
        for title in TITLES[1:]:
            assert self._told(UPDATE, ids=some, title=title)["updateTasks"] == {"count": CHANGED}
            self.acknowledged |= {id_: (*self.acknowledged[id_], title) for id_ in some}

    def _told(self, mutation: str, **variables: Any) -> Any:
        """The answer, which may take several lives."""
        key = str(uuid4())
        while not self.is_over:
            answer = None if self.up is None else ask(self.up, mutation, key=key, **variables)
            if answer is not None:
                return answer
            time.sleep(0.1)
        raise RuntimeError("the test is over")

    @contextmanager
    def living(self) -> Iterator[Up]:
        """All of it, from its start until it is killed."""
        with upped(self.folder) as up:
            self.up = up
            yield up
            self.up = None
            kill([up.process.pid, *(each.pid for each in working_in(self.folder))])
            up.process.wait()

    def begin_import(self) -> "subprocess.Popen[bytes]":
        command = [*ARMATURE, "import", "company", str(self.file), f"--data-dir={self.folder}"]
        return subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, sql: str) -> list[Any]:
        assert self.up is not None
        ready = self.up.ready
        schema = f"workspace_{UUID(ready['workspaceId']).hex}"
        return asyncio.run(fetched(ready["databaseUrl"], sql.replace("{}", schema)))


async def fetched(url: str, sql: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


def ask(up: Up, query: str, path: str = "/graphql", key: str = "", **variables: Any) -> Any:
    """The data, or None where there is none."""
    headers = {"authorization": f"Bearer {up.ready['apiKey']}", **({"idempotency-key": key} if key else {})}
    sent = {"query": query, "variables": variables}
    try:
        answer = httpx2.post(f"{up.ready['url']}{path}", json=sent, headers=headers, timeout=60)
    except httpx2.TransportError:
        return None
    return answer.json().get("data")


def kill(pids: list[int]) -> None:
    """In any order, with all that they have started."""
    processes = {each for pid in pids for each in family(pid)}
    for each in CHANCE.sample(sorted(processes, key=lambda process: process.pid), len(processes)):
        with suppress(psutil.NoSuchProcess):
            each.kill()


def family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return []


def until_more(count: Callable[[], int], more: int, is_over: Callable[[], bool] = lambda: False) -> None:
    before = count()
    while count() < before + more and not is_over():
        time.sleep(0.02)


@contextmanager
def writing(world: World) -> Iterator[None]:
    """Clients that write in chunks, until all of them have."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        world.chunks += [pool.submit(world.write, each) for each in range(CHUNKS)]
        try:
            yield
        finally:
            world.is_over = True
            pool.shutdown(cancel_futures=True)


def import_all(world: World, up: Up) -> None:
    """Again after a kill, unless it was committed: all of it is there, or nothing."""
    count = ask(up, COUNT)["companiesAggregate"]["count"]
    assert count in (0, IMPORTED)
    if not count:
        assert world.begin_import().wait() == 0


def checked(there: Receiver, secret: str) -> dict[int, str]:
    """Which message told of which position; in order per record, signed, and the same in every attempt."""
    bodies: dict[str, set[bytes]] = defaultdict(set)
    of_record: dict[str, list[int]] = defaultdict(list)
    told: dict[int, str] = {}
    for each in there.got:
        check_signature(secret, each.headers, each.body, int(each.headers["webhook-timestamp"]))
        data = each.json["data"]
        bodies[each.id].add(each.body)
        of_record[data["id"]].append(data["position"])
        assert told.setdefault(data["position"], each.id) == each.id
    assert all(len(each) == 1 for each in bodies.values())
    assert len(bodies) == len(told)
    assert all(each == sorted(each) for each in of_record.values())
    return told


def test_all_is_killed_again_and_again_and_nothing_is_lost(folder: Path, there: Receiver) -> None:
    world = World(folder, there)
    lines = (f"{uuid4()},Imported {number},d{number}.example\n" for number in range(IMPORTED))
    world.file.write_text("id,name,domainName\n" + "".join(lines))
    with world.living() as up:
        secret = ask(up, HOOK, "/metadata", url=there.url)["createWebhook"]["secret"]
        importing = world.begin_import()
        time.sleep(CHANCE.uniform(0.5, 2.5))
    importing.wait()
    with writing(world):
        for _ in range(2):
            with world.living() as up:
                import_all(world, up)
                until_more(lambda: len(world.acknowledged), CHANCE.randrange(4_000), lambda: world.has_written)
        for _ in range(2):
            with world.living():
                until_more(lambda: len(there.got), CHANCE.randrange(2_000))
        with world.living() as up:
            import_all(world, up)
            for each in world.chunks:
                each.result()
            while world.run(WAITING)[0][0]:
                time.sleep(0.5)
            events, ((positions,),) = world.run(EVENTS), world.run(POSITIONS)
            assert armature("doctor", f"--data-dir={folder}").returncode == 0

    assert positions == list(range(1, len(positions) + 1))
    by_record: dict[str, list[Any]] = defaultdict(list)
    for event in events:
        by_record[event["record"]].append(event)
    imported = [each for each in by_record.values() if each[0]["table"] == "companies"]
    assert [len(each) for each in imported] == [1] * IMPORTED
    assert len(world.acknowledged) == CHUNKS * OF_A_CHUNK
    assert len(by_record) == IMPORTED + CHUNKS * OF_A_CHUNK
    for id_, titles in world.acknowledged.items():
        assert tuple(each["title"] for each in by_record[id_]) == titles
        assert sorted(each["position"] for each in by_record[id_]) == [each["position"] for each in by_record[id_]]
    assert checked(there, secret).keys() == {each["position"] for each in events}
