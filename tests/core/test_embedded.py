"""PostgreSQL and Valkey of our own: started, shared, killed, recovered, stopped."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError

from armature.core.embedded import (
    FAST_AND_LOSSY,
    EmbeddedServerFailed,
    ProgramNotFound,
    Server,
    start_postgres,
    start_valkey,
)
from armature.core.embedded.accounts import reachable, reachable_copy, unprivileged
from armature.core.embedded.home import open_home
from armature.core.embedded.processes import rights
from tests.support.servers import make_folder, remove_folder

HOLDER = """
import sys
from pathlib import Path
from armature.core.embedded import FAST_AND_LOSSY, start_postgres
server = start_postgres(Path(sys.argv[1]), settings=FAST_AND_LOSSY)
print(server.pid, server.url, flush=True)
sys.stdin.read()
server.release()
"""


@pytest.fixture
def new_folder() -> Iterator[Path]:
    """Not pytest's own temporary folder: that of root is closed to the user as whom root's servers run."""
    made = make_folder()
    yield made
    remove_folder(made)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One in which servers have run already."""
    made = make_folder()
    postgres(made).release()
    start_valkey(made).release()
    yield made
    remove_folder(made)


def postgres(folder: Path) -> Server:
    return start_postgres(folder, settings=FAST_AND_LOSSY)


def holder(folder: Path) -> "subprocess.Popen[str]":
    """Another process that holds the server until its standard input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def stranger_process() -> "subprocess.Popen[bytes]":
    """Of the account as which our servers run."""
    return subprocess.Popen(["cat"], stdin=subprocess.PIPE, **rights(unprivileged()))


def answer(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def end(process: "subprocess.Popen[str]", *, kill: bool = False) -> None:
    with process:
        if kill:
            process.kill()


async def value(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def pid_of(server: Server) -> int:
    assert server.pid is not None
    return server.pid


def is_there(path: Path) -> bool:
    return path.exists()


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_a_first_start_gives_an_empty_database_of_postgresql_18(new_folder: Path) -> None:
    with postgres(new_folder) as server:
        assert await value(server.url, "SELECT current_setting('server_version_num')::int >= 180000")
        assert await value(server.url, "SELECT current_database()") == "armature"
        assert await value(server.url, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == 0


async def test_text_sorts_by_code_point_and_letters_are_those_of_unicode(folder: Path) -> None:
    with postgres(folder) as server:
        assert await value(server.url, "SELECT 'Z' < 'a' AND 'z' < 'ä' AND lower('ÄÉ') = 'äé'")


async def test_rows_and_password_outlive_a_stop(folder: Path) -> None:
    with postgres(folder) as server:
        url = server.url
        await value(url, "CREATE TABLE kept AS SELECT 42 AS number")
    with postgres(folder) as server:
        assert await value(server.url, "SELECT number FROM kept") == 42
        assert urlsplit(server.url).password == urlsplit(url).password


async def test_stopping_leaves_no_process_and_no_port_behind(folder: Path) -> None:
    with postgres(folder) as server:
        family = [psutil.Process(pid_of(server)), *psutil.Process(pid_of(server)).children(recursive=True)]
        url = server.url
    assert not [each for each in family if is_alive(each.pid)]
    with pytest.raises(ConnectionRefusedError):
        await asyncpg.connect(url)


async def test_a_wrong_password_is_refused_over_tcp_and_over_the_socket(folder: Path) -> None:
    with postgres(folder) as server:
        port = urlsplit(server.url).port
        for host in ("127.0.0.1", str(server.folder / "socket")):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(host=host, port=port, user="armature", database="armature", password="guess")


async def test_the_socket_works_with_the_password(folder: Path) -> None:
    with postgres(folder) as server:
        parts = urlsplit(server.url)
        connection = await asyncpg.connect(
            host=str(server.folder / "socket"),
            port=parts.port,
            user=parts.username,
            password=parts.password,
            database="armature",
        )
        assert await connection.fetchval("SELECT inet_server_addr() IS NULL")
        await connection.close()


async def test_a_folder_with_a_path_too_long_for_a_socket_works(new_folder: Path) -> None:
    deep = new_folder / "so long a name" / ("x" * 100)
    socket_folder = open_home(deep, "postgres").socket_folder
    with postgres(deep) as server:
        assert await value(server.url, "SELECT 1") == 1
        assert is_there(socket_folder)
    assert not is_there(socket_folder)


async def test_passwords_are_files_only_their_owner_can_read(folder: Path) -> None:
    with postgres(folder) as server, start_valkey(folder) as valkey:
        for each in (server, valkey):
            assert (each.folder / "password").stat().st_mode & 0o777 == 0o600
            assert (each.folder / "data").stat().st_mode & 0o777 == 0o700


async def test_no_password_can_be_read_from_the_list_of_processes(folder: Path) -> None:
    with postgres(folder) as server, start_valkey(folder) as valkey:
        for each in (server, valkey):
            process = psutil.Process(pid_of(each))
            password = urlsplit(each.url).password
            assert password
            assert password not in " ".join([*process.cmdline(), *process.environ().values()])


def test_a_second_process_attaches_and_the_last_one_out_stops_the_server(folder: Path) -> None:
    first, second = holder(folder), holder(folder)
    (pid, url), also = answer(first), answer(second)
    assert [pid, url] == also

    end(first)
    assert is_alive(int(pid))
    end(second)
    assert not is_alive(int(pid))


async def test_two_holds_in_one_process_are_two(folder: Path) -> None:
    with postgres(folder) as outer:
        with postgres(folder) as inner:
            assert inner.pid == outer.pid
        assert await value(outer.url, "SELECT 1") == 1


def test_a_killed_holder_does_not_keep_the_server_alive(folder: Path) -> None:
    killed, other = holder(folder), holder(folder)
    pid = int(answer(killed)[0])
    answer(other)

    end(killed, kill=True)
    assert is_alive(pid)
    end(other)
    assert not is_alive(pid)


async def test_the_server_of_a_killed_process_is_taken_over_by_the_next(folder: Path) -> None:
    killed = holder(folder)
    pid, url = answer(killed)
    end(killed, kill=True)

    with postgres(folder) as server:
        assert (str(server.pid), server.url) == (pid, url)
        assert await value(server.url, "SELECT 1") == 1
    assert not is_alive(int(pid))


async def test_a_killed_postgresql_comes_back_with_its_rows(folder: Path) -> None:
    with start_postgres(folder) as server:
        await value(server.url, "DROP TABLE IF EXISTS kept")
        await value(server.url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        os.kill(pid_of(server), signal.SIGKILL)
        with start_postgres(folder) as again:
            assert await value(again.url, "SELECT count(*) FROM kept") == 1000


async def test_a_killed_postgresql_is_revived_at_the_same_url(folder: Path) -> None:
    with postgres(folder) as server:
        url = server.url
        os.kill(pid_of(server), signal.SIGKILL)
        server.revive()
        assert server.url == url
        assert await value(url, "SELECT 1") == 1


async def test_orphans_of_a_killed_postgresql_do_not_stop_the_next_one(folder: Path) -> None:
    with postgres(folder) as server:
        connection = await asyncpg.connect(server.url)
        busy = await connection.fetchval("SELECT pg_backend_pid()")
        os.kill(busy, signal.SIGSTOP)
        os.kill(pid_of(server), signal.SIGKILL)
        os.kill(busy, signal.SIGCONT)
        server.revive()
        assert await value(server.url, "SELECT 1") == 1
        assert not is_alive(busy)
        connection.terminate()


async def test_a_pid_file_whose_pid_another_process_has_now_is_no_obstacle(folder: Path) -> None:
    with postgres(folder) as server:
        data = server.folder / "data"
        pid_file = data / "postmaster.pid"
        files = [pid_file, *(server.folder / "socket").glob("*.lock")]
        kept = {each: each.read_text().splitlines() for each in files}
    assert len(kept) == 2
    with stranger_process() as stranger:
        for file, lines in kept.items():
            file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        with postgres(folder) as server:
            assert server.pid != stranger.pid
            assert await value(server.url, "SELECT 1") == 1
        assert stranger.poll() is None


async def test_a_start_that_was_killed_half_way_is_made_good_by_the_next(new_folder: Path) -> None:
    (open_home(new_folder, "postgres").path / "unfinished-x").mkdir()
    with postgres(new_folder) as server:
        assert await value(server.url, "SELECT 1") == 1
        assert not list(server.folder.glob("unfinished-*"))


def test_a_setting_postgresql_does_not_know_is_told_in_its_own_words(folder: Path) -> None:
    with pytest.raises(EmbeddedServerFailed, match='unrecognized configuration parameter "nonsense"'):
        start_postgres(folder, settings={**FAST_AND_LOSSY, "nonsense": "1"})


def test_a_folder_without_postgresql_in_it_is_refused(new_folder: Path) -> None:
    with pytest.raises(ProgramNotFound) as caught:
        start_postgres(new_folder / "data", binaries=new_folder)
    assert caught.value.hint
    assert "ARMATURE_PG_BIN" in caught.value.hint


async def test_a_port_taken_since_the_last_time_is_replaced(folder: Path) -> None:
    with postgres(folder) as server:
        port = urlsplit(server.url).port
    with start_valkey(folder, settings={"port": "0"}) as valkey:
        assert valkey.url
    (folder / "valkey" / "port").write_text(str(port))
    with start_valkey(folder) as valkey, postgres(folder) as server:
        assert urlsplit(valkey.url).port == port
        assert urlsplit(server.url).port != port
        assert await value(server.url, "SELECT 1") == 1


async def test_valkey_keeps_what_it_was_told_when_it_is_killed(folder: Path) -> None:
    with start_valkey(folder, settings={"appendfsync": "always"}) as server:
        async with Redis.from_url(server.url) as client:
            await client.set("kept", "yes")
        os.kill(pid_of(server), signal.SIGKILL)
        with start_valkey(folder) as again:
            async with Redis.from_url(again.url) as client:
                assert await client.get("kept") == b"yes"
        pid = pid_of(again)
    assert not is_alive(pid)


async def test_valkey_refuses_a_wrong_password(folder: Path) -> None:
    with start_valkey(folder) as server:
        async with Redis(port=urlsplit(server.url).port or 0, password="guess", retry=Retry(NoBackoff(), 0)) as client:
            with pytest.raises(AuthenticationError):
                await client.ping()


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can drop privileges")


@as_root
def test_started_by_root_the_servers_run_as_an_unprivileged_user(folder: Path) -> None:
    with postgres(folder) as server, start_valkey(folder) as valkey:
        for each in (server, valkey):
            process = psutil.Process(pid_of(each))
            assert process.username() in {"postgres", "nobody"}
            assert 0 not in process.uids()
            assert 0 not in process.gids()


@as_root
async def test_root_s_data_stay_in_a_folder_that_is_closed_to_that_user(new_folder: Path) -> None:
    data_dir = new_folder / "project" / ".armature"
    os.chmod(new_folder, 0o700)  # noqa: PTH101  (pathlib's would be taken for a long wait)
    for time in ("first", "second"):
        with postgres(data_dir) as server, start_valkey(data_dir) as valkey:
            assert server.folder == data_dir / "postgres"
            assert psutil.Process(pid_of(server)).username() in {"postgres", "nobody"}
            assert await value(server.url, f"SELECT '{time}'") == time
            async with Redis.from_url(valkey.url) as client:
                assert await client.set("time", time)
            parts = urlsplit(server.url)
            socket = await asyncpg.connect(server.url, host=str(server.folder / "socket"), port=parts.port)
            await socket.close()
    with postgres(data_dir) as server:
        os.kill(pid_of(server), signal.SIGKILL)
        server.revive()
        assert await value(server.url, "SELECT 1") == 1


@as_root
def test_programs_in_a_folder_closed_to_that_user_are_copied_once(new_folder: Path) -> None:
    account = unprivileged()
    closed = new_folder / "closed"
    (closed / "bin").mkdir(parents=True, mode=0o700)
    closed.chmod(0o700)
    program = Path("bin", "program")
    (closed / program).write_text("#!/bin/sh\necho it runs\n")
    copy = reachable_copy(closed, program, account, [Path("bin")])
    assert copy == reachable_copy(closed, program, account, [Path("bin")])
    assert account
    said = subprocess.run([copy / program], user=account.uid, group=account.gid, capture_output=True, text=True)
    assert said.stdout == "it runs\n"
    shutil.rmtree(copy)


@as_root
def test_modes_decide_whether_a_folder_can_be_reached(new_folder: Path) -> None:
    account = unprivileged()
    new_folder.chmod(0o700)
    assert not reachable(new_folder, account)
    new_folder.chmod(0o711)
    assert reachable(new_folder, account)
    assert reachable(new_folder, None)


@as_root
def test_root_runs_the_server_of_an_ordinary_user_as_that_user(new_folder: Path) -> None:
    someone = pwd.getpwnam("nobody")
    postgres(new_folder).release()
    for path in (new_folder, *new_folder.rglob("*")):
        os.chown(path, someone.pw_uid, someone.pw_gid, follow_symlinks=False)
    with postgres(new_folder) as server:
        assert psutil.Process(pid_of(server)).username() == "nobody"
    assert {each.owner() for each in new_folder.rglob("*")} == {"nobody"}
