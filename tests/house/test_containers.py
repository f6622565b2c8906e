"""Dockerfile and compose.yaml hold together with the rest; no engine is needed to see that."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from armature.core.settings import Settings, environment_name

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()

SETTINGS = {environment_name(attribute) for attribute in Settings.__struct_fields__}
OF_OTHERS = {"PGPASSWORD"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_waits_only_for_what_can_become_so(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        match how["condition"]:
            case "service_healthy":
                assert "test" in SERVICES[needed]["healthcheck"]
            case "service_completed_successfully":
                assert SERVICES[needed]["restart"] == "no"
            case other:
                pytest.fail(f"{name} waits for {needed} to be {other}")


def test_what_is_kept_is_kept_in_named_volumes() -> None:
    mounted = {volume.split(":")[0] for each in SERVICES.values() for volume in each.get("volumes", ())}
    assert mounted == set(COMPOSE["volumes"])


def test_secrets_come_from_the_environment_and_have_no_default() -> None:
    secret = {
        (name, variable): value
        for name, service in SERVICES.items()
        for variable, value in service.get("environment", {}).items()
        if "PASSWORD" in variable or "SECRET" in variable
    }
    assert secret
    assert [each for each, value in secret.items() if not re.fullmatch(r"\$\{\w+:\?[^}]+\}", value)] == []


@pytest.mark.parametrize("name", ["migrate", "server", "worker"])
def test_what_a_container_is_told_is_a_setting(name: str) -> None:
    assert set(SERVICES[name]["environment"]) - SETTINGS - OF_OTHERS == set()


@pytest.mark.parametrize("name", ["migrate", "server", "worker"])
def test_a_setting_of_the_env_file_reaches_the_container(name: str) -> None:
    """Compose reads .env for its own file by itself; for containers it has to be told."""
    assert SERVICES[name]["env_file"] == [{"path": ".env", "required": False}]
    port = SERVICES["server"]["environment"]["ARMATURE_PORT"]
    assert SERVICES["server"]["ports"] == [f"127.0.0.1:8000:{port}"]


def test_the_database_has_what_vectors_need() -> None:
    assert SERVICES["postgres"]["image"] == "pgvector/pgvector:pg18"


def test_what_the_image_sets_is_a_setting() -> None:
    assert set(re.findall(r"\b(ARMATURE_\w+)=", DOCKERFILE)) - SETTINGS == set()


def test_what_the_image_copies_is_here() -> None:
    copied = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]
    assert copied
    assert [file for files in copied for file in files if not (ROOT / file).exists()] == []


def test_the_image_does_not_run_as_root() -> None:
    assert re.search(r"^USER armature$", DOCKERFILE.split("FROM ")[-1], re.MULTILINE)


def test_the_image_installs_the_versions_that_were_tested() -> None:
    assert pins("server.txt") <= pins("runtime.txt")
    assert pins("build.txt") <= pins("dev.txt") | pins("runtime.txt")


def pins(name: str) -> set[str]:
    text = (ROOT / "requirements" / name).read_text()
    return set(re.findall(r"^([\w.-]+==[^\s;]+)", text, re.MULTILINE))
