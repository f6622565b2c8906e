"""The playground's page over two small GraphQL endpoints, for what needs no database."""

from armature.server.frame import Frame
from armature.server.graphql.http import Scope, Send
from armature.server.graphql.request import Receive
from armature.server.listen import ASGIApp
from armature.server.pages import playground_routes
from tests.support.small_site import KEY, Site

DEMO_KEY = KEY.decode().removeprefix("Bearer ")


def playground_site(demo_api_key: str | None = DEMO_KEY) -> ASGIApp:
    endpoint = Site(anonymous=False).app()
    pages = Frame(playground_routes(demo_api_key))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in ("/graphql", "/metadata"):
            await pages(scope, receive, send)
        else:
            await endpoint(scope, receive, send)

    return app
