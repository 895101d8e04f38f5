"""What an auditor is warned of while recording: never a block, always said where it is judged."""

from __future__ import annotations

from datetime import date

from audit_app.rules.audits import Independence

MONTHS_BETWEEN_AUDITS = 12


def audited_lately(earlier: date, on: date) -> bool:
    """Whether an audit on ``on`` comes less than twelve months after the earlier one."""
    months = (on.year - earlier.year) * 12 + on.month - earlier.month
    return months < MONTHS_BETWEEN_AUDITS or (
        months == MONTHS_BETWEEN_AUDITS and on.day < earlier.day
    )


def independence_note(manages_worker: bool, said: Independence | None) -> str | None:
    """What to say to an auditor who manages the worker's team, by what they said of themselves."""
    if not manages_worker:
        return None
    if said in (Independence.INDEPENDENT, Independence.SAME_SERVICE):
        return (
            "You manage this team, so you are in the worker’s line of management. Your answer to "
            "“Where you stand to the worker” says otherwise."
        )
    return (
        "You manage this team, so you are in the worker’s line of management. Somebody else would "
        "usually audit this case. If you go on, say where you stand."
    )
