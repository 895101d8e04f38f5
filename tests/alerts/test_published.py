"""What was issued stays issued: paper and page byte for byte, whatever happens afterwards."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select, text

from audit_app.alerts import changes
from audit_app.extensions import db
from audit_app.models import Alert, HistoryEvent, Print, PublishedDocument
from audit_app.models.published import checksum
from audit_app.rules.judgements import Judgement
from tests.alerts.alerts_to_try import TODAY, issued, stored, submitted
from tests.browser_page import PageClient
from tests.people import World


def _bytes(web: PageClient, alert: Alert, ending: str) -> bytes:
    answer = web.request("GET", f"/alerts/{alert.reference}.{ending}")
    assert answer.status_code == 200
    return answer.get_data()


def test_paper_and_page_are_kept_at_issue_with_their_checksums(
    web: PageClient, world: World
) -> None:
    alert = issued(world)
    document = alert.published
    assert document is not None
    web.sign_in(world.priya)
    for ending, expected in (("pdf", document.pdf_checksum), ("html", document.html_checksum)):
        assert checksum(_bytes(web, alert, ending)) == expected
    assert document.figures == alert.evidence
    assert (document.title, document.published_by_name) == (
        f"PA {TODAY.year}/01: {alert.title}",
        "Cora",
    )


def test_whatever_changes_afterwards_changes_no_byte(
    app: Flask, web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = issued(world)
    web.sign_in(world.carol)
    before = {ending: _bytes(web, alert, ending) for ending in ("pdf", "html")}
    world.recorded_audit(Judgement.INADEQUATE)
    world.cora.name = "Another name"
    world.north.name = "Another team"
    changes.withdraw(world.dan, alert, alert.version, "No longer right.", TODAY)
    db.session.commit()
    council = app.config["SETTINGS"].model_copy(update={"council_name": "Another council"})
    monkeypatch.setitem(app.config, "SETTINGS", council)
    assert {ending: _bytes(web, alert, ending) for ending in before} == before


def test_the_reference_on_the_paper_is_the_documents_own_and_every_fetch_is_written_down(
    web: PageClient, world: World
) -> None:
    alert = issued(world)
    web.sign_in(world.priya)
    printed = PdfReader(BytesIO(_bytes(web, alert, "pdf"))).pages[0].extract_text()
    _bytes(web, alert, "html")
    assert alert.published is not None
    assert alert.published.reference in printed
    db.session.rollback()
    prints = db.session.scalars(select(Print)).all()
    assert [each.published_id for each in prints] == [alert.published.id] * 2
    assert {each.printed_by_id for each in prints} == {world.priya.id}


def test_the_print_of_a_draft_has_a_reference_of_its_own(web: PageClient, world: World) -> None:
    alert = submitted(world.carol)
    web.sign_in(world.carol)
    pages = [PdfReader(BytesIO(_bytes(web, alert, "pdf"))).pages[0].extract_text() for _ in "12"]
    db.session.rollback()
    references = db.session.scalars(select(Print.reference).order_by(Print.id)).all()
    assert len(set(references)) == 2
    assert [reference in page for reference, page in zip(references, pages, strict=True)] == [
        True,
        True,
    ]


def test_an_alert_issued_before_documents_were_kept_gets_its_own_once(
    web: PageClient, world: World
) -> None:
    alert = issued(world)
    alert.published = None
    db.session.commit()
    world.recorded_audit(Judgement.INADEQUATE)
    web.sign_in(world.priya)
    first = _bytes(web, alert, "pdf")
    again = _bytes(web, alert, "pdf")
    assert first == again
    now = stored(alert.reference)
    assert now.published is not None
    assert now.published.figures == now.evidence
    assert now.published.published_by_name == "Cora"
    assert db.session.scalar(select(func.count(PublishedDocument.id))) == 2


def test_the_page_and_the_list_show_what_was_published_whatever_its_record_says(
    web: PageClient, world: World
) -> None:
    alert = issued(world)
    title, reference = alert.title, alert.reference
    forged = text("UPDATE alerts SET title = 'Forged', owner = 'Forged', evidence = NULL")
    db.session.execute(forged)
    db.session.commit()
    web.sign_in(world.priya)
    page = web.get(f"/alerts/{reference}")
    assert (page.h1, "Forged" in page.text) == (title, False)
    assert f"PA {TODAY.year}/01" in page.text
    assert title in web.get("/alerts/").links()


@pytest.mark.sqlite_only
def test_a_sheet_that_was_tampered_with_is_not_shown(web: PageClient, world: World) -> None:
    alert = issued(world)
    db.session.execute(text("DROP TRIGGER IF EXISTS published_documents_no_update"))
    forged = text("UPDATE published_documents SET figures = replace(figures, 'alone', 'never')")
    db.session.execute(forged)
    db.session.commit()
    web.sign_in(world.priya)
    told = web.get(f"/alerts/{alert.reference}", status=500)
    assert "This document is not as it was published" in told.h1
    assert "never" not in told.text


def test_an_older_alert_is_not_made_for_whoever_reads_nothing_and_is_of_the_moment_of_its_issue(
    web: PageClient, world: World
) -> None:
    alert = issued(world)
    alert.published = None
    db.session.commit()
    web.sign_in(world.priya)
    address = f"/alerts/{alert.reference}.pdf"
    ahead = web.request("GET", address, headers={"Sec-Purpose": "prefetch"})
    asked = web.request("HEAD", address)
    assert (ahead.status_code, asked.status_code) == (503, 503)
    assert stored(alert.reference).published is None
    _bytes(web, alert, "pdf")
    said = select(HistoryEvent.at).where(HistoryEvent.verb == "issued")
    kept = stored(alert.reference).published
    assert kept is not None
    assert kept.published_at == db.session.scalars(said).one()


@pytest.mark.sqlite_only
@pytest.mark.parametrize("ending", ["pdf", "html"])
def test_a_document_that_was_tampered_with_is_never_sent(
    web: PageClient, world: World, ending: str
) -> None:
    alert = issued(world)
    db.session.execute(text("DROP TRIGGER IF EXISTS published_documents_no_update"))
    db.session.execute(text(f"UPDATE published_documents SET {ending} = :false"), {"false": b"x"})  # noqa: S608
    db.session.commit()
    web.sign_in(world.priya)
    told = web.get(f"/alerts/{alert.reference}.{ending}", status=500)
    assert "This document is not as it was published" in told.h1
