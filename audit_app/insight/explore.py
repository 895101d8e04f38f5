"""One page to explore, and the views people keep."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("explore", __name__)
