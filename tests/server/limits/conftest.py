"""Time passes slowly, so that no points come back while a test counts them, however long a machine takes for it."""

import pytest

from armature.server.limits import buckets

MINUTE = 86_400


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "MINUTE", MINUTE)
