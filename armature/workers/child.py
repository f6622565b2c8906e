"""`armature up`'s worker: a process that lives as long as what started it.

Its standard input is a pipe from there: it ends when that closes, however the other process ended.
"""

import asyncio
import os
import signal
import sys

import structlog
import uvloop

from armature.core.errors import ArmatureError
from armature.core.logs import configure_logs
from armature.core.settings import read_settings
from armature.workers.worker import work


async def _work() -> None:
    loop, until = asyncio.get_running_loop(), asyncio.Event()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    ended = asyncio.create_task(reader.read())
    ended.add_done_callback(lambda _: until.set())
    loop.add_signal_handler(signal.SIGTERM, until.set)
    for number in (signal.SIGINT, signal.SIGHUP):  # Ctrl-C is for the one who started us
        loop.add_signal_handler(number, lambda: None)
    await work(settings, until)


if __name__ == "__main__":
    settings = read_settings(os.environ)
    configure_logs(settings)
    try:
        uvloop.run(_work())
    except ArmatureError as error:
        structlog.get_logger("armature.worker").error("worker.ended", why=error.message)
        sys.exit(1)
