"""Services, localities and teams beside each other, never ranked."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("places", __name__)
