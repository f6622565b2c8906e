"""The server as one ASGI application: what it opens when it starts, and what is behind each path."""

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from armature.core.acting import ACTING, Acting
from armature.core.db import Database, open_database
from armature.core.errors import BadUserInput, Unauthenticated
from armature.core.logs import current_request_id
from armature.core.mail import post_of
from armature.core.notices import Listener
from armature.core.outbound import networks_of
from armature.core.sealing import Sealing, secret_keys
from armature.core.settings import Settings
from armature.core.valkey import check_writable, opened_redis
from armature.events.committed import Committed
from armature.schema_builder.run.document import DocumentReader
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.workspaces import Workspaces
from armature.server.account_pages import account_routes
from armature.server.auth.access_tokens import AccessTokens
from armature.server.auth.attempts import Attempts
from armature.server.auth.desk import Desk
from armature.server.auth.identity import Identities, Identity, WorkspaceIdentity
from armature.server.auth.oidc import Providers
from armature.server.auth.visit import Visit, Visits
from armature.server.control.context import Context, Control, Visitor
from armature.server.control.executor import ControlExecutor
from armature.server.control.schema import control_schema
from armature.server.cookies import ASKED, Cookies
from armature.server.cors import with_cors
from armature.server.frame import Frame
from armature.server.graphql.data import WorkspaceExecutor, sdl_route
from armature.server.graphql.documents import Documents
from armature.server.graphql.failures import LONGEST_OF_STRANGERS
from armature.server.graphql.http import GraphQLEndpoint, Identify
from armature.server.graphql.static import StaticExecutor
from armature.server.health import Check, check_catalog, health_routes
from armature.server.limits.buckets import Bucket, Limiter
from armature.server.limits.callers import Limits, bucket_at, bucket_of
from armature.server.live.channels import Channels
from armature.server.live.connections import Connections
from armature.server.live.desk import LiveDesk
from armature.server.live.figures import LiveFigures
from armature.server.live.places import Live
from armature.server.live.socket import serve_socket
from armature.server.live.stream import Streams
from armature.server.live.topics.rooms import Pace, Rooms
from armature.server.metrics import Metrics
from armature.server.origins import Origins
from armature.server.pages import playground_routes
from armature.server.sign_in_pages import sign_in_routes
from armature.server.working import working_checks


def create_app(settings: Settings, *, demo_api_key: str | None = None) -> ASGIApp:
    """Raises BadUserInput for settings that can't work. Connections are opened by the ASGI lifespan.

    `demo_api_key` is what the playground fills in on a machine of one's own.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise BadUserInput(
            "DATABASE_URL and REDIS_URL have to be set.", hint="`armature up` brings servers of its own."
        )
    app = App(settings, demo_api_key)
    return with_cors(app, settings.cors_origins, app.origins.may_call)


class App:
    """The GraphQL endpoints are found by their exact path, before any other routing."""

    def __init__(self, settings: Settings, demo_api_key: str | None) -> None:
        self._settings = settings
        self._demo_api_key = demo_api_key
        self._endpoints: Mapping[str, ASGIApp] = {}
        self._sockets: Mapping[str, ASGIApp] = {}
        self._rest: ASGIApp = Frame([])
        self._tokens = AccessTokens(settings.secret_key, settings.access_token_lifetime, settings.old_secret_key)
        self.origins = Origins(settings.cors_origins)
        self._lifespan = Starlette(lifespan=self._living)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._endpoints.get(scope["path"], self._rest)(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._sockets.get(scope["path"], no_socket)(scope, receive, send)
        else:
            await self._lifespan(scope, receive, send)

    @asynccontextmanager
    async def _living(self, _app: Starlette) -> AsyncIterator[None]:
        async with opened(self._settings, self._tokens, self.origins) as services:
            desk = live_desk(self._settings, services)
            self._endpoints = endpoints(self._settings, services, desk)
            self._sockets = {"/graphql": partial(serve_socket, desk)}
            rest = routes(self._settings, services, self._demo_api_key)
            if self._settings.metrics == "on":
                metrics = metrics_of(services)
                self._endpoints = {path: metrics.counted(path, app) for path, app in self._endpoints.items()}
                rest.append(metrics.route())
            self._rest = Frame(rest)
            yield


@dataclass(frozen=True, slots=True)
class Services:
    """What the process holds open while it serves."""

    database: Database
    redis: Redis
    listener: Listener
    workspaces: Workspaces
    documents: DocumentReader
    stored: Documents
    engine: Engine
    tokens: AccessTokens
    identities: Identities
    desk: Desk
    visits: Visits
    limiter: Limiter
    providers: Providers
    cookies: Cookies
    origins: Origins
    live: Live
    connections: Connections


@asynccontextmanager
async def opened(settings: Settings, tokens: AccessTokens, origins: Origins) -> AsyncIterator[Services]:
    """Raises Unavailable where PostgreSQL can't be reached; Valkey may come later."""
    url = settings.database_url or ""
    async with AsyncExitStack() as stack:
        database = await open_database(url, pool_size=settings.database_pool_size)
        stack.push_async_callback(database.close)
        redis = opened_redis(settings.redis_url or "")
        stack.push_async_callback(redis.aclose)
        listener = Listener(url)
        workspaces = Workspaces(database, listener, settings.workspace_cache_size)
        documents = DocumentReader(settings)
        stored = Documents(database, redis, listener, documents, settings.document_cache_size)
        committed = Committed(redis)
        stack.push_async_callback(committed.stop)
        channels = Channels(settings.redis_url or "")
        stack.push_async_callback(channels.close)
        rooms = Rooms(redis, channels, Pace.of(settings))
        stack.push_async_callback(rooms.close)
        engine = Engine(database, settings, workspaces, documents, committed.note, rooms.say)
        identities = Identities(database, listener, tokens)
        live = Live(database, engine, listener, channels, rooms, settings)
        stack.push_async_callback(live.close)
        connections = Connections(identities, listener, settings, live.plan_again)
        live.before_telling(connections.settled)
        stack.push_async_callback(connections.close)
        identities.uses.start()
        stack.push_async_callback(identities.uses.stop)
        post = post_of(settings)
        stack.push_async_callback(post.close)
        attempts = Attempts(redis, settings.limits_without_valkey)
        desk = Desk(
            database, attempts, Sealing(secret_keys(settings.secret_key, settings.old_secret_key)), post, settings
        )
        visits = Visits(settings.trusted_proxies)
        providers = Providers(networks_of(settings.outbound_networks))
        await listener.start()
        stack.push_async_callback(listener.stop)
        await origins.start(database, listener)
        stack.push_async_callback(origins.stop)
        limiter = Limiter(redis, settings.limits_without_valkey)
        yield Services(
            database,
            redis,
            listener,
            workspaces,
            documents,
            stored,
            engine,
            tokens,
            identities,
            desk,
            visits,
            limiter,
            providers,
            Cookies(settings),
            origins,
            live,
            connections,
        )


def live_desk(settings: Settings, services: Services) -> LiveDesk:
    """For the clients of the data API that stay connected."""
    data = WorkspaceExecutor(services.engine, services.stored)
    limits = Limits(services.limiter, partial(bucket_of, limit=settings.rate_limit))
    live, connections, visits = services.live, services.connections, services.visits
    return LiveDesk(data, live, connections, limits, services.cookies, services.origins, visits, settings)


async def no_socket(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close"})


def endpoints(settings: Settings, services: Services, desk: LiveDesk) -> Mapping[str, ASGIApp]:
    """The GraphQL endpoints by path."""
    control = Control(
        settings,
        services.database,
        services.workspaces,
        services.engine,
        services.tokens,
        services.identities,
        services.desk,
        services.providers,
        services.stored,
        services.cookies,
    )
    static = StaticExecutor(control_schema(), services.documents, partial(Context, control), settings)
    model = ControlExecutor(static)
    data = WorkspaceExecutor(services.engine, services.stored)

    def of_visitor(visitor: Visitor) -> Bucket | None:
        if visitor.identity is not None:
            return bucket_of(visitor.identity, settings.rate_limit)
        return bucket_at(visitor.visit.network, settings.rate_limit_anonymous)

    def longest_of_visitor(visitor: Visitor) -> int:
        most = settings.max_body_size
        return min(most, LONGEST_OF_STRANGERS) if visitor.identity is None else most

    limiter = services.limiter
    limits = Limits(limiter, partial(bucket_of, limit=settings.rate_limit))
    return {
        "/graphql": GraphQLEndpoint(data, workspace_caller(services), settings, limits, Streams(desk)),
        "/metadata": GraphQLEndpoint(
            model, visitor(services), settings, Limits(limiter, of_visitor), longest_of=longest_of_visitor
        ),
    }


def workspace_caller(services: Services) -> Identify[WorkspaceIdentity]:
    """Hands the coroutine on: no step of its own for each request."""
    in_workspace, cookies = services.identities.in_workspace, services.cookies

    def identify(_scope: Scope, headers: Mapping[bytes, bytes]) -> Awaitable[WorkspaceIdentity]:
        authorization = headers.get(b"authorization") or cookies.authorization(headers)
        found = in_workspace(authorization, headers.get(b"x-workspace-id"))
        origin = headers.get(b"origin")
        return found if origin is None else of_page(found, origin)

    async def of_page(found: Awaitable[WorkspaceIdentity], origin: bytes) -> WorkspaceIdentity:
        identity = await found
        services.origins.check(origin, identity.workspace_id)
        return identity

    return identify


def visitor(services: Services) -> Identify[Visitor]:
    async def identify(scope: Scope, headers: Mapping[bytes, bytes]) -> Visitor:
        cookies, authorization = services.cookies, headers.get(b"authorization")
        cookie = cookies.authorization(headers) if authorization is None else None
        found = await known(authorization or cookie, headers.get(b"x-workspace-id"), is_cookie=cookie is not None)
        if found is not None and b"origin" in headers:
            services.origins.check(headers[b"origin"], found.workspace_id)
        visit = services.visits.of(scope, headers)
        ACTING.set(acting(found, visit))
        return Visitor(found, visit, ASKED in headers, cookies.refresh_token(headers))

    async def known(authorization: bytes | None, workspace: bytes | None, *, is_cookie: bool) -> Identity | None:
        """A browser sends its cookie when it has become void, too, and must be able to sign in again."""
        try:
            return await services.identities.identify(authorization, workspace)
        except Unauthenticated:
            if is_cookie:
                return None
            raise

    return identify


def acting(identity: Identity | None, visit: Visit) -> Acting:
    """What the audit log remembers of whom a request comes from."""
    user_id, key_id = (identity.user_id, identity.api_key_id) if identity else (None, None)
    return Acting("api", user_id, key_id, visit.address, visit.user_agent, current_request_id())


def routes(settings: Settings, services: Services, demo_api_key: str | None) -> list[BaseRoute]:
    """Everything else."""

    def visit_of(request: Request) -> Visit:
        return services.visits.of(request.scope, dict(request.scope["headers"]))

    return [
        Route("/", to_playground),
        sdl_route(services.engine, workspace_caller(services)),
        *playground_routes(demo_api_key),
        *account_routes(),
        *sign_in_routes(services.desk, services.providers, visit_of),
        *health_routes(checks(settings, services)),
    ]


def metrics_of(services: Services) -> Metrics:
    """With what this process knows of itself."""
    return Metrics(services.database, services.redis, [LiveFigures(services.live, services.connections)])


def checks(settings: Settings, services: Services) -> Mapping[str, Check]:
    async def database() -> None:
        async with services.database.connection() as connection:
            await connection.fetchval("SELECT 1")

    async def catalog() -> None:
        async with services.database.connection() as connection:
            await check_catalog(connection)

    async def redis() -> None:
        await check_writable(services.redis)

    beside = working_checks(settings, services.database, services.redis)
    return {"database": database, "catalog": catalog, "redis": redis, **beside}


async def to_playground(_request: Request) -> Response:
    return RedirectResponse("/playground")
