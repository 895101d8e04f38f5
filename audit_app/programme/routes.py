"""The audit programme by HTTP. Each part of it has a module of its own."""

from __future__ import annotations

from flask import Blueprint

from audit_app.programme import completion, cycles, draw, mine, requests

bp = Blueprint("programme", __name__, url_prefix="/programme")
for part in (cycles, draw, mine, requests, completion):
    bp.register_blueprint(part.bp)
