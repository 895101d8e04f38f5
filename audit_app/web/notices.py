"""What whoever runs the service must still write, renew or look at before people rely on it."""

from __future__ import annotations

from datetime import date, timedelta

from config import Settings

#: How long before security.txt runs out somebody is told.
SOON = timedelta(days=60)
_EXAMPLE = "example.gov.uk"
#: Settings without which a public page would say what is not so.
_SAID_IN_PUBLIC = ("support_contact", "security_contact", "dpo_contact", "privacy_notice")


def to_be_filled_in(settings: Settings) -> list[str]:
    """The settings that public pages wait for; none in the demo, where everything is made up."""
    if settings.demo:
        return []
    said = {name: getattr(settings, name) for name in _SAID_IN_PUBLIC}
    return [name.upper() for name, value in said.items() if not value or _EXAMPLE in value]


def security_contact_runs_out(settings: Settings, today: date) -> str | None:
    """A sentence, where security.txt has run out or soon will."""
    on = settings.security_expires
    if on > today + SOON:
        return None
    when = "ran out" if on <= today else "runs out"
    return f"security.txt {when} on {on.isoformat()}: check SECURITY_CONTACT, set SECURITY_EXPIRES"


def addresses_unproven(settings: Settings) -> str | None:
    """A sentence, where council accounts are found by what not every provider says."""
    if not settings.council_sign_in or settings.oidc_trusted_email_claim is not None:
        return None
    return (
        "OIDC_TRUSTED_EMAIL_CLAIM is not set: a council account is linked only if the council’s "
        "sign-in says email_verified as true, not as text. Microsoft Entra ID does not say it"
    )


def notices(settings: Settings, today: date) -> list[str]:
    """All of it, a sentence each."""
    waiting = [f"{name} is not set, so a public page says so" for name in to_be_filled_in(settings)]
    more = (security_contact_runs_out(settings, today), addresses_unproven(settings))
    return waiting + [each for each in more if each]
