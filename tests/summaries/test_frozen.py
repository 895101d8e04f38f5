"""What is signed off stays as it was published, whatever happens to the audits afterwards."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError

from audit_app.extensions import db
from audit_app.models import (
    Audit,
    Finding,
    JudgementRow,
    Locality,
    Print,
    PublishedDocument,
    Service,
    Stage,
    Summary,
    Team,
    Thread,
)
from audit_app.models.published import checksum
from audit_app.rules.judgements import Judgement
from audit_app.rules.summary_steps import SummaryState
from audit_app.web.published import Tampered, published_html, published_pdf
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.summaries.summaries_to_try import (
    TEXTS,
    address,
    complete,
    fetched,
    sign_off,
    signed_off,
    some_audits,
    stored,
)


def _tables(page: Page) -> list[str]:
    """The figures of the page, without what is said of them today."""
    return [each.get_text(" ", strip=True) for each in page.html.select(".app-sheet")]


def _change_everything(world: World) -> None:
    """Add an audit, moderate one, correct one and delete one; rename the people and the place."""
    world.recorded_audit(Judgement.OUTSTANDING, on=date(2021, 9, 1), case="8000001")
    first, second, third, *_ = db.session.scalars(select(Audit).order_by(Audit.id))
    first.judge(world.bob, Stage.MODERATED, None, Judgement.INADEQUATE)
    second.audit_date = date(2022, 9, 1)
    db.session.commit()
    for table in (Finding, JudgementRow):
        db.session.execute(delete(table).where(table.audit_id == third.id))
    db.session.delete(third)
    world.dan.name, world.carol.name = "Daniel Other", "Caroline Other"
    db.session.commit()


@pytest.mark.sqlite_only
def test_the_signed_document_carries_who_and_what_and_no_word_of_a_draft(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = complete(world)
    web.sign_in(world.dan)
    drawn = PdfReader(BytesIO(fetched(web, summary, "pdf")))
    assert "Draft" in drawn.pages[0].extract_text()
    web.sign_out()
    document = sign_off(web, world, summary).published
    assert document is not None
    web.sign_in(world.hester)
    said = "\n".join(
        page.extract_text() for page in PdfReader(BytesIO(fetched(web, summary, "pdf"))).pages
    )
    for words in ("Dan", "Carol", *TEXTS.values(), document.reference, document.fingerprint[:12]):
        assert words in " ".join(said.split()), words
    assert "Draft" not in said


def test_nothing_that_happens_to_audits_changes_a_byte_and_the_page_says_what_differs(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    web.sign_in(world.dan)
    before = {ending: fetched(web, summary, ending) for ending in ("pdf", "html")}
    page = address(web, summary)
    assert "every figure is as it was published" in page.text
    _change_everything(world)
    for ending, content in before.items():
        assert fetched(web, summary, ending) == content
    after = address(web, summary)
    assert _tables(after) == _tables(page)
    assert "Signed off by Dan" in after.text
    assert "Counted today, some figures differ" in after.text
    differs = [each for each in after.tables if each[0][-2:] == ["Published", "Counted today"]]
    total = next(row for table in differs for row in table if row[1] == "Total")
    assert total[-2:] == ["12", "11"]


@pytest.mark.sqlite_only
def test_another_name_for_the_same_place_is_no_other_figure(web: PageClient, world: World) -> None:
    some_audits(world)
    of_a_service = complete(world, service_id=world.south.service_id)
    summaries = [signed_off(web, world), sign_off(web, world, of_a_service)]
    for named in (Service, Locality, Team, Thread):
        db.session.execute(update(named).values(name="New " + named.name))
    db.session.commit()
    web.sign_in(world.dan)
    for summary in summaries:
        assert "every figure is as it was published" in address(web, summary).text


@pytest.mark.sqlite_only
def test_a_moderator_is_not_told_what_differs_as_it_could_tell_a_judgement(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    _change_everything(world)
    web.sign_in(world.bob)
    page = address(web, summary)
    assert "Whether it differs today is not shown to people who moderate" in page.text
    assert not [each for each in page.tables if each[0][-1] == "Counted today"]


@pytest.mark.sqlite_only
def test_each_time_it_is_fetched_is_written_down_as_the_same_document(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    web.sign_in(world.bob)
    fetched(web, summary, "pdf")
    document = stored(summary.reference).published
    assert document is not None
    kept = db.session.scalars(select(Print).where(Print.published_id == document.id)).one()
    assert (kept.printed_by_id, kept.checksum) == (world.bob.id, checksum(published_pdf(document)))


@pytest.mark.sqlite_only
def test_a_draft_that_is_printed_is_written_down_with_its_reference(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = complete(world)
    web.sign_in(world.dan)
    content = fetched(web, summary, "pdf")
    kept = db.session.scalars(select(Print)).one()
    assert kept.checksum == checksum(content)
    assert kept.reference in PdfReader(BytesIO(content)).pages[0].extract_text()


def test_the_database_refuses_to_change_what_is_published(
    app: Flask, web: PageClient, world: World
) -> None:
    some_audits(world)
    signed_off(web, world)
    for statement in (
        "UPDATE published_documents SET published_by_name = 'Another'",
        "DELETE FROM published_documents",
    ):
        db.session.rollback()
        with pytest.raises(DatabaseError):
            db.session.execute(text(statement))
    db.session.rollback()


@pytest.mark.sqlite_only
def test_a_document_that_somebody_changed_behind_the_services_back_is_not_sent(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    db.session.execute(text("DROP TRIGGER published_documents_no_update"))
    db.session.execute(
        text(
            "UPDATE published_documents SET pdf = CAST(pdf || x'00' AS BLOB), "
            "html = CAST(html || x'20' AS BLOB)"
        )
    )
    db.session.commit()
    document = db.session.scalars(select(PublishedDocument)).one()
    for read in (published_pdf, published_html):
        with pytest.raises(Tampered):
            read(document)
    web.sign_in(world.dan)
    for ending in ("pdf", "html"):
        page = web.get(f"/summaries/{summary.reference}.{ending}", status=500)
        assert page.h1 == "This document is not as it was published"
    assert db.session.scalar(select(func.count(Print.id))) == 0


@pytest.mark.sqlite_only
def test_a_new_edition_needs_a_reason_and_leaves_the_old_one_as_it_was(
    web: PageClient, world: World
) -> None:
    some_audits(world)
    first = signed_off(web, world)
    web.sign_in(world.carol)
    before = fetched(web, first, "pdf")
    world.recorded_audit(Judgement.OUTSTANDING, on=date(2021, 9, 1), case="8000001")
    form = web.get(address(web, first).links()["Make a new edition"])
    assert web.send(form, status=400).errors == ["Write why there is a new edition"]
    written = web.send(form, reason="An audit came in late.")
    assert {name: written.fields()[name] for name in TEXTS} == TEXTS
    web.send(written, "Save and say it is complete", why="Supervision, and a late audit.")
    web.sign_out()
    second = db.session.scalars(select(Summary).where(Summary.edition == 2)).one()
    web.sign_in(world.dan)
    web.send(address(web, second), "Sign this summary off")

    old, new = address(web, first), address(web, second)
    assert "There is a newer edition." in old.text
    assert "Make a new edition" not in old.links()
    assert "This is the newest edition." in new.text
    assert TEXTS["why"] in old.text
    assert fetched(web, first, "pdf") == before
    said = PdfReader(BytesIO(fetched(web, second, "pdf")))
    assert "An audit came in late." in "\n".join(each.extract_text() for each in said.pages)


@pytest.mark.sqlite_only
def test_a_new_edition_asked_for_twice_is_one(web: PageClient, world: World) -> None:
    some_audits(world)
    first = signed_off(web, world)
    web.sign_in(world.carol)
    form = web.get(f"/summaries/{first.reference}/new-edition")
    pages = [web.send(form, reason=reason) for reason in ("A late audit.", "Another reason.")]
    assert pages[0].path == pages[1].path
    assert db.session.scalar(select(func.count(Summary.id))) == 2


@pytest.mark.sqlite_only
def test_only_what_is_signed_off_can_have_another_edition(web: PageClient, world: World) -> None:
    some_audits(world)
    summary = complete(world)
    web.sign_in(world.carol)
    page = web.get(f"/summaries/{summary.reference}/new-edition")
    assert page.path == f"/summaries/{summary.reference}"
    assert stored(summary.reference).state is SummaryState.COMPLETE
