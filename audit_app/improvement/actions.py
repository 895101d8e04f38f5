"""One action by HTTP: what it is, what was recorded about it, and what can be done."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("actions", __name__)
