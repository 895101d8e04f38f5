"""Searching what people wrote, within what the searcher may read."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("words", __name__)
