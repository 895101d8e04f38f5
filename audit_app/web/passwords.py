"""Passwords: Argon2id, a length, nothing easy to guess, and no other rules."""

from __future__ import annotations

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from zxcvbn import zxcvbn

SHORTEST = 12
LONGEST = 200

_SAFE_SCORE = 3
_BESIDES_WHAT_IS_KNOWN = 8
#: What a guesser of this service's passwords would begin with, besides who runs it.
_FIRST_GUESSES = (
    *("audit", "auditor", "case", "children", "council", "family", "inspection", "judgement"),
    *("moderation", "practice", "quality", "safeguarding", "service", "services", "social", "work"),
)

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def password_problem(password: str, about_the_person: tuple[str, ...] = ()) -> str | None:
    """Why a new password will not do, in plain English, or None when it will.

    Nothing counts for its length alone: the 30,000 commonest passwords, words, names, dates, keys
    side by side and repetitions, also spelt with digits, are counted as what they cost to guess.
    ``about_the_person`` are words a guesser would try first, such as their name and e-mail address.
    """
    if len(password) < SHORTEST:
        return f"The password must be at least {SHORTEST} characters. Three random words work well"
    if len(password) > LONGEST:
        return f"The password must be {LONGEST} characters or fewer"
    known = [*_local_words(), *about_the_person]
    # The estimate is quadratic in length, and its first 72 characters decide it.
    guess = zxcvbn(password[:72], user_inputs=known)
    if guess["score"] < _SAFE_SCORE or _besides(known, password) < _BESIDES_WHAT_IS_KNOWN:
        return "The password is too easy to guess. Three random words work well"
    return None


def _besides(known: list[str], password: str) -> int:
    """How much of a password is left without the words a guesser knows.

    Three of them in a row, which anybody here could put together, the estimate finds hard to guess.
    """
    words = sorted({each.casefold() for each in known if len(each) > 2}, key=len, reverse=True)
    left = re.sub("|".join(map(re.escape, words)), "", password.casefold())
    return len(left)


def about_person(name: str, address: str) -> tuple[str, ...]:
    """What a guesser knows of a person: their name and their e-mail address, whole and in parts."""
    local_part = address.partition("@")[0]
    return (name, *name.split(), address, local_part, *re.split(r"[._+-]+", local_part))


def _local_words() -> list[str]:
    """What a guesser knows of the service: what it is about, its name, and whose it is."""
    settings = current_app.config["SETTINGS"]
    names = (settings.council_name, settings.service_name)
    parts = [part for name in names for part in name.split()]
    return [*_FIRST_GUESSES, *names, *("".join(name.split()) for name in names), *parts]


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
