"""The folder of one embedded server, and the locks that say who uses it.

    <home>/
      data/       PostgreSQL's or Valkey's own files, its working directory
      socket/     its unix socket
      password, port, log
      starting    locked by whoever starts or stops the server, for as long as that takes
      holders     locked (shared) by everyone who uses it, for as long as they live
      running     locked by the server itself and its children, for as long as they live

Locks are flocks: the kernel lets go of them with the process, however it ends. So there are no pids to go stale: a
holder that was killed doesn't keep a server alive, and a server that was killed is known to be gone. `data` and
`socket` belong to the server's account, everything else to us.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from armature.core.embedded.accounts import Account, reachable, unprivileged
from armature.core.embedded.errors import FolderBelongsToOthers, FolderOutOfReach
from armature.core.private_files import kept_secret, make_data_dir, write_private

DESCRIPTORS = Path("/proc/self/fd")
"""Linux: a process can go through its open folders, wherever they are."""

LONGEST_SOCKET_FOLDER = 80  # a socket's whole path may have 103 bytes on macOS, 107 on Linux


@dataclass(frozen=True, slots=True)
class Home:
    path: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def running(self) -> Path:
        return self.path / "running"

    @property
    def socket_folder(self) -> Path:
        if len(os.fsencode(self.path)) <= LONGEST_SOCKET_FOLDER:
            return self.path / "socket"
        mark = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"armature-{os.geteuid()}-{mark}"

    def socket_folder_in(self, entrance: "Entrance") -> Path:
        return entrance.path / "socket" if self.socket_folder.parent == self.path else self.socket_folder

    def is_running(self) -> bool:
        """Is the server, or any of its children, alive?"""
        with _opened(self.running) as descriptor:
            return not _lock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def password(self) -> str:
        return kept_secret(self.path / "password")

    def last_port(self) -> int | None:
        with suppress(FileNotFoundError, ValueError):
            return int((self.path / "port").read_text())
        return None

    def note_port(self, port: int) -> None:
        write_private(self.path / "port", str(port))

    def give(self, folder: Path) -> Path:
        """Make a folder that belongs to the server's account alone."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account is not None:
            os.chown(folder, self.account.uid, self.account.gid, follow_symlinks=False)
        return folder

    def make_socket_folder(self) -> None:
        """In the shared temporary folder somebody else may have taken the name: then there is no going on.

        Nothing of a killed server stays in it: PostgreSQL would believe the pid there, whoever has that now.
        """
        folder = self.give(self.socket_folder)
        found = folder.lstat()
        owner = os.geteuid() if self.account is None else self.account.uid
        if found.st_uid != owner or folder.is_symlink() or found.st_mode & 0o077:
            raise FolderBelongsToOthers(folder)
        for left in folder.iterdir():
            left.unlink()

    def remove_socket_folder(self) -> None:
        """Only one outside the home; a server that was killed leaves its sockets in it."""
        if self.socket_folder.parent != self.path:
            shutil.rmtree(self.socket_folder, ignore_errors=True)


def open_home(data_dir: Path, name: str) -> Home:
    """`data_dir`/`name`, made if need be. Raises FolderBelongsToOthers, FolderOutOfReach."""
    account = unprivileged()
    path = data_dir.resolve() / name
    try:
        make_data_dir(data_dir)
        with _one_at_a_time(data_dir):
            if not path.exists():
                path.mkdir(mode=0o700)
                path.chmod(0o700 if account is None else 0o711)
        if account is not None and (path / "data").exists():
            owner = (path / "data").stat()
            account = account if owner.st_uid == 0 else Account(owner.st_uid, owner.st_gid)
        with _opened(path / "starting"):
            pass
    except PermissionError as error:
        raise FolderBelongsToOthers(path if path.exists() else data_dir) from error
    if account is not None and not reachable(path, account) and not DESCRIPTORS.exists():
        raise FolderOutOfReach(path, account.name)
    return Home(path, account)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Entrance:
    """A home as its server may name it, and the descriptors that the server must inherit for that."""

    path: Path
    descriptors: tuple[int, ...] = ()


@contextmanager
def entrance(home: Home) -> Iterator[Entrance]:
    """Where the server's account can't get to its home by its path, it gets a descriptor to start from."""
    if reachable(home.path, home.account):
        yield Entrance(home.path)
        return
    descriptor = os.open(home.path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield Entrance(DESCRIPTORS / str(descriptor), (descriptor,))
    finally:
        os.close(descriptor)


def remove_unfinished(home: Home, prefix: str) -> None:
    for left_over in home.path.glob(f"{prefix}*"):
        shutil.rmtree(left_over)


class Hold:
    """One user's claim on a server."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._descriptor: int | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody else starts or stops the server, and keep it so."""
        with _opened(self._home.path / "starting") as descriptor:
            _lock(descriptor, fcntl.LOCK_EX)
            yield

    def take(self) -> None:
        self._descriptor = os.open(self._home.path / "holders", os.O_RDWR | os.O_CREAT, 0o600)
        _lock(self._descriptor, fcntl.LOCK_SH)

    def let_go(self) -> bool:
        """True for the last one."""
        if self._descriptor is None:
            return False
        try:
            return _lock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how)
    except BlockingIOError:
        return False
    return True
