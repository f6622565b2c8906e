"""Mail goes out through a real server, or into files."""

import asyncio
import email
from email import policy
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from armature.core import mail
from armature.core.errors import BadUserInput, Unavailable
from armature.core.mail import Letter, Post, post_of, smtp_of
from armature.core.settings import Settings
from tests.support.mail_server import mail_server

LETTER = Letter("ada@example.com", "Grüße", "Ein Schlüssel: hunter2\n")


async def until_sent(post: Post) -> None:
    while post._tasks:
        await asyncio.wait(post._tasks)


async def test_a_letter_arrives_as_it_was_written() -> None:
    with mail_server() as box:
        post = post_of(Settings(smtp_url=box.url, mail_from="Armature <we@armature.example>"))
        post.send(LETTER)
        await until_sent(post)
        arrived = box.next_to("ada@example.com")
    assert arrived["Subject"] == "Grüße"
    assert arrived["From"] == "Armature <we@armature.example>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived.get_content().splitlines() == LETTER.text.splitlines()


async def test_a_server_that_is_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "FIRST_PAUSE", 0.01)
    with mail_server() as box, capture_logs() as lines:
        box.refusals += ["451 Later", "451 Later"]
        post = post_of(Settings(smtp_url=box.url))
        post.send(LETTER)
        await until_sent(post)
        assert box.next_to("ada@example.com")["Subject"] == "Grüße"
    assert [each["tries_left"] for each in lines] == [3, 2]
    assert "hunter2" not in str(lines)


async def test_a_server_that_is_gone_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "FIRST_PAUSE", 0.01)
    post = post_of(Settings(smtp_url="smtp://127.0.0.1:1"))
    with capture_logs() as lines:
        post.send(LETTER)
        await until_sent(post)
    assert [each["tries_left"] for each in lines] == [3, 2, 1, 0]


async def test_a_password_is_sent_to_a_server_of_another_machine_over_tls_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mail, "FIRST_PAUSE", 0.01)
    with mail_server("127.0.0.2", auth_require_tls=False) as box, capture_logs() as lines:
        post = post_of(Settings(smtp_url=box.url.replace("://", "://user:right@")))
        post.send(LETTER)
        await until_sent(post)
        assert box.logins == []
        assert box.is_empty("ada@example.com")
    assert {each["cause"] for each in lines} == {"NoEncryption"}


async def test_a_password_is_sent_to_a_server_of_this_machine() -> None:
    with mail_server(auth_require_tls=False) as box:
        url = box.url.replace("://", "://us%40er:right@")
        assert "right" not in repr(smtp_of(url))
        post = post_of(Settings(smtp_url=url))
        post.send(LETTER)
        await until_sent(post)
        assert box.next_to("ada@example.com")["Subject"] == "Grüße"
        assert box.logins == [(b"us@er", b"right")]


async def test_where_there_is_no_server_mails_are_files_for_us_alone(tmp_path: Path) -> None:
    post = post_of(Settings(mail_dir=str(tmp_path / "mail")))
    post.send(LETTER)
    await until_sent(post)
    (file,) = (tmp_path / "mail").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["To"] == "ada@example.com"
    assert message.get_content() == LETTER.text


async def test_without_either_mail_is_refused() -> None:
    with pytest.raises(Unavailable, match="can't send mail"):
        post_of(Settings()).send(LETTER)


@pytest.mark.parametrize("url", ["x", "http://mail.example", "smtp://", "smtp://host:many", "smtp://user:hunter2@:25"])
def test_a_url_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(BadUserInput, match="ARMATURE_SMTP_URL") as caught:
        post_of(Settings(smtp_url=url))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("sender", ["x", "a@b\nBcc: c@d", ""])
def test_a_sender_that_is_none_is_refused(sender: str) -> None:
    with pytest.raises(BadUserInput, match="ARMATURE_MAIL_FROM"):
        post_of(Settings(mail_from=sender, mail_dir="/nowhere"))


def test_what_a_letter_says_is_in_no_repr() -> None:
    assert "hunter2" not in repr(LETTER)


async def test_a_link_can_be_copied_out_of_a_file(tmp_path: Path) -> None:
    link = f"    https://armature.example/account/accept-invitation#ari_{'x' * 60}"
    post = post_of(Settings(mail_dir=str(tmp_path)))
    post.send(Letter("ada@example.com", "You are invited", f"Follow this link:\n\n{link}\n"))
    await until_sent(post)
    (file,) = tmp_path.iterdir()  # noqa: ASYNC240
    assert link in file.read_text().splitlines()
