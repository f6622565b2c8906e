"""Could another site's page have sent this without asking? (docs/decisions/0003-cross-site-requests.md)

POST needs Content-Type: application/json, which no form can send and no script without a preflight. GET runs queries
only, and answers nobody but pages that CORS lets read: what remains is refusing to work for them.
"""

from collections.abc import Mapping

# A browser asks first (preflight) before a page of another origin may send one of these.
NEEDS_PREFLIGHT = (
    b"authorization",
    b"apollo-require-preflight",
    b"graphql-require-preflight",
    b"x-apollo-operation-name",
    b"x-requested-with",
    b"x-workspace-id",
)
SIMPLE_TYPES = (b"application/x-www-form-urlencoded", b"multipart/form-data", b"text/plain")
ELSEWHERE = (b"cross-site", b"same-site")


def is_cross_site(headers: Mapping[bytes, bytes], allowed: frozenset[bytes]) -> bool:
    """Whether a browser sent this GET for a page of another origin that CORS doesn't know, without a preflight."""
    origin = headers.get(b"origin")
    site = headers.get(b"sec-fetch-site")
    if site not in ELSEWHERE if site is not None else origin is None or _is_own(origin, headers):
        return False
    if b"*" in allowed or (origin is not None and origin in allowed):
        return False
    return not _was_preflighted(headers)


def is_own_page(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the browser says that a page of ours sent this, or its user by hand."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    return origin is not None and _is_own(origin, headers)


def _is_own(origin: bytes, headers: Mapping[bytes, bytes]) -> bool:
    return origin.partition(b"://")[2] == headers.get(b"host")


def _was_preflighted(headers: Mapping[bytes, bytes]) -> bool:
    content_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if content_type and content_type not in SIMPLE_TYPES:
        return True
    return any(headers.get(name) for name in NEEDS_PREFLIGHT)
