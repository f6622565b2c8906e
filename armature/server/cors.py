"""Which other sites' pages may call: those ARMATURE_CORS_ORIGINS lists, or all for `*`, and those of workspaces.

Credentials are never allowed: who calls is in the Authorization header, which a page has to set itself.
"""

from collections.abc import Awaitable, Callable, Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from armature.core.errors import BadUserInput

EXPOSED = ("x-request-id", "retry-after", "ratelimit", "ratelimit-policy")
PREFLIGHT_LIFETIME = 7_200  # seconds; browsers keep it no longer


class Cors(CORSMiddleware):
    """`also` tells of origins that come and go while the server runs."""

    def __init__(self, app: ASGIApp, origins: Sequence[str], also: Callable[[str], bool]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=("*",),
            expose_headers=EXPOSED,
            max_age=PREFLIGHT_LIFETIME,
        )
        self._also = also

    def is_allowed_origin(self, origin: str) -> bool:
        return super().is_allowed_origin(origin) or self._also(origin)


def with_cors(app: ASGIApp, origins: Sequence[str], also: Callable[[str], bool] = lambda _: False) -> ASGIApp:
    """What no page that may call has sent goes to `app` as it is. Raises BadUserInput for what is no origin."""
    for origin in origins:
        scheme, _, host = origin.partition("://")
        if origin != "*" and (scheme not in ("http", "https") or not host or "/" in host):
            raise BadUserInput(
                f"ARMATURE_CORS_ORIGINS: {origin!r} is no origin.",
                hint="Write scheme, host and port only: https://app.example.com",
            )
    cors = Cors(app, origins, also)

    def answered(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        origin = next((value for name, value in scope.get("headers", ()) if name == b"origin"), None)
        is_known = origin is not None and (origins or also(origin.decode("latin-1")))
        return (cors if is_known else app)(scope, receive, send)

    return answered
