"""OpenID Connect, as a client: what a provider says of itself, sending a browser there, and who came back.

Authorization code with PKCE (S256), state and nonce. What is trusted is the provider's signature on the ID token, of an
algorithm with a public key; nothing that came through the browser.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import msgspec
import structlog
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from armature.core.errors import BadUserInput, Unauthenticated, Unavailable
from armature.core.lru import Lru
from armature.core.outbound import PATIENCE, Network, outbound_transport

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "ES384", "ES512", "PS384", "PS512"]
SCOPE = "openid email profile"
KEPT = 3_600.0  # seconds that what a provider says of itself is believed
LEEWAY = 60  # seconds
SHARED = re.compile(r"/(common|organizations)/v2\.0\Z")
TENANT = "{tenantid}"
"""Of Microsoft: one address for accounts of all tenants. Its issuer is a template, and a token's names the tenant."""

AT_HOME = ("localhost", "127.0.0.1", "::1")

log = structlog.get_logger(__name__)


class IssuerUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "The issuer is not the URL of an OpenID Connect provider.",
            hint="Such as https://accounts.google.com; https is required.",
            field="issuer",
            path=("issuer",),
        )


class ProviderUnreachable(Unavailable):
    def __init__(self) -> None:
        super().__init__("The sign-in provider can't be reached, or is not what it should be.", hint="Try again later.")


class ProviderRefused(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The sign-in provider did not let you in.", hint="Begin again.")


@dataclass(frozen=True, slots=True)
class Client:
    """We, as the provider knows us."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser is sent, and what proves later that it was sent by us."""

    url: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """`email` only where the provider says that it is verified."""

    subject: str
    email: str | None


class Said(msgspec.Struct):
    """What a provider says of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class Providers:
    """Asks providers, and remembers for a while what they say of themselves."""

    def __init__(self, networks: tuple[Network, ...]) -> None:
        self._networks = networks
        self._said: Lru[str, tuple[float, Said]] = Lru(1_000)
        self._keys: Lru[str, tuple[float, KeySet]] = Lru(1_000)

    async def begin(self, client: Client, state: str) -> Begun:
        """Raises ProviderUnreachable."""
        said = await self._discovered(client.issuer)
        nonce, verifier = generate_token(43), generate_token(64)
        async with self._client(client) as oauth:
            url, _ = oauth.create_authorization_url(
                said.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
        return Begun(url, nonce, verifier)

    async def finish(self, client: Client, begun: Begun, code: str) -> Person:
        """Who signed in there. Raises ProviderUnreachable, ProviderRefused."""
        try:
            return await self._finished(client, begun, code)
        except ProviderRefused as error:
            log.warning("sign-in refused", issuer=client.issuer, cause=_cause(error))
            raise

    async def _finished(self, client: Client, begun: Begun, code: str) -> Person:
        said = await self._discovered(client.issuer)
        try:
            async with self._client(client) as oauth:
                tokens = await oauth.fetch_token(said.token_endpoint, code=code, code_verifier=begun.verifier)
            id_token = str(tokens["id_token"])
        except (OAuthError, KeyError, TypeError) as error:
            raise ProviderRefused from error
        except (httpx2.HTTPError, ValueError) as error:
            raise self._unreachable(client.issuer, error) from error
        claims = await self._verified(said, id_token)
        _check(claims, client, said, begun.nonce)
        return _person(claims, said)

    async def check(self, issuer: str) -> None:
        """Raises IssuerUnfit."""
        _check_url(issuer)
        try:
            await self._discovered(issuer)
        except ProviderUnreachable as error:
            raise IssuerUnfit from error

    async def _verified(self, said: Said, id_token: str) -> Mapping[str, Any]:
        """The keys are asked for again where none of those we know fits: the provider may have new ones."""
        for keys in (await self._keys_of(said), None):
            try:
                token = jwt.decode(id_token, keys or await self._keys_of(said, anew=True), algorithms=ALGORITHMS)
            except (JoseError, ValueError, TypeError, RecursionError) as error:
                if keys is None:
                    raise ProviderRefused from error
            else:
                return token.claims
        raise ProviderRefused

    async def _discovered(self, issuer: str) -> Said:
        known = self._said.get(issuer)
        if known is not None and known[0] > monotonic():
            return known[1]
        try:
            said = msgspec.json.decode(
                await self._got(f"{issuer.rstrip('/')}/.well-known/openid-configuration"), type=Said
            )
            for url in (said.authorization_endpoint, said.token_endpoint, said.jwks_uri):
                _check_url(url)
        except (httpx2.HTTPError, msgspec.MsgspecError, IssuerUnfit, UnicodeDecodeError) as error:
            raise self._unreachable(issuer, error) from error
        if said.issuer not in (issuer, SHARED.sub(f"/{TENANT}/v2.0", issuer)):  # whoever it is (section 4.3)
            raise self._unreachable(issuer, None)
        self._said.put(issuer, (monotonic() + KEPT, said))
        return said

    async def _keys_of(self, said: Said, *, anew: bool = False) -> KeySet:
        known = self._keys.get(said.jwks_uri)
        if known is not None and known[0] > monotonic() and not anew:
            return known[1]
        try:
            keys = KeySet.import_key_set(msgspec.json.decode(await self._got(said.jwks_uri)))
        except (httpx2.HTTPError, msgspec.MsgspecError, JoseError, ValueError, TypeError, KeyError) as error:
            raise self._unreachable(said.issuer, error) from error
        self._keys.put(said.jwks_uri, (monotonic() + KEPT, keys))
        return keys

    async def _got(self, url: str) -> bytes:
        async with httpx2.AsyncClient(transport=outbound_transport(self._networks), timeout=PATIENCE) as http:
            response = await http.get(url, headers={"accept": "application/json"})
            return response.raise_for_status().content

    def _client(self, client: Client) -> Any:
        return AsyncOAuth2Client(
            client.id,
            client.secret,
            scope=SCOPE,
            redirect_uri=client.redirect_uri,
            code_challenge_method="S256",
            transport=outbound_transport(self._networks),
            timeout=PATIENCE,
        )

    def _unreachable(self, issuer: str, error: Exception | None) -> ProviderUnreachable:
        log.warning("sign-in provider failed", issuer=issuer, cause=type(error).__name__)
        return ProviderUnreachable()


def _cause(error: ProviderRefused) -> str:
    """For who runs the server; what a provider says of itself may be long, and is not what it says of a person."""
    cause = error.__cause__
    said = cause.error if isinstance(cause, OAuthError) else getattr(cause, "claim", None)
    name = type(cause or error).__name__
    return name if said is None else f"{name}: {str(said)[:100]}"


def _check(claims: Mapping[str, Any], client: Client, said: Said, nonce: str) -> None:
    """OpenID Connect Core 1.0, section 3.1.3.7. Raises ProviderRefused."""
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": said.issuer.replace(TENANT, _tenant(claims, said))},
        aud={"essential": True, "value": client.id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        registry.validate(dict(claims))
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderRefused from error
    audience, party = claims["aud"], claims.get("azp", client.id)
    if party != client.id or (isinstance(audience, list) and len(audience) > 1 and "azp" not in claims):
        raise ProviderRefused
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255 or "\0" in claims["sub"]:
        raise ProviderRefused


def _person(claims: Mapping[str, Any], said: Said) -> Person:
    """Microsoft says `xms_edov` of addresses whose domain's owner has verified them. Of a tenant that anybody may have,
    nothing else that is said of an address counts.
    """
    email, tenant = claims.get("email"), _tenant(claims, said)
    is_proven = claims.get("xms_edov") in (True, 1, "1", "true")
    is_verified = is_proven or (not tenant and claims.get("email_verified") is True)
    subject = f"{tenant}.{claims['sub']}" if tenant else claims["sub"]
    return Person(subject, email if is_verified and isinstance(email, str) else None)


def _tenant(claims: Mapping[str, Any], said: Said) -> str:
    """Where the provider is shared by many; else empty. Raises ProviderRefused."""
    if TENANT not in said.issuer:
        return ""
    try:
        return str(UUID(claims["tid"]))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ProviderRefused from error


def is_shared(issuer: str) -> bool:
    """Whether whoever makes a tenant of their own can sign in there."""
    return SHARED.search(issuer) is not None


def _check_url(url: str) -> None:
    """Raises IssuerUnfit."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        is_plain = parts.username is None and not parts.fragment
    except ValueError:
        raise IssuerUnfit from None
    if not host or not is_plain or not (parts.scheme == "https" or (parts.scheme == "http" and host in AT_HOME)):
        raise IssuerUnfit
