"""The home page, and the pages about the service itself."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_login import current_user

from audit_app.account.queries import count_typed_by
from audit_app.documents.charts import stacked_bars
from audit_app.home.queries import waiting_for
from audit_app.rules.permissions import Permission
from audit_app.rules.retention import Periods
from audit_app.web.access import public, requires
from audit_app.web.downloads import PLAIN
from audit_app.web.notices import to_be_filled_in

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.HOME_READ)
def home() -> str:
    waiting = waiting_for(current_user)
    return render_template(
        "home/home.html",
        waiting=waiting,
        today=date.today(),
        pages_not_sent=count_typed_by(current_user),
        drawing=stacked_bars(waiting.years.table, "years") if waiting.years else None,
    )


@bp.get("/accessibility")
@public
def accessibility() -> str:
    missing = to_be_filled_in(current_app.config["SETTINGS"])
    return render_template("home/accessibility.html", missing=missing)


@bp.get("/privacy")
@public
def privacy() -> str:
    settings = current_app.config["SETTINGS"]
    return render_template(
        "home/privacy.html",
        missing=to_be_filled_in(settings),
        periods=Periods(settings.retention_years, settings.retention_months),
        january=date.today().replace(month=1, day=1),
    )


@bp.get("/help")
@public
def help_page() -> str:
    return render_template("home/help.html")


@bp.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    settings = current_app.config["SETTINGS"]
    here = settings.public_address or request.host_url.rstrip("/")
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {settings.security_expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {here}{url_for('home.security_txt')}",
    )
    return Response("\n".join(lines) + "\n", content_type=PLAIN)
