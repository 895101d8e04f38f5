"""Passwords: Argon2id, a length, nothing easy to guess, and no other rules."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

SHORTEST = 12
LONGEST = 200

_SAFE_SCORE = 3
_LOCAL_WORDS = ["manchester", "council", "children", "services", "practice", "audit", "social"]

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def password_problem(password: str, about_the_person: tuple[str, ...] = ()) -> str | None:
    """Why a new password will not do, in plain English, or None when it will.

    ``about_the_person`` are words a guesser would try first, such as their name and e-mail address.
    """
    if len(password) < SHORTEST:
        return f"The password must be at least {SHORTEST} characters. Three random words work well"
    if len(password) > LONGEST:
        return f"The password must be {LONGEST} characters or fewer"
    # The estimate is quadratic in length, and its first 72 characters decide it.
    guess = zxcvbn(password[:72], user_inputs=[*_LOCAL_WORDS, *about_the_person])
    if guess["score"] < _SAFE_SCORE:
        return "The password is too easy to guess. Three random words work well"
    return None


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for a person who does not exist."""
    try:
        _hasher.verify(password_hash or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _nobody() -> str:
    return _hasher.hash("a password that nobody has")
