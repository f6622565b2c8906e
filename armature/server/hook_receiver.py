"""A receiver of webhooks to try things out with: prints what arrives, and whether it is signed."""

import json
import time
from datetime import datetime

import click
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from armature.webhooks.signing import ID, NotSigned, check_secret, check_signature

MOST_BYTES = 10_000_000
UNAUTHORIZED, TOO_LARGE = 401, 413


def receiver(secret: str) -> Starlette:
    """Prints what arrives; what is not signed with the secret is refused. Raises SecretUnfit."""
    check_secret(secret)

    async def receive(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > MOST_BYTES:
                return Response(status_code=TOO_LARGE)
        return _told(secret, dict(request.headers), body)

    return Starlette(routes=[Route("/{path:path}", receive, methods=["POST"])])


def _told(secret: str, headers: dict[str, str], body: bytes) -> Response:
    now = time.time()
    heading = f"{datetime.fromtimestamp(now).astimezone():%H:%M:%S}  {_plain(headers.get(ID, 'no webhook-id'))}"
    try:
        check_signature(secret, headers, body, now)
    except NotSigned as why:
        click.echo(f"{heading}  REFUSED: {why}")
        return Response(status_code=UNAUTHORIZED)
    click.echo(f"{heading}  signed\n{_pretty(body)}\n")
    return Response(status_code=204)


def _pretty(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=True)
    except ValueError:
        return _plain(body.decode("utf-8", "replace"))


def _plain(text: str) -> str:
    """A terminal obeys some characters."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
