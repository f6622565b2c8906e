"""What every answer outside the GraphQL endpoints has: a request id, nosniff, and errors as JSON in GraphQL's form."""

from collections.abc import Sequence
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Message, Receive, Scope, Send

from armature.core.errors import ArmatureError, BadUserInput, NotFound
from armature.core.logs import begin_request, current_request_id
from armature.server.graphql.accept import GRAPHQL, SAFE
from armature.server.graphql.failures import Internal, as_told, body_of, headers_of, status_of

log = structlog.get_logger("armature.http")


class Frame:
    """Ordinary routes, as one ASGI application."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        handlers = {ArmatureError: _refused, HTTPException: _refused_by_starlette, Exception: _failed}
        self._app = Starlette(routes=list(routes), exception_handlers=handlers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = begin_request(next((value for name, value in scope["headers"] if name == b"x-request-id"), None))
        begun = False

        async def send_framed(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] = [*message.get("headers", ()), SAFE, (b"x-request-id", request_id)]
            await send(message)

        try:
            await self._app(scope, receive, send_framed)
        except Exception:
            if not begun:  # Starlette raises again what `_failed` has logged and answered
                raise


def error_response(error: ArmatureError) -> Response:
    status = status_of(error, GRAPHQL)
    response = Response(body_of(error), status, media_type="application/json")
    for name, value in headers_of(error, status):
        response.headers[name.decode()] = value.decode()
    return response


async def _failed(request: Request, error: Exception) -> Response:
    told = as_told(error)
    if told is None:
        log.error("request failed", path=request.url.path, exc_info=error)
    return error_response(told or Internal(current_request_id()))


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ArmatureError)  # noqa: S101  registered for it
    return error_response(error)


async def _refused_by_starlette(request: Request, error: Exception) -> Response:
    """No such path, wrong method."""
    assert isinstance(error, HTTPException)  # noqa: S101  registered for it
    told: ArmatureError
    if error.status_code == 404:
        told = NotFound(f"There is nothing at {request.url.path}.", hint="The API is at /graphql and /metadata.")
    else:
        told = BadUserInput(f"{request.method} {request.url.path}: {error.detail}.")
    headers: dict[str, Any] = dict(error.headers or {})
    return Response(body_of(told), error.status_code, headers, media_type="application/json")
