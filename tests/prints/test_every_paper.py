"""Whatever leaves the service as paper, page or workbook of figures is written down first."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select
from werkzeug.routing import Rule

from audit_app.extensions import db
from audit_app.models import Audit, Print
from audit_app.models.published import checksum
from audit_app.rules.judgements import SCALE
from audit_app.rules.summary_periods import read_code
from tests.alerts.alerts_to_try import issued, written
from tests.browser_page import PageClient
from tests.insight.judged import published_audits, record
from tests.insight.moderations import Both, record_both
from tests.people import World
from tests.summaries.summaries_to_try import draft, signed_off

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

GUESS = {"Sec-Purpose": "prefetch;prerender"}


@pytest.fixture
def addresses(app: Flask, web: PageClient, world: World) -> list[str]:
    """Every address of paper there is: of each kind of record one, on its way and published."""
    record(world, published_audits())
    moderated = [
        Both(word, SCALE[max(place - n % 2, 0)], on=date(2021, 3, n + 1), blind=n % 3 == 0)
        for n in range(6)
        for place, word in enumerate(SCALE)
    ]
    record_both(world, *moderated)
    records = {
        "alerts": [issued(world).reference, written(world.carol).reference],
        "summaries": [
            signed_off(web, world).reference,
            draft(world, period=read_code("2020-21")).reference,
        ],
        # Whether an alert worked is asked of one with audits before and after it.
        "insight": [issued(world, on=date(2020, 9, 1)).reference],
        "reading": [db.session.scalars(select(Audit.reference)).first() or ""],
    }
    web.sign_in(world.carol)
    return sorted(each for rule in app.url_map.iter_rules() for each in _of(rule, records))


def _of(rule: Rule, records: dict[str, list[str]]) -> Iterator[str]:
    """The addresses of a rule that makes paper. A new kind of record is to be added above."""
    ending = rule.rule.rpartition(".")[2]
    report = rule.rule.startswith("/insight/") and ending == "xlsx"
    if ending not in ("pdf", "html") and not report:
        return
    if not rule.arguments:
        yield rule.rule
    elif rule.arguments == {"reference"}:
        for reference in records[rule.endpoint.partition(".")[0]]:
            yield rule.rule.replace("<reference>", reference)
    else:
        raise AssertionError(f"What stands in {rule.rule}?")


def test_every_paper_page_and_workbook_leaves_a_print_and_carries_its_reference(
    addresses: list[str], web: PageClient, world: World, subtests: pytest.Subtests
) -> None:
    assert len(addresses) > 20
    for address in addresses:
        with subtests.test(address=address):
            before = _count()
            answer = web.request("GET", address)
            assert answer.status_code == 200, answer.text
            assert _count() == before + 1
            found = db.session.scalars(select(Print).order_by(Print.id.desc())).first()
            assert found is not None
            assert (found.address, found.printed_by_id) == (address, world.carol.id)
            on_it = (found.published or found).reference
            assert on_it in _words(address, answer.data)
            if found.published is None:
                assert found.checksum == checksum(answer.data)


def test_what_is_fetched_on_a_guess_is_not_given_and_what_is_only_asked_about_is_no_print(
    addresses: list[str], web: PageClient, subtests: pytest.Subtests
) -> None:
    before = _count()
    for address in addresses:
        with subtests.test(address=address):
            guessed = web.request("GET", address, headers=GUESS)
            assert guessed.status_code == 503
    for ending in (".pdf", ".html", ".xlsx"):
        some = next(each for each in addresses if each.endswith(ending))
        assert web.request("HEAD", some).status_code == 200
    assert _count() == before


def _count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Print.id))) or 0


def _words(address: str, content: bytes) -> str:
    if address.endswith(".pdf"):
        pages = [each.extract_text() for each in PdfReader(io.BytesIO(content)).pages]
        assert all("Reference" in each for each in pages)
        return pages[0]
    if address.endswith(".xlsx"):
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        return " ".join(str(cell) for row in sheets[0].values for cell in row if cell)
    return content.decode()
