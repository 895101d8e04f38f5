"""People by HTTP."""

from __future__ import annotations

from flask import Blueprint

from audit_app.rules.permissions import Permission
from audit_app.web.access import requires

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.get("/")
@requires(Permission.PEOPLE_MANAGE)
def people() -> str:
    return ""
