"""The audit programme by HTTP. Each part of it has a module of its own."""

from __future__ import annotations

from flask import Blueprint

from audit_app.programme import (
    absences,
    case_lists,
    completion,
    cycles,
    draw,
    mine,
    requests,
    targets,
)

bp = Blueprint("programme", __name__, url_prefix="/programme")
for part in (cycles, targets, case_lists, absences, draw, mine, requests, completion):
    bp.register_blueprint(part.bp)
