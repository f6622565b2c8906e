"""A server that tells how many schemas it holds, to whoever connects to a second port."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from armature.core.embedded.processes import free_port
from bench.machine import Machine, Serving, armature


@dataclass(frozen=True, slots=True)
class Inspected(Serving):
    inspection_port: int


@contextmanager
def inspected(on: Machine) -> Iterator[Inspected]:
    port = free_port()
    with armature(on, [sys.executable, "-m", "bench.many.serve_inspected", str(port), "serve"]) as serving:
        yield Inspected(serving.pid, serving.port, port)


def schemas_in(serving: Inspected) -> int:
    with socket.create_connection(("127.0.0.1", serving.inspection_port)) as connection:
        return int(connection.makefile().read())
