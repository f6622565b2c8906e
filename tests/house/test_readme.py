"""What the README tells a newcomer to do is done here, word for word."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click import Context

from armature.__main__ import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
CURLS = [
    each for language, text in BLOCKS if language == "sh" for each in text.split("\n\n") if each.startswith("curl")
]
MAKEFILE = (ROOT / "Makefile").read_text()
ELSEWHERE = dict.fromkeys(("DATABASE_URL", "REDIS_URL"), "")  # `up` brings its own


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What `armature up` writes into its ready file."""
    folder = tmp_path_factory.mktemp("readme")
    ready = folder / "ready.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "armature", "up", "--port", "0", "--data-dir", folder / "data", "--ready-file", ready],
        env={**os.environ, **ELSEWHERE},
        stdout=subprocess.DEVNULL,
    )
    while not ready.exists():
        assert process.poll() is None, "armature up ended before it was ready"
        time.sleep(0.05)
    yield json.loads(ready.read_text())
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0


def test_the_commands_answer_with_data(demo: dict[str, Any]) -> None:
    environment = {**os.environ, "ARMATURE_KEY": demo["apiKey"]}
    for command in CURLS:
        here = command.replace("http://127.0.0.1:8000", demo["url"])
        done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, env=environment)

        answer = json.loads(done.stdout)
        assert "errors" not in answer
        assert answer["data"]


@pytest.mark.parametrize("query", [text for language, text in BLOCKS if language == "graphql"])
def test_the_example_queries_are_answered(demo: dict[str, Any], query: str) -> None:
    answer = httpx2.post(
        f"{demo['url']}/graphql",
        json={"query": query, "variables": {"city": "Paris"} if "$city" in query else {}},
        headers={"authorization": f"Bearer {demo['apiKey']}"},
    ).json()
    assert "errors" not in answer, answer


def test_the_make_targets_exist() -> None:
    named = set(re.findall(r"`?make (\w+)", README))
    assert named
    assert named <= set(re.findall(r"^(\w+):", MAKEFILE, flags=re.MULTILINE))


def test_the_commands_and_options_exist() -> None:
    named = {tuple(each.split()[1:]) for each in re.findall(r"`(armature [^`]+)`", README)}
    assert named
    for words in named:
        for last in words[-1].split("\\|"):
            command: Any = main
            for word in (*words[:-1], last):
                command = command.get_command(Context(command), word)
                assert command is not None, f"armature {' '.join(words)}"


def test_the_pages_it_points_to_exist() -> None:
    for page in re.findall(r"\]\((docs/[^)]+)\)", README):
        assert (ROOT / page).exists()
