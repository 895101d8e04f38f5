"""Every published document is checked against its checksums, whenever somebody asks."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text, update

from audit_app.extensions import db
from audit_app.models import Alert, PublishedDocument, Summary
from audit_app.models.published import checksum
from audit_app.web.prints import fingerprint
from tests.alerts.alerts_to_try import issued
from tests.browser_page import PageClient
from tests.people import World
from tests.summaries.summaries_to_try import signed_off, some_audits


def _run(app: Flask) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["verify-published"])


def _tamper(document: PublishedDocument, column: str, content: object) -> None:
    """As somebody would who may write to the database itself: its own guard is taken away first."""
    table = PublishedDocument.__tablename__
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text(f"DROP TRIGGER {table}_no_update"))
    else:
        db.session.execute(text(f"DROP TRIGGER {table}_only_added ON {table}"))
    changed = text(f"UPDATE {table} SET {column} = :new WHERE id = :id")  # noqa: S608
    db.session.execute(changed, {"new": content, "id": document.id})
    db.session.commit()


@pytest.fixture
def document(world: World) -> PublishedDocument:
    published = issued(world).published
    assert published is not None
    return published


def test_what_is_as_it_was_published_is_found_so(
    app: Flask, web: PageClient, world: World, document: PublishedDocument
) -> None:
    some_audits(world)
    signed_off(web, world)
    told = _run(app)
    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr == "2 published documents checked, 0 not as published\n"


def test_with_nothing_published_nothing_is_wrong(app: Flask) -> None:
    assert _run(app).exit_code == 0


@pytest.mark.parametrize(
    ("column", "content", "part"),
    [
        ("pdf", b"%PDF-1.7 false", "the PDF"),
        ("html", b"<p>false</p>", "the page"),
        ("figures", json.dumps({"lines": []}), "the figures"),
        ("figures", json.dumps(["no figures at all"]), "the figures"),
        ("published_at", "2001-01-01 00:00:00", "what is said of it"),
        ("published_by_name", "Somebody else", "what is said of it"),
        ("seal", "0" * 64, "what is said of it"),
    ],
)
def test_whatever_is_changed_behind_the_services_back_is_named(
    app: Flask, web: PageClient, world: World, document: PublishedDocument,
    column: str, content: object, part: str,
) -> None:  # fmt: skip
    _tamper(document, column, content)
    told = _run(app)
    assert told.exit_code == 1, told.output
    line = f"{document.reference}  {document.title}: not as published: {part}\n"
    assert (told.stdout, told.stderr) == (
        line,
        "1 published document checked, 1 not as published\n",
    )
    web.sign_in(world.carol)
    page = web.get(f"/prints/{document.reference}")
    assert "What is stored is not as it was published." in page.text


@pytest.mark.sqlite_only
def test_neither_words_nor_names_that_were_changed_are_shown_as_published(
    app: Flask, web: PageClient, world: World
) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    document = summary.published
    assert document is not None
    figures = {**document.figures, "commentary": {**document.figures["commentary"], "why": "False"}}
    _tamper(document, "figures", json.dumps(figures))
    assert fingerprint(figures) == document.fingerprint
    told = _run(app)
    assert (told.exit_code, told.stdout.partition(": not as published: ")[2]) == (
        1,
        "what is said of it\n",
    )
    for who in (world.dan, world.bob):
        web.sign_in(who)
        for ending in ("", ".pdf", ".html"):
            page = web.get(f"/summaries/{summary.reference}{ending}", status=500)
            assert page.h1 == "This document is not as it was published"
        web.sign_out()


@pytest.mark.sqlite_only
def test_figures_that_cannot_be_read_stop_no_verification(
    app: Flask, document: PublishedDocument
) -> None:
    _tamper(document, "figures", "{")
    told = _run(app)
    assert told.stdout.endswith(": not as published: the figures\n")


@pytest.mark.sqlite_only
def test_a_forged_file_is_not_told_to_be_the_published_one(
    web: PageClient, world: World, document: PublishedDocument
) -> None:
    _tamper(document, "pdf_checksum", checksum(b"forged"))
    web.sign_in(world.carol)
    page = web.get(f"/prints/?checksum={checksum(b'forged')}", status=500)
    assert page.h1 == "This document is not as it was published"


def _point(table: type[Alert | Summary], record: Alert | Summary, document_id: int | None) -> None:
    db.session.execute(update(table).where(table.id == record.id).values(published_id=document_id))
    db.session.commit()


@pytest.mark.sqlite_only
def test_a_record_does_not_send_what_was_published_of_another(
    app: Flask, web: PageClient, world: World, document: PublishedDocument
) -> None:
    other = issued(world)
    alerts = {each.reference: each for each in db.session.scalars(select(Alert))}
    first = alerts[document.record_reference]
    own, others = document.id, other.published_id
    _point(Alert, first, None)
    _point(Alert, other, own)
    _point(Alert, first, others)
    web.sign_in(world.carol)
    for alert in (first, other):
        for ending in ("pdf", "html"):
            page = web.get(f"/alerts/{alert.reference}.{ending}", status=500)
            assert page.h1 == "This document is not as it was published"
    told = _run(app)
    assert told.exit_code == 1
    assert [line.rpartition(" is now ")[2] for line in told.stdout.splitlines()] == [
        f"that of alert {other.reference}",
        f"that of alert {first.reference}",
    ]


@pytest.mark.sqlite_only
def test_a_summary_does_not_send_an_alert_and_what_nothing_points_to_is_named(
    app: Flask, web: PageClient, world: World, document: PublishedDocument
) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    alert = db.session.scalars(select(Alert)).one()
    number = document.id
    _point(Alert, alert, None)
    _point(Summary, summary, number)
    web.sign_in(world.dan)
    page = web.get(f"/summaries/{summary.reference}.pdf", status=500)
    assert page.h1 == "This document is not as it was published"
    told = _run(app)
    assert [line.rpartition(" is now ")[2] for line in told.stdout.splitlines()] == [
        f"that of summary {summary.reference}",
        "no record’s",
    ]


@pytest.mark.sqlite_only
def test_an_edition_is_not_passed_off_as_another(app: Flask, web: PageClient, world: World) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    db.session.execute(update(Summary).values(edition=2, reason="Forged"))
    db.session.commit()
    web.sign_in(world.dan)
    web.get(f"/summaries/{summary.reference}.pdf", status=500)
    assert _run(app).exit_code == 1
