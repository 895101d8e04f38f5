"""How one auditor’s judgements compare with moderators’, for them and practice leads."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("profiles", __name__)
