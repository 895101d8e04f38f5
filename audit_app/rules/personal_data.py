"""What free text must not hold: numbers, dates and addresses that point to one person.

Each kind is found as people type it and checked as far as its own rules allow, so that dates, case
references, alert numbers and percentages are left alone. Kinds that are sure stand in the way of
what is written until they are removed or explained; a title with a name is a hint, no more.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from email_validator import EmailNotValidError, validate_email
from phonenumbers import Leniency, PhoneNumberMatcher, PhoneNumberType, number_type
from stdnum.gb import nhs, upn

from audit_app.rules import personal_patterns as patterns


class Kind(StrEnum):
    """Kinds of personal data; where two overlap, the one that comes first is meant."""

    NHS_NUMBER = "nhs_number"
    NATIONAL_INSURANCE = "national_insurance"
    PUPIL_NUMBER = "pupil_number"
    EMAIL = "email"
    POSTCODE = "postcode"
    BIRTH_DATE = "birth_date"
    PHONE = "phone"
    NAME = "name"

    @property
    def label(self) -> str:
        return {
            Kind.NHS_NUMBER: "an NHS number",
            Kind.NATIONAL_INSURANCE: "a National Insurance number",
            Kind.PUPIL_NUMBER: "a unique pupil number",
            Kind.EMAIL: "an e-mail address",
            Kind.POSTCODE: "a postcode",
            Kind.BIRTH_DATE: "a date of birth",
            Kind.PHONE: "a phone number",
            Kind.NAME: "a person’s name",
        }[self]


@dataclass(frozen=True)
class Found:
    """One thing found, at ``text[start:end]``. When it is not sure it is a hint."""

    kind: Kind
    start: int
    end: int

    @property
    def sure(self) -> bool:
        return self.kind is not Kind.NAME


Spans = Iterator[tuple[int, int]]

#: Telephones of a house or a person; freephone and 03 numbers are helplines and offices.
_OF_PEOPLE = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
    PhoneNumberType.VOIP,
}


def find(text: str) -> list[Found]:
    """Everything that looks like personal data, in the order of the text, without overlaps."""
    taken: list[Found] = []
    for kind, spans in _FINDERS.items():
        for start, end in spans(text):
            if all(end <= each.start or start >= each.end for each in taken):
                taken.append(Found(kind, start, end))
    return sorted(taken, key=lambda each: each.start)


def sure(found: Iterable[Found]) -> list[Found]:
    """Those that must be removed or explained."""
    return [each for each in found if each.sure]


def digest(text: str, found: Sequence[Found], key: bytes) -> str:
    """What stands for exactly the sure things found, however they are spaced and in any order.

    Keyed, because numbers this short could be worked out from a plain hash.
    """
    matches = sorted({f"{each.kind}:{_normal(text, each)}" for each in sure(found)})
    return hmac.new(key, "\n".join(matches).encode(), sha256).hexdigest()


def masked(text: str, one: Found) -> str:
    """Enough of what was found to see where it stands: ``943 ••• ••••``."""
    matched = " ".join(text[one.start : one.end].split())
    signs = [place for place, sign in enumerate(matched) if sign.isalnum()]
    shown = max(1, min(3, len(signs) // 2))
    hidden = set(signs[shown:])
    return "".join("•" if place in hidden else sign for place, sign in enumerate(matched))


def told(text: str, found: Sequence[Found]) -> str:
    """What was found, in words: ``an NHS number (943 ••• ••••) and a postcode (M14 •••)``."""
    parts = dict.fromkeys(f"{each.kind.label} ({masked(text, each)})" for each in found)
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def warning(text: str, found: Sequence[Found], reason_will_do: bool = True) -> str | None:
    """What a person is told about the sure things found, and what to do; None when there are none.

    ``reason_will_do`` is whether they may stay when somebody says why.
    """
    certain = sure(found)
    if not certain:
        return None
    one = len(certain) == 1
    ask = f", or say why {'it' if one else 'they'} must stay" if reason_will_do else ""
    return f"This looks like {told(text, certain)}. Remove {'it' if one else 'them'}{ask}"


def hint(text: str, found: Sequence[Found]) -> str | None:
    """What a person is told about names; None when none were found."""
    names = dict.fromkeys(text[each.start : each.end] for each in found if not each.sure)
    if not names:
        return None
    quoted = " and ".join(f"“{' '.join(name.split())}”" for name in list(names)[:3])
    return f"Is {quoted} a real name? Write the person’s part instead, such as mother or GP."


def _normal(text: str, one: Found) -> str:
    matched = text[one.start : one.end].casefold()
    keep = "@.+-_" if one.kind is Kind.EMAIL else ""
    return "".join(sign for sign in matched if sign.isalnum() or sign in keep)


def _nhs_numbers(text: str) -> Spans:
    """Ten digits whose last checks the others; grouped anyhow where the text says it is one."""
    if not patterns.MANY_DIGITS.search(text):
        return
    for match in patterns.NHS_NUMBER.finditer(text):
        if nhs.is_valid(match["digits"]) and len(set(nhs.compact(match["digits"]))) > 1:
            yield match.span("digits")
    for match in patterns.NHS_NUMBER_NAMED.finditer(text):
        if nhs.is_valid(re.sub(r"\D", "", match["digits"])):
            yield match.span("digits")


def _pupil_numbers(text: str) -> Spans:
    for match in patterns.PUPIL_NUMBER.finditer(text):
        if upn.is_valid(match[0]):
            yield match.span()


def _emails(text: str) -> Spans:
    if "@" not in text:
        return
    for match in patterns.EMAIL.finditer(text):
        try:
            validate_email(match[0], check_deliverability=False)
        except EmailNotValidError:
            continue
        yield match.span()


def _postcodes(text: str) -> Spans:
    if patterns.INWARD.search(text):
        yield from (match.span() for match in patterns.POSTCODE.finditer(text))


def _national_insurance(text: str) -> Spans:
    if patterns.SIX_DIGITS.search(text):
        yield from (match.span() for match in patterns.NATIONAL_INSURANCE.finditer(text))


def _birth_dates(text: str) -> Spans:
    """Full dates that the words beside them call a day of birth; a date alone is not one."""
    if not patterns.OF_BIRTH.search(text):
        return
    for match in patterns.DATE.finditer(text):
        before = text[max(0, match.start() - patterns.NEAR_BEFORE) : match.start()]
        after = text[match.end() : match.end() + patterns.NEAR_AFTER]
        if patterns.BIRTH_BEFORE.search(before) or patterns.BIRTH_AFTER.match(after):
            yield match.span()


def _phones(text: str) -> Spans:
    """Valid numbers of a house or a person anywhere, and whatever is typed as one of this country.

    Numbers in no exchange's plan are mistyped, or those kept for drama: meant as numbers all the
    same.
    """
    if not patterns.MANY_DIGITS.search(text):
        return
    for match in PhoneNumberMatcher(text, "GB", leniency=Leniency.VALID):
        if number_type(match.number) in _OF_PEOPLE and _is_no_list(match.raw_string):
            yield match.start, match.end
    for typed in patterns.UK_PHONE.finditer(text):
        if _is_no_list(typed[0]):
            yield typed.span()


def _is_no_list(typed: str) -> bool:
    """Whether this is one number, and neither a date with a number after it nor a scale."""
    few = len(re.findall(r"\d+", typed)) <= patterns.MOST_GROUPS
    return few and patterns.DATE.search(typed) is None


def _names(text: str) -> Spans:
    for match in patterns.TITLED.finditer(text):
        name = match["name"]
        if name[0].isupper() and name not in patterns.NOT_NAMES:
            yield match.span()


_FINDERS: dict[Kind, Callable[[str], Spans]] = {
    Kind.NHS_NUMBER: _nhs_numbers,
    Kind.NATIONAL_INSURANCE: _national_insurance,
    Kind.PUPIL_NUMBER: _pupil_numbers,
    Kind.EMAIL: _emails,
    Kind.POSTCODE: _postcodes,
    Kind.BIRTH_DATE: _birth_dates,
    Kind.PHONE: _phones,
    Kind.NAME: _names,
}
