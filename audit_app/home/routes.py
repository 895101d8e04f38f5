"""The home page, and the pages about the service itself."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template
from flask_login import current_user

from audit_app.account.queries import count_typed_by
from audit_app.documents.charts import stacked_bars
from audit_app.home.queries import waiting_for
from audit_app.rules.permissions import Permission
from audit_app.web.access import public, requires

bp = Blueprint("home", __name__)


@bp.get("/")
@requires(Permission.HOME_READ)
def home() -> str:
    waiting = waiting_for(current_user)
    return render_template(
        "home/home.html",
        waiting=waiting,
        pages_not_sent=count_typed_by(current_user),
        drawing=stacked_bars(waiting.years.table, "years") if waiting.years else None,
    )


@bp.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("home/accessibility.html")


@bp.get("/privacy")
@public
def privacy() -> str:
    return render_template("home/privacy.html")


@bp.get("/help")
@public
def help_page() -> str:
    return render_template("home/help.html")


@bp.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    settings = current_app.config["SETTINGS"]
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {settings.security_expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
