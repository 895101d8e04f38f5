"""How much of the programme is done, by service and by month."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("completion", __name__)
