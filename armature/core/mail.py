"""Mail: through SMTP, or into a folder as files where there is no server for it.

Sending happens beside the request that asks for it: it may take seconds, and how long it takes would tell whether an
account exists. What can't be sent after some tries is logged and lost; its reader asks for another one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog
from uuid_utils.compat import uuid7

from armature.core.errors import BadUserInput, Unavailable
from armature.core.private_files import write_private
from armature.core.settings import Settings

TRIES = 4
FIRST_PAUSE = 2.0  # seconds, then twice as long each time
PATIENCE = 20.0
MOST_WAITING = 1_000

PORTS = {"smtp": 587, "smtps": 465}

log = structlog.get_logger(__name__)


class SmtpUrlUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "ARMATURE_SMTP_URL is no URL of a mail server.", hint="It looks like smtp://user:password@host:587."
        )


class MailFromUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__("ARMATURE_MAIL_FROM is no sender.", hint="It looks like Acme <hello@acme.example>.")


class NoMail(Unavailable):
    def __init__(self) -> None:
        super().__init__("This server can't send mail.", hint="Whoever runs it sets ARMATURE_SMTP_URL.")


@dataclass(frozen=True, slots=True)
class Letter:
    """`text` may hold a token: it is in no repr and no log."""

    to: str
    subject: str
    text: str = field(repr=False)


class Carrier(Protocol):
    async def carry(self, message: EmailMessage) -> None: ...


@dataclass(frozen=True, slots=True)
class Smtp:
    """STARTTLS is used where the server offers it; a password is sent over TLS only."""

    host: str
    port: int
    is_tls: bool
    user: str | None
    password: str | None = field(repr=False)

    async def carry(self, message: EmailMessage) -> None:
        client = aiosmtplib.SMTP(hostname=self.host, port=self.port, use_tls=self.is_tls, timeout=PATIENCE)
        async with client:
            if self.user is not None:
                if client.get_transport_info("sslcontext") is None and not _is_here(self.host):
                    raise NoEncryption
                await client.login(self.user, self.password or "")
            await client.send_message(message)


class NoEncryption(aiosmtplib.SMTPException):
    def __init__(self) -> None:
        super().__init__("The mail server offers no TLS; the password is not sent to it.")


@dataclass(frozen=True, slots=True)
class Folder:
    """Each mail as a file that only we can read; sorted by name, the newest is the last."""

    path: Path

    async def carry(self, message: EmailMessage) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.path / f"{uuid7().hex}.eml", message.as_string())


class Post:
    """Takes letters and sends them, each in a task of its own."""

    def __init__(self, carrier: Carrier | None, sender: str) -> None:
        self._carrier = carrier
        self._sender = sender
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def can_send(self) -> bool:
        return self._carrier is not None

    def check(self) -> None:
        """Raises NoMail."""
        if self._carrier is None:
            raise NoMail

    def send(self, letter: Letter) -> None:
        """Returns at once. Raises NoMail, or Unavailable where too many wait already."""
        self._begin(self._carry(self._message(letter)))

    async def deliver(self, letter: Letter) -> None:
        """Returns when it is on its way: for who can wait, and try again. Raises NoMail, Unavailable."""
        if self._carrier is None:
            raise NoMail
        try:
            await self._carrier.carry(self._message(letter))
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("The mail server did not take the mail.") from error

    def write(self, letter: Callable[[], Awaitable[Letter | None]]) -> None:
        """As `send`, of a letter that is yet to be written, if at all: who asks for it shall not wait for that."""
        self._begin(self._write(letter))

    async def _write(self, letter: Callable[[], Awaitable[Letter | None]]) -> None:
        try:
            written = await letter()
        except Exception:  # nobody waits for this task
            log.exception("mail not written")
            return
        if written is not None:
            await self._carry(self._message(written))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._carrier is None or len(self._tasks) >= MOST_WAITING:
            work.close()
            self.check()
            raise Unavailable("Too many mails wait to be sent.", hint="Try again in a minute.")
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Gives what is under way a moment."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FIRST_PAUSE)
        for task in list(self._tasks):
            task.cancel()

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=parseaddr(self._sender)[1].rpartition("@")[2] or None)
        message["Auto-Submitted"] = "auto-generated"
        # A link that is broken over lines could not be copied out of a file.
        message.set_content(letter.text, cte="7bit" if letter.text.isascii() else "quoted-printable")
        return message

    async def _carry(self, message: EmailMessage) -> None:
        assert self._carrier is not None  # noqa: S101  `send` has checked
        pause = FIRST_PAUSE
        for left in reversed(range(TRIES)):
            try:
                await self._carrier.carry(message)
            except (aiosmtplib.SMTPException, OSError) as error:
                log.warning("mail not sent", cause=type(error).__name__, tries_left=left)
                if left:
                    await asyncio.sleep(pause)
                    pause *= 2
            else:
                return


def post_of(settings: Settings) -> Post:
    """Raises SmtpUrlUnfit, MailFromUnfit."""
    sender = settings.mail_from
    if not sender.isprintable() or "@" not in parseaddr(sender)[1]:
        raise MailFromUnfit
    if settings.smtp_url is not None:
        return Post(smtp_of(settings.smtp_url), sender)
    return Post(Folder(Path(settings.mail_dir)) if settings.mail_dir else None, sender)


def smtp_of(url: str) -> Smtp:
    """Raises SmtpUrlUnfit, without a word of what is in the URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        if not parts.hostname:
            raise SmtpUrlUnfit
        user, password = (None if each is None else unquote(each) for each in (parts.username, parts.password))
    except (KeyError, ValueError):
        raise SmtpUrlUnfit from None
    return Smtp(parts.hostname, port, parts.scheme == "smtps", user, password)


def _is_here(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")
