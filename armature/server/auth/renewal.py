"""Who may change an account's second factors: whoever shows one that there is; a password alone is half of a user."""

from armature.server.auth.accounts import check_code
from armature.server.auth.credentials import confirm_password
from armature.server.auth.desk import Desk
from armature.server.auth.own_account import OwnAccount, own_account
from armature.server.auth.second_factors import PasskeyNeeded
from armature.server.auth.sessions import Signed, is_strong, strengthen
from armature.server.auth.visit import Visit


async def confirm_both(desk: Desk, signed: Signed, password: str | None, code: str | None, visit: Visit) -> OwnAccount:
    """The password, and the app's code or a session that began with a passkey. A code makes the session strong.

    Raises PasswordWrong, SecondFactorNeeded, CodeWrong, PasskeyNeeded, TooManyAttempts.
    """
    await confirm_password(desk, signed.user_id, password, visit)
    own = await own_account(desk.db, signed.user_id)
    if not own.has_totp:
        await check_strong(desk, signed, own)
        return own
    await check_code(desk, signed.user_id, code)
    async with desk.db.transaction() as connection:
        await strengthen(connection, signed.user_id, signed.session_id)
    return own


async def check_strong(desk: Desk, signed: Signed, own: OwnAccount) -> None:
    """Raises PasskeyNeeded where the account has a second factor that the session knows nothing of."""
    if own.has_second_factor and not await is_strong(desk.db, signed.session_id):
        raise PasskeyNeeded
