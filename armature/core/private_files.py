"""The data directory, and files in it that hold secrets: readable by us alone, and never half written."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from armature.core.errors import Unavailable


class PathUnfit(Unavailable):
    def __init__(self, path: Path, option: str, reason: str) -> None:
        super().__init__(f"Nothing can be written at {path}: {reason}.", hint=f"Choose another place with {option}.")


@contextmanager
def chosen_by(option: str, path: Path) -> Iterator[None]:
    """Around the first use of a path that somebody chose. Raises PathUnfit."""
    try:
        yield
    except OSError as error:
        raise PathUnfit(path, option, error.strerror or str(error)) from error


def make_way(file: Path) -> None:
    """Remove what an earlier run left at the path, and make sure that there can be a new file."""
    file.unlink(missing_ok=True)
    check_writable(file.parent)


def check_writable(folder: Path) -> None:
    """Raises OSError."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def make_data_dir(data_dir: Path) -> None:
    """Closed to others, save that root's has to let its servers through; an empty one counts as made by us."""
    mode = 0o711 if os.geteuid() == 0 else 0o700
    data_dir.mkdir(parents=True, exist_ok=True)
    if not any(data_dir.iterdir()) and data_dir.stat().st_uid == os.geteuid():
        data_dir.chmod(mode)


def write_private(path: Path, text: str) -> None:
    """All of the text or none of it, even for a reader that looks just now.

    In a user's folder root writes for that user, who must be able to read it later.
    """
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        if os.geteuid() == 0:
            folder = path.parent.stat()
            os.fchown(descriptor, folder.st_uid, folder.st_gid)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def kept_secret(path: Path) -> str:
    """The secret in the file, made up at the first call."""
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    mine = path.with_name(f".{path.name}-{os.getpid()}")
    write_private(mine, secrets.token_urlsafe(32))
    try:
        with suppress(FileExistsError):  # another process was quicker: its secret counts
            path.hardlink_to(mine)
    finally:
        mine.unlink()
    return path.read_text().strip()
