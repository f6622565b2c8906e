"""Whom the servers run as, and what that user can reach.

Ordinary users run them as themselves. PostgreSQL refuses to run as root and Valkey has no need to, so root's servers
run as an unprivileged user. The modes of folders that aren't ours are never changed to let that user in: programs in a
closed one are copied to where it is open (`open_place`), data are entered by a door of their own (`home.entrance`).
"""

import hashlib
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from armature.core.embedded.errors import NoUnprivilegedUser

OPEN_PLACES = (Path("/var/lib"), Path("/var/db"), Path("/var/tmp"))  # noqa: S108 (its owner and mode are checked)


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)


def unprivileged() -> Account | None:
    """Whom root's servers run as; None means as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid)
    raise NoUnprivilegedUser


def reachable(path: Path, account: Account | None) -> bool:
    """May the account enter every folder down to `path`, and `path` itself (or run it)? By modes; `path` exists."""
    if account is None:
        return True
    path = path.resolve()
    return all(_may_enter(each.stat(), account) for each in (path, *path.parents))


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & 0o100)
    if found.st_gid == account.gid:
        return bool(found.st_mode & 0o010)
    return bool(found.st_mode & 0o001)


def open_place() -> Path:
    """A folder of root's that everyone can enter and nobody else can write to."""
    for parent in OPEN_PLACES:
        place = parent / "armature"
        try:
            place.mkdir(mode=0o755, exist_ok=True)
            found = place.lstat()
        except OSError:
            continue
        if found.st_uid == os.geteuid() and found.st_mode & 0o7777 == 0o755 and place.is_dir():
            return place
    raise PermissionError(f"no place for the servers' files: {', '.join(map(str, OPEN_PLACES))}")


def reachable_copy(folder: Path, program: Path, account: Account | None, parts: Iterable[Path]) -> Path:
    """`folder` where the account can run the `program` in it, otherwise a copy of its `parts` made once."""
    if reachable(folder / program, account):
        return folder
    found = (folder / program).stat()
    mark = hashlib.sha256(f"{folder}:{found.st_size}:{found.st_mtime_ns}".encode()).hexdigest()[:12]
    copy = open_place() / f"{program.name}-{mark}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=open_place()))
        for part in parts:
            (unfinished / part).parent.mkdir(parents=True, exist_ok=True)
            copy_one = shutil.copytree if (folder / part).is_dir() else shutil.copy2
            copy_one(folder / part, unfinished / part)
        _open_to_all(unfinished)
        _rename_unless_there(unfinished, copy)
    return copy


def _rename_unless_there(unfinished: Path, copy: Path) -> None:
    """Another process may have been as quick."""
    try:
        unfinished.rename(copy)
    except OSError:
        if not copy.exists():
            raise
        shutil.rmtree(unfinished)


def _open_to_all(folder: Path) -> None:
    """Whatever the modes of the source: a strict umask at installation may have closed it."""
    for each in (folder, *folder.rglob("*")):
        each.chmod(0o755)
