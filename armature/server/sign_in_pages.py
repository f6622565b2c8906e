"""The two addresses a browser visits on its way to a sign-in provider and back."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from armature.server.auth.attempts import BEGIN, Counted
from armature.server.auth.desk import Desk
from armature.server.auth.oidc import ProviderRefused, Providers
from armature.server.auth.sign_in_providers import CALLBACK, Back, receive, send
from armature.server.auth.visit import Visit

COOKIE = "armature_sign_in"
LIFETIME = 600  # seconds
UNCACHED = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


def sign_in_routes(desk: Desk, providers: Providers, visit_of: Callable[[Request], Visit]) -> list[BaseRoute]:
    """Errors are JSON, as everywhere: whoever gets one is not where they should be."""
    is_secure = (desk.settings.public_url or "").startswith("https://")

    async def start(request: Request) -> Response:
        await desk.attempts.begin([Counted(BEGIN, visit_of(request).network)])
        sent = await send(desk, providers, request.path_params["provider"], request.query_params.get("returnTo"))
        response = RedirectResponse(sent.url, 302, UNCACHED)
        response.set_cookie(
            COOKIE, sent.binding, max_age=LIFETIME, path="/auth", httponly=True, samesite="lax", secure=is_secure
        )
        return response

    async def callback(request: Request) -> Response:
        code, binding = request.query_params.get("code"), request.cookies.get(COOKIE)
        if code is None or binding is None:
            raise ProviderRefused
        state = request.query_params.get("state", "")
        returned = await receive(desk, providers, Back(request.path_params["provider"], state, code, binding))
        response = RedirectResponse(f"{returned.url}#signInTicket={returned.ticket}", 302, UNCACHED)
        response.delete_cookie(COOKIE, path="/auth")
        return response

    return [Route("/auth/start/{provider}", start), Route(f"{CALLBACK}/{{provider}}", callback)]
