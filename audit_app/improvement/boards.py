"""Boards of actions by owner, team and service, on screen and paper."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("boards", __name__)
