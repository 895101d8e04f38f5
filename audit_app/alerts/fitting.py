"""How large the letters of an alert may be on one side of A4, by a guess before it is set.

Setting an alert takes long, so what will hardly fit is not tried. The guess is within 6 mm two
times in three; where it errs, an alert that nearly fills its sheet gets the next smaller letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from audit_app.alerts.sheet import Sheet

#: Millimetres of words that a sheet holds, and a little for the guess to err by.
ROOM = 269 + 3
#: What stands on every alert, whatever is written: edges, headings, the line for the team.
_EVERYWHERE, _EVERYWHERE_BY_LETTER = -2, 22.4
#: How wide a letter is, as a part of how high, and how wide each kind of text is in millimetres.
_LETTER = 0.47
_WHOLE, _HALF, _REQUIREMENT, _QUESTION, _TITLE, _AUDIENCE = 184, 88, 107, 78, 132, 58
_HEADING, _AFTER_PARAGRAPH = 1.5, 0.35
_EVIDENCE_LINE, _EVIDENCE_NOTE = 6, 3.6
_LONG_TITLE = 60


@dataclass(frozen=True)
class Letters:
    """A size: how high a letter is and how far lines are apart, in millimetres, and titles."""

    name: str
    high: float
    line: float
    title: float

    def lines(self, text: str, width: float) -> int:
        """How many lines a text takes; a text of nothing is a line that says so."""
        room = width / (_LETTER * self.high)
        return sum(ceil(len(each) / room) for each in text.splitlines() if each.strip()) or 1

    def section(self, text: str) -> float:
        paragraphs = len([each for each in text.splitlines() if each.strip()]) or 1
        after = (_HEADING + _AFTER_PARAGRAPH * paragraphs) * self.high
        return self.lines(text, _HALF) * self.line + after


SIZES = (
    Letters("roomy", 3.88, 5.12, 8.1),
    Letters("normal", 3.62, 4.63, 8.1),
    Letters("tight", 3.35, 4.16, 7.4),
)


def sizes_to_try(sheet: Sheet) -> list[str]:
    """The sizes that may fit on one side, the largest first; always the smallest."""
    return [each.name for each in SIZES[:-1] if guess(sheet, each) <= ROOM] + [SIZES[-1].name]


def guess(sheet: Sheet, letters: Letters) -> float:
    """How high an alert is in these letters, in millimetres."""
    words = _head(sheet, letters) + _must(sheet, letters) + _halves(sheet, letters)
    table = _EVIDENCE_LINE * len(sheet.evidence.lines) + _EVIDENCE_NOTE * len(sheet.evidence.notes)
    return words + table + _EVERYWHERE_BY_LETTER * letters.high + _EVERYWHERE


def _head(sheet: Sheet, letters: Letters) -> float:
    title = 6.4 if len(sheet.title) > _LONG_TITLE else letters.title
    lines = ceil(len(sheet.title) * 0.5 * title / _TITLE)
    audience = letters.lines(sheet.audience, _AUDIENCE) * 1.2 * letters.high
    why_now = letters.lines(sheet.why_now, _WHOLE / 1.08) * 1.08 * letters.line
    return lines * title * 1.08 + audience + why_now


def _must(sheet: Sheet, letters: Letters) -> float:
    high = (letters.lines(each.what, _REQUIREMENT) for each in sheet.requirements)
    return sum(max(1.27 * letters.high * lines, 7) + 2.2 for lines in high)


def _halves(sheet: Sheet, letters: Letters) -> float:
    """The two halves stand beside each other: the higher counts."""
    found = letters.section(sheet.found) + letters.section(sheet.good_looks_like)
    asked = (letters.lines(each, _QUESTION) * letters.line for each in sheet.questions)
    apart = (_HEADING + _AFTER_PARAGRAPH * len(sheet.questions)) * letters.high + 4
    checked = sum(map(letters.section, filter(None, (sheet.how_checked, sheet.standards))))
    return max(found, sum(asked) + apart + checked)
