"""Every document the service makes is accessible and fit for archives, and so is its page.

A document that is printed at an address, or has a template, and is not here fails the last tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, template_rendered

from audit_app.rules.summary_periods import read_code
from tests.alerts import alerts_to_try
from tests.audits import lives
from tests.browser_page import PageClient
from tests.documents.structure import page_problems, problems
from tests.documents.verapdf import check_document, require_verapdf
from tests.insight.judged import published_audits, record
from tests.people import World
from tests.summaries import summaries_to_try

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"
#: Makes a record and says where it stands; its paper is there with ``.pdf`` after it.
Make = Callable[[PageClient, World], str]


def _alert(web: PageClient, world: World) -> str:
    return f"/alerts/{alerts_to_try.issued(world).reference}"


def _alert_draft(web: PageClient, world: World) -> str:
    return f"/alerts/{alerts_to_try.written(world.carol).reference}"


def _effect(web: PageClient, world: World) -> str:
    """Whether an alert of three years ago worked."""
    issued = alerts_to_try.issued(world, date(2021, 3, 1))
    return f"/insight/alerts/{issued.reference}"


def _audit(web: PageClient, world: World) -> str:
    return f"/audits/{lives.resolved(world).reference}"


def _summary(web: PageClient, world: World) -> str:
    return f"/summaries/{summaries_to_try.signed_off(web, world).reference}"


def _summary_draft(web: PageClient, world: World) -> str:
    texts = {"what_changed": "More was seen.\n\n- One 😀\n- שרה כהן", "why": "王小明 asked."}
    draft = summaries_to_try.draft(world, texts, read_code("2021-22"))
    return f"/summaries/{draft.reference}"


RECORDS: tuple[tuple[str, Make], ...] = (
    ("alerts.pdf", _alert),
    ("alerts.pdf", _alert_draft),
    ("insight.effects.effect_pdf", _effect),
    ("reading.pdf", _audit),
    ("summaries.pdf", _summary),
    ("summaries.pdf", _summary_draft),
)


def papers(app: Flask) -> dict[str, str]:
    """The addresses of everything that prints, by the names of their routes."""
    return {each.endpoint: each.rule for each in app.url_map.iter_rules() if ".pdf" in each.rule}


@pytest.fixture
def drawn(app: Flask) -> Iterator[set[str]]:
    """The templates of documents that were drawn."""
    found: set[str] = set()

    def note(sender: Any, template: Any, context: Any, **rest: Any) -> None:
        found.add(str(template.name))

    with template_rendered.connected_to(note, app):
        yield found


@pytest.mark.verapdf
def test_every_document_and_its_page_keep_the_rules(
    app: Flask,
    web: PageClient,
    world: World,
    drawn: set[str],
    subtests: pytest.Subtests,
) -> None:
    require_verapdf()
    record(world, published_audits())
    places = [make(web, world) for _, make in RECORDS]
    web.sign_in(world.carol)
    reports = [rule.removesuffix(".pdf") for rule in papers(app).values() if "<" not in rule]
    for place in (*places, *reports):
        with subtests.test(place=place):
            paper = web.request("GET", f"{place}.pdf")
            assert paper.mimetype == "application/pdf", paper.text
            assert problems(paper.data) == []
            assert check_document(paper.data) == []
            _its_page_keeps_the_rules(web, place)
    own = {f"documents/{each.name}" for each in TEMPLATES.glob("[!_]*.html")}
    assert own - {"documents/base.html"} == {each for each in drawn if "documents/" in each}


def _its_page_keeps_the_rules(web: PageClient, place: str) -> None:
    answer = web.request("GET", f"{place}.html")
    if answer.status_code == 404:
        return
    assert answer.status_code == 200, answer.text
    assert "default-src 'none'; style-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert page_problems(answer.data) == []


def test_every_address_that_prints_a_record_is_tried_here(app: Flask) -> None:
    naming_a_record = {endpoint for endpoint, rule in papers(app).items() if "<" in rule}
    assert naming_a_record == {endpoint for endpoint, _ in RECORDS}
