"""What auditors ask of the programme, and what a named senior decides."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("requests", __name__)
