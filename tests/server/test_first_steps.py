"""What a newcomer does: `armature up`, the playground, the printed query, an object of one's own."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Playground, chromium, playground
from tests.support.servers import Databases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@dataclass(frozen=True, slots=True)
class Up:
    """`armature up` with its demo: where it is, and the query it printed."""

    url: str
    api_key: str
    printed_query: str


@contextmanager
def started(folder: Path, **environment: str) -> Iterator[Up]:
    """Until SIGTERM, which ends it with status 0."""
    ready, printed = folder / "ready.json", folder / "printed"
    command = ["up", "--port", "0", "--data-dir", str(folder / "data"), "--ready-file", str(ready)]
    with printed.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "armature", *command], env={**os.environ, **environment}, stdout=output
        )
        try:
            while not ready.exists():
                assert process.poll() is None, "armature up ended before it answered"
                time.sleep(0.05)
            known = json.loads(ready.read_text())
            query = re.search(r"^  (\{ .+ \})$", printed.read_text(), re.MULTILINE)
            assert query is not None, printed.read_text()
            yield Up(known["url"], known["apiKey"], query[1])
        finally:
            process.terminate()
            assert process.wait() == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def up(
    browser: Browser,  # where there is none, nothing is started in vain
    databases: Databases,
    worker_redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Up]:
    database_url = databases.create()
    with started(tmp_path_factory.mktemp("up"), DATABASE_URL=database_url, REDIS_URL=worker_redis_url) as up:
        yield up
    databases.drop(database_url)


@pytest.fixture
def opened(browser: Browser, up: Up) -> Iterator[Playground]:
    with playground(browser) as opened:
        opened.open(f"{up.url}/playground")
        yield opened


def test_the_printed_query_is_answered_with_the_key_that_is_filled_in(opened: Playground, up: Up) -> None:
    expect(opened.api_key).to_have_value(up.api_key)
    opened.paste(up.printed_query)
    opened.run()

    expect(opened.answer).to_contain_text('"companies"')
    expect(opened.answer).to_contain_text('"lastName"')


def test_each_first_tab_runs_as_it_is_and_changes_what_can_be_asked(opened: Playground, up: Up) -> None:
    opened.run()
    expect(opened.answer).to_contain_text('"addressCity"')

    opened.switch_to("Model")
    for tab, answer in {
        "ReadModel": '"nameSingular": "company"',
        "CreateTickets": '"nameSingular": "ticket"',
        "RelateTickets": '"type": "RELATION"',
    }.items():
        opened.page.get_by_role("tab", name=tab).click()
        opened.run()
        expect(opened.answer).to_contain_text(answer)

    opened.switch_to("Data")
    opened.paste('mutation { createTicket(data: {title: "Squeaks"}) { title priority company { name } } }')
    opened.run()
    expect(opened.answer).to_contain_text('"title": "Squeaks", "priority": "LOW", "company": null')
    assert opened.complaints == []
    assert [each for each in opened.requested if not each.startswith((f"{up.url}/", "data:", "blob:"))] == []
