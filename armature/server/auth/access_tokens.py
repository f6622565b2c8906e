"""Access tokens: JWTs (RFC 7519) that say who a user is for some minutes, signed with the server's secret key.

`kid` names the key that signed: what the last key has signed stays good while ARMATURE_OLD_SECRET_KEY names it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt

from armature.core.errors import Unauthenticated
from armature.core.sealing import key_id, secret_keys

ALGORITHM = "HS256"
ISSUER = "armature"
AUDIENCE = "armature"
TYPE = "access"
LONGEST_TOKEN = 2_000
REQUIRED = ["sub", "sid", "iat", "exp", "jti", "iss", "aud", "type"]


class TokenInvalid(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The access token is not valid.", hint="Sign in again.")


class TokenExpired(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("The access token has expired.", hint="Get a new one with refreshTokens, or sign in again.")


@dataclass(frozen=True, slots=True)
class Claims:
    user_id: UUID
    session_id: UUID
    expires_at: float


class AccessTokens:
    """Makes and reads them. `lifetime` is in seconds."""

    def __init__(self, secret_key: str | None, lifetime: int, old_secret_key: str | None = None) -> None:
        """Raises SecretKeyUnfit."""
        keys = secret_keys(secret_key, old_secret_key)
        self._keys = {key_id(each).hex(): each for each in keys}
        self._newest = key_id(keys[0]).hex()
        self._lifetime = timedelta(seconds=lifetime)
        # A clock that goes a little ahead at the process that signed makes no token invalid.
        self._jwt = jwt.PyJWT({"require": REQUIRED, "verify_iat": False})

    def issue(self, user_id: UUID, session_id: UUID) -> tuple[str, datetime]:
        """A token, and when it expires."""
        now = datetime.now(UTC).replace(microsecond=0)
        expires_at = now + self._lifetime
        claims = {
            "sub": str(user_id),
            "sid": str(session_id),
            "iat": now,
            "exp": expires_at,
            "jti": uuid4().hex,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "type": TYPE,
        }
        key = self._keys[self._newest]
        return self._jwt.encode(claims, key, ALGORITHM, headers={"kid": self._newest}), expires_at

    def read(self, token: str) -> Claims:
        """Raises TokenExpired, TokenInvalid."""
        if len(token) > LONGEST_TOKEN:
            raise TokenInvalid
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = self._jwt.decode(token, key, algorithms=[ALGORITHM], issuer=ISSUER, audience=AUDIENCE)
            if claims["type"] != TYPE:
                raise TokenInvalid
            return Claims(UUID(claims["sub"]), UUID(claims["sid"]), float(claims["exp"]))
        except jwt.ExpiredSignatureError as error:
            raise TokenExpired from error
        # TypeError, AttributeError: claims of other types; RecursionError: JSON nested too deeply
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise TokenInvalid from error
