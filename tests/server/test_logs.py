"""What the server writes on standard error."""

import json
import subprocess
import sys

import pytest

from armature.core.errors import BadUserInput
from armature.core.logs import configure_logs
from armature.core.settings import Settings

SPEAK = """
import logging, structlog
from armature.core.settings import Settings
from armature.core.logs import begin_request, configure_logs

configure_logs(Settings(log_format=%r, log_level=%r))
begin_request(b"mine-1")
log = structlog.get_logger("armature.test")
log.debug("quiet")
with structlog.contextvars.bound_contextvars(job="job-7"):
    log.warning("slow request", seconds=1.5, password="hunter2", apiKey="arm_hunter2")
logging.getLogger("uvicorn.error").warning("started %%s", "here")
password = "hunter2"
try:
    {}["missing"]
except KeyError:
    log.exception("request failed")
"""


def spoken(form: str, level: str = "info") -> str:
    run = subprocess.run([sys.executable, "-c", SPEAK % (form, level)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout == ""
    return run.stderr


def test_json_lines_have_the_ids_of_request_and_job_and_no_secrets() -> None:
    text = spoken("json")
    slow, started, failed = map(json.loads, text.splitlines())
    assert slow["event"] == "slow request"
    assert slow["level"] == "warning"
    assert slow["request_id"] == "mine-1"
    assert slow["job"] == "job-7"
    assert slow["seconds"] == 1.5
    assert started["event"] == "started here"
    assert started["logger"] == "uvicorn.error"
    assert "job" not in started
    assert "KeyError: 'missing'" in failed["exception"]
    assert "hunter2" not in text


def test_console_lines_are_for_people_and_show_no_local_variables() -> None:
    text = spoken("console", "debug")
    assert "quiet" in text
    assert "KeyError: 'missing'" in text
    assert 'password = "hunter2"' not in text
    assert "arm_hunter2" not in text


@pytest.mark.parametrize(
    ("settings", "variable"), [(Settings(log_level="loud"), "LOG_LEVEL"), (Settings(log_format="xml"), "LOG_FORMAT")]
)
def test_a_setting_that_means_nothing_is_refused(settings: Settings, variable: str) -> None:
    with pytest.raises(BadUserInput, match=f"ARMATURE_{variable}"):
        configure_logs(settings)
