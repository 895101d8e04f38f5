"""What moderation changed, and how far two people agree."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("moderated", __name__)
