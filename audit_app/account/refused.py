"""What somebody is told whose password or code was refused: what to do, whatever the cause.

Which cause it was, a wrong one or too many of them, is not said: it would tell a stranger whether
what they typed was right.
"""

from __future__ import annotations

from flask import current_app

from audit_app.web.pages import plural


def refused(what: str, then: str = "") -> str:
    """That ``what`` was not accepted, ``then`` what to do first, and how long a lock lasts."""
    minutes = plural(current_app.config["SETTINGS"].sign_in_lock_minutes, "minute")
    first = f"{then}. " if then else ""
    return f"The {what} was not accepted. {first}After several wrong tries, wait {minutes}"
