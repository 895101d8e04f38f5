"""What moved between an audit and its re-audit."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("re_audits", __name__)
