"""A RabbitMQ of the test's own, where the machine has one installed."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from armature.core.embedded.processes import free_port

PROGRAMS = (Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),)  # Debian's own wrapper in the PATH asks for root


def program() -> str | None:
    for each in PROGRAMS:
        if each.exists():
            return str(each)
    return shutil.which("rabbitmq-server")


class RabbitMq:
    """It ends with all its processes."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}"
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"armature-{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",  # it may be ended at any time
        }
        self.start()

    def start(self) -> None:
        """Returns when it listens."""
        self._process = subprocess.Popen(
            [program() or ""], env=self._environment, stdout=subprocess.DEVNULL, start_new_session=True
        )
        while True:
            assert self._process.poll() is None, "rabbitmq-server ended before it listened"
            try:
                with socket.create_connection(("127.0.0.1", self._port)):
                    return
            except OSError:
                time.sleep(0.1)

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        # Its port mapper has left the group; no other node has this one.
        subprocess.run(["epmd", "-kill"], env=self._environment, stdout=subprocess.DEVNULL)


@contextmanager
def rabbitmq(folder: Path) -> Iterator[RabbitMq]:
    server = RabbitMq(folder)
    try:
        yield server
    finally:
        server.kill()
