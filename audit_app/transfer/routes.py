"""Imports by HTTP."""

from __future__ import annotations

from flask import Blueprint

from audit_app.rules.permissions import Permission
from audit_app.web.access import requires

bp = Blueprint("transfer", __name__, url_prefix="/transfer")


@bp.get("/import")
@requires(Permission.AUDIT_IMPORT)
def import_audits() -> str:
    return ""
