"""Files longer than memory should be: what a process needs does not grow with them."""

import csv
import os
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.server.test_cli import output
from tests.support.command_line import ARMATURE, BARE

FEW, MANY = 2_000, 100_000
ROOM = 25 * 1024  # KiB; the records of the long file take far more


@pytest.fixture
def where(migrated_database_url: str) -> dict[str, str]:
    found = {"DATABASE_URL": migrated_database_url}
    output("workspace", "create", "Acme", "--pack", "crm", **found)
    return found


def write_companies(file: Path, count: int, start: int) -> None:
    with file.open("w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["name", "domainName", "employees", "addressCity", "profile"])
        for at in range(start, start + count):
            profile = f'{{"tags": ["a", "b"], "score": {at % 1_000}}}'
            writer.writerow([f"Company {at}", f"c{at}.example", at % 10_000, "Zürich", profile])


def most_memory(*arguments: str, **environment: str) -> int:
    """In KiB, of a process that does this."""
    most = 0
    with subprocess.Popen([*ARMATURE, *arguments], env={**os.environ, **BARE, **environment}) as process:
        while process.poll() is None:
            with suppress(psutil.Error):
                most = max(most, psutil.Process(process.pid).memory_info().rss)
            time.sleep(0.01)
    assert process.returncode == 0
    return most // 1024


def test_memory_does_not_grow_with_the_file(where: dict[str, str], tmp_path: Path) -> None:
    short, long, out = tmp_path / "short.csv", tmp_path / "long.csv", tmp_path / "out.csv"
    write_companies(short, FEW, 0)
    write_companies(long, MANY, FEW)
    least = most_memory("import", "company", str(short), **where)
    assert most_memory("import", "company", str(long), **where) < least + ROOM

    people = tmp_path / "people.ndjson"
    with people.open("w") as text:
        for at in range(MANY):
            text.write(f'{{"firstName": "P", "lastName": "{at}", "company": {{"domainName": "c{at}.example"}}}}\n')
    assert most_memory("import", "person", str(people), **where) < least + ROOM
    assert most_memory("export", "person", "-o", str(out), **where) < least + ROOM
    with out.open() as lines:
        assert sum(1 for _ in lines) == MANY + 1
