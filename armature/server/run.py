"""A server process from its socket to its end.

The first SIGTERM or Ctrl-C lets running requests finish and ends with status 0; a second Ctrl-C doesn't wait.
"""

import asyncio
import errno
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from types import FrameType
from typing import Any

import structlog
import uvicorn
from starlette.types import Message, Receive, Send

from armature.core.errors import ArmatureError, Unavailable
from armature.core.garbage import searching_seldom
from armature.core.settings import Settings
from armature.server.listen import ASGIApp, server_config

log = structlog.get_logger("armature.serve")

OnReady = Callable[[], Awaitable[None]]


class PortTaken(Unavailable):
    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"Port {port} of {host} is taken by another program.",
            hint=f"Choose another one, such as --port {port + 1 if port < 65_535 else 8000}, or --port 0 for any.",
        )


class AddressUnfit(Unavailable):
    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"Can't listen on port {port} of {host}: {reason}.", hint="See ARMATURE_HOST and --port.")


class StartFailed(Unavailable):
    def __init__(self) -> None:
        super().__init__("The server did not start; the lines above say why.")


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything else is begun; nobody can connect before the server listens."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise AddressUnfit(host, port, error.strerror or str(error)) from error
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from error
        raise AddressUnfit(host, port, error.strerror or str(error)) from error
    return listener


def address_of(listener: socket.socket, host: str) -> str:
    """The URL under which this machine reaches the server."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 (recognised, not bound)
    name = everywhere.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{listener.getsockname()[1]}"


GIVE_WAY = 0.0005  # seconds; Python's own is ten times that, and a request waits for its turn several times


def end_on_signals() -> None:
    """From now on the signals that end a process let it tidy up first."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


@contextmanager
def importing() -> Iterator[None]:
    """What is imported meanwhile is not searched for garbage: not now, which saves a tenth of the time, nor later."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def run(work: Coroutine[Any, Any, None], settings: Settings) -> None:
    """Run it on the event loop servers run on. Threads beside it give way soon: each wait for it is a request's."""
    sys.setswitchinterval(GIVE_WAY)
    loop = server_config(_no_app, settings).get_loop_factory()
    with searching_seldom(), asyncio.Runner(loop_factory=loop) as runner:
        runner.run(work)


async def serve(app: ASGIApp, settings: Settings, listener: socket.socket, on_ready: OnReady) -> None:
    """Until a signal ends it. Raises StartFailed, or what the application raised when it started."""
    server = _Server(server_config(app, settings), on_ready)
    await server.serve([listener])


def serve_alone(settings: Settings) -> None:
    """`armature serve`: the server and nothing else. Raises BadUserInput for settings that can't work."""
    end_on_signals()
    with importing():
        from armature.server.app import create_app  # takes longer to import than all else; `up` does it in a thread
    app = create_app(settings)
    with closing(bind(settings.host, settings.port)) as listener:

        async def on_ready() -> None:
            log.info("serving", url=address_of(listener, settings.host))

        run(serve(app, settings, listener, on_ready), settings)


async def answers(listener: socket.socket, host: str) -> bool:
    """Does /healthz say that we live?"""
    to = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (as above)
    reader, writer = await asyncio.open_connection(to, listener.getsockname()[1])
    writer.write(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.startswith(b"HTTP/1.1 200 ")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: OnReady) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Raises what kept the application from starting; uvicorn would log it and exit by itself."""
        app = self.config.loaded_app
        failures: list[ArmatureError] = []
        self.config.loaded_app = _starting(app, failures)
        try:
            await super().startup(sockets)
        except SystemExit:
            raise (failures[0] if failures else StartFailed()) from None
        self.config.loaded_app = app
        if self.started:
            await self._on_ready()
            # Alembic, which takes a while to import, should not keep the first change of a model waiting.
            from armature.migrations.workspace.render import render_steps  # nor should SQLAlchemy keep `up` waiting

            self._warming = asyncio.get_running_loop().run_in_executor(None, render_steps, (), "")


def _starting(app: ASGIApp, failures: list[ArmatureError]) -> ASGIApp:
    """The application while it starts: an error that is a sentence goes to `failures` and not to the log."""

    async def starting(scope: Message, receive: Receive, send: Send) -> None:
        async def quiet_send(message: Message) -> None:
            await send({"type": message["type"]} if message["type"] == "lifespan.startup.failed" else message)

        try:
            await app(scope, receive, quiet_send)
        except ArmatureError as error:
            failures.append(error)
        except Exception:
            log.exception("the server could not start")
            raise

    return starting


async def _no_app(*_: object) -> None:
    raise NotImplementedError
