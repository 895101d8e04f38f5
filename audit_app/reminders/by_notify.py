"""Messages by GOV.UK Notify, which can be asked what became of one by our reference."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from dateutil.parser import isoparse
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from audit_app.models.base import now
from audit_app.reminders.handing_over import Found, NotHandedOver, NotKnown, Undeliverable
from audit_app.reminders.letters import Letter
from audit_app.web.moments import in_utc
from config import Settings

#: Seconds to wait for each answer.
PATIENCE = 30
#: Notify forgets what it was sent after seven days; after that it cannot say that nothing came.
REMEMBERED_FOR = timedelta(days=6)
#: Words of Notify's for what it took and could not deliver.
FAILURES = ["permanent-failure", "temporary-failure", "technical-failure"]
#: Notify turns away whoever's clock is further from its own than half a minute.
CLOCKS_DIFFER = timedelta(minutes=5)
_ITS_RECIPIENT = ("email_address", "recipient")


class ByNotify:
    """The account at GOV.UK Notify that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.answers = False

    @contextmanager
    def connected(self) -> Iterator[Account]:
        """Once, ask for the template: it shows that Notify answers, knows us, and has it."""
        assert self.settings.notify_template_id is not None
        with self._client() as client:
            if not self.answers:
                _asked(client.get_template, self.settings.notify_template_id)
                self.answers = True
            yield Account(client, self.settings.notify_template_id)

    def ask_about(self, reference: str, tried_at: datetime) -> Found:
        with self._client() as client:
            answer = _asked(client.get_all_notifications, reference=reference)
        of_this_try = [
            each["status"]
            for each in answer["notifications"]
            if _came_at(each) > in_utc(tried_at) - CLOCKS_DIFFER
        ]
        if of_this_try:
            return Found.UNDELIVERABLE if set(of_this_try) <= set(FAILURES) else Found.TAKEN
        recent = now() - in_utc(tried_at) < REMEMBERED_FOR
        return Found.NEVER_CAME if recent else Found.CANNOT_SAY

    def undelivered(self) -> dict[str, datetime]:
        with self._client() as client:
            answer = _asked(client.get_all_notifications, status=FAILURES, template_type="email")
        return {
            each["reference"]: _came_at(each) + CLOCKS_DIFFER
            for each in reversed(answer["notifications"])
            if each.get("reference")
        }

    @contextmanager
    def _client(self) -> Iterator[NotificationsAPIClient]:
        assert self.settings.notify_api_key is not None
        client = NotificationsAPIClient(
            self.settings.notify_api_key.get_secret_value(),
            base_url=self.settings.notify_url,
            timeout=PATIENCE,
        )
        try:
            yield client
        finally:
            client.request_session.close()


class Account:
    """Notify, ready to take a message."""

    def __init__(self, client: NotificationsAPIClient, template: str) -> None:
        self.client, self.template = client, template

    def hand_over(self, letter: Letter) -> None:
        try:
            self.client.send_email_notification(
                letter.to,
                self.template,
                personalisation={"subject": letter.subject, "body": letter.text},
                reference=letter.reference,
            )
        except APIError as problem:
            code = _code(problem)
            if code is None or code >= 500:
                raise NotKnown("GOV.UK Notify did not say whether it took the message") from None
            if code == 400 and any(word in str(problem.message) for word in _ITS_RECIPIENT):
                raise Undeliverable("GOV.UK Notify refused the address (400)") from None
            raise NotHandedOver(f"GOV.UK Notify takes nothing from us ({code})") from None


def _asked(ask: Any, *args: Any, **named: Any) -> dict[str, Any]:
    """An answer of Notify's to a question, which changes nothing there."""
    try:
        answer: dict[str, Any] = ask(*args, **named)
    except APIError as problem:
        code = _code(problem)
        why = "does not answer" if code is None else f"does not answer as it should ({code})"
        raise NotHandedOver(f"GOV.UK Notify {why}") from None
    return answer


def _came_at(notification: dict[str, Any]) -> datetime:
    """When Notify took it."""
    return in_utc(isoparse(notification["created_at"]))


def _code(problem: APIError) -> int | None:
    """The HTTP status of Notify's answer; None when there was none."""
    response = problem.response
    return None if response is None else int(response.status_code)
