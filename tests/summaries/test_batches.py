"""All services at once: made in steps, one that fails, one zip, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, update

from audit_app.extensions import db
from audit_app.models import Print, Service, SummaryBatch, SummaryBatchPart
from audit_app.models.base import now
from audit_app.models.published import checksum
from audit_app.summaries import batch_changes, signing
from tests.browser_page import Page, PageClient
from tests.people import World
from tests.summaries.summaries_to_try import QUARTER, fetched, signed_off, some_audits

pytestmark = pytest.mark.sqlite_only


def _begun(web: PageClient, world: World) -> Page:
    some_audits(world)
    web.sign_in(world.dan)
    return web.send(web.get("/summaries/batches/new"), "Make them", period=QUARTER.code)


def _done(web: PageClient, page: Page) -> Page:
    while page.html.find("progress"):
        page = web.send(page)
    return page


def _zip(web: PageClient, page: Page) -> ZipFile:
    answer = web.request("GET", page.links()["Download all as a zip"])
    return ZipFile(BytesIO(answer.data))


def _status(page: Page) -> list[str]:
    return [row[-1] for row in page.tables[0][1:]]


def test_a_batch_holds_the_authority_and_each_service_in_use(web: PageClient, world: World) -> None:
    db.session.execute(update(Service).where(Service.name == "Fostering").values(active=False))
    db.session.commit()
    page = _begun(web, world)
    assert [row[:2] for row in page.tables[0][1:]] == [
        ["Whole authority", "2021-22-Q2-00-whole-authority.pdf"],
        ["Locality social work", "2021-22-Q2-01-locality-social-work.pdf"],
    ]
    assert "0 of 2 made" in page.text


def test_pressing_continue_makes_them_all_and_the_zip_holds_each_with_its_watermark(
    web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_changes, "_AT_ONCE", -1.0)
    page = _begun(web, world)
    first = web.send(page, "Make the first ones")
    assert _status(first) == ["Made", "Waits", "Waits"]
    page = _done(web, first)
    archive = _zip(web, page)
    assert archive.testzip() is None
    assert archive.namelist() == [
        "2021-22-Q2-00-whole-authority.pdf",
        "2021-22-Q2-01-fostering.pdf",
        "2021-22-Q2-02-locality-social-work.pdf",
    ]
    for name in archive.namelist():
        assert "Draft" in PdfReader(BytesIO(archive.read(name))).pages[0].extract_text()
    sums = {checksum(archive.read(name)) for name in archive.namelist()}
    assert set(db.session.scalars(select(Print.checksum))) == sums


def test_what_was_signed_off_is_taken_as_it_was_published(web: PageClient, world: World) -> None:
    some_audits(world)
    summary = signed_off(web, world)
    web.sign_in(world.dan)
    published = fetched(web, summary, "pdf")
    page = web.send(web.get("/summaries/batches/new"), "Make them", period=QUARTER.code)
    archive = _zip(web, _done(web, page))
    assert archive.read("2021-22-Q2-00-whole-authority.pdf") == published


def test_one_that_fails_says_why_and_stops_no_other(
    web: PageClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = world.fostering.service_id

    def drawn(period: Any, service_id: int | None, *rest: Any) -> Any:
        if service_id == broken:
            raise ZeroDivisionError
        return signing.drawn_as_draft(period, service_id, *rest)

    monkeypatch.setattr(batch_changes, "drawn_as_draft", drawn)
    page = _done(web, _begun(web, world))
    assert [each.partition(".")[0] for each in _status(page)] == ["Made", "Not made", "Made"]
    assert "2 of 3 made, 1 could not be" in page.text
    answer = web.request("GET", page.links()["Download those made as a zip"])
    assert len(ZipFile(BytesIO(answer.data)).namelist()) == 2


def test_a_batch_is_its_makers_alone(web: PageClient, world: World) -> None:
    page = _begun(web, world)
    web.sign_out()
    web.sign_in(world.carol)
    for ending in ("", ".zip"):
        web.get(page.path + ending, status=404)
    sent = page.fields() | {"csrf_token": web.get("/summaries/batches/new").csrf}
    web.post(page.path, sent, status=404)
    assert not db.session.scalars(select(SummaryBatchPart.made_at)).first()


def test_a_zip_of_nothing_is_not_found(web: PageClient, world: World) -> None:
    page = _begun(web, world)
    web.get(f"{page.path}.zip", status=404)


def test_a_persons_old_batches_go_when_they_make_another(web: PageClient, world: World) -> None:
    _begun(web, world)
    web.send(web.get("/summaries/batches/new"), "Make them", period=QUARTER.code)
    assert db.session.scalar(select(func.count(SummaryBatch.id))) == 2
    first = select(func.min(SummaryBatch.id)).scalar_subquery()
    old = now() - timedelta(hours=25)
    db.session.execute(update(SummaryBatch).where(SummaryBatch.id == first).values(created_at=old))
    db.session.commit()
    web.send(web.get("/summaries/batches/new"), "Make them", period=QUARTER.code)
    assert db.session.scalar(select(func.count(SummaryBatch.id))) == 2
    assert db.session.scalar(select(func.count(SummaryBatchPart.id))) == 6
