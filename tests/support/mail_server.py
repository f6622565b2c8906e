"""A real mail server on a free port, and a mailbox that tests read as people do."""

import email
import queue
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

TOKEN = re.compile(r"ar[a-z]_[\w-]{43}")


@dataclass
class Mailbox:
    """`refusals` are answers to give before a mail is taken, such as those of a server that is busy."""

    url: str = ""
    refusals: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    _arrived: defaultdict[str, queue.Queue[EmailMessage]] = field(
        default_factory=lambda: defaultdict[str, queue.Queue[EmailMessage]](queue.Queue)
    )

    def next_to(self, address: str) -> EmailMessage:
        """The oldest mail to this address that was not read yet; waits until there is one."""
        return self._arrived[address].get()

    def is_empty(self, address: str) -> bool:
        return self._arrived[address].empty()

    def token_to(self, address: str) -> str:
        """The token in the next mail to this address."""
        return token_in(self.next_to(address))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refusals:
            return self.refusals.pop()
        content: Any = envelope.content
        message = email.message_from_bytes(content, policy=policy.default)
        for each in envelope.rcpt_tos:
            self._arrived[each].put(message)
        return "250 OK"

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right")


def token_in(message: EmailMessage) -> str:
    found: list[str] = TOKEN.findall(message.get_content())
    return found[-1]


class AnyPort(Controller):
    def _trigger_server(self) -> None:
        """By now the port is known."""
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(hostname: str = "127.0.0.1", **options: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = AnyPort(box, hostname=hostname, port=0, authenticator=box.authenticate, **options)
    controller.start()
    try:
        box.url = f"smtp://{hostname}:{controller.port}"
        yield box
    finally:
        controller.stop()
