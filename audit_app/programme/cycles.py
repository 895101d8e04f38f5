"""Setting up a cycle: its days, its targets, its list of open cases."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("cycles", __name__)
