"""How often each theme was found, by period."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("themes", __name__)
