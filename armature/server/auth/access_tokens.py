"""Access tokens: JWTs (RFC 7519) that say who a user is for some minutes, signed with the server's secret key."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt

from armature.core.errors import BadUserInput, Unauthenticated

ALGORITHM = "HS256"
ISSUER = "armature"
TYPE = "access"
SHORTEST_KEY = 32  # bytes (RFC 7518, section 3.2)
LONGEST_TOKEN = 2_000


class SecretKeyUnfit(BadUserInput):
    def __init__(self, size: int) -> None:
        found = f"has {size} bytes" if size else "is not set"
        super().__init__(
            f"ARMATURE_SECRET_KEY {found}; it must have at least {SHORTEST_KEY}.",
            hint='python3 -c "import secrets; print(secrets.token_urlsafe(48))" makes one for all processes.',
        )


class TokenInvalid(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The access token is not valid.", hint="Sign in again.")


class TokenExpired(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The access token has expired.", hint="Get a new one with refreshTokens, or sign in again.")


@dataclass(frozen=True, slots=True)
class Claims:
    user_id: UUID
    expires_at: float


class AccessTokens:
    """Makes and reads them. `lifetime` is in seconds."""

    def __init__(self, secret_key: str | None, lifetime: int) -> None:
        """Raises SecretKeyUnfit."""
        key = (secret_key or "").encode()
        if len(key) < SHORTEST_KEY:
            raise SecretKeyUnfit(len(key))
        self._key = key
        self._lifetime = timedelta(seconds=lifetime)
        # A clock that goes a little ahead at the process that signed makes no token invalid.
        self._jwt = jwt.PyJWT({"require": ["sub", "iat", "exp", "jti", "iss", "type"], "verify_iat": False})

    def issue(self, user_id: UUID) -> tuple[str, datetime]:
        """A token, and when it expires."""
        now = datetime.now(UTC).replace(microsecond=0)
        expires_at = now + self._lifetime
        claims = {
            "sub": str(user_id),
            "iat": now,
            "exp": expires_at,
            "jti": uuid4().hex,
            "iss": ISSUER,
            "type": TYPE,
        }
        return self._jwt.encode(claims, self._key, ALGORITHM), expires_at

    def read(self, token: str) -> Claims:
        """Raises TokenExpired, TokenInvalid."""
        if len(token) > LONGEST_TOKEN:
            raise TokenInvalid
        try:
            claims = self._jwt.decode(token, self._key, algorithms=[ALGORITHM], issuer=ISSUER)
            if claims["type"] != TYPE:
                raise TokenInvalid
            return Claims(UUID(claims["sub"]), float(claims["exp"]))
        except jwt.ExpiredSignatureError as error:
            raise TokenExpired from error
        except (jwt.PyJWTError, ValueError, RecursionError) as error:  # RecursionError: JSON nested too deeply
            raise TokenInvalid from error
