"""A message as it leaves the service: one plain text, the same by every way it can go."""

from __future__ import annotations

from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from audit_app.models import Message, MessageKind
from audit_app.models.base import now
from audit_app.web.pages import moment
from config import Settings


class NoAddress(Exception):
    """A message is addressed to what no mail server takes."""


@dataclass(frozen=True)
class Letter:
    """To whom, and what: nothing of whom it is about, and no name."""

    reference: str
    to: str
    subject: str
    text: str


def letter_of(message: Message, settings: Settings) -> Letter:
    """The message with its links made whole. The person is its ``user``, at today's address."""
    parts = [message.subject, *(_part(line, settings) for line in message.lines)]
    parts += [_as_it_stood(message), _why(message.kind, settings)]
    return Letter(
        reference=message.reference,
        to=message.user.email,
        subject=_one_line(f"{settings.service_name}: {message.subject}"),
        text="\n\n".join(parts) + "\n",
    )


def _part(line: dict[str, str], settings: Settings) -> str:
    return f"{line['text']}\n{settings.public_address}{line['path']}"


def _as_it_stood(message: Message) -> str:
    return (
        f"As it stood on {moment(message.made_at)}. Sign in to read more: this message names no "
        "child and nobody else, and must not be answered with anything that does."
    )


def _why(kind: MessageKind, settings: Settings) -> str:
    why = {
        MessageKind.DIGEST: "You get this once a week, when something waits for you.",
        MessageKind.CLOCK: "You get this because you answer for escalations.",
        MessageKind.ALERT: "You get this because you manage a team that the alert is for.",
    }[kind]
    return f"{why} Questions: {settings.support_contact}\n{settings.service_name}"


def email_of(letter: Letter, settings: Settings) -> EmailMessage:
    """The letter as e-mail. Its Message-ID is the same however often it is sent.

    Raises:
        NoAddress: when it is addressed to what is no e-mail address that every server takes.
    """
    assert settings.mail_from is not None
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(_one_line(settings.service_name), addr_spec=settings.mail_from)
    mail["To"] = _address(letter.to)
    mail["Subject"] = letter.subject
    mail["Date"] = now()
    mail["Message-ID"] = f"<{letter.reference.lower()}@{settings.mail_from.rpartition('@')[2]}>"
    # So that nobody's out-of-office reply comes back, by the standard's word and by Exchange's.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    return mail


def _address(written: str) -> Address:
    """A domain in other letters is refused here: whoever hands over would fail in the middle."""
    if not written.isascii():
        raise NoAddress
    try:
        return Address(addr_spec=written)
    except (ValueError, IndexError, MessageError):
        raise NoAddress from None


def _one_line(text: str) -> str:
    """Without anything that would begin another header."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
