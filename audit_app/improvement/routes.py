"""Improvement actions by HTTP. Each part has a module of its own."""

from __future__ import annotations

from flask import Blueprint

from audit_app.improvement import actions, boards, raising, re_audits, samples

bp = Blueprint("improvement", __name__, url_prefix="/improvement")
for part in (boards, raising, actions, samples, re_audits):
    bp.register_blueprint(part.bp)
