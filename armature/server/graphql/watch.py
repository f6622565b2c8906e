"""What ends a request early: its time limit, or a client that no longer waits.

All requests of an endpoint have the same limit, so the oldest is always the next one due: one timer walks them, and a
request pays for a dict entry only (asyncio.timeout measured 20 times as much, a task waiting for the disconnect more).
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Literal

from armature.server.graphql.request import Receive

Verdict = Literal["TOO_SLOW", "CLIENT_GONE"]

LOOK_AFTER_CLIENT = 1.0  # seconds a request runs before its client is watched
LONGEST_STEP = 0.25


class Running:
    """One request. `body_read` says that the body is complete: from then on `receive` tells of disconnects only."""

    __slots__ = ("body_read", "receive", "since", "task", "verdict", "watcher")

    def __init__(self, task: "asyncio.Task[Any]", since: float, receive: Receive) -> None:
        self.task = task
        self.since = since
        self.receive = receive
        self.body_read = False
        self.verdict: Verdict | None = None
        self.watcher: asyncio.Task[None] | None = None

    def end(self, verdict: Verdict) -> None:
        if self.verdict is None:
            self.verdict = verdict
            self.task.cancel()


class Watch:
    """Belongs to the loop it is first used in. Cancels a request's task and leaves the reason in its `verdict`."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._step = min(LONGEST_STEP, limit / 4)
        self._running: dict[Running, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, receive: Receive) -> Running:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  an ASGI server runs each request in a task
        loop = task.get_loop()
        running = Running(task, loop.time(), receive)
        self._running[running] = None
        if self._timer is None:
            self._timer = loop.call_later(self._step, self._walk)
        return running

    def finish(self, running: Running) -> None:
        self._running.pop(running, None)
        if running.watcher is not None:
            running.watcher.cancel()

    def _walk(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for running in list(self._running):
            age = now - running.since
            if age < min(self._limit, LOOK_AFTER_CLIENT):
                break
            if age >= self._limit:
                del self._running[running]
                running.end("TOO_SLOW")
            elif running.body_read and running.watcher is None:
                running.watcher = loop.create_task(_until_gone(running))
        self._timer = loop.call_later(self._step, self._walk) if self._running else None


def _until_gone(running: Running) -> Coroutine[Any, Any, None]:
    async def wait() -> None:
        while (await running.receive())["type"] != "http.disconnect":
            pass
        running.end("CLIENT_GONE")

    return wait()
