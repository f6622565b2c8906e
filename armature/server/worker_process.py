"""The worker beside `armature up`: a process of its own, so that no job keeps a request waiting."""

import os
import subprocess
import sys
from time import monotonic

import click

from armature.core.settings import Settings

PATIENCE = 10.0  # seconds for a worker to give back what it runs
BETWEEN = 5.0  # seconds between two starts: one that can't work should not keep the machine busy


class WorkerProcess:
    """Started once it `is_wanted`: not while the server starts, which is to answer soon. It ends with this process."""

    def __init__(self, settings: Settings) -> None:
        ours = {
            "DATABASE_URL": settings.database_url or "",
            "REDIS_URL": settings.redis_url or "",
            "ARMATURE_SECRET_KEY": settings.secret_key or "",
            "ARMATURE_MAIL_DIR": settings.mail_dir or "",
            "ARMATURE_OUTBOUND_NETWORKS": ",".join(settings.outbound_networks),
        }
        self._environment = {**os.environ, **ours}
        self._started = -BETWEEN
        self._process: subprocess.Popen[bytes] | None = None
        self.is_wanted = False

    def look_after(self) -> None:
        """Start it where it is wanted and does not run."""
        is_gone = self._process is None or self._process.poll() is not None
        if self.is_wanted and is_gone and monotonic() - self._started > BETWEEN:
            if self._process is not None:
                click.echo("The worker is gone; starting it again.", err=True)
            self._close()
            self._started = monotonic()
            command = [sys.executable, "-m", "armature.workers.child"]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=self._environment)  # noqa: S603

    def end(self) -> None:
        """Returns when it is gone."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
