"""A real server on a free port, for tests that speak HTTP to it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from armature.core.settings import Settings
from armature.server.listen import ASGIApp, server_config


class Listening(uvicorn.Server):
    """Signals stay with pytest; `ready` is set when the socket is open, or when starting failed."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def serving(app: ASGIApp, settings: Settings | None = None) -> Iterator[str]:
    """The URL under which `app` answers until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Listening(server_config(app, settings or Settings()))
    thread = threading.Thread(target=_run, args=(server, listener))
    thread.start()
    server.ready.wait()
    try:
        assert server.started, "the server did not start; its log says why"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def _run(server: Listening, listener: socket.socket) -> None:
    try:
        with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
            runner.run(server.serve([listener]))
    finally:
        server.ready.set()
