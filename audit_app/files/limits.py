"""The most a file that somebody sends may hold, from the settings."""

from __future__ import annotations

from flask import current_app

from audit_app.files.reading import Limits

#: A form with a file has a token and a choice or two beside it; any part may be a file's size.
PARTS_BESIDE_A_FILE = 20


def limits() -> Limits:
    settings = current_app.config["SETTINGS"]
    return Limits(settings.import_max_megabytes, settings.import_max_rows)
