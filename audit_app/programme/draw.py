"""Drawing a cycle: coverage before, the confirmation, the list after, and the replay."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("draw", __name__)
