"""What text must not hold: what is found as people type it, and what is left alone."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, example_number_for_type, format_number
from phonenumbers import PhoneNumberType as Type
from stdnum.gb import nhs

from audit_app import demo
from audit_app.rules.personal_data import (
    Found,
    Kind,
    digest,
    find,
    hint,
    masked,
    sure,
    told,
    warning,
)

KEY = b"a key for the tests"

#: Words that hold nothing, for putting around what does.
BLAND = st.sampled_from(
    ("She was seen alone.", "The plan was reviewed on 4 May 2026", "80% of 12 visits", "", "—")
)


def _matches(text: str) -> list[tuple[Kind, str]]:
    return [(each.kind, text[each.start : each.end]) for each in find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "match"),
    [
        ("NHS 943 476 5919.", Kind.NHS_NUMBER, "943 476 5919"),
        ("(943-476-5919)", Kind.NHS_NUMBER, "943-476-5919"),
        ("943\u00a0476\u00a05919", Kind.NHS_NUMBER, "943\u00a0476\u00a05919"),
        ("943–476–5919", Kind.NHS_NUMBER, "943–476–5919"),
        ("9434765919", Kind.NHS_NUMBER, "9434765919"),
        ("nhs no: 9434 765 919", Kind.NHS_NUMBER, "9434 765 919"),
        ("AB 12 34 56 C", Kind.NATIONAL_INSURANCE, "AB 12 34 56 C"),
        ("his NI is ab123456c", Kind.NATIONAL_INSURANCE, "ab123456c"),
        ("AB-12-34-56-C", Kind.NATIONAL_INSURANCE, "AB-12-34-56-C"),
        ("UPN B801200005001", Kind.PUPIL_NUMBER, "B801200005001"),
        ("lives at M14 5AB now", Kind.POSTCODE, "M14 5AB"),
        ("m14 5ab", Kind.POSTCODE, "m14 5ab"),
        ("M145AB", Kind.POSTCODE, "M145AB"),
        ("near SW1A  1AA,", Kind.POSTCODE, "SW1A  1AA"),
        ("DOB 12/03/2014", Kind.BIRTH_DATE, "12/03/2014"),
        ("d.o.b. 1/2/09", Kind.BIRTH_DATE, "1/2/09"),
        ("D O B: 2014-03-12", Kind.BIRTH_DATE, "2014-03-12"),
        ("born on the 12th of March 2014", Kind.BIRTH_DATE, "12th of March 2014"),
        ("born in Manchester, 12 Mar 2014", Kind.BIRTH_DATE, "12 Mar 2014"),
        ("his date of birth is 3.4.11", Kind.BIRTH_DATE, "3.4.11"),
        ("12 March 2014 (dob)", Kind.BIRTH_DATE, "12 March 2014"),
        ("on March 12, 2014 he was born", Kind.BIRTH_DATE, "March 12, 2014"),
        ("write to sam.o'brien@example.com, please", Kind.EMAIL, "sam.o'brien@example.com"),
        ("<Me@NHS.net>.", Kind.EMAIL, "Me@NHS.net"),
        ("07700 900123", Kind.PHONE, "07700 900123"),
        ("call 07700 900123 12 March", Kind.PHONE, "07700 900123"),
        ("07911123456", Kind.PHONE, "07911123456"),
        ("+44 (0)7700 900123", Kind.PHONE, "+44 (0)7700 900123"),
        ("0044 7911 123456", Kind.PHONE, "0044 7911 123456"),
        ("(0161) 496 0000", Kind.PHONE, "(0161) 496 0000"),
        ("0161-496-0000", Kind.PHONE, "0161-496-0000"),
        ("grandmother in Dublin on +353 1 234 5678", Kind.PHONE, "+353 1 234 5678"),
        ("Mr Smith said", Kind.NAME, "Mr Smith"),
        ("Mr. Smith", Kind.NAME, "Mr. Smith"),
        ("Mrs O’Brien-Jones", Kind.NAME, "Mrs O’Brien-Jones"),
        ("Dr Łukasz", Kind.NAME, "Dr Łukasz"),
        ("Mr and Mrs Okafor", Kind.NAME, "Mrs Okafor"),
        ("Ms van der Berg", Kind.NAME, "Ms van der Berg"),
        ("Miss J. Öztürk", Kind.NAME, "Miss J. Öztürk"),
        ("MR SMITH", Kind.NAME, "MR SMITH"),
    ],
)
def test_personal_data_is_found_as_people_type_it(text: str, kind: Kind, match: str) -> None:
    assert _matches(text) == [(kind, match)]


@pytest.mark.parametrize(
    "text",
    [
        "943 476 5918",  # the last digit does not check the others
        "0000000000",
        "Case 1234567, then 12345678",
        "QQ 12 34 56 C",  # HMRC's own example, given to nobody
        "GB 12 34 56 A",
        "Section 47 enquiry, s47, Section 20 and section 31",
        "S1 2nd floor, group B2 1yr on",
        "Staff ID E1006 and E10066",
        "Reference K7QM-2XVD",
        "PA 2026/04 and PA2026/04",
        "2019/20 to 2020/21",
        "Working Together 2023",
        "KS2 4th term",
        "Visited on 12/03/2026, 12.03.26 and 4 May 2026 at 14:30",
        "02/03/2021 04/05/2021",
        "02-03-2021 100",
        "02.03.2021 100 visits",
        "12.03.2014 11.30",
        "From 0 1 2 3 4 5 6 7 8 9 10, the family said 7",
        "aged 12 years and 4 months, 80% (46% before), 1,204 of 12,345,678",
        "£1,234,567.89",
        "The baby was born early. The visit was on 12 March 2026.",
        "He was born before the conference on 12/03/2026",
        "The unborn baby’s conference on 12/03/2026",
        "His birth mother was seen on 12/03/2026",
        "birth plan of 12/03/2026",
        "Childline 0800 1111, NSPCC 0808 800 5000, council 0300 123 1234",
        "call 101, 111 or 999",
        "Mr alone, and Mr.",
        "Mr X and Mrs A",
        "He saw the Dr. She agreed",
        "mr and miss a lot",
        "a @ b, @practice, a@b, half@",
        "10:30 11:15 12:45 13:00",
        "12 14 16 18 20",
    ],
)
def test_what_audits_are_full_of_is_left_alone(text: str) -> None:
    assert _matches(text) == []


def test_an_nhs_number_is_not_a_phone_number_too() -> None:
    assert [each.kind for each in find("0161 496 0000 and 943 476 5919")] == [
        Kind.PHONE,
        Kind.NHS_NUMBER,
    ]


def test_digits_in_an_e_mail_address_belong_to_the_address() -> None:
    assert _matches("07911123456@example.com") == [(Kind.EMAIL, "07911123456@example.com")]


def test_a_date_after_a_birth_date_is_only_a_date() -> None:
    assert _matches("DOB 12 Mar 2014, seen 4 May 2026") == [(Kind.BIRTH_DATE, "12 Mar 2014")]


def test_a_name_is_a_hint_and_asks_for_nothing() -> None:
    text = "Mrs Okafor rang"
    assert not sure(find(text))
    assert warning(text, find(text)) is None
    assert hint(text, find(text)) == (
        "Is “Mrs Okafor” a real name? Write the person’s part instead, such as mother or GP."
    )


def test_the_warning_names_each_thing_without_repeating_it() -> None:
    text = "943 476 5919 at M14 5AB"
    assert warning(text, find(text)) == (
        "This looks like an NHS number (943 ••• ••••) and a postcode (M14 •••). "
        "Remove them, or say why they must stay"
    )
    assert warning(text, find(text), reason_will_do=False) == (
        "This looks like an NHS number (943 ••• ••••) and a postcode (M14 •••). Remove them"
    )
    assert warning("M14 5AB", find("M14 5AB")) == (
        "This looks like a postcode (M14 •••). Remove it, or say why it must stay"
    )
    assert warning("Nothing", find("Nothing")) is None


def test_the_same_things_written_otherwise_have_the_same_digest() -> None:
    one, other = "943 476 5919, M14 5AB", "Postcode m145ab; NHS 943-476-5919. 943 476 5919"
    assert digest(one, find(one), KEY) == digest(other, find(other), KEY)


def test_anything_more_or_else_has_another_digest() -> None:
    texts = ("943 476 5919", "943 476 5919 M14 5AB", "M14 5AB", "M14 5AD", "a@example.com")
    assert len({digest(text, find(text), KEY) for text in texts}) == len(texts)


def test_a_name_does_not_change_the_digest() -> None:
    one, other = "M14 5AB", "Mr Smith, M14 5AB"
    assert digest(one, find(one), KEY) == digest(other, find(other), KEY)


def test_without_the_key_a_digest_cannot_be_made_again() -> None:
    text = "943 476 5919"
    assert digest(text, find(text), KEY) != digest(text, find(text), b"another")


def _sentences(held: object) -> list[str]:
    if isinstance(held, str):
        return [held]
    if isinstance(held, dict):
        held = list(held.values())
    return [each for part in held for each in _sentences(part)] if isinstance(held, list) else []


def test_nothing_is_found_in_hundreds_of_sentences_of_made_up_audits() -> None:
    files = sorted((Path(demo.__file__).parent / "content").rglob("*.toml"))
    texts = [text for file in files for text in _sentences(tomllib.loads(file.read_text()))]
    assert len(texts) > 300
    assert [text for text in texts if sure(find(text))] == []


@given(st.integers(0, 999_999_999), st.sampled_from(("{}{}{}", "{} {} {}", "{}-{}-{}")))
def test_every_nhs_number_is_found_however_grouped(number: int, grouped: str) -> None:
    nine = f"{number:09}"
    digits = next((nine + last for last in "0123456789" if nhs.is_valid(nine + last)), None)
    assume(digits is not None and len(set(digits)) > 1)
    assert digits is not None
    text = f"His number is {grouped.format(digits[:3], digits[3:6], digits[6:])}, on the file."
    assert [each.kind for each in find(text)] == [Kind.NHS_NUMBER]


@given(
    st.sampled_from((Type.MOBILE, Type.FIXED_LINE, Type.PERSONAL_NUMBER)),
    st.sampled_from((PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)),
)
def test_phone_numbers_of_people_are_found_in_both_ways_of_writing(kind: int, written: int) -> None:
    example = example_number_for_type("GB", kind)
    assert example is not None
    assert [each.kind for each in find(f"Ring {format_number(example, written)}.")] == [Kind.PHONE]


@given(st.dates())
def test_a_date_alone_is_never_a_date_of_birth(day: object) -> None:
    texts = (f"Seen on {day}.", f"Seen on {day:%d/%m/%Y}.", f"Seen on {day:%-d %B %Y}.")
    assert [find(text) for text in texts] == [[], [], []]


@given(st.text(max_size=400))
def test_what_is_found_lies_in_the_text_in_order_and_apart(text: str) -> None:
    found = find(text)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


PIECES = st.sampled_from(
    ("943 476 5919", "AB123456C", "M14 5AB", "a@example.com", "07700 900123", "dob 1/2/2014")
)


@given(st.lists(st.tuples(BLAND, PIECES), min_size=1, max_size=6))
def test_nothing_sure_is_hidden_by_what_stands_beside_it(parts: list[tuple[str, str]]) -> None:
    text = "\n".join(f"{bland}; {piece}." for bland, piece in parts)
    assert len(sure(find(text))) == len(parts)


@given(st.lists(PIECES, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_the_text_does_not_change_the_digest(pieces: list[str], rng: object) -> None:
    shuffled = list(pieces)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = "; ".join(pieces), "\n".join(shuffled)
    assert digest(one, find(one), KEY) == digest(other, find(other), KEY)


@given(PIECES)
def test_what_is_shown_keeps_at_most_three_signs(piece: str) -> None:
    found: Found = find(piece)[0]
    shown = masked(piece, found)
    assert len(shown) == len(piece[found.start : found.end])
    assert sum(sign.isalnum() for sign in shown) <= 3
    assert shown in told(piece, [found])
