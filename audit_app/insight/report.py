"""What every report says of what it counts."""

from __future__ import annotations

from audit_app.web.pages import plural

#: What the parts of a filter are called beside their values.
PARTS = {
    "service": "Service",
    "locality": "Locality",
    "team": "Team",
    "theme": "Theme",
    "type": "Type of audit",
    "selection": "How the case was chosen",
}
NOTHING = "No recorded audits match."


def blind_note(left_out: int) -> tuple[str, ...]:
    """What a moderator is told of audits that their figures leave out for now; mostly nothing."""
    if not left_out:
        return ()
    audits = plural(left_out, "audit waits", "audits wait")
    note = f"{audits} for a blind moderation and cannot be in the figures you see."
    return (f"{note} Other people’s figures count them.",)
