"""Webhooks whose filters take too long to be asked: the relay serves all workspaces, and waits for none of them.

One slow moment may be the machine's; who is too slow three times in a row is switched off, if PostgreSQL asks something
for it: of webhooks without a filter, and without a role's rules, none is slow by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from uuid import UUID

import structlog

from armature.metadata.role_names import narrowing
from armature.webhooks.webhook import Webhook

PATIENCE = 10.0
"""Seconds for all webhooks of a workspace, of one batch of events."""

SHARE = PATIENCE / 20
"""Who took longer than this is to blame where all took too long; in any case the slowest."""

MOST_TIMES = 3
REMEMBERED = 10_000

log = structlog.get_logger("armature.webhooks")


class Slowness:
    """Of one process. Somebody who changes a webhook gives it another chance."""

    def __init__(self) -> None:
        self._times: dict[tuple[UUID, object], int] = {}

    def is_too_slow(self, webhook: Webhook) -> bool:
        return self._times.get(_key(webhook), 0) >= MOST_TIMES

    def note(self, watch: "Watch") -> None:
        """All of them together took too long."""
        asking = [each for each in zip(watch.webhooks, watch.seconds, strict=True) if _asks(each[0])]
        slowest = max((seconds for _, seconds in asking), default=0.0)
        for webhook, seconds in asking:
            if seconds > SHARE or seconds == slowest:
                log.warning("webhook.slow", webhook=str(webhook.id), seconds=round(seconds, 1))
                self._times[_key(webhook)] = self._times.get(_key(webhook), 0) + 1
        while len(self._times) > REMEMBERED:
            del self._times[next(iter(self._times))]

    def forgive(self, watch: "Watch") -> None:
        """All of them were in time."""
        if self._times:
            for webhook in watch.webhooks:
                self._times.pop(_key(webhook), None)


class Watch:
    """How long webhooks take of one batch."""

    def __init__(self) -> None:
        self.webhooks: list[Webhook] = []
        self.seconds: list[float] = []

    @property
    def left(self) -> float:
        """Never nothing: the next one may be quick."""
        return max(PATIENCE - sum(self.seconds), SHARE / 10)

    @contextmanager
    def running(self, webhook: Webhook) -> Iterator[None]:
        began = monotonic()
        try:
            yield
        finally:
            self.webhooks.append(webhook)
            self.seconds.append(monotonic() - began)


def _asks(webhook: Webhook) -> bool:
    filters = (webhook.choice.filter, webhook.choice.filter_before, narrowing(webhook.role))
    return any(each is not None for each in filters)


def _key(webhook: Webhook) -> tuple[UUID, object]:
    return webhook.id, webhook.updated_at
