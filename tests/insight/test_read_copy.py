"""Figures from a copy of the records: nothing else, never written, not for who may judge blind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from audit_app import create_app
from audit_app.account.changes import make_token
from audit_app.extensions import db
from audit_app.insight.pages import PAGES
from audit_app.models import Audit, RoleGrant, SavedView, Service, StoredSession, User
from audit_app.rules.audit_steps import AuditState
from audit_app.rules.judgements import Judgement
from audit_app.rules.permissions import Role
from audit_app.web.read_copy import COPY, CopyDoesNotAnswer, reading_copy
from config import Settings
from tests.browser_page import Page, PageClient
from tests.conftest import settings_for
from tests.databases import copy_of
from tests.insight.judged import Judged, record
from tests.insight.moderations import Both, record_both
from tests.people import World

TABLE = "/insight/distribution"
SAID = "A copy of the records, which may be some minutes behind"
REFUSED = "Figures cannot be shown just now"
ON = date(2025, 10, 5)


@pytest.fixture
def copy_url(database: str, migrated: str, tmp_path: Path) -> Iterator[str]:
    """A second database, with the same places and people; there, all was Outstanding."""
    folder = tmp_path / "copy of records"
    folder.mkdir()
    with copy_of(database, migrated, folder) as url:
        with _service(settings_for(url)):
            world = World.build()
            # The database numbers this one, so it comes first.
            record_both(world, Both(Judgement.OUTSTANDING, Judgement.OUTSTANDING, on=ON))
            record(world, [Judged(ON, Judgement.OUTSTANDING)] * 29)
        yield url


@pytest.fixture
def settings(database_url: str, copy_url: str) -> Settings:
    return settings_for(database_url).model_copy(update={"database_read_url": copy_url})


@pytest.fixture
def audits(app: Flask, world: World) -> Iterator[World]:
    """In the first database all was Inadequate."""
    record(world, [Judged(ON, Judgement.INADEQUATE)] * 20)
    yield world
    db.engines[COPY].dispose()


@contextmanager
def _service(settings: Settings) -> Iterator[Flask]:
    """A service of its own, and nothing left open."""
    app = create_app(settings)
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


@contextmanager
def _without_copy(settings: Settings, *people: User) -> Iterator[PageClient]:
    """A browser at the service whose copy cannot be reached, for people read before."""
    for person in people:
        db.session.refresh(person)
        db.session.expunge(person)
    db.session.rollback()
    url = make_url(str(settings.database_read_url))
    gone = url.set(port=1) if url.host else url.set(database=f"{url.database}.gone")
    address = gone.render_as_string(hide_password=False)
    with _service(settings.model_copy(update={"database_read_url": address})) as app:
        yield PageClient(app)


def _counted(page: Page) -> dict[str, str]:
    """How many were judged what, for the judgements there are."""
    rows = {row[0]: row[-1].split(" ")[0] for row in page.tables[0]}
    return {word.label: rows[word.label] for word in (Judgement.OUTSTANDING, Judgement.INADEQUATE)}


def _facts(page: Page) -> dict[str, str]:
    names = page.html.select(".app-facts dt")
    return {each.get_text(): each.find_next("dd").get_text() for each in names}


FROM_COPY = {"Outstanding": "30", "Inadequate": "0"}
FROM_RECORDS = {"Outstanding": "0", "Inadequate": "20"}


def test_figures_come_from_the_copy_and_say_so_on_the_page_in_files_and_on_paper(
    web: PageClient, audits: World
) -> None:
    web.sign_in(audits.carol)
    page = web.get(TABLE)
    assert _counted(page) == FROM_COPY
    assert _facts(page)["Read from"] == SAID
    told = web.request("GET", f"{TABLE}.json").get_json()
    assert told["counted"]["Read from"] == SAID
    assert told["tables"][0]["rows"][0]["cells"][0]["audits"] == 30
    workbook = openpyxl.load_workbook(io.BytesIO(web.request("GET", f"{TABLE}.xlsx").data))
    cover = [str(cell.value) for row in workbook.worksheets[0] for cell in row]
    assert f"Read from: {SAID}" in cover
    paper = PdfReader(io.BytesIO(web.request("GET", f"{TABLE}.pdf").data))
    printed = " ".join(paper.pages[0].extract_text().split())
    assert f"Read from: {SAID}" in printed
    assert "Data as at that time" not in printed


def test_figures_for_publication_come_from_the_copy_and_say_so(
    web: PageClient, audits: World
) -> None:
    web.sign_in(audits.carol)
    page = web.get(f"{TABLE}?share=outside&from=2025-01-01&to=2025-12-31")
    assert page.tables[0][1][:2] == ["Outstanding", "30 (100%)"]
    assert _facts(page)["Read from"] == SAID


@pytest.mark.parametrize("who", ["bob", "carol who moderates too"])
def test_whoever_may_judge_blind_reads_the_records_themselves(
    web: PageClient, audits: World, who: str
) -> None:
    """The copy still counts an audit that by now waits to be judged blind."""
    viewer = audits.bob if who == "bob" else audits.carol
    if viewer is audits.carol:
        viewer.grants.append(RoleGrant(role=Role.MODERATOR))
    waits = db.session.scalars(select(Audit).limit(1)).one()
    waits.state, waits.blind = AuditState.SUBMITTED, True
    db.session.commit()
    web.sign_in(viewer)
    page = web.get(TABLE)
    assert _counted(page) == {"Outstanding": "0", "Inadequate": "19"}
    assert "1 audit waits for a blind moderation" in page.text
    assert "Read from" not in _facts(page)


def test_who_somebody_is_and_what_they_may_open_is_never_asked_of_the_copy(
    web: PageClient, audits: World
) -> None:
    web.sign_in(audits.dan)
    assert _counted(web.get(TABLE)) == FROM_COPY
    with reading_copy():
        assert db.session.scalars(select(StoredSession)).all() == []
    db.session.execute(delete(RoleGrant).where(RoleGrant.user_id == audits.dan.id))
    db.session.commit()
    web.get(TABLE, 403)


def test_a_program_reads_the_copy_with_a_token_that_only_the_records_know(
    app: Flask, audits: World
) -> None:
    token = make_token(audits.carol, "Power BI", 30)
    db.session.commit()
    sent = {"Authorization": f"Bearer {token}"}
    answer = app.test_client().get(f"{TABLE}.json", base_url="http://localhost", headers=sent)
    assert answer.get_json()["counted"]["Read from"] == SAID
    assert answer.get_json()["tables"][0]["rows"][0]["cells"][0]["audits"] == 30


def test_the_copy_is_never_written_to(app: Flask, audits: World) -> None:
    with pytest.raises(DBAPIError), db.engines[COPY].begin() as connection:
        connection.execute(insert(Service).values(name="Written"))
    with pytest.raises(CopyDoesNotAnswer), reading_copy():
        db.session.execute(insert(Service).values(name="Written"))
    with reading_copy():
        assert db.session.scalar(select(func.count()).where(Service.name == "Written")) == 0
    assert db.session.scalar(select(func.count()).where(Service.name == "Written")) == 0


def test_what_was_read_before_stays_a_record_of_the_first_database(
    app: Flask, audits: World
) -> None:
    db.session.expire_all()
    with reading_copy():
        assert db.session.get(Audit, 1).overall is Judgement.OUTSTANDING
        assert [grant.role for grant in audits.carol.grants] == [Role.PRACTICE_LEAD]
        audits.carol.name = "Carol Carter"
    db.session.commit()
    assert db.session.get(Audit, 1).overall is Judgement.INADEQUATE
    assert db.session.get(type(audits.carol), audits.carol.id).name == "Carol Carter"


def test_every_page_of_insight_opens_and_a_view_saved_a_moment_ago_is_there(
    app: Flask, web: PageClient, audits: World
) -> None:
    web.sign_in(audits.carol)
    db.session.add(
        SavedView(user_id=audits.carol.id, name="Mine", page="explore", arguments="", reference="v")
    )
    db.session.commit()
    with app.test_request_context():
        addresses = {name: app.url_for(endpoint) for name, endpoint in PAGES}
    pages = {name: web.get(address) for name, address in addresses.items()}
    assert "Mine" in pages["Explore"].links()
    counted = {name for name, page in pages.items() if _facts(page).get("Read from") == SAID}
    assert counted == set(addresses) - {"Words"}


def test_without_the_copy_figures_wait_and_everything_else_goes_on(
    settings: Settings, audits: World
) -> None:
    with _without_copy(settings, audits.carol, audits.bob) as web:
        web.sign_in(audits.carol)
        page = web.get(TABLE, 503)
        assert page.h1 == REFUSED
        assert "The records themselves are safe" in page.text
        assert web.request("GET", f"{TABLE}.csv").status_code == 503
        assert web.get("/audits/").status == 200
        assert web.get("/").status == 200
        assert web.request("GET", "/readyz").get_data(as_text=True) == (
            "ready, but the copy of the records for figures does not answer"
        )
        web.sign_out()
        web.sign_in(audits.bob)
        assert _counted(web.get(TABLE)) == FROM_RECORDS


def test_a_program_is_told_in_a_sentence_that_the_copy_does_not_answer(
    settings: Settings, audits: World
) -> None:
    token = make_token(audits.carol, "Power BI", 30)
    db.session.commit()
    with _without_copy(settings) as web:
        answer = web.client.get(
            f"{TABLE}.csv",
            base_url="http://localhost",
            headers={"Authorization": f"Bearer {token}"},
        )
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert answer.get_data(as_text=True).startswith(f"{REFUSED}. ")


def test_readiness_says_that_the_copy_is_not_migrated(
    copy_url: str, web: PageClient, audits: World
) -> None:
    assert web.request("GET", "/readyz").get_data(as_text=True) == "ready"
    with _service(settings_for(copy_url)):
        db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        db.session.commit()
    answer = web.request("GET", "/readyz")
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).endswith("is not migrated")


@pytest.mark.sqlite_only
def test_a_file_that_takes_the_place_of_the_copy_is_read_from_then_on(
    copy_url: str, web: PageClient, audits: World, tmp_path: Path
) -> None:
    web.sign_in(audits.carol)
    assert _counted(web.get(TABLE)) == FROM_COPY
    newer = tmp_path / "newer.sqlite"
    db.session.execute(text("COMMIT"))
    db.session.execute(text(f"VACUUM INTO '{newer}'"))
    db.session.execute(text("BEGIN"))
    newer.replace(str(make_url(copy_url).database))
    assert _counted(web.get(TABLE)) == FROM_RECORDS


@pytest.mark.sqlite_only
def test_without_the_setting_there_is_no_copy(database_url: str, tmp_path: Path) -> None:
    with _service(settings_for(database_url)) as app:
        world = World.build()
        record(world, [Judged(ON, Judgement.INADEQUATE)] * 20)
        assert set(db.engines) == {None}
        web = PageClient(app)
        web.sign_in(world.carol)
        page = web.get(TABLE)
        assert _counted(page) == FROM_RECORDS
        assert "Read from" not in _facts(page)
        assert web.request("GET", "/readyz").get_data(as_text=True) == "ready"
