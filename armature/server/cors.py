"""Which other sites' pages may call: those ARMATURE_CORS_ORIGINS lists, or all for `*`.

Credentials are never allowed: who calls is in the Authorization header, which a page has to set itself.
"""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from armature.core.errors import BadUserInput

PREFLIGHT_LIFETIME = 7_200  # seconds; browsers keep it no longer


def with_cors(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """`app` itself where no origins are given. Raises BadUserInput for what is no origin."""
    if not origins:
        return app
    for origin in origins:
        scheme, _, host = origin.partition("://")
        if origin != "*" and (scheme not in ("http", "https") or not host or "/" in host):
            raise BadUserInput(
                f"ARMATURE_CORS_ORIGINS: {origin!r} is no origin.",
                hint="Write scheme, host and port only: https://app.example.com",
            )
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=("GET", "POST"),
        allow_headers=("*",),
        expose_headers=("x-request-id", "retry-after"),
        max_age=PREFLIGHT_LIFETIME,
    )
