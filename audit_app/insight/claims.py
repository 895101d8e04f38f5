"""The three claims about practice, each answered in words."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("claims", __name__)
