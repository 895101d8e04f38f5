"""Reading the second step of a person with a password: whether there is one, and its codes."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import Select, select

from audit_app.extensions import db
from audit_app.models import SecondStep, User
from audit_app.models.base import now
from audit_app.rules.permissions import Role
from config import AskedOf, Settings

#: A code is good for one step of half a minute, and clocks may differ by one.
_SECONDS = 30
_CLOCKS_DIFFER_BY = 1
#: How long a secret that was shown waits for its first code.
SHOWN_FOR = timedelta(minutes=30)


class KeyChanged(Exception):
    """The service has another secret key than when a secret was kept, which nobody can read now."""


def asks_for_code(user: User) -> bool:
    """Whether this person's password alone does not sign them in."""
    return _asked_of() is not AskedOf.OFF and second_step_of(user) is not None


def must_set_up(user: User) -> bool:
    """Whether this person needs a second step and has none."""
    asked = _asked_of()
    needs = asked is AskedOf.EVERYONE or (
        asked is AskedOf.ADMINISTRATORS and Role.ADMINISTRATOR in user.roles
    )
    return needs and second_step_of(user) is None


def is_offered() -> bool:
    """Whether people can have a second step at all."""
    return _settings().local_accounts and _asked_of() is not AskedOf.OFF


def second_step_of(user: User) -> SecondStep | None:
    """The second step that a person has set up; None where they have not, or not to the end."""
    return db.session.scalar(_of(user).where(SecondStep.confirmed_at.is_not(None)))


def being_set_up(user: User, begun: str | None) -> SecondStep | None:
    """What was shown to a person to put into their app, and waits for its first code.

    ``begun`` is what the browser that began it keeps of it: in no other is it shown or confirmed,
    as whoever signs in elsewhere has only given the password it is to protect.
    """
    recent = SecondStep.created_at > now() - SHOWN_FOR
    step = db.session.scalar(_of(user).where(SecondStep.confirmed_at.is_(None), recent))
    return step if step is not None and begun == mark_of(step) else None


def mark_of(step: SecondStep) -> str:
    """What tells this secret from every other, and nobody what it is."""
    return sha256(step.secret).hexdigest()


def secret_of(step: SecondStep) -> str:
    """The secret an authenticator app makes codes from.

    Raises:
        KeyChanged: when it was kept under another secret key.
    """
    try:
        return _lock().decrypt(step.secret).decode()
    except InvalidToken:
        raise KeyChanged from None


def encrypted(secret: str) -> bytes:
    return _lock().encrypt(secret.encode())


def step_of_code(step: SecondStep, code: str) -> int | None:
    """The newest step of time that this is the code of; None for a wrong one.

    Raises:
        KeyChanged: when the secret was kept under another secret key.
    """
    codes = pyotp.TOTP(secret_of(step), interval=_SECONDS)
    current = int(now().timestamp()) // _SECONDS
    for at in range(current + _CLOCKS_DIFFER_BY, current - _CLOCKS_DIFFER_BY - 1, -1):
        if pyotp.utils.strings_equal(codes.generate_otp(at), code):
            return at
    return None


def address_for_app(user: User, secret: str) -> str:
    """What the square says to an authenticator app: whose codes, for which service."""
    settings = _settings()
    issuer = f"{settings.service_name}, {settings.council_name}".replace(":", " ")
    return pyotp.TOTP(secret, interval=_SECONDS).provisioning_uri(
        name=user.email, issuer_name=issuer
    )


def _lock() -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second step")
    return Fernet(urlsafe_b64encode(derived.derive(current_app.config["SECRET_KEY"].encode())))


def _of(user: User) -> Select[SecondStep]:
    return select(SecondStep).where(SecondStep.user_id == user.id)


def _asked_of() -> AskedOf:
    return _settings().second_step


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
