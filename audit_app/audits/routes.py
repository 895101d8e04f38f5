"""Audits by HTTP."""

from __future__ import annotations

from flask import Blueprint

from audit_app.rules.permissions import Permission
from audit_app.web.access import requires

bp = Blueprint("audits", __name__, url_prefix="/audits")


@bp.get("/")
@requires(Permission.AUDIT_READ)
def audits() -> str:
    return ""
