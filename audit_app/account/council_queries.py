"""How people can sign in here, as the settings say."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from config import Settings


@dataclass(frozen=True)
class WaysIn:
    """The words on the button of the council's sign-in, empty where there is none, and its issuer;
    and whether people can sign in with a password."""

    council: str
    issuer: str | None
    passwords: bool


def ways_in() -> WaysIn:
    settings: Settings = current_app.config["SETTINGS"]
    button = settings.oidc_name if settings.council_sign_in else ""
    return WaysIn(button, settings.oidc_issuer, settings.local_accounts)
