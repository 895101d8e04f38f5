"""One cell of a file of audits: what it may hold, and what it says.

Every reader takes a cell and raises ValueError, with a message for people, where it will not do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email

from audit_app.rules.audits import CASE_REFERENCE, CASE_REFERENCE_RULE
from audit_app.rules.dates import read_any_day
from audit_app.rules.judgements import Judgement, read_judgement

W = TypeVar("W", bound=StrEnum)

LONGEST_CELL = 2_000
LONGEST_NAME = 80

_SHOWN = 60


@dataclass(frozen=True)
class Unreadable:
    """A cell whose content cannot be told for certain, and why."""

    reason: str


Cell = str | date | Unreadable


def plain_text(cell: Cell) -> str:
    """A cell's text, each run of spaces as one.

    Raises:
        ValueError: when the cell holds something else, or more than a cell may.
    """
    return " ".join(_checked(cell).split())


def long_text(cell: Cell) -> str:
    """A cell's text with its line ends kept; raises as :func:`plain_text` does."""
    return _checked(cell).replace("\r\n", "\n").strip()


def _checked(cell: Cell) -> str:
    if isinstance(cell, Unreadable):
        raise ValueError(cell.reason)
    if isinstance(cell, date):
        raise ValueError("This is a date in the spreadsheet. Format the column as text")
    if len(cell) > LONGEST_CELL:
        raise ValueError(f"This must be {LONGEST_CELL:,} characters or fewer")
    if any(
        unicodedata.category(letter) in ("Cc", "Cs") for letter in cell if letter not in "\t\r\n"
    ):
        raise ValueError("This holds a character that cannot be printed")
    return unicodedata.normalize("NFC", cell)


def shown(text: str) -> str:
    """A text safe and short enough to be repeated in a message."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return printable if len(printable) <= _SHOWN else printable[: _SHOWN - 1] + "…"


def filled(cell: Cell) -> str:
    text = plain_text(cell)
    if not text:
        raise ValueError("This is empty")
    return text


def case_reference(cell: Cell) -> str:
    text = filled(cell)
    if CASE_REFERENCE.fullmatch(text) is None:
        raise ValueError(CASE_REFERENCE_RULE)
    return text


def place_name(cell: Cell) -> str:
    text = filled(cell)
    if len(text) > LONGEST_NAME:
        raise ValueError(f"This must be {LONGEST_NAME} characters or fewer")
    return text


def day(cell: Cell) -> date:
    """A day, by an Excel date or in writing."""
    return cell if isinstance(cell, date) else read_any_day(shown(filled(cell)))


def email_address(cell: Cell) -> str:
    return _checked_email(filled(cell).casefold())


@lru_cache(maxsize=4096)
def _checked_email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False).normalized.casefold()
    except EmailNotValidError:
        raise ValueError(f"“{shown(text)}” is not an e-mail address") from None


def one_of(known: Iterable[str], what: str) -> Callable[[Cell], str]:
    """A reader of codes, written as they are."""
    codes = tuple(known)

    def read(cell: Cell) -> str:
        text = filled(cell)
        if text not in codes:
            raise ValueError(f"“{shown(text)}” is not {what} here: {', '.join(codes)}")
        return text

    return read


def word_of(vocabulary: type[W]) -> Callable[[Cell], W]:
    """A reader of a closed vocabulary, written with spaces, hyphens or underscores."""

    def read(cell: Cell) -> W:
        text = filled(cell)
        try:
            return vocabulary(text.casefold().replace("-", "_").replace(" ", "_"))
        except ValueError:
            words = ", ".join(member.value.replace("_", " ") for member in vocabulary)
            raise ValueError(f"“{shown(text)}” is not one of {words}") from None

    return read


def yes_or_no(cell: Cell) -> bool:
    text = filled(cell)
    if text.casefold() not in ("yes", "no"):
        raise ValueError(f"“{shown(text)}” is not yes or no")
    return text.casefold() == "yes"


def graded(cell: Cell) -> Judgement:
    judgement = read_judgement(shown(filled(cell)))
    if not judgement.on_scale:
        raise ValueError("An overall judgement must be on the scale")
    return judgement


def thread_judgement(cell: Cell) -> Judgement:
    text = plain_text(cell)
    return read_judgement(shown(text)) if text else Judgement.NOT_ENOUGH_EVIDENCE
