"""Sessions in cookies, for browsers whose pages ask for it: scripts then never see a token.

A cookie comes along whoever makes the browser send a request, so what it says counts for our own pages only
(SameSite=Strict, and what the browser says of where a request comes from). Front ends elsewhere send tokens.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from armature.core.settings import Settings
from armature.server.graphql.accept import Header
from armature.server.graphql.failures import CrossSite
from armature.server.graphql.origin import is_own_page

ASKED = b"x-session-cookies"
REFRESH_PATH = "/metadata"


@dataclass(frozen=True, slots=True)
class Tokens:
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Cookies:
    """Over https their names have prefixes, by which browsers refuse those that others have set."""

    def __init__(self, settings: Settings) -> None:
        self._is_secure = (settings.public_url or "").startswith("https://")
        self._access = "__Host-armature_access" if self._is_secure else "armature_access"
        self._refresh = "__Secure-armature_refresh" if self._is_secure else "armature_refresh"
        self._lifetimes = settings.access_token_lifetime, settings.refresh_token_lifetime

    def authorization(self, headers: Mapping[bytes, bytes]) -> bytes | None:
        """What the Authorization header would say, where there is none. Raises CrossSite."""
        if b"cookie" not in headers:
            return None
        token = _read(headers, self._access)
        if token is None:
            return None
        if not is_own_page(headers):
            raise CrossSite
        return b"Bearer " + token

    def refresh_token(self, headers: Mapping[bytes, bytes]) -> str | None:
        """None, too, where somebody else's page sent it."""
        if b"cookie" not in headers or not is_own_page(headers):
            return None
        token = _read(headers, self._refresh)
        return None if token is None else token.decode("latin-1")

    def setting(self, tokens: Tokens) -> Sequence[Header]:
        access, refresh = self._lifetimes
        return (
            self._cookie(self._access, tokens.access, "/", access),
            self._cookie(self._refresh, tokens.refresh, REFRESH_PATH, refresh),
        )

    def clearing(self) -> Sequence[Header]:
        return self._cookie(self._access, "", "/", 0), self._cookie(self._refresh, "", REFRESH_PATH, 0)

    def _cookie(self, name: str, value: str, path: str, lifetime: int) -> Header:
        parts = [f"{name}={value}", f"Path={path}", f"Max-Age={lifetime}", "HttpOnly", "SameSite=Strict"]
        return b"set-cookie", "; ".join([*parts, "Secure"] if self._is_secure else parts).encode()


def _read(headers: Mapping[bytes, bytes], name: str) -> bytes | None:
    wanted = name.encode()
    for each in headers[b"cookie"].split(b";"):
        key, _, value = each.strip().partition(b"=")
        if key == wanted and value:
            return value
    return None
