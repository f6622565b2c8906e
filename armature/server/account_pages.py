"""What the links in mails lead to: one page, which asks /metadata for what they are about."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from armature.core.errors import NotFound

FOLDER = Path(__file__).parent / "account_page"
PAGES = frozenset({"verify-email", "new-email", "reset-password", "accept-invitation"})
FILES = {"page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8"}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
}


def account_routes() -> list[BaseRoute]:
    async def page(request: Request) -> Response:
        name = request.path_params["name"]
        if name in FILES:
            return FileResponse(FOLDER / name, headers=HEADERS, media_type=FILES[name])
        if name not in PAGES:
            raise NotFound("There is no such page.", hint="Open the link from the mail again.")
        return FileResponse(FOLDER / "index.html", headers=HEADERS, media_type="text/html")

    return [Route("/account/{name}", page)]
