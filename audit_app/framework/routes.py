"""The framework by HTTP."""

from __future__ import annotations

from flask import Blueprint

from audit_app.rules.permissions import Permission
from audit_app.web.access import requires

bp = Blueprint("framework", __name__, url_prefix="/framework")


@bp.get("/")
@requires(Permission.FRAMEWORK_READ)
def thread_sets() -> str:
    return ""
