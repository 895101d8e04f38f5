"""Random samples of closed actions, looked at again."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("samples", __name__)
