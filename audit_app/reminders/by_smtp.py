"""Messages by SMTP: one connection for each, given up when the mail server does not answer."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from typing import NoReturn

from audit_app.reminders.handing_over import Found, NotHandedOver, NotKnown, PutOff, Undeliverable
from audit_app.reminders.letters import Letter, NoAddress, email_of
from config import Settings

#: Seconds to wait for each answer.
PATIENCE = 30


class BySmtp:
    """The mail server that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        server = self._opened()
        try:
            yield Connection(server, self.settings)
        finally:
            try:
                server.quit()
            except OSError:
                server.close()

    def ask_about(self, reference: str, tried_at: datetime) -> Found:
        """A mail server keeps no account of what it took."""
        return Found.CANNOT_SAY

    def undelivered(self) -> dict[str, datetime]:
        """What cannot be delivered comes back to the mailbox of MAIL_FROM."""
        return {}

    def _opened(self) -> smtplib.SMTP:
        """Connected, encrypted as the settings say, and signed in."""
        where = f"{self.settings.smtp_host}:{self.settings.smtp_port}"
        server: smtplib.SMTP | None = None
        try:
            server = self._greeted()
            if self.settings.smtp_user and self.settings.smtp_password:
                password = self.settings.smtp_password.get_secret_value()
                server.login(self.settings.smtp_user, password)
            server.ehlo_or_helo_if_needed()
        except OSError as problem:
            if server is not None:
                server.close()
            raise NotHandedOver(f"the mail server {where} {_why(problem)}") from None
        return server

    def _greeted(self) -> smtplib.SMTP:
        host, port = str(self.settings.smtp_host), self.settings.smtp_port
        if self.settings.smtp_security == "tls":
            trusted = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=trusted)
        server = smtplib.SMTP(host, port, timeout=PATIENCE)
        if self.settings.smtp_security == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except OSError:
                server.close()
                raise
        return server


class Connection:
    """To a mail server that is ready to take a message."""

    def __init__(self, server: smtplib.SMTP, settings: Settings) -> None:
        self.server, self.settings = server, settings

    def hand_over(self, letter: Letter) -> None:
        try:
            mail = email_of(letter, self.settings)
        except NoAddress:
            raise Undeliverable("The e-mail address cannot be written to") from None
        self._address(letter.to)
        self._deliver(mail)

    def _address(self, to: str) -> None:
        """Say from whom and to whom. Until the text follows, nothing has been handed over."""
        try:
            code, _ = self.server.mail(str(self.settings.mail_from))
            if code != 250:
                raise NotHandedOver(f"the mail server takes nothing from MAIL_FROM ({code})")
            code, _ = self.server.rcpt(to)
        except OSError as problem:
            raise NotHandedOver(f"the mail server {_why(problem)}") from None
        if code not in (250, 251, 252):
            _refuse(code, "the address")

    def _deliver(self, mail: EmailMessage) -> None:
        try:
            code, _ = self.server.data(mail.as_bytes())
        except smtplib.SMTPDataError as refused:
            code = refused.smtp_code
        except OSError:
            raise NotKnown("The mail server did not say whether it took the message") from None
        if code != 250:
            _refuse(code, "the message")


def _refuse(code: int, what: str) -> NoReturn:
    """By the mail server's number alone: its words may quote what it was sent."""
    if code == 421:
        raise NotHandedOver("the mail server is closing (421)")
    if 400 <= code < 500:
        raise PutOff(f"The mail server put off {what} ({code})")
    raise Undeliverable(f"The mail server refused {what} ({code})")


def _why(problem: OSError) -> str:
    """What went wrong, in words that stand after the name of the server."""
    match problem:
        case smtplib.SMTPAuthenticationError():
            return f"does not accept SMTP_USER and SMTP_PASSWORD ({problem.smtp_code})"
        case smtplib.SMTPNotSupportedError():
            return "does not offer what SMTP_SECURITY or SMTP_USER asks for"
        case smtplib.SMTPResponseException():
            return f"turned us away ({problem.smtp_code})"
        case ssl.SSLCertVerificationError():
            return "has no certificate that is trusted here"
        case ssl.SSLError():
            return "cannot agree with us on encryption"
        case _:
            return "does not answer"
