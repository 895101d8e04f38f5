"""How audits were done: who was involved, how cases were chosen, what followed."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("practice", __name__)
