"""The data directory, and files in it that hold secrets: readable by us alone, and never half written."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


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
