"""Signatures are what the specification says: its own packages, of PyPI and npm, verify them, and we what they sign."""

import json
import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from armature.core.errors import BadUserInput
from armature.webhooks.secrets import new_secret
from armature.webhooks.signing import SIGNATURE, TIMESTAMP, NotSigned, check_secret, check_signature, signed_headers
from tests.support.npm import installed, node

pytestmark = pytest.mark.xdist_group("standard webhooks")

HERE = Path(__file__).parents[1] / "support" / "standard_webhooks"
BODY = '{"type": "company.created", "data": {"name": "Zürich 🙂"}}'
SECRET, FORMER, OTHER = new_secret(), new_secret(), new_secret()


def signed(*secrets: str, at: float | None = None) -> dict[str, str]:
    return signed_headers(secrets, "01a1ff69", int(at or time.time()), BODY.encode())


def by_npm(secret: str, headers: Mapping[str, str], body: str) -> bool:
    installed(HERE)
    given = json.dumps({"secret": secret, "headers": headers, "body": body})
    run = subprocess.run([node().program, "verify.js"], cwd=HERE, input=given, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip() == "ok"


def by_pypi(secret: str, headers: Mapping[str, str], body: str) -> bool:
    try:
        Webhook(secret).verify(body, dict(headers))
    except WebhookVerificationError:
        return False
    return True


def by_us(secret: str, headers: Mapping[str, str], body: str) -> bool:
    try:
        check_signature(secret, headers, body.encode(), time.time())
    except NotSigned:
        return False
    return True


@pytest.mark.parametrize("verified", [by_pypi, by_npm, by_us])
def test_everybody_agrees_on_what_is_signed(verified: object) -> None:
    assert callable(verified)
    assert verified(SECRET, signed(SECRET), BODY)
    assert not verified(OTHER, signed(SECRET), BODY)
    assert not verified(SECRET, signed(SECRET), BODY.replace("created", "deleted"))
    assert not verified(SECRET, {**signed(SECRET), "webhook-id": "another"}, BODY)
    assert not verified(SECRET, {**signed(SECRET), TIMESTAMP: str(int(time.time()) + 1)}, BODY)
    assert not verified(SECRET, signed(SECRET, at=time.time() - 3_600), BODY)
    assert not verified(SECRET, {**signed(SECRET), SIGNATURE: "v1,"}, BODY)
    for each in (SECRET, FORMER):
        assert verified(each, signed(SECRET, FORMER), BODY)


def test_we_verify_what_the_package_signs() -> None:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        TIMESTAMP: str(int(now.timestamp())),
        SIGNATURE: Webhook(SECRET).sign("msg_1", now, BODY),
    }
    assert by_us(SECRET, headers, BODY)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!", "hunter2"])
def test_what_is_no_secret_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        check_secret(secret)
    assert not secret or secret == "whsec_" or secret not in caught.value.message
