"""Subscriptions by the packages that front ends use, of npm: each client is a process that prints what it hears."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.npm import installed, node

HERE = Path(__file__).parent / "live"


class Client:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def hears(self) -> Any:
        """The next line."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the client has ended"
        return json.loads(line)


@contextmanager
def client(script: str, url: str, token: str, query: str) -> Iterator[Client]:
    """Skips the test where there is no Node to run it with."""
    installed(HERE)
    command = [node().program, script, f"{url}/graphql", token, query]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Client(process)
        finally:
            process.kill()
