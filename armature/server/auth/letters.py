"""The mails that accounts need: plain text, one thing to do in each."""

from urllib.parse import quote

from armature.core.mail import Letter

IGNORE = "If you did not ask for this, you need not do anything."


def verification(email: str, token: str, url: str | None) -> Letter:
    return Letter(
        email,
        "Confirm your e-mail address",
        _text("Confirm that this address is yours:", _do("verify-email", "verifyEmail", token, url), IGNORE),
    )


def password_reset(email: str, token: str, url: str | None) -> Letter:
    return Letter(
        email,
        "Choose a new password",
        _text("Choose a new password:", _do("reset-password", "resetPassword", token, url), IGNORE),
    )


def new_email(email: str, token: str, url: str | None) -> Letter:
    return Letter(
        email,
        "Confirm your new e-mail address",
        _text(
            "Confirm that you want to sign in with this address:", _do("new-email", "verifyEmail", token, url), IGNORE
        ),
    )


def email_changed(email: str, new: str) -> Letter:
    return Letter(
        email,
        "Your e-mail address was changed",
        _text(f"Your account's address is {new} now. If that was not you, tell whoever runs this server."),
    )


def password_changed(email: str) -> Letter:
    return Letter(
        email,
        "Your password was changed",
        _text(
            "Your account has a new password, and you were signed out everywhere else.",
            "If that was not you, reset it.",
        ),
    )


def account_deleted(email: str) -> Letter:
    return Letter(
        email,
        "Your account was deleted",
        _text("Your account, and what let you in, is gone. If that was not you, tell whoever runs this server."),
    )


def invitation(email: str, workspace: str, by: str | None, token: str, url: str | None) -> Letter:
    return Letter(
        email,
        f"You are invited to {workspace}",
        _text(
            f"{by or 'Somebody'} invites you to the workspace {workspace}:",
            _do("accept-invitation", "acceptInvitation", token, url),
            IGNORE,
        ),
    )


def _do(page: str, mutation: str, token: str, url: str | None) -> str:
    """The token is behind the #, which browsers send to nobody."""
    by_hand = f"{mutation}(token) at /metadata takes this token:\n\n    {token}"
    return by_hand if url is None else f"    {url.rstrip('/')}/account/{page}#{quote(token)}\n\nOr: {by_hand}"


def _text(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"
