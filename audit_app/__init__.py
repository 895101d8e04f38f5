"""The case-practice quality audit tracker. :func:`create_app` reads as a table of contents."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from audit_app import cli
from audit_app.account import routes as account
from audit_app.account.queries import user_by_id
from audit_app.account.sessions import DatabaseSessions, check_session_was_read
from audit_app.account.tokens import person_of_program
from audit_app.alerts import routes as alerts
from audit_app.audits import long_page, reading, recording
from audit_app.audits import routes as audits
from audit_app.calibration import routes as calibration
from audit_app.disposal import routes as disposal
from audit_app.escalations import routes as escalations
from audit_app.extensions import csrf, db, login, migrate
from audit_app.framework import routes as framework
from audit_app.historic import routes as historic
from audit_app.history import routes as history
from audit_app.home import routes as home
from audit_app.improvement import routes as improvement
from audit_app.insight import routes as insight
from audit_app.models.history import seal_history
from audit_app.models.postgresql import prepare_what_is_written
from audit_app.moderation import routes as moderation
from audit_app.people import routes as people
from audit_app.prints import routes as prints
from audit_app.programme import routes as programme
from audit_app.reflection import routes as reflection
from audit_app.reminders import routes as reminders
from audit_app.summaries import routes as summaries
from audit_app.tallying.keeping import keep_tallies
from audit_app.transfer import routes as transfer
from audit_app.web import health
from audit_app.web.access import check_access
from audit_app.web.addresses import (
    leave_nul_out_of_form,
    read_numbers_in_addresses,
    refuse_nul_in_address,
    refuse_token_in_address,
    take_no_head_for_a_form,
)
from audit_app.web.drawing import PageEnvironment
from audit_app.web.errors import handle_errors
from audit_app.web.headers import send_headers
from audit_app.web.kept import keep_what_is_typed
from audit_app.web.logs import RequestLog, log_requests, note_person
from audit_app.web.moments import live_in_london
from audit_app.web.pages import prepare_templates
from audit_app.web.proxies import BehindProxies
from audit_app.web.read_copy import COPY, engine_options, records_options
from audit_app.web.transactions import end_transaction
from config import ROOT, Settings, read_settings

ROOMS = (
    home.bp,
    account.bp,
    audits.bp,
    recording.bp,
    long_page.bp,
    reading.bp,
    moderation.bp,
    escalations.bp,
    programme.bp,
    improvement.bp,
    reflection.bp,
    calibration.bp,
    insight.bp,
    historic.bp,
    disposal.bp,
    summaries.bp,
    alerts.bp,
    framework.bp,
    people.bp,
    prints.bp,
    transfer.bp,
    reminders.bp,
    history.bp,
    health.bp,
)

FORM_BYTES = 2 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Build the service from its settings, read from the environment unless given."""
    settings = settings or read_settings()
    live_in_london()
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    app.jinja_environment = PageEnvironment
    _configure(app, settings)
    _bind_extensions(app, settings)
    prepare_templates(app, settings)
    handle_errors(app)
    _open_rooms(app)
    cli.register(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.signing_key(),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        SQLALCHEMY_ENGINE_OPTIONS=records_options(settings.database_url),
        SQLALCHEMY_BINDS=_copies(settings),
        MAX_CONTENT_LENGTH=FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=500,
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=settings.session_idle_minutes),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=30),
        SESSION_REFRESH_EACH_REQUEST=False,
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_SERIALIZATION_FORMAT="msgpack",
        # A form lives as long as the session it was opened in.
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(
            parents=True, exist_ok=True
        )
    asked = health.AsksNobody(app.wsgi_app, settings.trusted_hosts)
    app.wsgi_app = BehindProxies(  # type: ignore[method-assign]
        RequestLog(asked), settings.proxy_hops, settings.trusted_proxies
    )


def _copies(settings: Settings) -> dict[str, dict[str, Any]]:
    """The databases besides the records' own, with how each is opened."""
    copy = settings.database_read_url
    return {COPY: engine_options(copy)} if copy else {}


def _bind_extensions(app: Flask, settings: Settings) -> None:
    log_requests(app)
    db.init_app(app)
    prepare_what_is_written()
    keep_tallies()
    seal_history()  # Last: whoever seals keeps others from it, and must wait for nothing more.
    # Registered first, so that it runs last.
    app.after_request(end_transaction)
    migrate.init_app(
        app,
        db,
        directory=str(ROOT / "migrations"),
        compare_type=True,
        render_as_batch=True,
        transactional_ddl=True,
    )
    app.session_interface = DatabaseSessions(app)
    login.init_app(app)
    login.user_loader(user_by_id)
    login.request_loader(person_of_program)
    send_headers(app, settings.https)
    # Access is checked before the form's token: somebody whose session has ended is sent to sign in
    # with what they typed kept.
    app.before_request(check_session_was_read)
    app.before_request(take_no_head_for_a_form)
    app.before_request(refuse_nul_in_address)
    app.before_request(refuse_token_in_address)
    app.before_request(check_access)
    app.before_request(note_person)
    app.after_request(note_person)
    app.before_request(leave_nul_out_of_form)
    csrf.init_app(app)
    keep_what_is_typed(app)


def _open_rooms(app: Flask) -> None:
    read_numbers_in_addresses(app)
    for room in ROOMS:
        app.register_blueprint(room)
