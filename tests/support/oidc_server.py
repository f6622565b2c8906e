"""An OpenID Connect provider: discovery, keys, the code flow with PKCE; it lies where a test tells it to."""

import base64
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.serving import serving

CLIENT_ID, CLIENT_SECRET = "armature", "s3cret/+ of ours"


def new_key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@dataclass
class Provider:
    """`person` is who signs in; `claims` are said instead of the truth (None: not at all). `saw` is what was asked,
    `tried` the codes that somebody brought."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    key: RSAPrivateKey = field(default_factory=new_key)
    kid: str = "1"
    published: RSAPrivateKey | None = None
    id_token: str | None = None
    saw: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)

    def is_honest(self) -> None:
        self.claims, self.said, self.published, self.id_token = {}, {}, None, None

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._discovery),
                Route("/organizations/v2.0/.well-known/openid-configuration", self._shared),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _discovery(self, _request: Request) -> Response:
        self.saw.append("discovery")
        said = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return JSONResponse(said | self.said)

    async def _shared(self, _request: Request) -> Response:
        """As Microsoft speaks for all its tenants."""
        said = {
            "issuer": f"{self.url}/{{tenantid}}/v2.0",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return JSONResponse(said | self.said)

    async def _keys(self, _request: Request) -> Response:
        self.saw.append("keys")
        key = jwt.algorithms.RSAAlgorithm.to_jwk((self.published or self.key).public_key(), as_dict=True)
        return JSONResponse({"keys": [{**key, "kid": self.kid, "use": "sig", "alg": "RS256"}]})

    async def _authorize(self, request: Request) -> Response:
        """Somebody signs in at once, and is sent back."""
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        self.saw.append("token")
        given = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        scheme, _, credentials = request.headers["authorization"].partition(" ")
        user, _, password = base64.b64decode(credentials).decode().partition(":")
        self.tried.append(given["code"])
        asked = self.codes.pop(given["code"], None)
        challenge = base64.urlsafe_b64encode(sha256(given["code_verifier"].encode()).digest()).decode().rstrip("=")
        if (
            asked is None
            or (scheme.lower(), user, unquote(password)) != ("basic", CLIENT_ID, CLIENT_SECRET)
            or challenge != asked["code_challenge"]
            or given["redirect_uri"] != asked["redirect_uri"]
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {
                "access_token": secrets.token_urlsafe(),
                "token_type": "Bearer",
                "expires_in": 60,
                "id_token": self.id_token or self._signed(asked["nonce"]),
            }
        )

    def _signed(self, nonce: str) -> str:
        now = int(time.time())
        truth = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "nonce": nonce, **self.person}
        said = {name: value for name, value in (truth | self.claims).items() if value is not None}
        return jwt.encode(said, self.key, "RS256", headers={"kid": self.kid})


@contextmanager
def oidc_server() -> Iterator[Provider]:
    provider = Provider()
    with serving(provider.app()) as url:
        provider.url = url
        yield provider
