"""Moderation by HTTP."""

from __future__ import annotations

from flask import Blueprint

from audit_app.rules.permissions import Permission
from audit_app.web.access import requires

bp = Blueprint("moderation", __name__, url_prefix="/moderation")


@bp.get("/")
@requires(Permission.AUDIT_MODERATE)
def queue() -> str:
    return ""
