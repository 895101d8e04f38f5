"""An auditor’s own allocated audits: starting, asking, declaring a stake, the calendar."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("mine", __name__)
