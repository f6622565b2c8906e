"""The GraphQL-over-HTTP audits of the working group (npm package graphql-http), run against a URL."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.npm import installed, node

HERE = Path(__file__).parent / "audit"


@dataclass(frozen=True, slots=True)
class Audit:
    id: str
    name: str
    status: str
    reason: str | None = None
    answer: str | None = None

    def __str__(self) -> str:
        return f"{self.id} {self.status}: {self.name} ({self.reason}; {self.answer})"


def audits(url: str, authorization: str = "") -> list[Audit]:
    """Skips the test where there is no Node to run them with."""
    installed(HERE)
    run = subprocess.run([node().program, "run.js", url, authorization], cwd=HERE, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return [Audit(**each) for each in json.loads(run.stdout)]
