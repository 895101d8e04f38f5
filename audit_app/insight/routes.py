"""Insight by HTTP."""

from __future__ import annotations

from flask import Blueprint

from audit_app.rules.permissions import Permission
from audit_app.web.access import requires

bp = Blueprint("insight", __name__, url_prefix="/insight")


@bp.get("/distribution")
@requires(Permission.INSIGHT_READ)
def distribution() -> str:
    return ""
