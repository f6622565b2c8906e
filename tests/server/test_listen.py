"""`armature listen` is a real process that receives what is signed, and refuses the rest."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from armature.core.embedded.processes import free_port
from armature.webhooks.secrets import new_secret
from armature.webhooks.signing import signed_headers

SECRET = new_secret()


@contextmanager
def listening() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    port = free_port()
    command = [sys.executable, "-m", "armature", "listen", "--port", str(port), "--secret", SECRET]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield f"http://127.0.0.1:{port}/hook", process
    finally:
        process.terminate()
        process.wait()


def posted(url: str, body: bytes, headers: dict[str, str]) -> int:
    while True:
        try:
            return httpx2.post(url, content=body, headers=headers).status_code
        except httpx2.ConnectError:
            time.sleep(0.1)


def test_what_arrives_is_printed_and_verified() -> None:
    body = b'{"type": "company.created", "note": "\x1b[31m"}'.replace(b"\x1b", b"\\u001b")
    headers = signed_headers([SECRET], "the-id", int(time.time()), body)
    with listening() as (url, process):
        assert posted(url, body, headers) == 204
        assert posted(url, b"{}", headers) == 401
        assert posted(url, b"{}", {"webhook-id": "x", "webhook-timestamp": "soon"}) == 401
        process.terminate()
        printed = process.communicate()[0]
    assert '"type": "company.created"' in printed
    assert "the-id  signed" in printed
    assert printed.count("REFUSED") == 2
    assert "\x1b" not in printed
    assert SECRET not in printed


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        command = [sys.executable, "-m", "armature", "listen", "--port", str(port), "--secret", SECRET]
        run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 1
    assert f"Port {port} of 127.0.0.1 is taken" in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize("secret", ["hunter2", "whsec_!!"])
def test_what_is_no_secret_is_said(secret: str) -> None:
    command = [sys.executable, "-m", "armature", "listen", "--secret", secret]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 1
    assert "whsec_" in run.stderr
    assert "Traceback" not in run.stderr
