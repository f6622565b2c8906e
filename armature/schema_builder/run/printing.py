"""A printer (printer.py) as the server has it: started, told its job and listened to by a thread.

The event loop itself would stand still until the new process runs a program of its own.
"""

import sys
from collections.abc import Sequence
from subprocess import PIPE, Popen
from typing import IO

from armature.schema_builder.run import printer
from armature.schema_builder.run.printer import LENGTHS, Job, write_job
from armature.schema_builder.run.text import Text


class PrinterEnded(RuntimeError):
    """Before it was done: what it said stands on standard error."""


class Printing:
    """One job. `stop` may come from another thread, at any time."""

    def __init__(self) -> None:
        self._process: Popen[bytes] | None = None
        self._unwanted = False

    def texts(self, job: Job, count: int) -> Sequence[Text]:
        """In a session of its own: Ctrl-C is for the server. Raises PrinterEnded."""
        command = (sys.executable, "-m", printer.__name__)
        try:
            with Popen(command, stdin=PIPE, stdout=PIPE, start_new_session=True) as process:  # noqa: S603  ours
                return self._told(process, job, count)
        except (BrokenPipeError, EOFError) as error:
            raise PrinterEnded(f"with {process.wait()}") from error

    def _told(self, process: "Popen[bytes]", job: Job, count: int) -> Sequence[Text]:
        self._process = process
        if self._unwanted:
            process.kill()
        assert process.stdin is not None  # noqa: S101  it is a pipe
        assert process.stdout is not None  # noqa: S101  so is this
        write_job(job, process.stdin)
        process.stdin.flush()
        return [_text(process.stdout) for _ in range(count)]

    def stop(self) -> None:
        self._unwanted = True
        if self._process is not None:
            self._process.kill()


def _text(source: IO[bytes]) -> Text:
    pieces: list[bytes] = []
    total = 0
    while True:
        size, length = LENGTHS.unpack(_exactly(source, LENGTHS.size))
        if not size:
            return Text(pieces, total)
        pieces.append(_exactly(source, size))
        total += length


def _exactly(source: IO[bytes], size: int) -> bytes:
    found = source.read(size)
    if len(found) < size:
        raise EOFError
    return found
