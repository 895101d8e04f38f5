"""Control charts and run charts: whether practice moves, month by month."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("over_time", __name__)
