"""Practice alerts by HTTP."""

from __future__ import annotations

from flask import Blueprint

from audit_app.rules.permissions import Permission
from audit_app.web.access import requires

bp = Blueprint("alerts", __name__, url_prefix="/alerts")


@bp.get("/")
@requires(Permission.ALERT_READ)
def alerts() -> str:
    return ""
