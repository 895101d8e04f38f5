"""The commands that make and send messages: run in this process, or as a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

from audit_app.extensions import db
from audit_app.models import Message, MessageState
from audit_app.models.base import now
from config import ROOT, Settings
from tests.browser_page import Page, PageClient
from tests.reminders.servers import API_KEY, TEMPLATE, MailServer, Notify

ADDRESS = "https://localhost"
FROM = "audit@example.gov.uk"


def by_smtp(server: MailServer, **more: Any) -> dict[str, Any]:
    """The settings for a mail server of this machine."""
    return {
        "mail_by": "smtp",
        "mail_from": FROM,
        "public_address": ADDRESS,
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": "none",
    } | more


def by_notify(notify: Notify) -> dict[str, Any]:
    return {
        "mail_by": "notify",
        "public_address": ADDRESS,
        "notify_api_key": API_KEY,
        "notify_template_id": TEMPLATE,
        "notify_url": notify.url,
    }


def set_up(app: Flask, **mail: Any) -> None:
    """Let the service send messages so."""
    kept = app.config["SETTINGS"]
    named = {"database_url": kept.database_url, "secret_key": "x" * 40}
    app.config["SETTINGS"] = Settings(**(named | mail))


def run(app: Flask, *command: str) -> Result:
    """A command in this process, on the database as it stands."""
    db.session.rollback()
    done = app.test_cli_runner().invoke(args=list(command))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    db.session.rollback()
    return done


def started(app: Flask, command: str, **mail: Any) -> subprocess.Popen[str]:
    """A command as cron starts it: a process of its own."""
    db.session.rollback()
    settings = {"database_url": app.config["SETTINGS"].database_url, "secret_key": "x" * 40} | mail
    environment = {name.upper(): str(value) for name, value in settings.items()}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "audit_app", command],
        cwd=ROOT,
        env=kept | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def states() -> Counter[str]:
    """How many messages there are in each state."""
    db.session.rollback()
    return Counter(each.value for each in db.session.scalars(select(Message.state)))


def say(web: PageClient, page: Page, what: str) -> Page:
    """Press the button beside the first message on a page that says what became of it."""
    forms = page.html.find("main").find_all("form")
    form = next(each for each in forms if str(each["action"]).endswith(f"/{what}"))
    typed = {str(each["name"]): str(each["value"]) for each in form.find_all("input")}
    return web.post(str(form["action"]), typed)


def some_time_later() -> None:
    """As if what was being sent had been tried an hour ago."""
    db.session.rollback()
    an_hour_ago = now() - timedelta(hours=1)
    sending = Message.state == MessageState.SENDING
    db.session.execute(update(Message).where(sending).values(tried_at=an_hour_ago))
    db.session.commit()
