"""A person’s messages by HTTP, and the ones that wait or may not have gone out."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("reminders", __name__, url_prefix="/messages")
