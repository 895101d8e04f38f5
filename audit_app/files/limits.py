"""The most a file that somebody sends may hold, from the settings."""

from __future__ import annotations

from flask import current_app

from audit_app.files.reading import Limits


def limits() -> Limits:
    settings = current_app.config["SETTINGS"]
    return Limits(settings.import_max_megabytes, settings.import_max_rows)
