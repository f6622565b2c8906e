"""The playground: GraphiQL for both endpoints, from files that `make install` built; nothing comes from elsewhere.

Files under assets/ have a hash of their content in their name, so they may be kept for ever; the page that names them
is asked for each time.
"""

import re
from ipaddress import ip_address
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from armature.core.errors import NotFound

BUILT = Path(__file__).parent / "playground"

NOT_BUILT = """The playground has not been built.

Run `make install` in the project's folder: it builds the page from web/. The API works without it.
"""

# Monaco writes style elements as it goes and brings its fonts along as data.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "connect-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
PAGE_HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
ASSET_HEADERS = {"cache-control": "public, max-age=31536000, immutable"}

# Not from the machine's own table, which may say something else: browsers take no script that is not called one.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}

LOOPBACK_HOST = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?", re.IGNORECASE)
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def playground_routes(demo_api_key: str | None, built: Path = BUILT) -> list[BaseRoute]:
    """The page, what it is made of, and its settings.

    The key goes only to a browser on this very machine that was pointed at this very machine.
    """

    def page(_request: Request) -> Response:
        index = built / "index.html"
        if not index.is_file():
            return PlainTextResponse(NOT_BUILT, 503, {"cache-control": "no-store"})
        return FileResponse(index, headers=PAGE_HEADERS, media_type="text/html")

    def asset(request: Request) -> Response:
        file = built / "assets" / request.path_params["name"]
        if not file.is_file():
            raise NotFound(f"The playground has no file {file.name}.", hint="Reload the page.")
        return FileResponse(file, headers=ASSET_HEADERS, media_type=MEDIA_TYPES.get(file.suffix))

    async def config(request: Request) -> Response:
        key = demo_api_key if is_own_machine(request) else None
        return JSONResponse({"demoApiKey": key}, headers={"cache-control": "no-store"})

    return [
        Route("/playground", page),
        Route("/playground/config.json", config),
        Route("/playground/assets/{name}", asset),
    ]


def is_own_machine(request: Request) -> bool:
    """Whether the browser runs here and believes so.

    The Host header tells a page of another site that has its name resolve to 127.0.0.1 (DNS rebinding);
    forwarding headers tell a proxy on this machine that speaks for others; Sec-Fetch-Site tells other pages' requests.
    """
    headers = request.headers
    return (
        request.client is not None
        and _is_loopback(request.client.host)
        and LOOPBACK_HOST.fullmatch(headers.get("host", "")) is not None
        and headers.get("sec-fetch-site", "none") in ("same-origin", "none")
        and not any(name in headers for name in FORWARDED)
    )


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
