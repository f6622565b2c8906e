"""Server processes of their own, for tests that kill them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from armature.core.embedded.processes import free_port

SECRET_KEY = "a key of the tests, of more than thirty-two bytes"


class ServerProcess:
    """`armature serve`, answering at `url` from the moment it is made."""

    def __init__(self, database_url: str, redis_url: str, **settings: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "ARMATURE_SECRET_KEY": SECRET_KEY,
            "ARMATURE_PORT": str(port),
            "ARMATURE_WORKERS": "none",
            **settings,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "armature", "serve"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def ask(self, token: str, query: str, path: str = "/graphql", **variables: Any) -> dict[str, Any]:
        """The body of the answer, whatever its status."""
        headers = {"authorization": f"Bearer {token}"}
        sent = {"query": query, "variables": variables}
        answer: dict[str, Any] = httpx2.post(self.url + path, json=sent, headers=headers, timeout=60).json()
        return answer

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def _wait(self) -> None:
        while True:
            assert self.is_alive, "armature serve ended before it answered"
            try:
                if httpx2.get(f"{self.url}/healthz").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)


@contextmanager
def server_process(database_url: str, redis_url: str, **settings: str) -> Iterator[ServerProcess]:
    server = ServerProcess(database_url, redis_url, **settings)
    try:
        yield server
    finally:
        server.kill()
